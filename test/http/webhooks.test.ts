/** What the table of routes does not say about a consumer's webhooks; the page's commands run in test/process. */
import { describe, expect, it } from "vitest";
import { type ApiAnswer, api } from "../support/api.ts";
import { aConsumerToken, anApplication, unique } from "../support/apps.ts";
import { nowhere } from "../support/attempts.ts";
import { anEndpointOf, anEventType, locationsOf } from "../support/endpoints.ts";

const WEBHOOKS = "/api/v1/webhooks";

async function aConsumer() {
  const { id: appId } = await anApplication();
  return { appId, token: await aConsumerToken(appId) };
}

async function create(token: string, fields: Record<string, unknown> = {}): Promise<ApiAnswer> {
  return api("POST", WEBHOOKS, { token, json: { url: nowhere(), ...fields } });
}

async function aWebhook(token: string, fields: Record<string, unknown> = {}) {
  const { status, body } = await create(token, fields);
  expect(status, JSON.stringify(body)).toBe(201);
  return body as { id: string; secret: string; events: string[]; enabled: boolean; status: string };
}

async function dialectOf(appId: string, webhookId: string): Promise<unknown> {
  const path = `/api/v1/app/${appId}/endpoint/${webhookId.replace("wh_", "ep_")}/delivery-policy`;
  return ((await api("GET", path)).body as { dialect: string }).dialect;
}

describe("a webhook that a consumer creates", () => {
  it("speaks ClawBook's dialect when its application has chosen none", async () => {
    const { appId, token } = await aConsumer();
    const { id, secret } = await aWebhook(token, { secret: "short" });
    expect(secret).toBe("short");
    expect(await dialectOf(appId, id)).toBe("clawbook");
  });

  it("speaks the dialect that its application has chosen", async () => {
    const { appId, token } = await aConsumer();
    await api("PUT", `/api/v1/app/${appId}/delivery-policy`, { json: { dialect: "clawget" } });
    const { id } = await aWebhook(token);
    expect(await dialectOf(appId, id)).toBe("clawget");
  });

  it("is shown its secret once, also one that was made up", async () => {
    const { token } = await aConsumer();
    const { id, secret } = await aWebhook(token);
    expect(secret).toMatch(/^whsec_/);
    expect((await api("GET", `${WEBHOOKS}/${id}`, { token })).body).not.toHaveProperty("secret");
  });

  it.each([[["*"]], [[]], [null], [undefined]])("gets all events when it asks for %j", async (events) => {
    const { token } = await aConsumer();
    expect((await aWebhook(token, { events })).events).toEqual(["*"]);
  });

  it("is the endpoint of the same digits", async () => {
    const { appId, token } = await aConsumer();
    const { id: endpointId } = await anEndpointOf(appId, { url: nowhere() });
    const { body } = await api("GET", WEBHOOKS, { token });
    expect(body).toMatchObject({ data: [{ id: endpointId.replace("ep_", "wh_") }] });
  });
});

describe("a webhook's fields", () => {
  it("are refused by the names of the page", async () => {
    const { token } = await aConsumer();
    expect(locationsOf(await create(token, { events: ["none.such"] }))).toEqual([["body", "events"]]);
    expect(locationsOf(await create(token, { secret: "x".repeat(300) }))).toEqual([["body", "secret"]]);
    expect(locationsOf(await create(token, { url: "ftp://a" }))).toEqual([["body", "url"]]);
  });

  it("are all changed by a patch, or none", async () => {
    const { appId, token } = await aConsumer();
    const event = await anEventType(unique("thing").replaceAll("-", "."));
    const { id } = await aWebhook(token, { secret: "before" });
    const path = `${WEBHOOKS}/${id}`;
    const secretPath = `/api/v1/app/${appId}/endpoint/${id.replace("wh_", "ep_")}/secret`;
    const refused = { secret: "after", enabled: false, events: ["none.such"] };
    expect((await api("PATCH", path, { token, json: refused })).status).toBe(422);
    expect((await api("GET", secretPath)).body).toEqual({ key: "before" });
    expect((await api("GET", path, { token })).body).toMatchObject({ status: "active", events: ["*"] });

    const url = nowhere();
    const changed = await api("PATCH", path, { token, json: { ...refused, events: [event], url } });
    expect(changed.body).toMatchObject({ url, enabled: false, status: "disabled", events: [event] });
    expect((await api("GET", secretPath)).body).toEqual({ key: "after" });
  });
});

describe("a list of webhooks", () => {
  it("goes on where the page before ended", async () => {
    const { token } = await aConsumer();
    const made = [await aWebhook(token), await aWebhook(token), await aWebhook(token)].map(({ id }) => id);
    const list = async (query: string) =>
      (await api("GET", `${WEBHOOKS}?${query}`, { token })).body as {
        data: { id: string }[];
        next_cursor: string | null;
      };
    const first = await list("limit=2");
    const second = await list(`limit=2&cursor=${first.next_cursor}`);
    expect([...first.data, ...second.data].map(({ id }) => id).toSorted()).toEqual(made.toSorted());
    expect(second.next_cursor).toBeNull();
  });
});

it("does not send a test to a webhook that is disabled", async () => {
  const { token } = await aConsumer();
  const { id } = await aWebhook(token, { enabled: false });
  const { status, body } = await api("POST", `${WEBHOOKS}/${id}/test`, { token });
  expect({ status, body }).toMatchObject({ status: 400, body: { code: "endpoint_disabled" } });
});
