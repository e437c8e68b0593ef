/** Payloads that are forgotten before their time, and asking who would get a message. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "../support/api.ts";
import { anApplication, unique } from "../support/apps.ts";
import { aMessageOf, interceptTarget, nowhere } from "../support/attempts.ts";
import { anEndpointOf } from "../support/endpoints.ts";

afterEach(() => vi.restoreAllMocks());

async function payloadOf(appId: string, id: string): Promise<unknown> {
  const { body } = await api("GET", `/api/v1/app/${appId}/msg/${id}`);
  return (body as { payload: unknown }).payload;
}

const GONE = { expired: true };

describe("expunging a message's content", () => {
  it("forgets the payload and keeps the message, by its id or its event id", async () => {
    const { id: appId } = await anApplication();
    const eventId = unique("event");
    const first = await aMessageOf(appId);
    const second = await aMessageOf(appId, { eventId });
    const other = await aMessageOf(appId);
    const path = `/api/v1/app/${appId}/msg`;
    expect((await api("DELETE", `${path}/${first.id}/content`)).status).toBe(204);
    expect((await api("DELETE", `${path}/${eventId}/content`)).status).toBe(204);
    expect(await payloadOf(appId, first.id)).toEqual(GONE);
    expect(await payloadOf(appId, second.id)).toEqual(GONE);
    expect(await payloadOf(appId, other.id)).toEqual(other.payload);
    expect((await api("DELETE", `${path}/${first.id}/content`)).status).toBe(204);
  });

  it("of many tells what became of each, in one call", async () => {
    const { id: appId } = await anApplication();
    const foreign = await aMessageOf((await anApplication()).id);
    const eventId = unique("event");
    const [first, second] = [await aMessageOf(appId), await aMessageOf(appId, { eventId })];
    const ids = [first.id, eventId, foreign.id, `${first.id.slice(0, -1)}!`, "nothing"];
    const { status, body } = await api("POST", `/api/v1/app/${appId}/msg/bulk-expunge`, { json: { ids } });
    expect(status).toBe(200);
    const [, , , odd = ""] = ids;
    expect(body).toEqual({
      results: {
        [first.id]: "expunged",
        [eventId]: "expunged",
        [foreign.id]: "not-found",
        [odd]: "not-found",
        nothing: "not-found",
      },
    });
    expect(await payloadOf(appId, second.id)).toEqual(GONE);
    expect(await api("POST", `/api/v1/app/${appId}/msg/bulk-expunge`)).toMatchObject({
      body: { results: {} },
    });
  });

  it("keeps a message from being sent again", async () => {
    const { id: appId } = await anApplication();
    const endpoint = await anEndpointOf(appId, { url: nowhere(), channels: ["another"] });
    const requests = interceptTarget(endpoint.url, () => new Response());
    const message = await aMessageOf(appId);
    await api("DELETE", `/api/v1/app/${appId}/msg/${message.id}/content`);
    const path = `/api/v1/app/${appId}/msg/${message.id}/endpoint/${endpoint.id}/resend`;
    expect(await api("POST", path)).toMatchObject({ status: 400, body: { code: "missing_payload" } });
    expect(requests).toEqual([]);
  });
});

describe("the precheck", () => {
  async function activeAt(appId: string, json: unknown): Promise<unknown> {
    const { body } = await api("POST", `/api/v1/app/${appId}/msg/precheck/active`, { json });
    return (body as { active: unknown }).active;
  }

  it("tells whether an enabled endpoint listens to such a message", async () => {
    const { id: appId } = await anApplication();
    await api("POST", "/api/v1/event-type", { json: { name: "pre.check", description: "" } });
    expect(await activeAt(appId, { eventType: "pre.check" })).toBe(false);
    const endpoint = await anEndpointOf(appId, { eventTypes: ["pre.check"], channels: ["eu"] });
    expect(await activeAt(appId, { eventType: "pre.check" })).toBe(false);
    expect(await activeAt(appId, { eventType: "pre.check", channels: ["us", "eu"] })).toBe(true);
    expect(await activeAt(appId, { eventType: "another", channels: ["eu"] })).toBe(false);
    await api("PATCH", `/api/v1/app/${appId}/endpoint/${endpoint.id}`, { json: { disabled: true } });
    expect(await activeAt(appId, { eventType: "pre.check", channels: ["eu"] })).toBe(false);
    await anEndpointOf(appId);
    expect(await activeAt(appId, { eventType: "another" })).toBe(true);
  });
});
