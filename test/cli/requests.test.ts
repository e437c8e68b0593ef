/** What a command line becomes: the requests it sends, in order. */
import { describe, expect, it } from "vitest";
import { cliRun, type Replier } from "../support/cli-io.ts";

const ENDPOINT = {
  id: "ep_1",
  name: "An application",
  uid: "webhook-123",
  url: "https://a.example/",
  description: "",
  throttleRate: null,
  disabled: false,
  eventTypes: null,
  channels: null,
  metadata: {},
  createdAt: "2026-03-10T11:59:00.000Z",
  updatedAt: "2026-03-10T11:59:00.000Z",
};
const TASK = { id: "qtask_1", status: "finished", task: "endpoint.recover", updatedAt: "", data: {} };
const EMPTY_PAGE = { data: [], iterator: null, done: true };

/** Answers of the right shape for any call. */
const anything: Replier = ({ method, path }) => {
  if (path.includes("/secret")) return { body: { key: "whsec_x" } };
  if (path.includes("/background-task/")) return { body: TASK };
  if (
    method === "GET" &&
    /\/(endpoint|attempt\/endpoint\/[^/]+|msg|alert|app|event-type|api-key|dialect|background-task)(\?|$)/.test(
      path,
    )
  ) {
    return { body: EMPTY_PAGE };
  }
  if (/\/(recover|bulk-replay|replay-missing)$/.test(path)) return { body: TASK };
  if (path.endsWith("/delivery-policy")) return { body: { dialect: "standard", retrySchedule: [5] } };
  if (path.includes("/import/")) {
    const nothing = { modified: [], to_modify: null, archived: [], to_archive: null, archive_count: 0 };
    return { body: { data: nothing } };
  }
  return {
    body: { ...ENDPOINT, eventType: "a.b", payload: {}, token: "sk_new", window: "1h", metadata: {} },
  };
};

async function sent(line: string, stdin?: string): Promise<string[]> {
  const args = line.split(" ").filter((word) => word !== "");
  const run = await cliRun(args, { reply: anything, ...(stdin === undefined ? {} : { stdin }) });
  expect(run.stderr).not.toContain("✗");
  expect(run.exitCode).toBe(0);
  return run.requests.map(({ method, path, text }) => `${method} ${path}${text === "" ? "" : ` ${text}`}`);
}

const APP = "/api/v1/app/my-agent";
const WEBHOOK = `${APP}/endpoint/webhook-123`;

