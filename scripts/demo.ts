/** `npm run demo`: the main job against real receivers on this machine. Exit code 0 only if all of it happened. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReceivedRequest } from "../test/support/receiver.ts";
import { Report } from "./demo/report.ts";
import { type Scene, Stage } from "./demo/stage.ts";
import { VENDORS, type Vendor } from "./demo/vendors.ts";
import { scriptOptions } from "./runtime/script-options.ts";
import { startPosthorn } from "./runtime/start-posthorn.ts";

const ALL_WITHIN_MS = 180_000;
const DELIVERY_WITHIN_MS = 15_000;
const RETRIES_WITHIN_MS = 30_000;
const RETRY_AFTER_SECONDS = 2;
/** Clocks and timers round: a wait of two seconds may measure a little less. */
const TIMER_SLACK_MS = 100;

/** Valid in every dialect. */
const OTHER_SECRET = `whsec_${Buffer.alloc(24, "other").toString("base64")}`;

scriptOptions({ name: "demo", about: "the main job against real receivers on this machine" }, {});
const report = new Report();

async function main(): Promise<number> {
  setTimeout(giveUp, ALL_WITHIN_MS).unref();
  const dataDir = await mkdtemp(join(tmpdir(), "posthorn-demo-"));
  report.note("starting Posthorn on a temporary data directory …");
  const posthorn = await startPosthorn({
    port: 0,
    dataDir,
    onLog: ({ level, message }) => level === "error" && report.note(message),
  });
  report.note(`listening on ${posthorn.url}`);
  const stage = new Stage(posthorn, report);
  try {
    for (const vendor of VENDORS) {
      await report.part(`An event in the dialect ${vendor.dialect}`, () => showDialect(stage, vendor));
    }
    await report.part("A receiver that fails twice and recovers", () => showRecovery(stage));
    await report.part("A receiver that asks for patience (429 with Retry-After)", () => showPatience(stage));
  } finally {
    await stage.close();
    await posthorn.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
  return report.end();
}

async function showDialect(stage: Stage, vendor: Vendor): Promise<void> {
  const { dialect, eventType, payload } = vendor;
  const scene = await stage.scene({ name: `demo-${dialect}`, policy: { dialect }, secret: vendor.secret });
  const messageId = await scene.publish({ eventType, payload });
  report.check(true, `published ${eventType} as ${messageId}`);
  const [request] = await arrivals(scene, 1, DELIVERY_WITHIN_MS);
  if (request === undefined) throw new Error("nothing arrived");
  show(request, vendor.shown);
  report.check(vendor.verify(request, scene.secret), `the signature satisfies ${vendor.rule}`);
  const tampered = { ...request, body: Buffer.from(JSON.stringify({ forged: true })) };
  report.check(
    !vendor.verify(tampered, scene.secret) && !vendor.verify(request, OTHER_SECRET),
    "and refuses another body and another secret",
  );
}

async function showRecovery(stage: Stage): Promise<void> {
  const scene = await stage.scene({
    name: "demo-recovery",
    policy: { dialect: "standard", retrySchedule: [1, 1], jitter: false },
    behaviour: (_request, index) => ({ status: [500, 503][index] ?? 200 }),
  });
  const messageId = await scene.publish({ eventType: "invoice.paid", payload: { invoice: "inv_2" } });
  const requests = await arrivals(scene, 3, RETRIES_WITHIN_MS);
  const standard = VENDORS.find(({ dialect }) => dialect === "standard");
  report.check(requests.length === 3, "three attempts: 500, 503, then 200");
  report.check(
    same(requests, ({ headers }) => headers["webhook-id"]),
    "each with the same event id",
  );
  report.check(
    same(requests, ({ body }) => body.toString()),
    "and the same bytes",
  );
  report.check(
    requests.every((request) => standard?.verify(request, scene.secret)) &&
      new Set(requests.map(({ headers }) => headers["webhook-signature"])).size === requests.length,
    "each signed afresh, each signature valid",
  );
  const attempts = await stage.attempts(scene, 3, DELIVERY_WITHIN_MS);
  for (const { timestamp, responseStatusCode, statusText, responseDurationMs } of attempts) {
    report.note(`${timestamp.toISOString()}  ${responseStatusCode} ${statusText}  ${responseDurationMs} ms`);
  }
  report.check(
    attempts.map(({ responseStatusCode }) => responseStatusCode).join() === "500,503,200",
    "the attempt log tells the same story",
  );
  report.check(
    attempts.every(({ msgId }) => msgId === messageId),
    "under the id the publisher was given",
  );
}

async function showPatience(stage: Stage): Promise<void> {
  const scene = await stage.scene({
    name: "demo-patience",
    policy: { dialect: "standard", retrySchedule: [1], jitter: false },
    behaviour: (_request, index) =>
      index === 0
        ? { status: 429, headers: { "retry-after": String(RETRY_AFTER_SECONDS) } }
        : { status: 200 },
  });
  await scene.publish({ eventType: "invoice.paid", payload: { invoice: "inv_3" } });
  const [first, second] = await arrivals(scene, 2, RETRIES_WITHIN_MS);
  const waitedMs = (second?.atMs ?? 0) - (first?.atMs ?? 0);
  report.check(
    waitedMs >= RETRY_AFTER_SECONDS * 1000 - TIMER_SLACK_MS,
    `its schedule says 1 s, the receiver asked for ${RETRY_AFTER_SECONDS} s, and it was left alone for ${waitedMs} ms`,
  );
  const attempts = await stage.attempts(scene, 2, DELIVERY_WITHIN_MS);
  report.check(
    attempts.map(({ responseStatusCode }) => responseStatusCode).join() === "429,200",
    "the attempt log shows the 429 and the success",
  );
}

async function arrivals({ receiver }: Scene, count: number, withinMs: number): Promise<ReceivedRequest[]> {
  const text = count === 1 ? "the delivery" : `${count} deliveries`;
  report.note(`waiting for ${text} (up to ${withinMs / 1000} s) …`);
  return receiver.waitFor(count, withinMs);
}

function show({ method, path, headers, body }: ReceivedRequest, shown: RegExp): void {
  report.note(`${method} ${path}`);
  for (const [name, value] of Object.entries(headers)) {
    if (shown.test(name) || name === "content-type" || name === "user-agent")
      report.note(`${name}: ${value}`);
  }
  report.note(body.toString());
}

function same(requests: ReceivedRequest[], part: (request: ReceivedRequest) => unknown): boolean {
  return new Set(requests.map(part)).size === 1;
}

function giveUp(): never {
  console.error(`✗ not done within ${ALL_WITHIN_MS / 1000} s`);
  process.exit(1);
}

process.exit(await main());
