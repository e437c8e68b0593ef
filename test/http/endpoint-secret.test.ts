import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MAX_OLD_SECRETS } from "../../src/core/limits/secrets.ts";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication } from "../support/apps.ts";
import { anEndpointOf, locationsOf } from "../support/endpoints.ts";

async function anEndpointPath(fields: Record<string, unknown> = {}, dialect?: string): Promise<string> {
  const app = await anApplication();
  if (dialect !== undefined) {
    const policy = await api("PUT", `/api/v1/app/${app.id}/delivery-policy`, { json: { dialect } });
    expect(policy.status, JSON.stringify(policy.body)).toBe(200);
  }
  const { id } = await anEndpointOf(app.id, fields);
  return `/api/v1/app/${app.id}/endpoint/${id}`;
}

async function keyOf(path: string): Promise<string> {
  const { status, body } = await api("GET", `${path}/secret`);
  expect(status).toBe(200);
  return (body as { key: string }).key;
}

const GIVEN = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLSw3AAAA";

describe("an endpoint's secret", () => {
  it("can be replaced when the stored one was sealed under another master key", async () => {
    const path = await anEndpointPath();
    const foreign = `v1.00000000.${btoa("x".repeat(64))}`;
    await env.DB.prepare("UPDATE endpoints SET sealed_secrets = ? WHERE id = ?")
      .bind(foreign, path.split("/").at(-1) ?? "")
      .run();
    expect((await api("POST", `${path}/secret/rotate`, { json: { key: GIVEN } })).status).toBe(204);
    expect(await keyOf(path)).toBe(GIVEN);
  });

  it("is generated when none is given", async () => {
    expect(await keyOf(await anEndpointPath())).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
  });

  it("is the given one, with the prefix added when it lacks one", async () => {
    expect(await keyOf(await anEndpointPath({ secret: GIVEN }))).toBe(GIVEN);
    expect(await keyOf(await anEndpointPath({ secret: GIVEN.slice("whsec_".length) }))).toBe(GIVEN);
  });

  it("may be any text under a dialect that signs with its bytes", async () => {
    expect(await keyOf(await anEndpointPath({ secret: "pässword" }, "clawbook"))).toBe("pässword");
  });

  it("is sealed at rest", async () => {
    const path = await anEndpointPath({
      secret: GIVEN,
      headers: { Authorization: "Bearer token-of-theirs" },
    });
    const row = await env.DB.prepare("SELECT * FROM endpoints WHERE id = ?")
      .bind(path.split("/").at(-1))
      .first();
    expect(row?.["sealed_secrets"]).toMatch(/^v1\./);
    expect(JSON.stringify(row)).not.toContain(GIVEN.slice("whsec_".length));
    expect(JSON.stringify(row)).not.toContain("token-of-theirs");
  });

  it("is 404 where signing is optional, until it is given one by rotation", async () => {
    const path = await anEndpointPath({}, "clawlabor");
    expect((await api("GET", `${path}/secret`)).status).toBe(404);
    expect((await api("POST", `${path}/secret/rotate`, { json: { key: "mine" } })).status).toBe(204);
    expect(await keyOf(path)).toBe("mine");
  });

  it("is generated once the endpoint moves to a dialect that needs one", async () => {
    const path = await anEndpointPath({}, "clawlabor");
    await api("PATCH", `${path}/delivery-policy`, { json: { dialect: "standard" } });
    expect(await keyOf(path)).toMatch(/^whsec_/);
  });

  it("is generated for every endpoint once their application moves to a dialect that needs one", async () => {
    const path = await anEndpointPath({}, "clawlabor");
    const app = path.split("/endpoint/")[0];
    await anEndpointOf(app?.split("/").at(-1) ?? "");
    expect((await api("PATCH", `${app}/delivery-policy`, { json: { dialect: null } })).status).toBe(200);
    expect(await keyOf(path)).toMatch(/^whsec_/);
  });
});

describe("patching a secret, as SDKs before 2.0 do", () => {
  it("replaces it at once by the given one, or with null by one that is made", async () => {
    const path = await anEndpointPath();
    expect((await api("PATCH", path, { json: { secret: GIVEN, description: "new" } })).body).toMatchObject({
      description: "new",
    });
    expect(await keyOf(path)).toBe(GIVEN);
    await api("PATCH", path, { json: { description: "other" } });
    expect(await keyOf(path)).toBe(GIVEN);
    expect((await api("PATCH", path, { json: { secret: null } })).status).toBe(200);
    expect(await keyOf(path)).not.toBe(GIVEN);
  });

  it("refuses one the dialect cannot use, and changes nothing then", async () => {
    const path = await anEndpointPath({ secret: GIVEN });
    const answer = await api("PATCH", path, { json: { secret: "?", description: "new" } });
    expect(locationsOf(answer)).toEqual([["body", "secret"]]);
    expect(await keyOf(path)).toBe(GIVEN);
    expect((await api("GET", path)).body).toMatchObject({ description: "" });
  });
});

describe("rotating a secret", () => {
  it.each([
    { request: {} },
    { request: { json: {} } },
    { request: { json: { key: null, gracePeriodSeconds: null } } },
  ])("generates one for the request $request", async ({ request }) => {
    const path = await anEndpointPath();
    const before = await keyOf(path);
    expect(await api("POST", `${path}/secret/rotate`, request)).toMatchObject({
      status: 204,
      body: undefined,
    });
    expect(await keyOf(path)).not.toBe(before);
  });

  it("takes a given one and refuses one the dialect cannot use", async () => {
    const path = await anEndpointPath();
    expect((await api("POST", `${path}/secret/rotate`, { json: { key: GIVEN } })).status).toBe(204);
    expect(await keyOf(path)).toBe(GIVEN);
    const bad = await api("POST", `${path}/secret/rotate`, { json: { key: "?" } });
    expect(locationsOf(bad)).toEqual([["body", "key"]]);
  });

  it.each([-1, 604_801, 1.5])("refuses a grace period of %d s", async (gracePeriodSeconds) => {
    const path = await anEndpointPath();
    const answer = await api("POST", `${path}/secret/rotate`, { json: { gracePeriodSeconds } });
    expect(locationsOf(answer)).toEqual([["body", "gracePeriodSeconds"]]);
  });

  it(`refuses to keep more than ${MAX_OLD_SECRETS} old ones, and a grace of 0 clears them`, async () => {
    const path = await anEndpointPath();
    for (let round = 0; round < MAX_OLD_SECRETS; round++) {
      expect((await api("POST", `${path}/secret/rotate`)).status).toBe(204);
    }
    const answer = await api("POST", `${path}/secret/rotate`);
    expect(answer).toMatchObject({ status: 400, body: { code: "limit_reached" } });
    const cleared = await api("POST", `${path}/secret/rotate`, { json: { gracePeriodSeconds: 0 } });
    expect(cleared.status).toBe(204);
    expect((await api("POST", `${path}/secret/rotate`)).status).toBe(204);
  });

  it("needs its own capabilities", async () => {
    const path = await anEndpointPath();
    const appId = path.split("/")[4] ?? "";
    const viewer = await aConsumerToken(appId, { capabilities: ["ViewBase", "ViewEndpointSecret"] });
    expect((await api("GET", `${path}/secret`, { token: viewer })).status).toBe(200);
    expect((await api("POST", `${path}/secret/rotate`, { token: viewer })).status).toBe(403);
    const manager = await aConsumerToken(appId, { capabilities: ["ViewBase", "ManageEndpointSecret"] });
    expect((await api("POST", `${path}/secret/rotate`, { token: manager })).status).toBe(204);
  });
});
