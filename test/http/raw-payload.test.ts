/** What the SDKs' `messageInRaw` publishes: the text of the body instead of its parts. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MAX_PAYLOAD_BYTES } from "../../src/core/limits/publishing.ts";
import { api } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";
import { locationsOf } from "../support/endpoints.ts";

const raw = (rawPayload: unknown, contentType?: string) => ({
  eventType: "invoice.paid",
  payload: {},
  transformationsParams: {
    rawPayload,
    ...(contentType === undefined ? {} : { headers: { "Content-Type": contentType } }),
  },
});

async function publish(json: object) {
  const { id } = await anApplication();
  return api("POST", `/api/v1/app/${id}/msg`, { json });
}

describe("a raw payload", () => {
  it.each([undefined, "application/json", "application/cloudevents+json; charset=utf-8"])(
    "that is a JSON object is kept to the letter, as content type %s",
    async (contentType) => {
      const text = '{ "big": 12345678901234567890,\n "a":1.0 }';
      const { id } = await anApplication();
      const sent = await api("POST", `/api/v1/app/${id}/msg`, { json: raw(text, contentType) });
      expect(sent.status, sent.text).toBe(202);
      expect(sent.text).toContain(`"payload":${text}`);
      const row = await env.DB.prepare(
        "SELECT payload FROM events WHERE app_key = (SELECT key FROM applications WHERE id = ?)",
      )
        .bind(id)
        .first<{ payload: string }>();
      expect(row?.payload).toBe(text);
    },
  );

  it.each([
    ["is no JSON", raw("<invoice/>", "application/xml")],
    ["is said to be none", raw("{}", "text/plain")],
    ["is no object", raw("[1]")],
    ["is cut off", raw('{"a":')],
    ["is no text", raw({ a: 1 })],
    ["cannot be written as UTF-8", raw('{"a":"\ud800"}')],
  ])("that %s is refused, because the empty one would be delivered", async (_, json) => {
    expect(locationsOf(await publish(json))).toEqual([["body", "transformationsParams", "rawPayload"]]);
  });

  it("may be as large as any, and in a batch beside others", async () => {
    const text = JSON.stringify({ text: "x".repeat(MAX_PAYLOAD_BYTES) });
    expect(await publish(raw(text))).toMatchObject({ status: 413 });
    const { id } = await anApplication();
    const messages = [raw('{"a":1 }'), { eventType: "a", payload: { b: 2 } }, raw("no")];
    const { body } = await api("POST", `/api/v1/app/${id}/msg/batch`, { json: { messages } });
    expect(body).toMatchObject({
      data: [{ payload: { a: 1 } }, { payload: { b: 2 } }, { code: "validation_error" }],
    });
  });

  it("that is null is none", async () => {
    const sent = await publish({ ...raw(null), payload: { a: 1 } });
    expect(sent).toMatchObject({ status: 202, body: { payload: { a: 1 } } });
  });
});
