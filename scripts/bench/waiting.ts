import { setTimeout as sleep } from "node:timers/promises";
import { type Access, type Arrived, eventStream, type Line, longPoll, webSocket } from "./agent-lines.ts";
import { medianMs, monotonicMs, percentilesOf } from "./clock.ts";
import { lengthenLogs } from "./seed.ts";
import type { Stage } from "./stage.ts";

const AGENTS = 20;
const EVENTS = 60;
/** So far apart that everybody waits again when the next one comes. */
const GAP_MS = 150;
const TARGET_MS = 100;
const ARRIVES_WITHIN_MS = 10_000;
const CONNECTED_WITHIN_MS = 1000;

const WAYS: [id: string, title: string, open: (access: Access, arrived: Arrived) => Line][] = [
  ["poll", "long poll", longPoll],
  ["stream", "server-sent events", eventStream],
  ["socket", "WebSocket", webSocket],
];

/** From the publish call being sent until an agent that waits has the event. */
export async function measureWaiting(stage: Stage): Promise<void> {
  stage.heading(`Waiting: publish call sent until each of ${AGENTS} agents that wait has the event`);
  const events = Math.max(10, Math.round(EVENTS * stage.pace));
  for (const [id, title, open] of WAYS) {
    const { uid } = await stage.application(0);
    const access = await accessTo(stage, uid);
    const watch = new Watch();
    const lines = Array.from({ length: AGENTS }, (_, agent) =>
      open(access, (text) => watch.saw(agent, text)),
    );
    await sleep(CONNECTED_WITHIN_MS);
    for (let n = 0; n < events; n++) {
      watch.sent(n);
      await stage.api("POST", `app/${uid}/msg`, { eventType: "a.b", payload: { mark: `mark-${n}-` } });
      await sleep(GAP_MS);
    }
    await watch.complete(events * AGENTS);
    for (const line of lines) line.close();
    if (watch.latenciesMs.length < events * AGENTS) {
      stage.note(`only ${watch.latenciesMs.length} of ${events * AGENTS} arrived by ${title}`);
    }
    const { p50, p99 } = percentilesOf(watch.latenciesMs);
    stage.add(
      { id: `waiting.${id}.p50`, title: `${title} (${events} events): p50`, value: p50, unit: "ms" },
      { id: `waiting.${id}.p99`, title: "  p99", value: p99, unit: "ms", atMost: TARGET_MS },
    );
  }
}

class Watch {
  readonly latenciesMs: number[] = [];
  readonly #sentAtMs: number[] = [];
  readonly #seen = new Set<string>();

  sent(n: number): void {
    this.#sentAtMs[n] = monotonicMs();
  }

  saw(agent: number, text: string): void {
    for (const [mark, n = ""] of text.matchAll(/mark-(\d+)-/g)) {
      const sentAtMs = this.#sentAtMs[Number(n)];
      if (sentAtMs === undefined || this.#seen.has(`${agent} ${mark}`)) continue;
      this.#seen.add(`${agent} ${mark}`);
      this.latenciesMs.push(monotonicMs() - sentAtMs);
    }
  }

  async complete(count: number): Promise<void> {
    const untilMs = monotonicMs() + ARRIVES_WITHIN_MS;
    while (this.latenciesMs.length < count && monotonicMs() < untilMs) await sleep(10);
  }
}

async function accessTo(stage: Stage, uid: string): Promise<Access> {
  const { token } = await stage.api<{ token: string }>("POST", `auth/app-portal-access/${uid}`, {});
  return { url: (await stage.server()).url, token };
}

const CALLS = 40;
const TARGET_GROWTH = 1.5;

/** Latency of reading as an agent, as the application's log grows. */
export async function measurePullGrowth(stage: Stage, sizes: readonly number[]): Promise<void> {
  stage.heading(`Growth: p50 of ${CALLS} calls of an agent, one after another, as the log grows`);
  const { uid } = await stage.application(0);
  await stage.api("POST", `app/${uid}/msg`, { eventType: "a.b", payload: {} });
  for (const size of [1, ...sizes]) {
    if (size > 1) {
      await stage.offline((dataDir) => lengthenLogs({ dataDir, uid, endpointId: null, count: size }));
    }
    const access = await accessTo(stage, uid);
    const reads: [id: string, title: string, query: string][] = [
      ["idle", "poll with nothing new", `after=${size}`],
      ["newest", "poll of the newest event", `after=${size - 1}`],
      ["oldest", "poll of the oldest event", "after=0&limit=1"],
    ];
    for (const [id, title, query] of reads) {
      const value = await medianMs(CALLS, () => poll(access, query));
      stage.add({
        id: `growth.poll.${id}.${size}`,
        title: `${title}, ${size.toLocaleString("en-US")} events in the log`,
        value,
        unit: "ms",
        ...(size === 1 ? {} : { floor: `growth.poll.${id}.1`, ratioAtMost: TARGET_GROWTH }),
      });
    }
  }
}

async function poll({ url, token }: Access, query: string): Promise<void> {
  const answer = await fetch(`${url}/events/me/events?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await answer.text();
  if (!answer.ok) throw new Error(`a poll was answered with ${answer.status}`);
}
