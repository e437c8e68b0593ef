/**
 * Every route of the API's own description under requests near the valid ones: it never fails (5xx), every refusal has
 * the shape of an error, and what is refused has changed nothing.
 */
import { env, exports } from "cloudflare:workers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { HttpErrorOut, HttpValidationError } from "../../src/contract/errors.ts";
import { api, ORIGIN } from "../support/api.ts";
import { badJson, ODD_TEXTS } from "../support/bad-json.ts";
import { type ApiDocument, type Operation, valuesOf } from "../support/schema-values.ts";
import { allRoutes as rows } from "./routes/all.ts";
import type { Call, RouteRow } from "./routes/row.ts";

const SEED = 20_261_121;
const RUNS = 60;
/** Calls before the things that a route is about are made afresh: some of them delete them. */
const CALLS_A_STAGE = 12;

const logged: string[] = [];

let document: ApiDocument;
beforeAll(async () => {
  // What is accepted may be delivered, to nowhere.
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(null, { status: 204 }));
  for (const level of ["log", "error", "warn", "info"] as const) {
    vi.spyOn(console, level).mockImplementation((...parts) => {
      logged.push(parts.map(String).join(" "));
    });
  }
  document = (await api("GET", "/openapi.json")).body as ApiDocument;
});

afterAll(() => {
  vi.restoreAllMocks();
  const failures = logged.filter((line) => line.includes("http.failed"));
  expect(failures).toEqual([]);
  for (const secret of [env.POSTHORN_KEY, env.POSTHORN_MASTER_KEY]) {
    expect(logged.filter((line) => line.includes(secret))).toEqual([]);
  }
});

/** Made of a good call: its path, and its body unless one was drawn from the schema. */
type BadRequest = {
  path: (good: string) => string;
  query: string;
  headers: [string, string][];
  drawn: unknown;
  body: (valid: unknown) => string;
};

const oddText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ODD_TEXTS) },
  fc.string({ unit: "binary", maxLength: 20 }),
);
const oddIds = fc.oneof(
  fc.constantFrom(
    "%2F",
    "a%2F..%2Fb",
    "%00",
    "%",
    "%zz",
    "%ff%fe",
    "%ED%A0%80",
    "..",
    ".",
    "%2e%2e",
    ";",
    "a b",
    "a?b",
  ),
  oddText.map((text) => encodeURIComponent(text.toWellFormed())),
);

/** The good path with some of its ids replaced. */
function paths(template: string): fc.Arbitrary<(good: string) => string> {
  const parameters = template.split("/").flatMap((part, index) => (part.startsWith("{") ? [index] : []));
  const unchanged = fc.constant((good: string) => good);
  if (parameters.length === 0) return unchanged;
  const changed = fc.tuple(fc.constantFrom(...parameters), oddIds).map(
    ([at, id]) =>
      (good: string) =>
        good.split("/").with(at, id).join("/"),
  );
  return fc.oneof({ weight: 3, arbitrary: unchanged }, { weight: 1, arbitrary: changed });
}

