/** With another master key than the one the secrets were stored under, deliveries wait for the right one. */
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { importMasterKey, seal } from "../../src/wire/index.ts";
import { api } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";
import { anEndpointOf } from "../support/endpoints.ts";

const OTHER_MASTER_KEY = btoa("another master key of 32 bytes!!");
const WITHIN = { timeout: 20_000, interval: 50 };

afterEach(() => {
  vi.restoreAllMocks();
});

it("an endpoint whose secret cannot be read is not sent to, loses no attempt of its schedule, and goes on with a new secret", async () => {
  const logged: string[] = [];
  vi.spyOn(console, "error").mockImplementation((line) => void logged.push(String(line)));
  const sent: Headers[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_, init) => {
    sent.push(new Headers(init?.headers));
    return new Response(null, { status: 204 });
  });
  const { id: appId } = await anApplication();
  const { id } = await anEndpointOf(appId);
  const foreign = await seal(await importMasterKey(OTHER_MASTER_KEY), '[{"value":"whsec_x"}]', id);
  await env.DB.prepare("UPDATE endpoints SET sealed_secrets = ? WHERE id = ?").bind(foreign, id).run();

  const json = { eventType: "invoice.paid", payload: {} };
  expect((await api("POST", `/api/v1/app/${appId}/msg`, { json })).status).toBe(202);
  await expect.poll(() => logged.join("\n"), WITHIN).toContain("endpoint.attempt_failed");
  expect(logged.join("\n")).toContain("sealed under master key");

  const attempts = async () => {
    const { body } = await api("GET", `/api/v1/app/${appId}/attempt/endpoint/${id}`);
    return (body as { data: { status: number }[] }).data.map(({ status }) => status);
  };
  expect(sent).toEqual([]);
  expect(await attempts()).toEqual([]);

  const rotated = await api("POST", `/api/v1/app/${appId}/endpoint/${id}/secret/rotate`, { json: {} });
  expect(rotated.status).toBe(204);
  await expect.poll(() => sent.length, WITHIN).toBe(1);
  expect(sent[0]?.get("webhook-signature")).toMatch(/^v1,/);
  await expect.poll(attempts, WITHIN).toEqual([0]);
});
