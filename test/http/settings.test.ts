/** A deployment whose settings cannot work says which, and never what they hold. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp } from "../../src/http/app.ts";
import { api, ORIGIN } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";

const app = createApp();
const OTHER_MASTER_KEY = btoa("another master key of 32 bytes!!");

type Bindings = typeof env;
type Answer = { status: number; body: unknown };

async function call(bindings: Bindings, method: string, path: string, json?: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${env.POSTHORN_KEY}` };
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  const request = new Request(ORIGIN + path, { method, headers, ...body });
  const response = await app.fetch(request, bindings, createExecutionContext());
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

let logged: string[];
beforeEach(() => {
  logged = [];
  vi.spyOn(console, "error").mockImplementation((line) => void logged.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a setting that cannot work", () => {
  it.each<[variable: string, value: string, reason: string]>([
    ["POSTHORN_KEY", "", "must be set"],
    ["POSTHORN_KEY", "short", "must be 8 to 256 characters without spaces"],
    ["POSTHORN_MASTER_KEY", "", "must be set"],
    ["POSTHORN_MASTER_KEY", "c2hvcnQ=", "must be base64 of 32 bytes"],
    ["POSTHORN_MASTER_KEY", "not base64 at all", "must be base64 of 32 bytes"],
    ["POSTHORN_ALLOW_HTTP_TARGETS", "yes", 'must be "true" or "false"'],
    ["POSTHORN_ALLOW_PRIVATE_TARGETS", "1", 'must be "true" or "false"'],
    ["POSTHORN_DEFAULT_DIALECT", "no such/name", "must be a dialect's name"],
    ["POSTHORN_DEFAULT_SIGNATURE", "rsa", 'must be "hmac256" or "ed25519"'],
    ["POSTHORN_LOG_WRITERS", "65", "must be a whole number from 0 to 64"],
    ["POSTHORN_LOG_WRITERS", "1.5", "must be a whole number from 0 to 64"],
    ["POSTHORN_PUBLISHES_AT_ONCE", "-1", "must be a whole number from 0 to 1000"],
    ["POSTHORN_VALIDATE_PAYLOADS", "TRUE", 'must be "true" or "false"'],
    ["POSTHORN_PUBLISH_CATALOGUE", "on", 'must be "true" or "false"'],
    ["POSTHORN_PORTAL_FRAME_ANCESTORS", "'self'; script-src *", "must be 'none', or origins"],
  ])("is named by health and by every other route: %s=%s", async (variable, value, reason) => {
    const bindings = { ...env, [variable]: value };
    for (const path of ["/api/v1/health", "/api/v1/app", "/api/v1/event-type"]) {
      const { status, body } = await call(bindings, "GET", path);
      expect([path, status]).toEqual([path, 500]);
      expect(body).toMatchObject({ code: "misconfigured" });
      const { detail } = body as { detail: string };
      expect(detail).toContain(`${variable} ${reason}`);
      if (value !== "") expect(detail).not.toContain(value);
    }
    expect(logged.length).toBe(3);
    expect(logged[0]).toContain("http.misconfigured");
    expect(logged[0]).toContain(variable);
  });

  it("does not hide another", async () => {
    const bindings = { ...env, POSTHORN_LOG_WRITERS: "x", POSTHORN_ALLOW_HTTP_TARGETS: "x" };
    const { body } = await call(bindings, "GET", "/api/v1/health");
    const { detail } = body as { detail: string };
    expect(detail).toMatch(/POSTHORN_ALLOW_HTTP_TARGETS.*; POSTHORN_LOG_WRITERS/);
  });

  it("is not one that is empty", async () => {
    const bindings = { ...env, POSTHORN_LOG_WRITERS: "", POSTHORN_DEFAULT_DIALECT: "" };
    expect((await call(bindings, "GET", "/api/v1/health")).status).toBe(200);
  });
});

describe("a default dialect that does not exist", () => {
  const MISCONFIGURED = {
    status: 500,
    body: {
      code: "misconfigured",
      detail: "POSTHORN_DEFAULT_DIALECT names a dialect that is neither built in nor defined",
    },
  };
  const bindings = () => ({ ...env, POSTHORN_DEFAULT_DIALECT: "nobodys" });

  it("is what health and the creation of an endpoint say, while other routes go on", async () => {
    const { id } = await anApplication();
    expect(await call(bindings(), "GET", "/api/v1/health")).toEqual(MISCONFIGURED);
    const input = { url: "https://receiver.example/" };
    expect(await call(bindings(), "POST", `/api/v1/app/${id}/endpoint`, input)).toEqual(MISCONFIGURED);
    expect((await call(bindings(), "GET", `/api/v1/app/${id}/endpoint`)).status).toBe(200);
    const message = { eventType: "invoice.paid", payload: {} };
    expect((await call(bindings(), "POST", `/api/v1/app/${id}/msg`, message)).status).toBe(202);
  });

  it("does no harm where the application has chosen another", async () => {
    const { id } = await anApplication();
    await api("PUT", `/api/v1/app/${id}/delivery-policy`, { json: { dialect: "svix" } });
    const input = { url: "https://receiver.example/" };
    expect((await call(bindings(), "POST", `/api/v1/app/${id}/endpoint`, input)).status).toBe(201);
  });
});

describe("a master key that is not the one the secrets were stored under", () => {
  const bindings = () => ({ ...env, POSTHORN_MASTER_KEY: OTHER_MASTER_KEY });

  async function anEndpoint(): Promise<string> {
    const { id } = await anApplication();
    const input = { url: "https://receiver.example/", headers: { "x-team": "blue" } };
    const created = await call(env, "POST", `/api/v1/app/${id}/endpoint`, input);
    return `/api/v1/app/${id}/endpoint/${(created.body as { id: string }).id}`;
  }

  it.each(["secret", "headers"])("is what the route of the %s says", async (part) => {
    const path = `${await anEndpoint()}/${part}`;
    const { status, body } = await call(bindings(), "GET", path);
    expect([status, body]).toMatchObject([500, { code: "secret_unreadable" }]);
    const { detail } = body as { detail: string };
    expect(detail).toContain("POSTHORN_MASTER_KEY");
    expect(detail).not.toContain(OTHER_MASTER_KEY);
    expect(logged.join()).toContain("http.secret_unreadable");
    expect((await call(env, "GET", path)).status).toBe(200);
  });

  it("keeps neither publishing, nor reading and changing the endpoint, nor a new secret from working", async () => {
    const path = await anEndpoint();
    const message = { eventType: "invoice.paid", payload: {} };
    const publish = path.replace(/\/endpoint\/.*/, "/msg");
    expect((await call(bindings(), "POST", publish, message)).status).toBe(202);
    expect((await call(bindings(), "GET", path)).status).toBe(200);
    expect((await call(bindings(), "PATCH", path, { description: "still here" })).status).toBe(200);
    expect((await call(bindings(), "POST", `${path}/secret/rotate`, {})).status).toBe(204);
    expect((await call(bindings(), "GET", `${path}/secret`)).status).toBe(200);
  });
});