describe("a command line becomes these requests", () => {
  it.each<[string, string[]]>([
    ["apps list --limit 7", ["GET /api/v1/app?order=descending&limit=7"]],
    [
      "apps create my-agent --rate 5",
      ['POST /api/v1/app {"name":"my-agent","uid":"my-agent","throttleRate":5}'],
    ],
    [
      "apps update my-agent --metadata a=1 --metadata b=2=3",
      [`PATCH ${APP} {"metadata":{"a":"1","b":"2=3"}}`],
    ],
    ["apps delete my-agent", [`DELETE ${APP}`]],
    ["webhooks list my-agent", [`GET ${APP}/endpoint?limit=50`]],
    ["endpoints list my-agent", [`GET ${APP}/endpoint?limit=50`]],
    [
      "webhooks update my-agent webhook-123 --url https://b.example --events a.b,c.d",
      [`PATCH ${WEBHOOK} {"url":"https://b.example","eventTypes":["a.b","c.d"]}`],
    ],
    [
      "webhooks update my-agent webhook-123 --all-events --disable",
      [`PATCH ${WEBHOOK} {"eventTypes":null,"disabled":true}`],
    ],
    [
      "webhooks update my-agent webhook-123 --dialect clawget",
      [`PATCH ${WEBHOOK}/delivery-policy {"dialect":"clawget"}`, `GET ${WEBHOOK}`],
    ],
    [
      "webhooks update my-agent webhook-123 --rate none --secret s3 --header a=1 --remove-header b",
      [
        `POST ${WEBHOOK}/secret/rotate {"key":"s3"}`,
        `PATCH ${WEBHOOK}/headers {"headers":{"a":"1"},"deleteHeaders":["b"]}`,
        `PATCH ${WEBHOOK} {"throttleRate":null}`,
      ],
    ],
    ["apps update my-agent --rate none", [`PATCH ${APP} {"throttleRate":null}`]],
    [
      "apps update my-agent --dialect clawget",
      [`PATCH ${APP}/delivery-policy {"dialect":"clawget"}`, `GET ${APP}`],
    ],
    [
      "event-types update a.b --description new --restore",
      ['PATCH /api/v1/event-type/a.b {"description":"new","archived":false}'],
    ],
    ["webhooks delete my-agent webhook-123", [`DELETE ${WEBHOOK}`]],
    [
      "webhooks logs my-agent webhook-123 --failed --limit 3 --since 1h",
      [
        `GET ${APP}/attempt/endpoint/webhook-123?status=2&after=2026-03-10T11%3A00%3A00.000Z&with_msg=true&limit=3`,
      ],
    ],
    [
      "webhooks secret my-agent webhook-123 --set abc --grace 0",
      [`POST ${WEBHOOK}/secret/rotate {"key":"abc","gracePeriodSeconds":0}`, `GET ${WEBHOOK}/secret`],
    ],
    [
      "webhooks test my-agent webhook-123 --type a.b --no-wait",
      [`POST ${WEBHOOK}/send-example {"eventType":"a.b"}`],
    ],
    ["alerts delete my-agent alert_1", [`DELETE ${APP}/alert/alert_1`]],
    ["alerts email my-agent a@b.example", [`PATCH ${APP}/alert-email {"email":"a@b.example"}`]],
    ["alerts email my-agent", [`PATCH ${APP}/alert-email {"email":null}`]],
    [
      "events list my-agent --type a.b,c.d --channel x --until 2026-03-01",
      [`GET ${APP}/msg?channel=x&event_types=a.b%2Cc.d&before=2026-03-01T00%3A00%3A00.000Z&limit=20`],
    ],
    [
      "events recover my-agent webhook-123 --since 2h",
      [`POST ${WEBHOOK}/recover {"since":"2026-03-10T10:00:00.000Z"}`, "GET /api/v1/background-task/qtask_1"],
    ],
    [
      "events recover my-agent webhook-123 --since 2h --until 1h --no-wait",
      [`POST ${WEBHOOK}/recover {"since":"2026-03-10T10:00:00.000Z","until":"2026-03-10T11:00:00.000Z"}`],
    ],
    [
      "events replay my-agent webhook-123 --since 1d --type a.b --status failed --no-wait",
      [`POST ${WEBHOOK}/bulk-replay {"since":"2026-03-09T12:00:00.000Z","eventTypes":["a.b"],"status":2}`],
    ],
    [
      "events replay my-agent webhook-123 --since 1d --missing --no-wait",
      [`POST ${WEBHOOK}/replay-missing {"since":"2026-03-09T12:00:00.000Z"}`],
    ],
    ["events resend my-agent msg_1 webhook-123", [`POST ${APP}/msg/msg_1/endpoint/webhook-123/resend`]],
    ["event-types delete a.b --expunge", ["DELETE /api/v1/event-type/a.b?expunge=true"]],
    [
      "event-types import --catalogue clawbook --dry-run",
      ['POST /api/v1/event-type/import/catalogue {"name":"clawbook","dryRun":true,"replaceAll":false}'],
    ],
    [
      "keys create ci --expires 1d",
      ['POST /api/v1/api-key {"name":"ci","expiresAt":"2026-03-11T12:00:00.000Z"}'],
    ],
    [
      "keys create ci --scopes read,publish",
      ['POST /api/v1/api-key {"name":"ci","scopes":["read","publish"]}'],
    ],
    ["keys rotate key_1 --grace 0", ['POST /api/v1/api-key/key_1/rotate {"oldTokenExpiry":0}']],
    ["keys rotate key_1 --grace 1h", ['POST /api/v1/api-key/key_1/rotate {"oldTokenExpiry":3600}']],
    ["keys revoke key_1", ["DELETE /api/v1/api-key/key_1"]],
    [
      "keys consumer my-agent --read-only",
      ['POST /api/v1/auth/app-portal-access/my-agent {"readOnly":true}'],
    ],
    ["dialects delete mine", ["DELETE /api/v1/dialect/mine"]],
    ["tasks wait qtask_1", ["GET /api/v1/background-task/qtask_1"]],
  ])("%s", async (line, requests) => {
    expect(await sent(line)).toEqual(requests);
  });

  it("a name is one part of the path, whatever is in it", async () => {
    const { requests } = await cliRun(["apps", "get", "a/../b?c#d"], { reply: anything });
    expect(requests[0]?.path).toBe("/api/v1/app/a%2F..%2Fb%3Fc%23d");
    expect(await cliRun(["apps", "get", ".."])).toMatchObject({ exitCode: 2, requests: [] });
  });

  it("an event type's new schema is its next version, beside those that there are", async () => {
    const reply: Replier = () => ({ body: { name: "a.b", schemas: { "1": { a: 1 }, "10": {} } } });
    const run = await cliRun(["event-types", "update", "a.b", "--schema", "-"], { reply, stdin: '{"b":2}' });
    expect(run.requests.at(-1)).toMatchObject({
      method: "PATCH",
      body: { schemas: { "1": { a: 1 }, "10": {}, "11": { b: 2 } } },
    });
  });

  it("an import sends the document's text as it is", async () => {
    expect(await sent("event-types import -", "openapi: 3.1.0\n")).toEqual([
      'POST /api/v1/event-type/import/openapi {"specRaw":"openapi: 3.1.0\\n","dryRun":false,"replaceAll":false}',
    ]);
  });
});

