/** Mistakes that would break an invariant, as changes to the sources. The simulation must notice each of them. */
import type { SourceEdit } from "./variant.ts";

export type Mutant = { name: string; edits: SourceEdit[] };

const DRAIN = "src/delivery/drain.ts";
const FLIGHT = "src/delivery/flight.ts";
const INTAKE = "src/delivery/intake.ts";
const LANE_POOL = "src/delivery/lane-pool.ts";
const LEDGER = "src/delivery/ledger.ts";
const PLAN = "test/simulation/plan.ts";
const QUEUE = "src/delivery/queue.ts";
const REPLAY = "src/core/replay.ts";
const REPLAYS = "src/delivery/replays.ts";
const SETTLE = "src/core/settle.ts";
const THROTTLE = "src/delivery/throttle.ts";
const WAKEUP = "src/delivery/wakeup.ts";

/** Ordered endpoints whose receiver is soon held to be down: what takes a rare coincidence elsewhere shows here. */
const SOON_DOWN_IN_ORDER: readonly SourceEdit[] = [
  {
    file: PLAN,
    find: 'ordering: random.pick("none", "none", "fifo"),',
    replace: 'ordering: "fifo",',
  },
  {
    file: PLAN,
    find: "retrySchedule: random.pick([], [5],",
    replace: "retrySchedule: random.pick([], [], [], [], [], [5],",
  },
  {
    file: PLAN,
    find: "breaker: random.pick<BreakerPolicy>(\n",
    replace:
      "breaker: random.pick<BreakerPolicy>(\n      QUICK_BREAKER, QUICK_BREAKER, QUICK_BREAKER, QUICK_BREAKER,\n",
  },
];

/** Endpoints with many requests in flight, slow receivers and lanes that are often lost. */
const MANY_LANES_LOST: readonly SourceEdit[] = [
  {
    file: PLAN,
    find: "concurrency: random.pick(1, 6, 24, 60),",
    replace: "concurrency: 60,",
  },
  { file: PLAN, find: "laneSilent: 0.3,", replace: "laneSilent: 1," },
  { file: PLAN, find: "laneDies: 0.3,", replace: "laneDies: 0.6," },
  { file: PLAN, find: "publish: 10,", replace: "publish: 30," },
  { file: PLAN, find: "  order: 1,", replace: "  order: 4," },
  { file: PLAN, find: "  replay: 2,", replace: "  replay: 0," },
  { file: PLAN, find: "  cancel: 0.4,", replace: "  cancel: 0," },
  {
    file: PLAN,
    find: 'random.pick<Answer>("ok", "ok", "ok", "error", "slow", "hang")',
    replace: '"slow"',
  },
];

