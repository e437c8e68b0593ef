import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication, unique } from "../support/apps.ts";
import { idsOf, interceptTarget, messagesAt, nowhere } from "../support/attempts.ts";
import { anEndpointOf, locationsOf } from "../support/endpoints.ts";

const WITHIN = { timeout: 20_000 };

afterEach(() => vi.restoreAllMocks());

async function anEventTypeWith(schema: unknown): Promise<string> {
  const name = unique("type");
  await api("POST", "/api/v1/event-type", { json: { name, description: "", schemas: { "1": schema } } });
  return name;
}

describe("sending an example", () => {
  it("sends the type's own example to this endpoint alone, whatever anybody subscribes to", {
    timeout: 60_000,
  }, async () => {
    const { id: appId } = await anApplication();
    const eventType = await anEventTypeWith({ type: "object", examples: [{ n: 1 }, { n: 2 }] });
    const endpoint = await anEndpointOf(appId, { url: nowhere(), channels: ["far"] });
    const listening = await anEndpointOf(appId, { url: nowhere() });
    const requests = interceptTarget(endpoint.url, () => new Response());
    const path = `/api/v1/app/${appId}/endpoint/${endpoint.id}`;
    const sent = await api("POST", `${path}/send-example`, { json: { eventType, exampleIndex: 1 } });
    expect(sent).toMatchObject({ status: 202, body: { eventType, payload: { n: 2 }, channels: null } });
    await vi.waitFor(() => expect(requests.map(({ body }) => JSON.parse(body))).toEqual([{ n: 2 }]), WITHIN);
    const { id } = sent.body as { id: string };
    await vi.waitFor(async () => expect(idsOf(await messagesAt(`${path}/msg`))).toEqual([id]), WITHIN);
    expect(idsOf(await messagesAt(`/api/v1/app/${appId}/endpoint/${listening.id}/msg`))).toEqual([]);
    expect((await api("GET", `/api/v1/app/${appId}/msg/${id}`)).body).toEqual(sent.body);
  });

  it("makes one from the schema where the type has none, and knows a ping without any type", async () => {
    const { id: appId } = await anApplication();
    const endpoint = await anEndpointOf(appId, { url: nowhere() });
    const path = `/api/v1/app/${appId}/endpoint/${endpoint.id}/send-example`;
    const eventType = await anEventTypeWith({ properties: { paid: { type: "boolean" } } });
    expect(await api("POST", path, { json: { eventType } })).toMatchObject({
      status: 202,
      body: { payload: { paid: true } },
    });
    expect(await api("POST", path, { json: { eventType: "svix.ping" } })).toMatchObject({
      status: 202,
      body: { payload: { success: true } },
    });
  });

  it("is refused for what cannot be sent", async () => {
    const { id: appId } = await anApplication();
    const endpoint = await anEndpointOf(appId, { url: nowhere() });
    const path = `/api/v1/app/${appId}/endpoint/${endpoint.id}/send-example`;
    const place = [["body", "eventType"]];
    expect(await api("POST", path, { json: { eventType: "no.such.type" } })).toMatchObject({
      status: 404,
      body: { code: "not_found", detail: "There is no event type no.such.type" },
    });
    const text = await anEventTypeWith({ type: "string" });
    expect(locationsOf(await api("POST", path, { json: { eventType: text } }))).toEqual(place);
    const one = await anEventTypeWith({ examples: [{ n: 1 }] });
    const second = await api("POST", path, { json: { eventType: one, exampleIndex: 1 } });
    expect(locationsOf(second)).toEqual(place);
    await api("PATCH", `/api/v1/app/${appId}/endpoint/${endpoint.id}`, { json: { disabled: true } });
    expect(await api("POST", path, { json: { eventType: one } })).toMatchObject({
      status: 400,
      body: { code: "endpoint_disabled" },
    });
  });

  it("is refused for a type that the caller's flags hide", async () => {
    const { id: appId } = await anApplication();
    const endpoint = await anEndpointOf(appId, { url: nowhere() });
    const name = unique("type");
    const schemas = { "1": { examples: [{ n: 1 }] } };
    await api("POST", "/api/v1/event-type", {
      json: { name, description: "", schemas, featureFlags: ["x"] },
    });
    const token = await aConsumerToken(appId);
    const path = `/api/v1/app/${appId}/endpoint/${endpoint.id}/send-example`;
    expect((await api("POST", path, { json: { eventType: name }, token })).status).toBe(404);
    expect((await api("POST", path, { json: { eventType: name } })).status).toBe(202);
  });
});

describe("an endpoint's transformation", () => {
  it("can be read as none and set to none; anything else is said to be not offered", async () => {
    const { id: appId } = await anApplication();
    const { id } = await anEndpointOf(appId);
    const path = `/api/v1/app/${appId}/endpoint/${id}/transformation`;
    const none = { code: null, enabled: false, variables: null, updatedAt: null };
    expect(await api("GET", path)).toMatchObject({ status: 200, body: none });
    expect((await api("PATCH", path, { json: { code: null, enabled: false } })).status).toBe(204);
    for (const json of [{ enabled: true }, { code: "function handler(w) { return w; }" }]) {
      expect(await api("PATCH", path, { json })).toMatchObject({
        status: 501,
        body: { code: "not_implemented", detail: expect.any(String) },
      });
    }
  });
});

describe("the list of applications", () => {
  it("leaves out, when asked, those without endpoints and those with disabled ones only", async () => {
    const [none, disabled, mixed] = [await anApplication(), await anApplication(), await anApplication()];
    await anEndpointOf(disabled.id, { disabled: true });
    await anEndpointOf(mixed.id, { disabled: true });
    await anEndpointOf(mixed.id);
    const listed = async (query: string) => {
      const { body } = await api("GET", `/api/v1/app?order=descending&limit=3&${query}`);
      const ids = (body as { data: { id: string }[] }).data.map(({ id }) => id);
      return [none, disabled, mixed].map(({ id }) => ids.includes(id));
    };
    expect(await listed("")).toEqual([true, true, true]);
    expect(await listed("exclude_apps_with_no_endpoints=true")).toEqual([false, true, true]);
    expect(await listed("exclude_apps_with_disabled_endpoints=true")).toEqual([true, false, true]);
    expect(await listed("exclude_apps_with_svix_play_endpoints=true")).toEqual([true, true, true]);
  });
});
