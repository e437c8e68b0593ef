/** What keeps an endpoint from going over to another dialect, and what a dialect keeps from its endpoints. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type ApiAnswer, api } from "../support/api.ts";
import { anApplication, unique } from "../support/apps.ts";
import { anEndpointOf, locationsOf } from "../support/endpoints.ts";

const FREE_TEXT = "correct horse battery staple";

async function aDialect(document: object): Promise<string> {
  const name = unique("moves");
  expect((await api("PUT", `/api/v1/dialect/${name}`, { json: document })).status).toBe(201);
  return name;
}

const HMAC = { signature: { scheme: "body-hmac", header: "X-Acme-Signature" } };

async function anEndpointUnder(dialect: string, fields: Record<string, unknown> = {}) {
  const { id: appId } = await anApplication();
  const app = `/api/v1/app/${appId}`;
  expect((await api("PUT", `${app}/delivery-policy`, { json: { dialect } })).status).toBe(200);
  const { id } = await anEndpointOf(appId, fields);
  return { app, id, endpoint: `${app}/endpoint/${id}` };
}

/** Moves by the endpoint's own policy, then by its application's. */
async function move(paths: { app: string; endpoint: string }, dialect: string | null): Promise<ApiAnswer[]> {
  const json = { dialect };
  return [
    await api("PATCH", `${paths.endpoint}/delivery-policy`, { json }),
    await api("PATCH", `${paths.app}/delivery-policy`, { json }),
  ];
}

describe("an endpoint with a secret of any text", () => {
  it.each(["standard", "svix", null])("cannot be moved to the dialect %s until it is rotated", async (to) => {
    const paths = await anEndpointUnder("clawbook", { secret: FREE_TEXT });
    // At the endpoint null is its application's dialect, which it has already.
    const refused = (await move(paths, to)).slice(to === null ? 1 : 0);
    for (const answer of refused) {
      expect(locationsOf(answer)).toEqual([["body", "dialect"]]);
      expect(answer.text).toContain("rotate the secret first");
      expect(answer.text).toContain(paths.id);
      expect(answer.text).not.toContain(FREE_TEXT);
    }
    expect((await api("GET", `${paths.endpoint}/delivery-policy`)).body).toMatchObject({
      dialect: "clawbook",
    });
    expect((await api("POST", `${paths.endpoint}/secret/rotate`)).status).toBe(204);
    for (const answer of await move(paths, to)) expect(answer.status).toBe(200);
  });

  it("cannot be moved by unsetting its own dialect either", async () => {
    const { id: appId } = await anApplication();
    const { id } = await anEndpointOf(appId);
    const policy = `/api/v1/app/${appId}/endpoint/${id}/delivery-policy`;
    expect((await api("PUT", policy, { json: { dialect: "clawget" } })).status).toBe(200);
    const rotate = { json: { key: FREE_TEXT } };
    expect((await api("POST", policy.replace("delivery-policy", "secret/rotate"), rotate)).status).toBe(204);
    expect(locationsOf(await api("PUT", policy, { json: {} }))).toEqual([["body", "dialect"]]);
    expect((await api("PATCH", policy, { json: { concurrency: 2 } })).status).toBe(200);
    expect((await api("PUT", policy, { json: { dialect: "swiftclaw" } })).status).toBe(200);
  });

  it("keeps its custom dialect from becoming one of base64 keys", async () => {
    const dialect = await aDialect(HMAC);
    await anEndpointUnder(dialect, { secret: FREE_TEXT });
    const answer = await api("PUT", `/api/v1/dialect/${dialect}`, { json: {} });
    expect(answer).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect(
      (await api("PUT", `/api/v1/dialect/${dialect}`, { json: { ...HMAC, timeoutSeconds: 3 } })).status,
    ).toBe(200);
  });

  it("moves no other endpoint with it when one of an application's is refused", async () => {
    const paths = await anEndpointUnder("clawbook", { secret: FREE_TEXT });
    const other = await anEndpointOf(paths.app.split("/").at(-1) ?? "");
    await move(paths, "standard");
    const shown = await api("GET", `${paths.app}/endpoint/${other.id}/delivery-policy`);
    expect(shown.body).toMatchObject({ dialect: "clawbook" });
  });

  it("is not left behind by a move that runs at the same time as its rotation", async () => {
    for (let round = 0; round < 10; round++) {
      const paths = await anEndpointUnder("clawbook");
      const json = { key: FREE_TEXT };
      const [rotated, moved] = await Promise.all([
        api("POST", `${paths.endpoint}/secret/rotate`, { json }),
        api("PATCH", `${paths.app}/delivery-policy`, { json: { dialect: "standard" } }),
      ]);
      const key = (await api("GET", `${paths.endpoint}/secret`)).body;
      if (moved.status === 200) expect(key).not.toEqual({ key: FREE_TEXT });
      else expect([rotated.status, moved.status]).toEqual([204, 422]);
    }
  });
});

it("an unreadable secret keeps no endpoint from moving: whatever it was, it signs nothing", async () => {
  const paths = await anEndpointUnder("clawbook");
  await env.DB.prepare("UPDATE endpoints SET sealed_secrets = ?1, sealed_headers = ?1 WHERE id = ?2")
    .bind(`v1.00000000.${btoa("x".repeat(64))}`, paths.id)
    .run();
  for (const answer of await move(paths, "standard")) expect(answer.status).toBe(200);
});

describe("a dialect's fixed headers", () => {
  const document = { ...HMAC, headers: { "X-Acme-Version": "3" } };
  const own = { "x-acme-VERSION": "4" };

  it("cannot be set by an endpoint under it", async () => {
    const { app, endpoint } = await anEndpointUnder(await aDialect(document));
    const answers = [
      await api("PUT", `${endpoint}/headers`, { json: { headers: own } }),
      await api("PATCH", `${endpoint}/headers`, { json: { headers: own } }),
      await api("POST", `${app}/endpoint`, { json: { url: "https://example.com/", headers: own } }),
    ];
    for (const answer of answers) {
      expect(locationsOf(answer)).toEqual([["body", "headers"]]);
      expect(answer.text).toContain("x-acme-VERSION: is set by the dialect");
    }
  });

  it("keep an endpoint with a header of the name from moving there until it is removed", async () => {
    const dialect = await aDialect(document);
    const paths = await anEndpointUnder("standard", { headers: own });
    for (const answer of await move(paths, dialect)) {
      expect(locationsOf(answer)).toEqual([["body", "dialect"]]);
      expect(answer.text).toContain("x-acme-VERSION");
    }
    await api("PUT", `${paths.endpoint}/headers`, { json: { headers: {} } });
    for (const answer of await move(paths, dialect)) expect(answer.status).toBe(200);
  });

  it("keep an endpoint from moving to a dialect that signs in its header", async () => {
    const dialect = await aDialect(HMAC);
    const paths = await anEndpointUnder("standard", { headers: { "X-Acme-Signature": "mine" } });
    for (const answer of await move(paths, dialect)) expect(answer.status).toBe(422);
  });
});
