/**
 * Every field that ends up in a header, a URL, a statement or the log: what is accepted can be sent, comes back as it
 * was written, and is seen by nobody else.
 */
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { DialectIn } from "../../src/contract/dialects.ts";
import { checkCustomHeaders } from "../../src/core/custom-headers.ts";
import { signatureHeaderNames } from "../../src/core/dialect.ts";
import { MAX_CUSTOM_DIALECTS } from "../../src/core/limits/resources.ts";
import { BUILT_IN_DIALECTS, buildRequest } from "../../src/wire/index.ts";
import { type ApiAnswer, api } from "../support/api.ts";
import { anApplication, unique } from "../support/apps.ts";
import { ODD_TEXTS } from "../support/bad-json.ts";

const SEED = 20_261_122;
const PURE = { seed: SEED, numRuns: 3000 };
const CALLS = { seed: SEED, numRuns: 100 };
const BUDGET = { timeout: 60_000 };

afterEach(() => {
  vi.restoreAllMocks();
});

const oddText = fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ unit: "binary", maxLength: 20 }));
const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,20}$/);
const headerName = fc.oneof(
  { weight: 5, arbitrary: token },
  fc.constantFrom(
    "__proto__",
    "constructor",
    "Set-Cookie",
    "Cookie",
    "Date",
    "Origin",
    "Referer",
    "Accept",
    "DNT",
  ),
  oddText,
);
const headerValue = fc.oneof(
  { weight: 5, arbitrary: fc.stringMatching(/^[\t\x20-\x7e]{0,40}$/).map((text) => text.trim()) },
  oddText,
);
const headerMap = fc
  .array(fc.tuple(headerName, headerValue), { maxLength: 4 })
  .map(Object.fromEntries<string>);

function sent(headers: Record<string, string>): Headers {
  return new Request("https://receiver.example/", { method: "POST", headers, body: "{}" }).headers;
}

describe("an endpoint's own headers", () => {
  it("that are accepted are sent as they were written", () => {
    fc.assert(
      fc.property(headerMap, (headers) => {
        if (!checkCustomHeaders(headers).ok) return;
        const arrived = sent(headers);
        for (const [name, value] of Object.entries(headers)) expect(arrived.get(name)).toBe(value);
      }),
      PURE,
    );
  });

  it("that are accepted are stored as they were written", BUDGET, async () => {
    const app = await anApplication();
    const created = await api("POST", `/api/v1/app/${app.id}/endpoint`, {
      json: { url: "https://example.com/" },
    });
    const path = `/api/v1/app/${app.id}/endpoint/${idOf(created)}/headers`;
    await fc.assert(
      fc.asyncProperty(headerMap, async (headers) => {
        const put = await api("PUT", path, { json: { headers } });
        if (put.status !== 204) {
          expect(put.status).toBe(422);
          return;
        }
        const { body } = await api("GET", path);
        const { headers: shown, sensitive } = body as {
          headers: Record<string, string>;
          sensitive: string[];
        };
        expect(Object.keys(shown).concat(sensitive).sort()).toEqual(Object.keys(headers).sort());
        for (const [name, value] of Object.entries(shown)) expect(headers[name]).toBe(value);
      }),
      CALLS,
    );
  });
});

const field = fc.record({
  name: fc.oneof(
    fc.stringMatching(/^[a-z_]{1,10}$/),
    fc.constantFrom("__proto__", "constructor", "toJSON"),
    oddText,
  ),
  source: fc.constantFrom("id", "position", "type", "timestamp", "event_id"),
});
const envelope = fc.oneof(
  fc.constant({ kind: "payload" }),
  fc
    .tuple(fc.array(field, { maxLength: 3 }), field)
    .map(([fields, last]) => ({ kind: "object", fields: [...fields, { ...last, source: "payload" }] })),
);
const signature = fc.oneof(
  fc.record({ scheme: fc.constant("standard"), headerPrefix: headerName }),
  fc.record({
    scheme: fc.constant("body-hmac"),
    header: headerName,
    valuePrefix: fc.oneof(fc.stringMatching(/^[\x21-\x7e]{0,10}$/), oddText),
    encoding: fc.constantFrom("hex", "base64"),
  }),
);
const definition = fc.record(
  {
    envelope,
    idPrefix: fc.oneof(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,10}$/), oddText),
    signature,
    headers: headerMap,
  },
  { requiredKeys: [] },
);