describe("events send", () => {
  const send = (args: string[], stdin?: string) =>
    cliRun(["events", "send", "app_1", "a.b", ...args], {
      reply: anything,
      ...(stdin === undefined ? {} : { stdin }),
    });

  it("sends the payload as it was written, so that long numbers keep their digits", async () => {
    const { requests } = await send(['{"n": 12345678901234567890, "b":1,"a":2}', "--id", "e-1"]);
    expect(requests.at(-1)?.text).toBe(
      '{"eventType":"a.b","eventId":"e-1","payload":{"n": 12345678901234567890, "b":1,"a":2}}',
    );
  });

  it("reads the payload from stdin", async () => {
    const { requests } = await send(["-"], '{"a":1}\n');
    expect(requests.at(-1)?.body).toEqual({ eventType: "a.b", payload: { a: 1 } });
  });

  it.each(["[1]", "5", "{a:1}", "@/nowhere.json"])(
    "refuses the payload %s before anything is sent",
    async (payload) => {
      expect(await send([payload])).toMatchObject({ exitCode: 2, requests: [], stdout: "" });
    },
  );
});

describe("webhooks create", () => {
  const notThere: Replier = (request, index) =>
    request.method === "POST" && request.path === `${APP}/endpoint` && index === 0
      ? { status: 404, body: { code: "not_found", detail: "" } }
      : anything(request, index);

  it("makes the application when there is none of this name, and says so", async () => {
    const args = ["webhooks", "create", "my-agent", "--url", "https://a.example"];
    const run = await cliRun(args, { reply: notThere });
    expect(run.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `POST ${APP}/endpoint`,
      "POST /api/v1/app",
      `POST ${APP}/endpoint`,
      `GET ${APP}/endpoint/ep_1/secret`,
    ]);
    expect(run.stderr).toContain("There was no application my-agent: it has been created");
    const json = await cliRun([...args, "--json"], { reply: notThere });
    expect(JSON.parse(json.stdout)).toMatchObject({
      id: "ep_1",
      name: "An application",
      secret: "whsec_x",
      applicationCreated: true,
    });
    expect(json.stderr).toBe("");
  });

  it("makes no application for an id", async () => {
    const reply: Replier = () => ({ status: 404, body: { code: "not_found", detail: "" } });
    const run = await cliRun(["webhooks", "create", "app_1", "--url", "https://a.example"], { reply });
    expect(run.exitCode).toBe(5);
    expect(run.requests.map(({ method }) => method)).toEqual(["POST"]);
  });

  const inDialect = [
    "webhooks",
    "create",
    "my-agent",
    "--url",
    "https://a.example",
    "--dialect",
    "swiftclaw",
  ];

  it("sends nothing as another dialect would: it enables the webhook when it has its dialect and secret", async () => {
    const run = await cliRun([...inDialect, "--secret", "s3"], { reply: anything });
    expect(run.requests.slice(0, 4).map(({ method, path, text }) => `${method} ${path} ${text}`)).toEqual([
      `POST ${APP}/endpoint {"url":"https://a.example","disabled":true}`,
      `PATCH ${APP}/endpoint/ep_1/delivery-policy {"dialect":"swiftclaw"}`,
      `POST ${APP}/endpoint/ep_1/secret/rotate {"key":"s3","gracePeriodSeconds":0}`,
      `PATCH ${APP}/endpoint/ep_1 {"disabled":false}`,
    ]);
  });

  it("leaves no half-made webhook behind when the dialect is refused", async () => {
    const reply: Replier = (request, index) =>
      request.path.endsWith("/delivery-policy")
        ? {
            status: 422,
            body: { detail: [{ loc: ["body", "dialect"], msg: "is unknown", type: "value_error" }] },
          }
        : anything(request, index);
    const run = await cliRun(inDialect, { reply });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain("Not valid: dialect: is unknown");
    expect(run.requests.at(-1)).toMatchObject({ method: "DELETE", path: `${APP}/endpoint/ep_1` });
  });
});