function queries({ parameters = [] }: Operation): fc.Arbitrary<string> {
  const known = parameters.filter((parameter) => parameter.in === "query");
  const given = known.map(({ name, schema = {} }) =>
    fc.oneof(valuesOf(schema, document).map(String), oddText).map((value) => [name, value] as const),
  );
  const other = fc.tuple(
    fc.constantFrom("limit", "event_types[]", "event_types[1]", "__proto__", "a[b]"),
    oddText,
  );
  return fc
    .array(fc.oneof(...given, other), { maxLength: 4 })
    .map((pairs) =>
      pairs
        .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed()).slice(0, 10_000)}`)
        .join("&"),
    );
}

/** What `Headers` takes without a warning. */
const headerText = fc.oneof(
  fc.constantFrom(
    "",
    "text/plain",
    "application/json; charset=utf-16",
    "multipart/form-data",
    "gzip",
    "x".repeat(300),
  ),
  fc.stringMatching(/^[\x21-\x7e]{1,40}$/),
);
const headers = fc.array(
  fc.tuple(
    fc.constantFrom(
      "idempotency-key",
      "content-type",
      "content-encoding",
      "accept",
      "svix-req-id",
      "range",
      "cookie",
    ),
    headerText,
  ),
  { maxLength: 3 },
);

function requestsOf(row: RouteRow): fc.Arbitrary<BadRequest> {
  const [method = "", template = ""] = row.route.split(" ");
  const operation = document.paths[template]?.[method.toLowerCase()] ?? {};
  const schema = operation.requestBody?.content["application/json"]?.schema;
  return fc.record({
    path: paths(template),
    query: queries(operation),
    headers,
    drawn: fc.oneof(fc.constant(undefined), valuesOf(schema ?? {}, document)),
    body: badJson,
  });
}

const WRITES = new Set(["POST", "PUT", "PATCH", "DELETE"]);

async function send(row: RouteRow, good: Call, request: BadRequest): Promise<Response> {
  const [method = ""] = row.route.split(" ");
  const headers = new Headers({ ...good.headers, ...request.headers });
  headers.set("authorization", `Bearer ${good.token ?? env.POSTHORN_KEY}`);
  const url = ORIGIN + request.path(good.path) + (request.query === "" ? "" : `?${request.query}`);
  const text = request.body(request.drawn ?? good.json ?? {});
  const body = WRITES.has(method) && text !== "" ? { body: text } : {};
  return exports.default.fetch(new Request(url, { method, headers, ...body }));
}

const TABLES = [
  "applications",
  "endpoints",
  "event_types",
  "api_keys",
  "dialects",
  "event_keys",
  "events",
  "integrations",
  "connectors",
  "settings",
  "alert_rules",
];

/** What other routes left would only make it slower to see what has changed. */
async function forgetEverything(): Promise<void> {
  await env.DB.batch(TABLES.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
}

/** Everything that a caller can have written. */
async function stored(): Promise<string> {
  const tables = await env.DB.batch(TABLES.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)));
  return JSON.stringify(tables.map(({ results }) => results));
}

async function expectRefusal(response: Response): Promise<void> {
  const { status } = response;
  const body = await response.json();
  const shape = status === 422 ? HttpValidationError : HttpErrorOut;
  expect(shape.safeParse(body).success, `${status} ${JSON.stringify(body)}`).toBe(true);
}

/** The same for a route whatever routes there are beside it. */
function seedOf(route: string): number {
  return [...route].reduce((seed, char) => (31 * seed + char.charCodeAt(0)) % 2 ** 31, SEED);
}

describe.each(rows)("$route", (row) => {
  it("answers whatever it is sent, and stores nothing that it refuses", { timeout: 60_000 }, async () => {
    await forgetEverything();
    let calls = 0;
    let good: Call = { path: "" };
    let before = "";
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(requestsOf(row), async (request) => {
        if (calls++ % CALLS_A_STAGE === 0) {
          good = await row.good();
          before = await stored();
        }
        const response = await send(row, good, request);
        // That something is not offered is an answer too.
        const text = response.webSocket === null ? await response.clone().text() : "a socket";
        if (response.status !== 501) expect(response.status, text).toBeLessThan(500);
        const isRefused = response.status >= 400;
        if (isRefused) await expectRefusal(response);
        else accepted++;
        if (!WRITES.has(row.route.split(" ")[0] ?? "")) return;
        const after = await stored();
        if (isRefused) expect(after === before, "a refused call has changed what is stored").toBe(true);
        before = after;
      }),
      { seed: seedOf(row.route), numRuns: RUNS, interruptAfterTimeLimit: 50_000 },
    );
    // Of nothing but refusals it would learn nothing about what is stored.
    expect(accepted).toBeGreaterThan(0);
  });
});
