/** The official SDKs, unmodified, against the real server: importing event types, and payloads that must fit them. */
import { beforeAll, describe, expect, it } from "vitest";
import { posthornForThisFile, unique } from "../support/sdk-stage.ts";
import { SVIX_SDKS, type SvixClient } from "../support/svix-sdks.ts";

const posthorn = posthornForThisFile();

const Pet = {
  type: "object",
  properties: { id: { type: "integer", format: "int64" }, name: { type: "string" } },
  required: ["id", "name"],
};

function specOf(name: string, more: Record<string, unknown> = {}) {
  const schema = { $ref: "#/components/schemas/Pet" };
  const requestBody = { content: { "application/json": { schema, example: { id: 1, name: "Buddy" } } } };
  return {
    openapi: "3.1.0",
    info: { title: "Pets", version: "1.0.0" },
    webhooks: { [name]: { post: { operationId: name, description: "A pet", requestBody, ...more } } },
    components: { schemas: { Pet } },
  };
}

describe.each(SVIX_SDKS)("$name", (sdk) => {
  let svix: SvixClient;
  beforeAll(() => {
    svix = sdk.client(posthorn().key, posthorn().url);
  });

  it("imports event types from a document, as an object and as text", async () => {
    const [name, other] = [unique("pet.new"), unique("pet.gone")];
    const flags = { "x-svix-feature-flags": ["beta"], "x-svix-group-name": "pet" };
    const planned = await svix.eventType.importOpenapi({ spec: specOf(name, flags), dryRun: true });
    const schemas = { "1": { ...Pet, examples: [{ id: 1, name: "Buddy" }] } };
    expect(planned.data.toModify).toMatchObject([
      { name, description: "A pet", deprecated: false, schemas, groupName: "pet" },
    ]);
    expect((await sdk.refusalOf(svix.eventType.get(name))).code).toBe(404);
    const { data } = await svix.eventType.importOpenapi({ spec: specOf(name, flags) });
    expect(data.modified).toEqual([name]);
    expect(await svix.eventType.get(name)).toMatchObject({
      schemas,
      groupName: "pet",
      featureFlags: ["beta"],
    });
    const specRaw = JSON.stringify(specOf(other));
    await svix.eventType.importOpenapi({ specRaw, replaceAll: true });
    expect(await svix.eventType.get(other)).toMatchObject({ archived: false });
    expect(await svix.eventType.get(name)).toMatchObject({ archived: true });
  });

  it("is told with 400 of a call without a document, and with 422 where a document is wrong", async () => {
    expect((await sdk.refusalOf(svix.eventType.importOpenapi({}))).code).toBe(400);
    const spec = { openapi: "3.1.0", webhooks: { "not a name": {} } };
    expect(await sdk.refusalOf(svix.eventType.importOpenapi({ spec }))).toMatchObject({
      code: 422,
      body: { detail: [{ loc: ["body", "spec", "webhooks", "not a name", "name"] }] },
    });
  });

  it("is told with 422 where in a payload it does not fit, once the application asks", async () => {
    const eventType = unique("pet.new");
    await svix.eventType.importOpenapi({ spec: specOf(eventType) });
    const { id } = await svix.application.create({ name: "Checked" });
    await svix.message.create(id, { eventType, payload: { name: "Buddy" } });
    const answer = await fetch(`${posthorn().url}/api/v1/app/${id}/delivery-policy`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${posthorn().key}` },
      body: JSON.stringify({ validatePayloads: true }),
    });
    expect(answer.status).toBe(200);
    expect(
      await sdk.refusalOf(svix.message.create(id, { eventType, payload: { id: "1", name: "x" } })),
    ).toEqual({
      code: 422,
      body: { detail: [{ loc: ["body", "payload", "id"], msg: expect.any(String), type: "value_error" }] },
    });
    const sent = await svix.message.create(id, { eventType, payload: { id: 1, name: "Buddy" } });
    expect(sent.eventType).toBe(eventType);
  });
});
