import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { payloadCheck } from "../../src/catalogue/payload-check.ts";
import { api, ORIGIN } from "../support/api.ts";
import { unique } from "../support/apps.ts";
import { allRoutes } from "./routes/all.ts";

async function get(path: string) {
  const response = await exports.default.fetch(new Request(ORIGIN + path));
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const publish = (published: boolean, title: string | null = null) =>
  api("PUT", "/api/v1/catalogue", { json: { published, title } });

type Media = Record<string, { schema?: unknown; example?: unknown }>;
type Operation = {
  tags?: string[];
  summary?: string;
  operationId?: string;
  parameters?: { name: string; description?: string }[];
  requestBody?: { content: Media };
  responses: Record<string, { content?: Media }>;
};
type Document = {
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};

async function document() {
  const { body } = await api("GET", "/openapi.json", { token: null });
  const found = body as Document;
  const operations = Object.entries(found.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, ...operation })),
  );
  return { ...found, operations };
}

/** What makes a page safe to show to anybody: no script, nothing from elsewhere, no frame around it. */
function expectSafe({ headers, text }: { headers: Headers; text: string }) {
  expect(headers.get("content-security-policy")).toBe(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(headers.get("content-type")).toMatch(/^text\/html; charset=utf-8$/i);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(text).not.toMatch(/<script|<img|<iframe|\son\w+=|\sstyle=|javascript:/i);
  expect(text.match(/\s(?:src|href)="(?!#|\/)[^"]*"/g)).toBeNull();
  expect(text).toMatch(/<meta name="viewport" content="width=device-width/);
}

describe("the event catalogue", () => {
  it("is not there for anybody until it is published, and not after it was taken back", async () => {
    for (const path of ["/catalogue", "/catalogue/openapi.json"]) {
      expect((await get(path)).status).toBe(404);
      await publish(true);
      expect((await get(path)).status).toBe(200);
      await publish(false);
      expect((await get(path)).status).toBe(404);
    }
  });

  it("says where it is, and what it is called", async () => {
    expect((await publish(true, "Acme webhooks")).body).toEqual({
      published: true,
      title: "Acme webhooks",
      url: `${ORIGIN}/catalogue`,
      openapiUrl: `${ORIGIN}/catalogue/openapi.json`,
    });
    expect((await get("/catalogue")).text).toContain("<title>Acme webhooks</title>");
    await publish(false);
    expect((await api("GET", "/api/v1/catalogue")).body).toMatchObject({ title: "Webhook events" });
  });

  it("shows each type with its payload and example, without what is archived or behind a flag", async () => {
    const [shown, hidden, archived] = [unique("shown"), unique("hidden"), unique("archived")];
    const example = { invoiceId: "inv_1", lines: [{ price: 2.5 }] };
    const line = { type: "object", properties: { price: { type: "number", minimum: 0 } } };
    const schema = {
      type: "object",
      properties: {
        invoiceId: { type: "string", description: "The id" },
        lines: { type: "array", items: line },
      },
      required: ["invoiceId"],
      examples: [example],
    };
    const types = "/api/v1/event-type";
    const json = {
      name: shown,
      description: "It is shown",
      deprecated: true,
      schemas: { "1": {}, "2": schema },
    };
    await api("POST", types, { json });
    await api("POST", types, { json: { name: hidden, description: "", featureFlags: ["beta"] } });
    await api("POST", types, { json: { name: archived, description: "", archived: true } });
    await publish(true);
    const page = await get("/catalogue");
    const { text } = page;
    expectSafe(page);
    expect(text).toContain(`id="event-${shown}"`);
    for (const part of ["It is shown", "deprecated", "The id", "price", "at least 0", "inv_1"]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain(hidden);
    expect(text).not.toContain(archived);
    const { webhooks } = JSON.parse((await get("/catalogue/openapi.json")).text);
    expect(webhooks[shown].post.requestBody.content["application/json"].schema).toEqual(schema);
    expect(webhooks).not.toHaveProperty(hidden);
    await publish(false);
  });

  it("shows whatever publishers wrote as text", async () => {
    const evil = `</pre><script>alert(1)</script><img src=x onerror="alert(1)">'"&`;
    const name = unique("evil");
    const schema = {
      title: evil,
      properties: { [evil]: { description: evil, enum: [evil], pattern: "<b>", default: evil } },
      examples: [{ [evil]: evil }],
    };
    const json = { name, description: evil, groupName: "evil", schemas: { "1": schema } };
    expect((await api("POST", "/api/v1/event-type", { json })).status).toBe(201);
    await publish(true, "<i>Title</i>");
    const page = await get("/catalogue");
    expect(page.text).toContain(name);
    expect(page.text).not.toMatch(/<script|<img|<b>|<i>/);
    expect(page.text).toContain("&lt;script&gt;");
    await publish(false);
  });

  it("unfolds a schema that refers to itself only so far", async () => {
    const field = { $ref: "#/$defs/n" };
    const $defs = {
      n: { properties: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}`, field])) },
    };
    const name = unique("deep");
    const json = { name, description: "", schemas: { "1": { ...field, $defs } } };
    expect((await api("POST", "/api/v1/event-type", { json })).status).toBe(201);
    await publish(true);
    expect((await get("/catalogue")).text.length).toBeLessThan(2_000_000);
    await publish(false);
  });

  it("is open from the start where the deployment says so", async () => {
    const worker = exports.default;
    expect(worker).toBeDefined();
    const { cataloguePage } = await import("../../src/service/catalogue/catalogue-page.ts");
    const { createServiceContext } = await import("../../src/service/context.ts");
    const ctx = createServiceContext(env);
    const open = { ...ctx, config: { ...ctx.config, publishCatalogue: true } };
    expect(await cataloguePage(open)).toMatchObject({ published: true });
    expect(await cataloguePage(ctx)).toMatchObject({ published: false });
  });
});

describe("the API reference", () => {
  it("names every operation of /openapi.json, and every schema", async () => {
    const page = await get("/docs");
    expect(page.status).toBe(200);
    expectSafe(page);
    const { operations, components } = await document();
    expect(operations.length).toBeGreaterThan(50);
    for (const { method, path, operationId } of operations) {
      expect(page.text).toContain(`id="${operationId}"`);
      expect(page.text).toContain(`<span class="method">${method.toUpperCase()}</span>${path}</pre>`);
    }
    for (const name of Object.keys(components.schemas)) expect(page.text).toContain(`id="schema-${name}"`);
  });

  it("is where the bare address leads", async () => {
    const response = await exports.default.fetch(new Request(ORIGIN, { redirect: "manual" }));
    expect([response.status, response.headers.get("location")]).toEqual([302, "/docs"]);
  });

  it("shows what is code as code", async () => {
    const { text } = await get("/docs");
    expect(text).toContain("<code>expunge=true</code>");
    // But for the pattern of a header's name, which has one.
    const left = text.replaceAll(/<pre>.*?<\/pre>|matches \^[^<]*/gs, "");
    expect(left.slice(left.indexOf("`"), left.indexOf("`") + 80)).toBe("");
  });

  it("links to nothing that is not on the page, and names nothing twice", async () => {
    const { text } = await get("/docs");
    const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const links = [...text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it("has a style sheet that needs no token", async () => {
    const { status, headers, text } = await get("/site.css");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toContain("text/css");
    expect(text).toContain("prefers-color-scheme: dark");
    expect(text).not.toMatch(/url\(|@import/);
  });
});

describe("/openapi.json", () => {
  it("gives every operation a tag that is described, a summary and an id of its own", async () => {
    const { operations, tags } = await document();
    const names = tags.map(({ name }) => name);
    for (const { method, path, tags: own, summary, operationId } of operations) {
      expect(own, `${method} ${path}`).toHaveLength(1);
      expect(names).toContain(own?.[0]);
      expect(summary, `${method} ${path}`).toMatch(/\S/);
      expect(operationId, `${method} ${path}`).toMatch(/^[a-z0-9.-]+$/);
    }
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    expect(new Set(names).size).toBe(names.length);
  });

  it("says what every tag, every parameter and every field of a body is for", async () => {
    const { operations, components, tags } = await document();
    const silent = tags.filter(({ description }) => description === "").map(({ name }) => `tag ${name}`);
    for (const { method, path, parameters = [] } of operations) {
      const unsaid = parameters.filter(({ description = "" }) => description === "");
      silent.push(...unsaid.map(({ name }) => `${method} ${path} ${name}`));
    }
    for (const name of namesIn(operations.map(({ requestBody }) => requestBody))) {
      const { properties = {} } = components.schemas[name] as { properties?: Record<string, object> };
      const unsaid = Object.entries(properties).filter(([, field]) => !("description" in field));
      silent.push(...unsaid.map(([field]) => `${name}.${field}`));
    }
    expect(silent).toEqual([]);
  });

  it("gives every body and every answer an example that fits its schema", async () => {
    const { operations, components } = await document();
    const wrong: string[] = [];
    let count = 0;
    for (const { method, path, requestBody, responses } of operations) {
      const successes = Object.entries(responses).filter(([status]) => status.startsWith("2"));
      const contents = [requestBody?.content, ...successes.map(([, { content }]) => content)];
      for (const { schema, example } of contents.flatMap((content) => jsonOf(content))) {
        expect(example, `${method} ${path}`).toBeDefined();
        const check = payloadCheck(withDefs(schema, components.schemas));
        expect(check, `${method} ${path}`).not.toBeNull();
        const flaws = check?.(example) ?? [];
        if (flaws.length > 0) wrong.push(`${method} ${path}: ${JSON.stringify([flaws, example])}`);
        count += 1;
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(50);
  });
});

it("gives every body an example that its route accepts", async () => {
  const { paths } = await document();
  const refused: string[] = [];
  for (const row of allRoutes) {
    const [method = "", path = ""] = row.route.split(" ");
    const example = paths[path]?.[method.toLowerCase()]?.requestBody?.content["application/json"]?.example;
    if (example === undefined) continue;
    const answer = await api(method, (await row.good()).path, { json: example });
    if (answer.status === 422) refused.push(`${row.route}: ${answer.text} ${JSON.stringify(example)}`);
  }
  expect(refused).toEqual([]);
});

/** Of the components that are referred to. */
function namesIn(parts: unknown): string[] {
  const refs = JSON.stringify(parts).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
  return [...new Set([...refs].map(([, name = ""]) => name))];
}

/** The schema with the components it refers to as its own. */
function withDefs(schema: unknown, schemas: Record<string, unknown>): unknown {
  const text = JSON.stringify({ ...(schema as object), $defs: schemas });
  return JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/"));
}

/** A stream of events has no example: it is text, and its events are shown elsewhere. */
function jsonOf<Media>(content: Record<string, Media> | undefined): Media[] {
  const json = content?.["application/json"];
  return json === undefined ? [] : [json];
}
