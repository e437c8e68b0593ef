/** What a command makes on its way, and that nothing of it is left when the rest is refused. */
import { describe, expect, it } from "vitest";
import { type CannedReply, type CliRun, cliRun, type SentRequest } from "../support/cli-io.ts";

const APP = "/api/v1/app/my-agent";
const ENDPOINT = {
  ...{ id: "ep_1", uid: null, url: "https://a.example/", description: "", disabled: false, createdAt: "" },
  ...{ eventTypes: null, channels: null, throttleRate: null },
};
const NOT_FOUND = { status: 404, body: { code: "not_found", detail: "Entity not found" } };
const FORBIDDEN = {
  status: 403,
  body: { code: "insufficient access", detail: "This key lacks the scope manage" },
};

function invalid(field: string, msg: string): CannedReply {
  return { status: 422, body: { detail: [{ loc: ["body", field], msg, type: "value_error" }] } };
}

/** As a deployment that has neither the application nor the event types. */
class Deployment {
  hasApp = false;
  readonly types = new Set<string>();
  /** The answer to what is otherwise well. */
  refusal: CannedReply | null = null;
  mayManage = true;
  othersEndpoints: unknown[] = [];

  reply = ({ method, path, body }: SentRequest): CannedReply => {
    const call = `${method} ${path.replace(/\?.*$/, "")}`;
    if (call.startsWith("POST /api/v1/event-type") || call === "POST /api/v1/app") {
      if (!this.mayManage) return FORBIDDEN;
      if (call === "POST /api/v1/app") this.hasApp = true;
      else this.types.add((body as { name: string }).name);
      return { body: { id: "app_1", uid: "my-agent" } };
    }
    if (call === "DELETE /api/v1/app/app_1") this.hasApp = false;
    if (call.startsWith("DELETE /api/v1/event-type/")) this.types.delete(path.split(/[/?]/)[4] ?? "");
    if (method === "DELETE") return { status: 204 };
    if (call.startsWith("GET /api/v1/event-type/"))
      return this.types.has(path.split("/")[4] ?? "") ? { body: {} } : NOT_FOUND;
    if (method === "GET" && path.startsWith("/api/v1/app/app_1/endpoint"))
      return { body: { data: this.othersEndpoints, iterator: null, done: true } };
    if (method === "GET" && path.startsWith("/api/v1/app/app_1/msg"))
      return { body: { data: [], iterator: null, done: true } };
    if (path.startsWith(APP) && !this.hasApp) return NOT_FOUND;
    if (path.endsWith("/secret")) return { body: { key: "whsec_x" } };
    const { eventTypes } = (body ?? {}) as { eventTypes?: string[] };
    const unknown = (eventTypes ?? []).filter((name) => !this.types.has(name));
    if (unknown.length > 0) return invalid("eventTypes", `event type(s) don't exist: ${unknown}`);
    return (
      this.refusal ?? {
        body: { ...ENDPOINT, id: method === "POST" && path === `${APP}/msg` ? "msg_1" : "ep_1" },
      }
    );
  };
}

function calls({ requests }: CliRun): string[] {
  return requests.map(({ method, path }) => `${method} ${path}`);
}

describe("a key that may only publish", () => {
  it("publishes with one call, and looks nothing up", async () => {
    const deployment = new Deployment();
    deployment.hasApp = true;
    const run = await cliRun(["events", "send", "my-agent", "a.b", "{}"], { reply: deployment.reply });
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(calls(run)).toEqual([`POST ${APP}/msg`]);
  });

  it("is told that the application is not there, and that it may not make it", async () => {
    const deployment = new Deployment();
    deployment.mayManage = false;
    const run = await cliRun(["events", "send", "my-agent", "a.b"], { reply: deployment.reply });
    expect(run.exitCode).toBe(5);
    expect(run.stderr).toContain("✗ There is no application my-agent\n  This key may not create it");
    expect(calls(run)).toEqual([`POST ${APP}/msg`, "POST /api/v1/app"]);
  });
});

