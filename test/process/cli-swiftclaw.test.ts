/** Every command of SwiftClaw's page, with `swiftclaw` replaced by `posthorn`, against a real server (seeds/swiftclaw). */
import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  binDirectory,
  buildCli,
  type CliResult,
  originalCommands,
  SWIFTCLAW_COMMANDS,
  startCli,
  startLine,
  swiftClawCommand,
} from "../support/cli-process.ts";
import {
  endPosthornProcesses,
  type PosthornProcess,
  startPosthornProcess,
  temporaryDirectory,
} from "../support/posthorn-process.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";

const SECRET = "a secret of one's own";

let data: { path: string; remove(): Promise<void> };
let posthorn: PosthornProcess;
let receiver: Receiver;
let bin: string;
let env: Record<string, string>;

beforeAll(async () => {
  data = await temporaryDirectory();
  await buildCli();
  bin = await binDirectory(data.path);
  receiver = await startReceiver();
  posthorn = await startPosthornProcess({ dataDir: `${data.path}/server` });
  env = { POSTHORN_URL: posthorn.url, POSTHORN_KEY: posthorn.key };
});

afterAll(async () => {
  await endPosthornProcesses();
  await receiver.close();
  await data.remove();
});

afterEach(async () => {
  receiver.behave(() => ({}));
  receiver.requests.length = 0;
  await startCli(["apps", "delete", "my-agent"], { env }).ended;
});

const run = (...args: string[]): Promise<CliResult> => startCli(args, { env }).ended;

async function succeed(...args: string[]): Promise<CliResult> {
  const result = await run(...args);
  expect(result, `posthorn ${args.join(" ")}\n${result.stderr}`).toMatchObject({ code: 0 });
  return result;
}

async function json<Shape>(...args: string[]): Promise<Shape> {
  return JSON.parse((await succeed(...args, "--json")).stdout);
}

/** The page's line as it is printed, but for the program's name. */
function page(command: string): Promise<CliResult> {
  return startLine(command.replace("swiftclaw", "posthorn"), { bin, env }).ended;
}

type Webhook = { id: string; uid: string | null; url: string; eventTypes: string[] | null };
const webhooks = () => json<Webhook[]>("webhooks", "list", "my-agent");

describe("the page", () => {
  it("has these commands", () => {
    expect(SWIFTCLAW_COMMANDS).toHaveLength(10);
    const original = originalCommands();
    expect(original ?? SWIFTCLAW_COMMANDS).toEqual(SWIFTCLAW_COMMANDS);
  });
});

describe("an agent without webhooks", () => {
  it("gets one with the events that are named, and is made when there is none", async () => {
    const result = await page(swiftClawCommand("webhooks create", "ngrok"));
    expect(result).toMatchObject({
      code: 0,
      stderr:
        "There were no event types agent.invoked, agent.completed, agent.failed: they have been created\n" +
        "There was no application my-agent: it has been created\n",
    });
    expect(result.stdout).toContain("https://yourapp.com/webhooks/swiftclaw");
    expect(result.stdout).toMatch(/secret +whsec_/);
    expect(await webhooks()).toMatchObject([
      {
        url: "https://yourapp.com/webhooks/swiftclaw",
        eventTypes: ["agent.invoked", "agent.completed", "agent.failed"],
      },
    ]);
  });

  it("gets one for all events when none are named", async () => {
    expect(await page(swiftClawCommand("ngrok"))).toMatchObject({ code: 0 });
    expect(await webhooks()).toMatchObject([
      { url: "https://abc123.ngrok.io/webhooks/swiftclaw", eventTypes: null },
    ]);
  });

  it("gets an alert rule", async () => {
    expect(await page(swiftClawCommand("alerts create"))).toMatchObject({ code: 0 });
    const rules = await json<unknown[]>("alerts", "list", "my-agent");
    expect(rules).toMatchObject([
      { metric: "webhook-failures", threshold: 5, window: "1h", endpointId: null },
    ]);
  });
});

describe("an agent with webhook-123", () => {
  beforeEach(async () => {
    const flags = ["--uid", "webhook-123", "--dialect", "swiftclaw", "--secret", SECRET];
    await succeed(
      "webhooks",
      "create",
      "my-agent",
      "--url",
      receiver.url,
      "--events",
      "agent.failed",
      ...flags,
    );
  });

  it("has it in its list", async () => {
    const result = await page(swiftClawCommand("webhooks list"));
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toMatch(
      /^ID +UID +URL +EVENTS +STATE\nep_\w+ +webhook-123 +http.* +agent\.failed +enabled\n$/,
    );
  });

  it("changes its events", async () => {
    expect(await page(swiftClawCommand("agent.timeout"))).toMatchObject({ code: 0 });
    const [webhook] = await webhooks();
    expect(webhook?.eventTypes).toEqual([
      "agent.invoked",
      "agent.completed",
      "agent.failed",
      "agent.timeout",
    ]);
    expect(webhook?.url).toBe(receiver.url);
  });

  it("changes its address and its events", async () => {
    expect(await page(swiftClawCommand("newurl"))).toMatchObject({ code: 0 });
    expect(await webhooks()).toMatchObject([
      { url: "https://newurl.com/webhooks", eventTypes: ["agent.completed", "agent.failed"] },
    ]);
  });

  it("deletes it", async () => {
    expect(await page(swiftClawCommand("webhooks delete"))).toMatchObject({ code: 0 });
    expect(await webhooks()).toEqual([]);
  });

  it("tests it with a request that the page's sample receiver verifies", async () => {
    const result = await page(swiftClawCommand("webhooks test"));
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toMatch(/^✓ .* was accepted: 200 in \d+ ms\n$/);
    const [request] = await receiver.waitFor(1);
    const expected = createHmac("sha256", SECRET)
      .update(request?.body ?? "")
      .digest("hex");
    expect(request?.headers["x-swiftclaw-signature"]).toBe(expected);
  });

  it("says when the test is not accepted, with what came back, and exits with 1", async () => {
    receiver.behave(() => ({ status: 401, body: '{"error":"Invalid signature"}' }));
    const result = await page(swiftClawCommand("webhooks test"));
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/^✗ .* was not accepted: 401 in \d+ ms\n{"error":"Invalid signature"}\n$/);
  });

  it("shows its deliveries, or only those that failed", async () => {
    receiver.behave((_request, index) => ({ status: index === 0 ? 200 : 400 }));
    await succeed("webhooks", "test", "my-agent", "webhook-123");
    await succeed("events", "send", "my-agent", "agent.failed", '{"n":2}');
    const attempts = () => json<unknown[]>("webhooks", "logs", "my-agent", "webhook-123");
    await expect.poll(attempts, { timeout: 20_000 }).toHaveLength(2);
    const all = await page(swiftClawCommand("webhooks logs", "--failed"));
    expect(all).toMatchObject({ code: 0, stderr: "" });
    expect(all.stdout.match(/ (success|failed) /g)).toEqual([" failed ", " success "]);
    const failed = await page(swiftClawCommand("--failed"));
    expect(failed).toMatchObject({ code: 0, stderr: "" });
    expect(failed.stdout.match(/ (success|failed) /g)).toEqual([" failed "]);
    expect(failed.stdout).toMatch(/ 400 /);
  });
});
