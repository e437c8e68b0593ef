import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication } from "../support/apps.ts";
import { anEndpointOf } from "../support/endpoints.ts";

function uniqueName(): string {
  return `acme-${crypto.randomUUID()}`;
}

const ACME = {
  envelope: {
    kind: "object",
    fields: [
      { name: "id", source: "id" },
      { name: "kind", source: "type" },
      { name: "at", source: "timestamp" },
      { name: "body", source: "payload" },
    ],
    timestampFormat: "unix-seconds",
  },
  idPrefix: "acme_",
  signature: { scheme: "body-hmac", header: "X-Acme-Signature", valuePrefix: "v0=" },
  headers: { "X-Acme-Version": "3" },
  retrySchedule: [1, 2.5],
  retried: { statuses: [[500, 599]] },
};

async function aDialect(document: object = ACME): Promise<string> {
  const name = uniqueName();
  const { status, body } = await api("PUT", `/api/v1/dialect/${name}`, { json: document });
  expect(status, JSON.stringify(body)).toBe(201);
  return name;
}

describe("defining a dialect", () => {
  it("answers 201, then 200 when it is replaced, the rest being as in standard", async () => {
    const name = uniqueName();
    const created = await api("PUT", `/api/v1/dialect/${name}`, { json: ACME });
    expect(created).toMatchObject({
      status: 201,
      body: {
        ...ACME,
        name,
        builtIn: false,
        signature: { ...ACME.signature, encoding: "hex", secretOptional: false },
        retried: { networkErrors: true, timeouts: true, statuses: [[500, 599]] },
        timeoutSeconds: 15,
        jitter: true,
      },
    });
    expect((await api("GET", `/api/v1/dialect/${name}`)).body).toEqual(created.body);
    const replaced = await api("PUT", `/api/v1/dialect/${name}`, { json: {} });
    expect(replaced).toMatchObject({
      status: 200,
      body: { envelope: { kind: "payload" }, signature: { scheme: "standard", headerPrefix: "webhook" } },
    });
  });

  it("lists all, the built-in ones first", async () => {
    const name = await aDialect();
    const { body } = await api("GET", "/api/v1/dialect");
    const { data } = body as { data: { name: string; builtIn: boolean }[] };
    expect(data.filter(({ builtIn }) => builtIn).map((dialect) => dialect.name)).toEqual([
      "standard",
      "svix",
      "clawlabor",
      "clawbook",
      "clawget",
      "swiftclaw",
    ]);
    expect(data.find((dialect) => dialect.name === name)?.builtIn).toBe(false);
  });

  it("refuses the name of a built-in one with 409, and a bad name with 422", async () => {
    expect((await api("PUT", "/api/v1/dialect/clawbook", { json: ACME })).status).toBe(409);
    expect((await api("PUT", "/api/v1/dialect/Acme", { json: ACME })).status).toBe(422);
  });

  it("refuses to require signing while an endpoint under it has no secret", async () => {
    const optional = { ...ACME, signature: { ...ACME.signature, secretOptional: true } };
    const name = await aDialect(optional);
    const app = await anApplication();
    await api("PUT", `/api/v1/app/${app.id}/delivery-policy`, { json: { dialect: name } });
    const { id } = await anEndpointOf(app.id);
    expect((await api("PUT", `/api/v1/dialect/${name}`, { json: ACME })).status).toBe(409);
    await api("POST", `/api/v1/app/${app.id}/endpoint/${id}/secret/rotate`);
    expect((await api("PUT", `/api/v1/dialect/${name}`, { json: ACME })).status).toBe(200);
  });

  it("bumps the version of every endpoint it is in effect at, and of no other", async () => {
    const name = await aDialect();
    const [mine, other] = [await anApplication(), await anApplication()];
    await api("PUT", `/api/v1/app/${mine.id}/delivery-policy`, { json: { dialect: name } });
    const inherits = await anEndpointOf(mine.id);
    const overrides = await anEndpointOf(mine.id);
    await api("PUT", `/api/v1/app/${mine.id}/endpoint/${overrides.id}/delivery-policy`, {
      json: { dialect: "svix" },
    });
    const elsewhere = await anEndpointOf(other.id);
    const versions = async () => {
      const { results } = await env.DB.prepare("SELECT id, version FROM endpoints").all<{
        id: string;
        version: number;
      }>();
      const of = ({ id }: { id: string }) => results.find((row) => row.id === id)?.version ?? 0;
      return [of(inherits), of(overrides), of(elsewhere)];
    };
    const before = await versions();
    await api("PUT", `/api/v1/dialect/${name}`, { json: { ...ACME, timeoutSeconds: 3 } });
    expect(await versions()).toEqual(before.map((version, index) => (index === 0 ? version + 1 : version)));
  });
});

