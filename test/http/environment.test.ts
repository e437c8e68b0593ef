/** Connectors, and a deployment's configuration as one document. */
import { describe, expect, it } from "vitest";
import { TOO_DEEP } from "../../src/core/json-object.ts";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication, unique } from "../support/apps.ts";

const code = "function handler(webhook) { return webhook; }";

async function aConnector(fields: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const made = await api("POST", "/api/v1/connector", {
    json: { name: "Slack", transformation: code, ...fields },
  });
  expect(made.status, made.text).toBe(201);
  return made.body as Record<string, unknown>;
}

describe("a connector", () => {
  it("has Svix's defaults, and is found by its uid too", async () => {
    const uid = unique("slack");
    const connector = await aConnector({ uid });
    expect(connector).toMatchObject({
      id: expect.stringMatching(/^trtmpl_[A-Za-z0-9]{27}$/),
      orgId: expect.stringMatching(/^org_[A-Za-z0-9]{27}$/),
      kind: "Custom",
      description: "",
      instructions: "",
      logo: null,
      allowedEventTypes: null,
      featureFlags: null,
      productType: "Dispatch",
    });
    expect((await api("GET", `/api/v1/connector/${uid}`)).body).toEqual(connector);
    const again = await api("POST", "/api/v1/connector", { json: { name: "b", uid, transformation: code } });
    expect(again).toMatchObject({ status: 409, body: { code: "conflict" } });
  });

  it("is created by PUT under the uid of the path, and replaced by the next", async () => {
    const path = `/api/v1/connector/${unique("put")}`;
    const put = (json: object) => api("PUT", path, { json: { transformation: code, ...json } });
    const first = await put({ description: "first" });
    const second = await put({ kind: "Slack" });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toMatchObject({
      id: (first.body as { id: string }).id,
      description: "",
      kind: "Slack",
    });
    const bad = await api("PUT", "/api/v1/connector/a%20b", { json: { transformation: code } });
    expect(bad.status).toBe(422);
  });

  it("tells when its code has changed, apart from when anything has", async () => {
    const { id, transformationUpdatedAt } = await aConnector();
    const path = `/api/v1/connector/${id}`;
    const named = await api("PATCH", path, { json: { name: "Other", transformation: code } });
    expect(named.body).toMatchObject({ name: "Other", transformationUpdatedAt });
    const changed = await api("PATCH", path, { json: { transformation: `${code} // 2` } });
    const { updatedAt, ...rest } = changed.body as { updatedAt: string; transformationUpdatedAt: string };
    expect(rest.transformationUpdatedAt).toBe(updatedAt);
  });

  it("is hidden from consumers without one of its flags", async () => {
    const { id } = await aConnector({ featureFlags: ["beta"] });
    const app = await anApplication();
    const plain = await aConsumerToken(app.id);
    const tester = await aConsumerToken(app.id, { featureFlags: ["beta"] });
    expect((await api("GET", `/api/v1/connector/${id}`, { token: plain })).status).toBe(404);
    expect((await api("GET", `/api/v1/connector/${id}`, { token: tester })).status).toBe(200);
    const { body } = await api("GET", "/api/v1/connector?order=descending", { token: plain });
    expect(JSON.stringify(body)).not.toContain(id);
  });

  it.each([
    ...["Custom", "AgenticCommerceProtocol", "CloseCRM", "CustomerIO", "DatadogTracing", "Discord"],
    ...["GrafanaCloudTracing", "Hubspot", "Inngest", "Loops", "NewRelicTracing", "Otel", "Resend"],
    ...["Salesforce", "Segment", "Sendgrid", "Slack", "Teams", "TriggerDev", "Windmill", "Zapier"],
  ])("may be of the kind %s, as the newest SDKs know it", async (kind) => {
    expect(await aConnector({ kind })).toMatchObject({ kind });
  });

  it("is listed by product", async () => {
    const { id } = await aConnector({ productType: "Stream" });
    const listed = async (type: string) =>
      JSON.stringify((await api("GET", `/api/v1/connector?product_type=${type}&order=descending`)).body);
    expect(await listed("Stream")).toContain(id);
    expect(await listed("Dispatch")).not.toContain(id);
  });
});

type Document = {
  version: number;
  eventTypes: { name: string; archived: boolean }[];
  settings: Record<string, unknown> | null;
  connectors: { id: string; name: string; uid: string | null }[];
};

async function exported(): Promise<Document> {
  const { status, body } = await api("POST", "/api/v1/environment/export");
  expect(status).toBe(200);
  return body as Document;
}

function imported(json: unknown) {
  return api("POST", "/api/v1/environment/import", { json });
}

