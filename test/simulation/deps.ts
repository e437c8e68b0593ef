/** What the object's drain is given: a log that fails, a receiver that misbehaves, and checks of what it asks for. */
import type { AttemptOutcome } from "../../src/core/attempt.ts";
import type { EndpointConfig } from "../../src/core/endpoint.ts";
import type { LoggedEvent } from "../../src/core/event.ts";
import type { DrainDeps } from "../../src/delivery/drain.ts";
import type { Task } from "../../src/delivery/hand.ts";
import type { LanePool } from "../../src/delivery/lane-pool.ts";
import type { SentAttempt } from "../../src/delivery/ledger.ts";
import { Queue } from "../../src/delivery/queue.ts";
import { type Exchange, type Network, simulatedPool } from "./lanes.ts";
import type { Instance } from "./object-host.ts";
import type { Answer } from "./plan.ts";
import { lastTask } from "./seen-tasks.ts";
import type { World } from "./world.ts";

/** An error that the simulation made; any other is a bug of ours. */
export class InjectedFault extends Error {}

export type Sent = {
  event: LoggedEvent;
  position: number;
  isManual: boolean;
  replayId: string | null;
  attemptNumber: number;
  config: EndpointConfig;
  /** {@link Timeline.apparentMs} when it began. */
  apparentMs: number;
  instance: Instance;
  /** Somebody has begun to make it. */
  begun: boolean;
  /** It has left the object. */
  departed: boolean;
  /** The receiver has it, and whoever sent it waits for the answer. */
  atReceiver: boolean;
  /** Who made it has died before it was answered. */
  isCutOff: boolean;
  outcome: AttemptOutcome | null;
};

export function drainDeps(world: World, instance: Instance): DrainDeps {
  const { timeline, storage, log, random } = world;
  const call = <T>(name: string, effect: () => T) =>
    callLog(world, instance, { name, effect, writes: false });
  const write = (name: string, effect: () => void) =>
    callLog(world, instance, { name, effect, writes: true });
  const pool = simulatedPool(world, instance, network(world, instance));
  return {
    queue: new Queue(storage.exec),
    nowMs: () => timeline.wallMs,
    random: () => random.next(),
    after: (delayMs, work) => {
      instance.pending++;
      timeline.after(delayMs, () => {
        if (instance.dead) return;
        instance.pending--;
        work();
      });
    },
    armAlarm: (atMs) => world.host.armAlarm(atMs),
    disarmAlarm: () => world.host.armAlarm(null),
    readConfig: () => call("readConfig", () => log.config),
    readLog: (after, limit) => call(`readLog(${after}, ${limit})`, () => log.readLog(after, limit)),
    readEvents: (positions) => {
      world.checks.readEvents(positions);
      return call(`readEvents(${positions})`, () => log.readEvents(positions));
    },
    canSend: (concurrency) => pool.canSend(concurrency),
    send: (event, config) => send(world, instance, { event, config, pool }),
    report: (report) =>
      write(`report(position ${report.position}, version ${report.configVersion})`, () => {
        log.status = { ...report, updatedAtMs: timeline.wallMs };
      }),
    reportReplays: (news) =>
      write(`reportReplays(${news.map(({ taskId, status }) => `${taskId} ${status}`)})`, () =>
        world.replays.saved(news),
      ),
    disable: (reason, version) =>
      write(`disable(${reason}, version ${version})`, () => {
        if (log.disable(version)) world.checks.disabled(reason, version);
      }),
    logError: (event, error) => {
      world.note(() => `  logged ${event}: ${error instanceof Error ? error.message : error}`);
      world.unexpected(event, error);
    },
  };
}

type LogCall<T> = { name: string; effect: () => T; writes: boolean };

/** One round trip to D1. It leaves once what was written before is durable; its effect is there, or not, whoever still lives. */
function callLog<T>(world: World, instance: Instance, { name, effect, writes }: LogCall<T>): Promise<T> {
  const { timeline, random, faults } = world;
  const fails = random.chance(faults.logFails);
  const replyLost = random.chance(faults.logReplyLost);
  const stallMs = random.chance(faults.logStalls) ? random.int(5_000, 60_000) : 0;
  const lateMs = writes && random.chance(faults.logWriteLate) ? random.int(10, 10_000) : 0;
  instance.pending++;
  return new Promise((resolve, reject) => {
    const answer = (work: () => void) =>
      timeline.after(world.latencyMs() + stallMs, () => {
        if (instance.dead) return;
        instance.pending--;
        work();
      });
    const arrive = () => {
      if (fails) {
        world.note(() => `  ${name} of #${instance.id} will fail`);
        return answer(() => reject(new InjectedFault(`${name}: out of reach`)));
      }
      const result = effect();
      world.note(() => `  ${name} of #${instance.id} done${replyLost ? ", the reply will be lost" : ""}`);
      return answer(() => (replyLost ? reject(new InjectedFault(`${name}: reply lost`)) : resolve(result)));
    };
    timeline.after(random.int(0, 2), () => {
      if (instance.dead) return;
      world.storage.gate();
      if (lateMs > 0) timeline.after(lateMs, arrive);
      else arrive();
    });
  });
}