describe("deleting a dialect", () => {
  it("answers 204, and 404 the next time", async () => {
    const name = await aDialect();
    expect(await api("DELETE", `/api/v1/dialect/${name}`)).toMatchObject({ status: 204, body: undefined });
    expect((await api("GET", `/api/v1/dialect/${name}`)).status).toBe(404);
    expect((await api("DELETE", `/api/v1/dialect/${name}`)).status).toBe(404);
  });

  it("is refused with 409 for a built-in one and for one in use, until it no longer is", async () => {
    expect((await api("DELETE", "/api/v1/dialect/standard")).status).toBe(409);
    const name = await aDialect();
    const app = await anApplication();
    const { id } = await anEndpointOf(app.id);
    const policies = [
      `/api/v1/app/${app.id}/delivery-policy`,
      `/api/v1/app/${app.id}/endpoint/${id}/delivery-policy`,
    ];
    for (const path of policies) {
      await api("PATCH", path, { json: { dialect: name } });
      expect((await api("DELETE", `/api/v1/dialect/${name}`)).status).toBe(409);
      await api("PATCH", path, { json: { dialect: null } });
    }
    expect((await api("DELETE", `/api/v1/dialect/${name}`)).status).toBe(204);
  });
});

describe("previewing a dialect", () => {
  it("shows a definition that is stored nowhere, and stores nothing", async () => {
    const definition = {
      signature: { scheme: "body-hmac", header: "X-Draft" },
      headers: { "X-From": "draft" },
    };
    const json = { payload: { a: 1 }, definition };
    const { status, body } = await api("POST", "/api/v1/dialect/not-yet/preview", { json });
    expect(status).toBe(200);
    expect((body as { headers: object }).headers).toMatchObject({
      "X-Draft": expect.stringMatching(/^[0-9a-f]{64}$/),
      "X-From": "draft",
    });
    expect((await api("GET", "/api/v1/dialect/not-yet")).status).toBe(404);
    expect((await api("POST", "/api/v1/dialect/not-yet/preview", { json: {} })).status).toBe(404);
    const bad = { definition: { signature: { scheme: "body-hmac", header: "Host" } } };
    expect((await api("POST", "/api/v1/dialect/standard/preview", { json: bad })).status).toBe(422);
  });

  it("shows the exact request, the same every time", async () => {
    const name = await aDialect();
    const json = {
      eventType: "order.paid",
      payload: { b: 1, a: "ü" },
      secret: "s3cret",
      timestamp: "2026-01-30T14:30:00Z",
    };
    const answer = await api("POST", `/api/v1/dialect/${name}/preview`, { json });
    const { method, headers, body } = answer.body as {
      method: string;
      headers: Record<string, string>;
      body: string;
    };
    expect(answer.status).toBe(200);
    expect(method).toBe("POST");
    expect(body).toMatch(
      /^\{"id":"acme_[0-9A-Za-z]{27}","kind":"order.paid","at":1769783400,"body":\{"b":1,"a":"ü"\}\}$/,
    );
    const key = await crypto.subtle.importKey(
      "raw",
      new TextEncoder().encode("s3cret"),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const digest = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(body)));
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "X-Acme-Version": "3",
      "X-Acme-Signature": `v0=${hex}`,
    });
    expect((await api("POST", `/api/v1/dialect/${name}/preview`, { json })).body).toEqual(answer.body);
  });

  it.each(["standard", "svix", "clawlabor", "clawbook", "clawget", "swiftclaw"])(
    "needs no body, and works for %s",
    async (name) => {
      const { status, body } = await api("POST", `/api/v1/dialect/${name}/preview`);
      expect(status).toBe(200);
      const signed = Object.keys((body as { headers: object }).headers).some((header) =>
        /signature/i.test(header),
      );
      expect(signed).toBe(name !== "clawlabor");
    },
  );

  it("refuses a secret that the dialect cannot use", async () => {
    const answer = await api("POST", "/api/v1/dialect/standard/preview", { json: { secret: "?" } });
    expect(answer).toMatchObject({ status: 422, body: { detail: [{ loc: ["body", "secret"] }] } });
  });
});

it("keeps dialects from consumers' tokens", async () => {
  const app = await anApplication();
  const token = await aConsumerToken(app.id);
  const name = await aDialect();
  const refused = await Promise.all([
    api("GET", "/api/v1/dialect", { token }),
    api("GET", `/api/v1/dialect/${name}`, { token }),
    api("PUT", `/api/v1/dialect/${name}`, { token, json: {} }),
    api("DELETE", `/api/v1/dialect/${name}`, { token }),
    api("POST", `/api/v1/dialect/${name}/preview`, { token }),
  ]);
  expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
});