describe("whoami", () => {
  const who = { permissionSource: "GlobalAuthToken", appId: null, capabilities: null, scopes: null };
  it.each([
    ["a key's scopes", { ...who, scopes: ["read", "publish"] }, "read, publish"],
    ["a token's capabilities", { ...who, appId: "app_1", capabilities: ["ViewBase"] }, "ViewBase"],
    ["everything, of a key that has neither", who, "everything"],
  ])("says what it may do: %s", async (_name, body, may) => {
    const run = await cliRun(["whoami"], { reply: () => ({ body }) });
    expect(run.stdout).toMatch(new RegExp(`^may +${may}$`, "m"));
  });
});

describe("alerts create", () => {
  it.each([
    ["as SwiftClaw names the application", ["--agent", "my-agent"]],
    ["as every other command names it", ["my-agent"]],
  ])("%s", async (_name, app) => {
    const flags = ["--metric", "webhook-failures", "--threshold", "5", "--window", "1h"];
    const run = await cliRun(["alerts", "create", ...app, ...flags], { reply: anything });
    expect(run.requests.at(-1)).toMatchObject({
      path: `${APP}/alert`,
      body: { metric: "webhook-failures", threshold: 5, window: "1h" },
    });
  });
});

describe("lists", () => {
  it("go through the pages until there is enough", async () => {
    const reply: Replier = (_request, index) => ({
      body: {
        data: Array.from({ length: index === 0 ? 250 : 50 }, (_, at) => ({
          ...ENDPOINT,
          id: `ep_${index}_${at}`,
        })),
        iterator: "next",
        done: false,
      },
    });
    const run = await cliRun(["webhooks", "list", "my-agent", "--limit", "300", "--json"], { reply });
    expect(run.requests.map(({ path }) => path)).toEqual([
      `${APP}/endpoint?limit=250`,
      `${APP}/endpoint?limit=50&iterator=next`,
    ]);
    expect(JSON.parse(run.stdout)).toHaveLength(300);
  });
});