describe("an application made on the way", () => {
  const create = ["webhooks", "create", "my-agent", "--url", "https://a.example"];

  it("is kept, and told of, when the rest goes well", async () => {
    const deployment = new Deployment();
    const run = await cliRun(["events", "send", "my-agent", "a.b", "--json"], { reply: deployment.reply });
    expect(JSON.parse(run.stdout)).toMatchObject({ id: "msg_1", applicationCreated: true });
    expect(deployment.hasApp).toBe(true);
  });

  it.each([
    ["a webhook", create],
    ["an event", ["events", "send", "my-agent", "a.b"]],
    ["an alert", ["alerts", "create", "my-agent", "--metric", "x", "--threshold", "1", "--window", "1h"]],
  ])("is gone again when %s is refused", async (_what, args) => {
    const deployment = new Deployment();
    deployment.refusal = invalid("url", "is no URL");
    const run = await cliRun(args, { reply: deployment.reply });
    expect(run).toMatchObject({ exitCode: 1, stderr: "✗ Not valid: url: is no URL\n" });
    expect(deployment.hasApp).toBe(false);
  });

  it("stays, and is told of, when somebody has used it meanwhile", async () => {
    const deployment = new Deployment();
    deployment.refusal = invalid("url", "is no URL");
    deployment.othersEndpoints = [ENDPOINT];
    const run = await cliRun(create, { reply: deployment.reply });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain("There was no application my-agent: it has been created");
    expect(deployment.hasApp).toBe(true);
  });

  it("is gone again when `apps create` cannot give it its dialect", async () => {
    const deployment = new Deployment();
    const run = await cliRun(["apps", "create", "my-agent", "--dialect", "nope"], {
      reply: (request) =>
        request.method === "PATCH" ? invalid("dialect", "is unknown") : deployment.reply(request),
    });
    expect(run).toMatchObject({ exitCode: 1, stderr: "✗ Not valid: dialect: is unknown\n" });
    expect(deployment.hasApp).toBe(false);
  });
});

describe("event types that are not defined", () => {
  const create = ["webhooks", "create", "my-agent", "--url", "https://a.example", "--events", "a.b,c.d"];

  it("are made for a webhook that names them, and told of", async () => {
    const deployment = new Deployment();
    deployment.types.add("a.b");
    const run = await cliRun(create, { reply: deployment.reply });
    expect(run).toMatchObject({
      exitCode: 0,
      stderr:
        "There was no event type c.d: it has been created\nThere was no application my-agent: it has been created\n",
    });
    expect([...deployment.types]).toEqual(["a.b", "c.d"]);
    deployment.types.clear();
    const json = await cliRun([...create, "--json"], { reply: deployment.reply });
    expect(JSON.parse(json.stdout)).toMatchObject({
      eventTypesCreated: ["a.b", "c.d"],
      applicationCreated: false,
    });
  });

  it("are made for a webhook that comes to name them", async () => {
    const deployment = new Deployment();
    deployment.hasApp = true;
    const run = await cliRun(["webhooks", "update", "my-agent", "w", "--events", "a.b"], {
      reply: deployment.reply,
    });
    expect(run).toMatchObject({ exitCode: 0, stderr: "There was no event type a.b: it has been created\n" });
    expect([...deployment.types]).toEqual(["a.b"]);
  });

  it("leave nothing behind when the webhook is refused all the same", async () => {
    const deployment = new Deployment();
    deployment.types.add("a.b");
    deployment.refusal = invalid("headers", "webhook-id: is the dialect's own");
    const run = await cliRun(create, { reply: deployment.reply });
    expect(run).toMatchObject({
      exitCode: 1,
      stderr: "✗ Not valid: headers: webhook-id: is the dialect's own\n",
    });
    expect(deployment).toMatchObject({ hasApp: false, types: new Set(["a.b"]) });
  });

  it("are refused to who may not make them", async () => {
    const deployment = new Deployment();
    deployment.hasApp = true;
    deployment.mayManage = false;
    const run = await cliRun(create, { reply: deployment.reply });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain("✗ Not valid: eventTypes: event type(s) don't exist: a.b,c.d\n");
    expect(run.stderr).toContain("posthorn event-types list");
  });
});
