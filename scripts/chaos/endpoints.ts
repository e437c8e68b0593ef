/** The kinds of endpoints that a chaos run delivers to, each with a receiver that plays its part. */
import { parseMessageId } from "../../src/core/ids.ts";
import { type Behaviour, type Receiver, startReceiver } from "../../test/support/receiver.ts";
import type { Arrival } from "./verdict.ts";

export const RATE_PER_SECOND = 60;
export const KINDS = ["plain", "fifo", "rate-limited", "slow", "flaky", "dead-then-alive"] as const;
export type Kind = (typeof KINDS)[number];

const SLOW_MS = 60;
const FLAKY_FAILS = 0.2;
const FLAKY_RESETS = 0.05;
const FIFO_FAILS = 0.01;
const RETRIES = 20;

export type Target = {
  kind: Kind;
  receiver: Receiver;
  arrivals: Arrival[];
  /** Positions of events with a request answered by 200. */
  delivered: Set<number>;
  /** Requests whose id or body is not what was published. */
  altered: number;
  /** As its endpoint is created, and its policy. */
  fields: object;
  policy: object;
};

export type Cast = { targets: Target[]; revive(): void; close(): Promise<void> };

/** Starts a receiver of each kind; the dead one resets connections until it is revived. */
export async function startReceivers(options: { random: () => number; retrySeconds: number }): Promise<Cast> {
  const { random } = options;
  let isAlive = false;
  const behaviours: Record<Kind, () => ReturnType<Behaviour>> = {
    plain: () => ({}),
    fifo: () => ({ status: random() < FIFO_FAILS ? 503 : 200 }),
    "rate-limited": () => ({}),
    slow: () => ({ delayMs: SLOW_MS }),
    flaky: () => {
      const drawn = random();
      if (drawn < FLAKY_RESETS) return "reset";
      return { status: drawn < FLAKY_RESETS + FLAKY_FAILS ? 503 : 200 };
    },
    "dead-then-alive": () => (isAlive ? {} : "reset"),
  };
  const targets: Target[] = [];
  for (const kind of KINDS) {
    targets.push(await startTarget(kind, behaviours[kind], options.retrySeconds));
  }
  return {
    targets,
    revive: () => {
      isAlive = true;
    },
    close: async () => {
      for (const { receiver } of targets) await receiver.close();
    },
  };
}

async function startTarget(
  kind: Kind,
  behave: () => ReturnType<Behaviour>,
  retrySeconds: number,
): Promise<Target> {
  const waits = kind === "dead-then-alive" ? retrySeconds : 1;
  const target: Omit<Target, "receiver"> = {
    kind,
    arrivals: [],
    delivered: new Set(),
    altered: 0,
    fields: kind === "rate-limited" ? { throttleRate: RATE_PER_SECOND } : {},
    policy: {
      retrySchedule: Array.from({ length: RETRIES }, () => waits),
      jitter: kind !== "fifo",
      ...(kind === "fifo" ? { ordering: "fifo" } : {}),
    },
  };
  const bodies = new Map<number, string>();
  const receiver = await startReceiver(({ headers, body, atMs }) => {
    const reply = behave();
    const ok = reply !== "reset" && reply !== "hang" && (reply.status ?? 200) === 200;
    const position = parseMessageId(String(headers["webhook-id"]))?.position ?? 0;
    const text = body.toString();
    if (position === 0 || text !== (bodies.get(position) ?? text)) target.altered++;
    bodies.set(position, text);
    target.arrivals.push({ position, atMs, ok });
    if (ok) target.delivered.add(position);
    return reply;
  });
  return Object.assign(target, { receiver });
}