describe("a dialect's definition", () => {
  it(
    "that is accepted makes requests that can be sent, with its headers and fields and a signature",
    BUDGET,
    async () => {
      const standard = BUILT_IN_DIALECTS.get("standard");
      if (standard === undefined) throw new Error("no dialect standard");
      let built = 0;
      await fc.assert(
        fc.asyncProperty(definition, fc.jsonValue({ maxDepth: 2 }), async (document, value) => {
          const parsed = DialectIn.safeParse(document);
          if (!parsed.success) return;
          built++;
          const { envelope, signature, headers, idPrefix } = parsed.data;
          const dialect = {
            ...standard,
            ...(envelope === undefined ? {} : { envelope }),
            ...(signature === undefined ? {} : { signature }),
            ...(headers === undefined ? {} : { headers }),
            ...(idPrefix === undefined ? {} : { idPrefix }),
          };
          const event = {
            ...{
              position: 7,
              createdAtMs: 1_800_000_000_000,
              eventType: "a.b",
              eventId: null,
              channels: null,
            },
            ...{ tags: null, deliverAtMs: null, payload: JSON.stringify({ value }) },
          };
          const secrets = [{ value: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLSw3", expiresAtMs: null }];
          const base = { dialect, event, appKey: 5, secrets, nowMs: 1_800_000_000_000 };
          const request = await buildRequest({ ...base, customHeaders: { "X-Own": "1" } });
          const arrived = sent(request.headers);
          for (const [name, value] of Object.entries(parsed.data.headers ?? {}))
            expect(arrived.get(name)).toBe(value);
          for (const name of signatureHeaderNames(dialect.signature)) expect(arrived.get(name)).toMatch(/./);
          expect(arrived.get("content-type")).toBe("application/json");
          if (dialect.envelope.kind === "payload") {
            expect(request.body).toBe(event.payload);
            return;
          }
          expect(JSON.stringify(JSON.parse(request.body))).toBe(request.body);
          expect(Object.keys(JSON.parse(request.body))).toEqual(
            dialect.envelope.fields.map(({ name }) => name),
          );
        }),
        PURE,
      );
      expect(built).toBeGreaterThan(PURE.numRuns / 10);
    },
  );

  it("that is accepted is stored as it was written, under its name", BUDGET, async () => {
    const name = fc.oneof(
      fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
      fc.constantFrom("__proto__", "constructor", ".", "..", "-", "standard"),
    );
    await fc.assert(
      fc.asyncProperty(name, definition, async (name, document) => {
        const path = `/api/v1/dialect/${encodeURIComponent(name)}`;
        const put = await api("PUT", path, { json: document });
        if (put.status >= 400) {
          expect([404, 409, 422]).toContain(put.status);
          return;
        }
        expect((await api("GET", path)).body).toEqual(put.body);
        expect(put.body).toMatchObject({ name, ...document });
        expect((await api("DELETE", path)).status).toBe(204);
      }),
      { ...CALLS, numRuns: Math.min(CALLS.numRuns, MAX_CUSTOM_DIALECTS) },
    );
  });
});

function idOf({ status, body }: ApiAnswer): string {
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  return (body as { id: string }).id;
}

function idsIn({ status, body }: ApiAnswer): string[] {
  expect(status, JSON.stringify(body)).toBe(200);
  return (body as { data: { id: string }[] }).data.map(({ id }) => id);
}

const named = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[a-zA-Z0-9\-_.]{1,20}$/) },
  fc.constantFrom("...", "-", "_", "a.", ".a", "..a", "constructor", "x".repeat(256)),
  { weight: 1, arbitrary: fc.constantFrom(".", "..") },
  oddText,
);
const channel = fc.oneof({ weight: 8, arbitrary: fc.stringMatching(/^[a-zA-Z0-9\-_.:+]{1,20}$/) }, oddText);
const tag = fc.oneof({ weight: 8, arbitrary: fc.stringMatching(/^[a-zA-Z0-9\-_./\\#]{1,20}$/) }, oddText);
const metadata = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor")), oddText, {
  maxKeys: 3,
});
const query = (pairs: Record<string, string>) => new URLSearchParams(pairs).toString();

describe("a name that is accepted", () => {
  it("finds its application", BUDGET, async () => {
    await fc.assert(
      fc.asyncProperty(named, metadata, oddText, async (uid, metadata, name) => {
        const created = await api("POST", "/api/v1/app", { json: { name, uid, metadata } });
        if (created.status !== 201) {
          expect([409, 422]).toContain(created.status);
          return;
        }
        expect(created.body).toMatchObject({ name, uid });
        expect((created.body as { metadata: object }).metadata).toEqual(metadata);
        expect((await api("GET", `/api/v1/app/${uid}`)).body).toEqual(created.body);
        expect((await api("DELETE", `/api/v1/app/${uid}`)).status).toBe(204);
      }),
      { ...CALLS, numRuns: 150 },
    );
  });

  it("finds its event type", BUDGET, async () => {
    await fc.assert(
      fc.asyncProperty(named, async (name) => {
        const created = await api("POST", "/api/v1/event-type", { json: { name, description: "" } });
        if (created.status !== 201) {
          expect([409, 422]).toContain(created.status);
          return;
        }
        expect((await api("GET", `/api/v1/event-type/${name}`)).body).toEqual(created.body);
      }),
      CALLS,
    );
  });

  it("finds its endpoint, and only within its application", BUDGET, async () => {
    const [mine, other] = [await anApplication(), await anApplication()];
    await fc.assert(
      fc.asyncProperty(
        named,
        fc.array(channel, { minLength: 1, maxLength: 3 }),
        oddText,
        async (uid, channels, text) => {
          const json = { url: "https://example.com/", disabled: true, uid, channels, description: text };
          const created = await api("POST", `/api/v1/app/${mine.id}/endpoint`, { json });
          if (created.status !== 201) {
            expect([409, 422]).toContain(created.status);
            return;
          }
          expect(created.body).toMatchObject({ uid, channels: [...new Set(channels)], description: text });
          expect((await api("GET", `/api/v1/app/${mine.id}/endpoint/${uid}`)).body).toEqual(created.body);
          expect((await api("GET", `/api/v1/app/${other.id}/endpoint/${uid}`)).status).toBe(404);
          expect(idsIn(await api("GET", `/api/v1/app/${other.id}/endpoint`))).toEqual([]);
        },
      ),
      CALLS,
    );
  });

  it("finds its message, by id, type, channel and tag, and only within its application", BUDGET, async () => {
    const [mine, other] = [await anApplication(), await anApplication()];
    const message = fc.record({
      eventType: named,
      eventId: named,
      channels: fc.array(channel, { minLength: 1, maxLength: 2 }),
      tags: fc.array(tag, { minLength: 1, maxLength: 2 }),
      payload: fc.dictionary(oddText, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(message, async (json) => {
        const created = await api("POST", `/api/v1/app/${mine.id}/msg`, { json });
        if (created.status !== 202) {
          expect([409, 422]).toContain(created.status);
          return;
        }
        const id = idOf(created);
        expect(created.text).toContain(JSON.stringify(json.payload));
        const list = `/api/v1/app/${mine.id}/msg`;
        expect((await api("GET", `${list}/${json.eventId}`)).body).toEqual(created.body);
        const filters = [
          { event_types: json.eventType },
          { channel: json.channels[0] ?? "" },
          { tag: json.tags[0] ?? "" },
        ];
        for (const filter of filters)
          expect(idsIn(await api("GET", `${list}?${query(filter)}`))).toContain(id);
        expect((await api("GET", `/api/v1/app/${other.id}/msg/${json.eventId}`)).status).toBe(404);
        expect((await api("GET", `/api/v1/app/${other.id}/msg/${id}`)).status).toBe(404);
        expect(idsIn(await api("GET", `/api/v1/app/${other.id}/msg`))).toEqual([]);
      }),
      CALLS,
    );
  });
});

it("secrets, header values and payloads are in no line of the log and in no refusal", BUDGET, async () => {
  const lines: string[] = [];
  for (const level of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, level).mockImplementation((...parts) => {
      lines.push(parts.map(String).join(" "));
    });
  }
  vi.spyOn(globalThis, "fetch").mockImplementation(async () =>
    Promise.reject(new Error("connection refused")),
  );
  const mark = unique("MARK");
  const refusals: string[] = [];
  await fc.assert(
    fc.asyncProperty(oddText, fc.boolean(), async (text, isPlain) => {
      const { id: appId } = await anApplication();
      const app = `/api/v1/app/${appId}`;
      if (isPlain) await api("PUT", `${app}/delivery-policy`, { json: { dialect: "clawbook" } });
      const hidden = mark + text;
      const authorization = { Authorization: hidden };
      const url = "https://example.com/";
      const calls: [method: string, path: string, json: unknown][] = [
        ["POST", `${app}/endpoint`, { url, secret: hidden }],
        ["POST", `${app}/endpoint`, { url, headers: authorization }],
        ["POST", `${app}/endpoint`, { url: `https://user:${mark}@example.com/` }],
        ["POST", `${app}/endpoint`, { url: `https://localhost/${mark}?token=${mark}` }],
        ["POST", `${app}/msg`, { eventType: "a", payload: { hidden } }],
        ["POST", `${app}/msg`, { eventType: "a b", payload: { hidden } }],
        ["POST", "/api/v1/dialect/standard/preview", { secret: hidden }],
      ];
      for (const [method, path, json] of calls) {
        const answer = await api(method, path, { json });
        if (answer.status >= 400) refusals.push(answer.text);
      }
      const token = await api("GET", "/api/v1/app", { token: hidden.replace(/[^\x21-\x7e]/g, "") });
      refusals.push(token.text);
    }),
    { ...CALLS, numRuns: 25 },
  );
  for (const line of [...lines, ...refusals]) {
    expect(line).not.toContain(mark);
    expect(line).not.toContain(env.POSTHORN_KEY);
  }
  expect(refusals.length).toBeGreaterThan(0);
});