type Sending = { event: LoggedEvent; config: EndpointConfig; pool: LanePool };

async function send(
  world: World,
  instance: Instance,
  { event, config, pool }: Sending,
): Promise<SentAttempt> {
  const { timeline } = world;
  const task: Task | null = lastTask(event);
  const sent: Sent = {
    event,
    position: event.position,
    isManual: task?.manualId !== null && task?.manualId !== undefined,
    replayId: task?.replayId ?? null,
    attemptNumber: task?.attemptNumber ?? 0,
    config,
    apparentMs: timeline.apparentMs,
    instance,
    begun: false,
    departed: false,
    atReceiver: false,
    isCutOff: false,
    outcome: null,
  };
  world.note(
    () =>
      `  #${instance.id} sends ${event.position}, ${sent.isManual ? "by hand" : `attempt ${sent.attemptNumber}`}, to ${config.url}, version ${config.version}`,
  );
  world.checks.sends(sent, event, task);
  world.sent.push(sent);
  instance.inFlight.push(sent);
  let answered: SentAttempt | null = null;
  try {
    answered = await pool.send(event, config);
  } finally {
    instance.inFlight.splice(instance.inFlight.indexOf(sent), 1);
  }
  world.checks.answered(sent, answered.outcome);
  return answered;
}

/** What a request meets on its way and at the receiver, whoever makes it. */
function network(world: World, instance: Instance): Network {
  const { timeline, random } = world;
  const exchange = (event: LoggedEvent, config: EndpointConfig): Exchange => {
    const sent = instance.inFlight.find((other) => other.event === event && !other.begun);
    if (sent === undefined) throw new Error(`nobody sends ${event.position}`);
    sent.begun = true;
    const answer = new Promise<SentAttempt>((resolve) => {
      timeline.after(random.chance(0.2) ? random.int(0, 50) : 0, () => {
        if (instance.dead || sent.isCutOff) return;
        world.storage.gate();
        sent.departed = true;
        sent.atReceiver = true;
        world.checks.departed(sent);
        const { outcome, afterMs } = answerOf(world, config);
        timeline.after(afterMs, () => {
          if (instance.dead || sent.isCutOff) return;
          sent.atReceiver = false;
          sent.outcome = outcome;
          world.note(() => `  #${instance.id} is answered for ${sent.position}: ${brief(outcome)}`);
          resolve({ outcome, durationMs: afterMs, url: config.url, requestHeaders: {} });
        });
      });
    });
    const cutOff = () => {
      sent.isCutOff = true;
      sent.atReceiver = false;
    };
    return { answer, cutOff };
  };
  return { exchange };
}

function answerOf(world: World, config: EndpointConfig): { outcome: AttemptOutcome; afterMs: number } {
  const { random } = world;
  const timeoutMs = config.policy.timeoutSeconds * 1000;
  const answer = random.weighted(world.mood);
  const isSlow = answer === "slow" || random.chance(0.15);
  const slowMs = isSlow ? random.int(500, 20_000) : world.latencyMs();
  if (answer === "hang" || slowMs >= timeoutMs) {
    return { outcome: { kind: "timeout", timeoutMs }, afterMs: timeoutMs };
  }
  if (answer === "reset") return { outcome: { kind: "network", reason: "reset" }, afterMs: slowMs };
  const retryAfter = answer === "limited" ? random.pick("1", "7", "3600", "junk") : null;
  const control = answer === "aborted" ? "abort-message" : null;
  const body = "";
  const statusCode = STATUS[answer];
  return {
    outcome: { kind: "responded", statusCode, body, headers: {}, retryAfter, control },
    afterMs: slowMs,
  };
}

const STATUS: Record<Exclude<Answer, "reset" | "hang">, number> = {
  ok: 200,
  slow: 204,
  redirect: 301,
  rejected: 404,
  limited: 429,
  error: 503,
  gone: 410,
  aborted: 500,
};

function brief(outcome: AttemptOutcome): string {
  return outcome.kind === "responded" ? String(outcome.statusCode) : outcome.kind;
}