describe("the configuration of a deployment", () => {
  it("refuses settings that are nested without end, instead of failing on them", async () => {
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    const { status, body } = await api("POST", "/api/v1/environment/import", {
      text: `{"settings": {"customThemeOverride": ${deep}}}`,
    });
    expect(status).toBe(422);
    expect(body).toMatchObject({ detail: [{ loc: ["body", "settings"], msg: TOO_DEEP }] });
  });

  it("comes back from its own document unchanged, and nothing is doubled", async () => {
    const [uid, name] = [unique("uid"), unique("connector")];
    await aConnector({ uid });
    await aConnector({ name, featureFlags: ["beta"] });
    const type = unique("type");
    const fields = { description: "d", archived: true, schemas: { "1": { type: "object" } }, groupName: "g" };
    await api("POST", "/api/v1/event-type", { json: { name: type, ...fields } });
    await imported({ settings: { displayName: "Ours", customThemeOverride: { radius: 2 } } });
    const before = await exported();
    expect(before.version).toBe(1);
    expect(before.eventTypes.find((one) => one.name === type)).toMatchObject(fields);
    expect((await imported(before)).status).toBe(204);
    const after = await exported();
    const stable = (document: Document) =>
      JSON.parse(
        JSON.stringify(document, (key, value) =>
          key === "updatedAt" || key === "createdAt" ? undefined : value,
        ),
      );
    expect(stable(after)).toEqual(stable(before));
  });

  it("is added to and replaced, never taken from", async () => {
    const [kept, changed] = [unique("kept"), unique("changed")];
    for (const name of [kept, changed]) {
      await api("POST", "/api/v1/event-type", { json: { name, description: "before" } });
    }
    await imported({ settings: { one: 1, two: 1 } });
    await imported({ eventTypes: [{ name: changed, description: "after" }], settings: { two: 2 } });
    const { eventTypes, settings } = await exported();
    const descriptions = new Map(eventTypes.map((type) => [type.name, type]));
    expect(descriptions.get(kept)).toMatchObject({ description: "before" });
    expect(descriptions.get(changed)).toMatchObject({ description: "after" });
    expect(settings).toMatchObject({ one: 1, two: 2 });
  });

  it("of which all is refused when a part is bad", async () => {
    const name = unique("refused");
    const good = { name, description: "" };
    const answers = [
      await imported({ eventTypes: [good, { name: "a b", description: "" }] }),
      await imported({ eventTypes: [good], settings: { big: "x".repeat(70_000) } }),
      await imported({ eventTypes: [good], connectors: [{ name: "c", transformation: "no" }] }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 422]);
    expect((await api("GET", `/api/v1/event-type/${name}`)).status).toBe(404);
  });

  it("grows to a bound, however it is imported", async () => {
    const part = (key: string) => imported({ settings: { [key]: "x".repeat(40_000) } });
    expect((await part("a")).status).toBe(204);
    expect(await part("b")).toMatchObject({ status: 400, body: { code: "limit_reached" } });
    expect((await imported({ settings: { a: null } })).status).toBe(204);
  });

  it("says whether the catalogue is public, and makes it so", async () => {
    const page = async () => {
      const { body } = await api("GET", "/api/v1/catalogue");
      return (body as { published: boolean; title: string }).published;
    };
    await api("PUT", "/api/v1/catalogue", { json: { published: false, title: "Ours" } });
    await imported({ settings: { eventCatalogPublished: true } });
    expect(await page()).toBe(true);
    expect((await api("GET", "/api/v1/catalogue")).body).toMatchObject({ title: "Ours" });
    expect((await api("GET", "/catalogue/openapi.json", { token: null })).status).toBe(200);
    await imported({ settings: { displayName: "Ours" } });
    expect(await page()).toBe(true);
    await api("PUT", "/api/v1/catalogue", { json: { published: false } });
    expect((await exported()).settings).toMatchObject({ eventCatalogPublished: false });
    await imported({ settings: { eventCatalogPublished: "yes" } });
    expect(await page()).toBe(false);
    await imported({ settings: { eventCatalogPublished: false } });
  });

  it("holds schemas that payloads are checked against at once", async () => {
    const app = await anApplication();
    const name = unique("checked");
    const type = (schema: unknown) => ({ name, description: "", schemas: { "1": schema } });
    await api("PATCH", `/api/v1/app/${app.id}/delivery-policy`, { json: { validatePayloads: true } });
    await api("POST", "/api/v1/event-type", { json: type({ type: "object" }) });
    const publish = () =>
      api("POST", `/api/v1/app/${app.id}/msg`, { json: { eventType: name, payload: { n: 1 } } });
    expect((await publish()).status).toBe(202);
    await imported({ eventTypes: [type({ required: ["id"] })] });
    expect((await publish()).status).toBe(422);
  });

  it("may be shown by portals, in part", async () => {
    await imported({ settings: { displayName: "Ours", enableChannels: "yes", secretOfOurs: "hidden" } });
    const token = await aConsumerToken((await anApplication()).id);
    const { body } = await api("GET", "/api/v1/environment/settings", { token });
    expect(body).toMatchObject({ displayName: "Ours", enableChannels: true });
    expect(JSON.stringify(body)).not.toContain("hidden");
  });
});