export const MUTANTS: readonly Mutant[] = [
  mutant("the position moves over events that only memory knows", {
    file: SETTLE,
    find: "for (const position of held) safe = Math.min(safe, position - 1);",
    replace: "",
  }),
  mutant("the position moves over a page before what is in it is taken", {
    file: INTAKE,
    find: "    onConfig(page.config);\n",
    replace:
      "    onConfig(page.config);\n    this.#ledger.movePosition(page.events.at(-1)?.position ?? 0, this.#hand);\n    this.#ledger.save();\n",
  }),
  mutant("what was put back while the log was read is forgotten", {
    file: INTAKE,
    find: "const isGap = this.#scanned < readFrom;",
    replace: "const isGap = false;",
  }),
  mutant("the rest of a page for which there was no room is skipped", {
    file: SETTLE,
    find: 'if (plan.take.length >= input.room) return { ...plan, truncated: "room" };',
    replace: "if (plan.take.length >= input.room) { plan.scanned = event.position; continue; }",
  }),
  mutant("the alarm is armed only after the work", {
    file: WAKEUP,
    find: "    if (!isNear) this.arm();",
    replace: "",
  }),
  mutant("the alarm is not armed for what waits", {
    file: WAKEUP,
    find: "return nextAlarm({ settleAtMs: this.#settleAtMs, dueAtMs: this.#dueAtMs() }, nowMs);",
    replace: "return nextAlarm({ settleAtMs: this.#settleAtMs, dueAtMs: null }, nowMs);",
  }),
  mutant("an object that reads its log counts as quiet", {
    file: DRAIN,
    find: "const isReading = this.#filling !== null;",
    replace: "const isReading = false;",
  }),
  mutant("retries are forgotten when the object starts again", {
    file: QUEUE,
    find: "    migrateQueue(exec);\n",
    replace: '    migrateQueue(exec);\n    exec("DELETE FROM waiting WHERE attempts > 0");\n',
  }),
  mutant("a retry leaves its row before its attempt is recorded", {
    file: FLIGHT,
    find: '    let end: "recorded" | "lost" | "failed" = "failed";\n',
    replace:
      '    let end: "recorded" | "lost" | "failed" = "failed";\n    if (task.waiting !== null) this.#deps.queue.removeWaiting(task.waiting);\n',
  }),
  mutant("a retry's row stays when its attempt has been recorded", {
    file: LEDGER,
    find: "    if (task.waiting !== null) this.queue.removeWaiting(task.waiting);\n    const { attempt",
    replace: "    const { attempt",
  }),
  mutant("in order, events in hand overtake one that failed", {
    file: FLIGHT,
    find: "if (this.#putBackOvertaking()) continue;",
    replace: "",
  }),
  mutant("in order, the log is read past a delivery that waits", {
    file: INTAKE,
    find: "barrier: isOrdered(config) ? (queue.firstWaiting()?.position ?? null) : null,",
    replace: "barrier: null,",
  }),
  mutant("in order, as many requests as without", {
    file: FLIGHT,
    find: 'kind === "probe" || this.isOrdered ? 1',
    replace: 'kind === "probe" ? 1',
  }),
  mutant("hinted events are not checked against what is recorded", {
    file: INTAKE,
    find: "return this.#ledger.queue.recordedBetween(position, position).size === 0;",
    replace: "return true;",
  }),
  mutant("the rate's bucket is full after a crash", {
    file: THROTTLE,
    find: "(this.#state === null && this.#recentMs === null)",
    replace: "false",
  }),
  mutant("disabling does not cancel what waits", {
    file: LEDGER,
    find: "    this.queue.cancelWaitingBefore(cancelsBefore(config.spans), { areSpared, nowMs });\n",
    replace: "",
  }),
  mutant("disabling leaves in hand what is ready", {
    file: DRAIN,
    find: "reordered || isCanceled(config, event.position, sparedBefore)",
    replace: "reordered && isCanceled(config, event.position, sparedBefore)",
  }),
  mutant("an endpoint that said it is gone is sent to until D1 knows", {
    file: LEDGER,
    find: 'return this.#state.config?.state === "enabled" && this.#state.stopReason === null;',
    replace: 'return this.#state.config?.state === "enabled";',
  }),
  mutant("delayed events are dropped", {
    file: INTAKE,
    find: "for (const event of plan.delay) {",
    replace: "for (const event of plan.delay.slice(0, 0)) {",
  }),
  mutant("a delayed event is sent at once", {
    file: INTAKE,
    find: "if (event.deliverAtMs !== null) return false;",
    replace: "",
  }),
  mutant("a resend by hand leaves its row before it is sent", {
    file: FLIGHT,
    find: '    let end: "recorded" | "lost" | "failed" = "failed";\n',
    replace:
      '    let end: "recorded" | "lost" | "failed" = "failed";\n    if (task.manualId !== null) this.#deps.queue.removeManualSend(task.manualId);\n',
  }),
  mutant("an older configuration replaces a newer one", {
    file: LEDGER,
    find: "config.version > old.version ||",
    replace: "config.version !== old.version ||",
  }),
  mutant("a hint's newer version does not make the object reload, nor does the page's", {
    file: LEDGER,
    find: "if (old !== null && !isNewer(config, old)) return false;",
    replace: "if (old !== null) return false;",
  }),
  mutant("an earlier configuration's 410 disables a newer one", {
    file: FLIGHT,
    find: "if (stop !== null && sentUnder.version === config.version) this.#steps.onStop(stop);",
    replace: "if (stop !== null) this.#steps.onStop(stop);",
  }),
  mutant("payloads fetched under an older configuration are sent", {
    file: INTAKE,
    find: "if (this.#ledger.config !== config) return;",
    replace: "",
  }),
  mutant(
    "in order, payloads are sent whose reading began before what precedes them was put back",
    ...SOON_DOWN_IN_ORDER,
    {
      file: INTAKE,
      find: "if (config !== null && isOrdered(config) && this.#putBacks !== putBacks) return;",
      replace: "",
    },
  ),
  mutant("a payload that is gone ends nothing", {
    file: LEDGER,
    find: "    else if (task.replayId === null || task.waiting !== null) this.queue.cancel(task.event, nowMs);\n",
    replace: "",
  }),
  mutant("the status row does not say when the object means to wake", {
    file: DRAIN,
    find: "const report = this.#ledger.takeReport({ dueAtMs, behind: this.#intake.behind });",
    replace: "const report = this.#ledger.takeReport({ dueAtMs: null, behind: this.#intake.behind });",
  }),
  mutant("what a lost lane was given is forgotten", {
    file: FLIGHT,
    find: 'if (end === "lost") this.#sendAgain(task);',
    replace: 'if (end === "lost") hand.release(task);',
  }),
  mutant("a lane that was lost counts as a failure of the receiver", {
    file: LANE_POOL,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source's own text.
    find: 'job.reject(new LaneLostError(`sender lane ${lane.number}: ${lost ?? "it did not report all"}`));',
    replace:
      'job.resolve({ outcome: { kind: "network", reason: "" }, durationMs: 0, url: config.url, requestHeaders: {} });',
  }),
  mutant("what a lane reports after its lease counts", ...MANY_LANES_LOST, {
    file: LANE_POOL,
    find: "    open.clear();\n",
    replace: "",
  }),
  mutant("a lane may be silent for ever", {
    file: LANE_POOL,
    find: ", lease.expired]",
    replace: "]",
  }),
  mutant("a lease ends before the attempt must have", {
    file: LANE_POOL,
    find: "const leaseMs = call.config.policy.timeoutSeconds * 1000",
    replace: "const leaseMs = 0 * 1000",
  }),
  mutant("a lane is given more than it may have in flight", {
    file: LANE_POOL,
    find: ".filter(({ busy }) => busy < REQUESTS_PER_OBJECT)",
    replace: "",
  }),
  mutant("payloads in flight are not bounded", {
    file: FLIGHT,
    find: "this.#count < REQUESTS_PER_OBJECT || this.#chars < MAX_IN_FLIGHT_CHARS",
    replace: "true",
  }),
  mutant(
    "an event sent before the endpoint was ordered is overtaken when its lane is lost",
    ...MANY_LANES_LOST,
    {
      file: FLIGHT,
      find: "if (this.isOrdered) intake.putBack(hand.drop(() => true));",
      replace: "",
    },
  ),
  mutant("a replay's cursor moves over events that only memory knows", {
    file: REPLAYS,
    find: 'if (state === "taking") safe = Math.min(safe, position - 1);',
    replace: "",
  }),
  mutant("what a replay was put back is not read again", {
    file: REPLAYS,
    find: "replay.scanned = Math.min(replay.scanned, event.position - 1);",
    replace: "",
  }),
  mutant("a replay forgets in a crash what it has sent", {
    file: REPLAY,
    find: 'if (known?.since === "replay") plan.sent.push(position);\n    else if (known',
    replace: "if (known",
  }),
  mutant("a replay goes on when its endpoint was disabled", {
    file: REPLAYS,
    find: 'const before = config.state === "enabled" ? cancelsBefore(config.spans) : Number.POSITIVE_INFINITY;',
    replace: "const before = 0;",
  }),
  mutant("a replay reads what is not settled yet", {
    file: REPLAYS,
    find: "const end = Math.min(upTo, this.#ledger.position);",
    replace: "const end = upTo;",
  }),
  mutant("in order, what is replayed overtakes what waits", {
    file: FLIGHT,
    find: "(replayId !== null || event.position > first.position)",
    replace: "event.position > first.position",
  }),
];

function mutant(name: string, ...edits: SourceEdit[]): Mutant {
  return { name, edits };
}
