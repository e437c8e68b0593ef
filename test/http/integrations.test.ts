/** Integrations: keys that manage one application's endpoints until they are taken back. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MAX_INTEGRATIONS_PER_APP } from "../../src/core/limits/resources.ts";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication, unique } from "../support/apps.ts";
import { nowhere } from "../support/attempts.ts";
import { anEndpointOf } from "../support/endpoints.ts";

async function anIntegration(fields: Record<string, unknown> = {}) {
  const { id: appId } = await anApplication();
  const app = `/api/v1/app/${appId}`;
  const made = await api("POST", `${app}/integration`, { json: { name: "Zapier", ...fields } });
  expect(made.status, made.text).toBe(201);
  const path = `${app}/integration/${(made.body as { id: string }).id}`;
  return { appId, app, path, integration: made.body };
}

async function keyOf(path: string): Promise<string> {
  return ((await api("GET", `${path}/key`)).body as { key: string }).key;
}

describe("an integration", () => {
  it("is shown as it was made, then as it was changed", async () => {
    const { app, path, integration } = await anIntegration();
    expect(integration).toEqual({
      id: expect.stringMatching(/^integ_[A-Za-z0-9]{27}$/),
      name: "Zapier",
      featureFlags: [],
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect((await api("GET", `${app}/integration`)).body).toMatchObject({ data: [integration], done: true });
    const changes = { name: "n8n", featureFlags: ["beta"] };
    expect((await api("PUT", path, { json: changes })).body).toMatchObject(changes);
    expect((await api("GET", path)).body).toMatchObject(changes);
  });

  it("is unknown to other applications", async () => {
    const { path } = await anIntegration();
    const other = await anApplication();
    const foreign = path.replace(/app_[0-9A-Za-z]+/, other.id);
    expect((await api("GET", foreign)).status).toBe(404);
    expect((await api("DELETE", foreign)).status).toBe(404);
    expect((await api("POST", `${foreign}/key/rotate`)).status).toBe(404);
    expect((await api("GET", path)).status).toBe(200);
  });

  it("has a key that is kept sealed", async () => {
    const { path } = await anIntegration();
    const key = await keyOf(path);
    expect(key).toMatch(/^integsk_[0-9A-Za-z]{40}$/);
    const { results } = await env.DB.prepare("SELECT * FROM integrations").all();
    expect(JSON.stringify(results)).not.toContain(key);
  });

  it(`is one of at most ${MAX_INTEGRATIONS_PER_APP}, and a refused one leaves no key behind`, async () => {
    const { app } = await anIntegration();
    const appKey = (
      await env.DB.prepare("SELECT app_key FROM integrations ORDER BY created_at DESC").first()
    )?.["app_key"];
    const fill = Array.from({ length: MAX_INTEGRATIONS_PER_APP - 1 }, (_, index) =>
      env.DB.prepare("INSERT INTO integrations VALUES (?1, ?2, '', '[]', '', '', 0, 0)").bind(
        appKey,
        `i${index}`,
      ),
    );
    await env.DB.batch(fill);
    const keys = async () => (await env.DB.prepare("SELECT count(*) AS n FROM api_keys").first())?.["n"];
    const before = await keys();
    const refused = await api("POST", `${app}/integration`, { json: { name: "one more" } });
    expect(refused).toMatchObject({ status: 400, body: { code: "limit_reached" } });
    expect(await keys()).toBe(before);
  });
});

describe("an integration's key", () => {
  it("manages endpoints of its application and reads their secrets, and nothing else", async () => {
    const { appId, app, path } = await anIntegration();
    const token = await keyOf(path);
    const made = await api("POST", `${app}/endpoint`, { token, json: { url: nowhere() } });
    expect(made.status).toBe(201);
    const endpoint = `${app}/endpoint/${(made.body as { id: string }).id}`;
    expect((await api("GET", `${endpoint}/secret`, { token })).status).toBe(200);
    expect((await api("DELETE", endpoint, { token })).status).toBe(204);
    const other = await anApplication();
    expect((await api("GET", `/api/v1/app/${other.id}`, { token })).status).toBe(404);
    const message = { json: { eventType: "a.b", payload: {} }, token };
    expect((await api("POST", `${app}/msg`, message)).status).toBe(403);
    expect((await api("GET", `${path}/key`, { token })).status).toBe(403);
    expect((await api("GET", "/api/v1/app", { token })).status).toBe(403);
    expect((await api("GET", "/api/v1/auth/whoami", { token })).body).toMatchObject({ appId });
  });

  it("does not end with sessions, nor with a logout", async () => {
    const { appId, app, path } = await anIntegration();
    const token = await keyOf(path);
    expect((await api("POST", "/api/v1/auth/logout", { token })).status).toBe(204);
    expect((await api("POST", `/api/v1/auth/app/${appId}/expire-all`)).status).toBe(204);
    expect((await api("GET", app, { token })).status).toBe(200);
  });

  it("ends at once when it is rotated, and with its integration", async () => {
    const { app, path } = await anIntegration();
    const first = await keyOf(path);
    const { body } = await api("POST", `${path}/key/rotate`);
    const { key: second } = body as { key: string };
    expect(await keyOf(path)).toBe(second);
    expect((await api("GET", app, { token: first })).status).toBe(401);
    expect((await api("GET", app, { token: second })).status).toBe(200);
    expect((await api("DELETE", path)).status).toBe(204);
    expect((await api("GET", app, { token: second })).status).toBe(401);
  });

  it("sees the event types that its flags open, also after they were changed", async () => {
    const name = unique("hidden");
    await api("POST", "/api/v1/event-type", { json: { name, description: "", featureFlags: ["beta"] } });
    const { path } = await anIntegration();
    const token = await keyOf(path);
    expect((await api("GET", `/api/v1/event-type/${name}`, { token })).status).toBe(404);
    await api("PUT", path, { json: { name: "Zapier", featureFlags: ["beta"] } });
    expect((await api("GET", `/api/v1/event-type/${name}`, { token })).status).toBe(200);
  });
});

describe("feature flags of a consumer", () => {
  it("decide which event types its endpoints may ask for, not which they may keep", async () => {
    const name = unique("hidden");
    await api("POST", "/api/v1/event-type", { json: { name, description: "", featureFlags: ["beta"] } });
    const { id } = await anApplication();
    const plain = await aConsumerToken(id);
    const tester = await aConsumerToken(id, { featureFlags: ["beta", "other"] });
    const path = `/api/v1/app/${id}/endpoint`;
    const json = { url: nowhere(), eventTypes: [name] };
    expect((await api("POST", path, { token: plain, json })).status).toBe(422);
    expect((await api("POST", path, { token: tester, json })).status).toBe(201);
    const theirs = await anEndpointOf(id, { eventTypes: [name] });
    const open = unique("open");
    await api("POST", "/api/v1/event-type", { json: { name: open, description: "" } });
    const added = { token: plain, json: { eventTypes: [name, open] } };
    expect((await api("PATCH", `${path}/${theirs.id}`, added)).status).toBe(200);
  });
});
