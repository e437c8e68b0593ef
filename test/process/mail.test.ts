/** On one machine mail becomes files: the real server, a receiver that is down, and what its owner finds. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  callApi,
  endPosthornProcesses,
  type PosthornProcess,
  startPosthornProcess,
  temporaryDirectory,
} from "../support/posthorn-process.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { putPolicy } from "../support/sdk-stage.ts";

const CRON_SECONDS = 1;
const WITHIN = { timeout: 40_000, interval: 200 };

let data: { path: string; remove(): Promise<void> };
let posthorn: PosthornProcess;
let receiver: Receiver;

beforeAll(async () => {
  data = await temporaryDirectory();
  posthorn = await startPosthornProcess({
    dataDir: data.path,
    env: {
      POSTHORN_CRON_SECONDS: String(CRON_SECONDS),
      POSTHORN_PUBLIC_URL: "https://posthorn.example/",
      POSTHORN_EGRESS_RANGES: "203.0.113.0/24",
    },
  });
  receiver = await startReceiver(() => ({ status: 503 }));
});

afterAll(async () => {
  await receiver.close();
  await endPosthornProcesses();
  await data.remove();
});

function call(method: string, path: string, body?: unknown): Promise<unknown> {
  return callApi(posthorn, `${method} ${path}`, body);
}

async function mails(): Promise<string[]> {
  const directory = join(data.path, "mail");
  const names = await readdir(directory).catch(() => []);
  expect(names.every((name) => name.endsWith(".eml"))).toBe(true);
  return Promise.all(names.toSorted().map((name) => readFile(join(directory, name), "utf8")));
}

/** The mails to one application's owner. */
async function mailsTo(address: string): Promise<string[]> {
  return (await mails()).filter((mail) => mail.includes(`\r\nTo: ${address}\r\n`));
}

async function anApplication(uid: string, policy: object): Promise<string> {
  const app = (await call("POST", "app", { name: "Grüße", uid })) as { id: string };
  await call("PATCH", `app/${uid}/alert-email`, { email: `${uid}@example.com` });
  await putPolicy(posthorn, `app/${uid}`, { ...policy, jitter: false });
  await call("POST", `app/${uid}/endpoint`, { uid: "hook", url: `${receiver.url}hook?token=hidden` });
  return app.id;
}

it("puts a mail into the data directory when deliveries were given up: one, however many", async () => {
  const appId = await anApplication("owner", { dialect: "clawbook", retrySchedule: [0] });
  await expect
    .poll(async () => {
      await call("POST", "app/owner/msg", { eventType: "thing.done", payload: {} });
      return (await mailsTo("owner@example.com")).length;
    }, WITHIN)
    .toBe(1);
  const before = receiver.requests.length;
  for (let count = 0; count < 20; count++) {
    await call("POST", "app/owner/msg", { eventType: "thing.done", payload: {} });
  }
  await receiver.waitFor(before + 20);
  // Several runs of the upkeep later it is still that one.
  await sleep(4 * CRON_SECONDS * 1000);
  const [mail = "", ...others] = await mailsTo("owner@example.com");
  expect(others).toEqual([]);
  const [head, text] = splitAtBody(mail);
  expect(head).toMatch(/^From: posthorn@localhost\r\nTo: owner@example\.com\r\nSubject: =\?utf-8\?B\?/);
  expect(text).toContain(`${receiver.url}hook (ep_`);
  expect(text).not.toContain("hidden");
  expect(text).toContain("answered with status 503");
  expect(text).toMatch(
    new RegExp(`POST https://posthorn\\.example/api/v1/app/${appId}/endpoint/ep_\\w+/recover`),
  );
});

it("sends the alert of a rule when enough attempts have failed", async () => {
  await anApplication("alerted", { dialect: "swiftclaw", retrySchedule: [] });
  await call("POST", "app/alerted/alert", { metric: "webhook-failures", threshold: 5, window: "1h" });
  for (let count = 0; count < 6; count++) {
    await call("POST", "app/alerted/msg", { eventType: "thing.done", payload: {} });
  }
  await expect.poll(async () => (await mailsTo("alerted@example.com")).length, WITHIN).toBe(1);
  const [mail = ""] = await mailsTo("alerted@example.com");
  expect(mail).toMatch(/fired at .*: [56] webhook-failures in 1h, its threshold is 5/);
});

it("says where requests come from", async () => {
  expect(await call("GET", "egress")).toEqual({ ranges: ["203.0.113.0/24"], fixed: true });
});

function splitAtBody(mail: string): [head: string, text: string] {
  const at = mail.indexOf("\r\n\r\n");
  return [mail.slice(0, at), mail.slice(at + 4)];
}
