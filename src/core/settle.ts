import type { EndpointState } from "./endpoint.ts";
import type { EventHeader } from "./event.ts";
import { type SubscriptionSpan, wasSubscribed } from "./matching.ts";

export type SettleInput = {
  /** The log's next events, ascending, without holes of the caller's making. */
  events: readonly EventHeader[];
  spans: readonly SubscriptionSpan[];
  /** Ended or waiting in the object's own tables: a crash cannot forget it. */
  isRecorded: (event: EventHeader) => boolean;
  /** In the object's memory only: being sent or about to be. */
  isHeld: (position: number) => boolean;
  nowMs: number;
  /** How many more events the object will hold in memory. */
  room: number;
  /** In order: the earliest delivery that waits; none behind it may be taken (invariant 5). */
  barrier: number | null;
};

export type SettlePlan = {
  /** Every event up to here is recorded, held, in this plan, or was never for the endpoint; null: none was read. */
  scanned: number | null;
  take: EventHeader[];
  /** To be recorded as waiting for their `deliverAt`. */
  delay: EventHeader[];
  /** To be recorded as canceled. */
  cancel: EventHeader[];
  /** Why not all of them were looked at: no room, or the barrier. */
  truncated: "room" | "barrier" | null;
};

/** What reading a stretch of the log means for an endpoint (invariants 1 and 3). */
export function planSettle(input: SettleInput): SettlePlan {
  const plan: SettlePlan = { scanned: null, take: [], delay: [], cancel: [], truncated: null };
  for (const event of input.events) {
    const fate = fateOf(event, input);
    if (fate === "take") {
      if (input.barrier !== null && event.position > input.barrier) return { ...plan, truncated: "barrier" };
      if (plan.take.length >= input.room) return { ...plan, truncated: "room" };
    }
    if (fate !== "pass") plan[fate].push(event);
    plan.scanned = event.position;
  }
  return plan;
}

/**
 * How far the endpoint's durable position may move: over everything scanned, but never over an event that only memory
 * knows, because a crash would lose it.
 */
export function safePosition(current: number, scanned: number, held: Iterable<number>): number {
  let safe = scanned;
  for (const position of held) safe = Math.min(safe, position - 1);
  return Math.max(current, safe);
}

type Fate = "pass" | "cancel" | "delay" | "take";

function fateOf(event: EventHeader, input: SettleInput): Fate {
  if (input.isHeld(event.position) || !wasSubscribed(input.spans, event) || input.isRecorded(event))
    return "pass";
  if (wasCanceled(input.spans, event.position)) return "cancel";
  return event.deliverAtMs !== null && event.deliverAtMs > input.nowMs ? "delay" : "take";
}

/** Disabling or deleting an endpoint cancels what was accepted for it before and has not ended; enabling it again does
 * not bring that back (seeds/clazar: "will also disable any pending delivery attempts"). */
export function wasCanceled(spans: readonly SubscriptionSpan[], position: number): boolean {
  return position < cancelsBefore(spans);
}

type Stoppable = { state: EndpointState; spans: SubscriptionSpan[] };

/** As {@link wasCanceled}, of what may have been replayed: stops before `sparedBefore` came before that. */
export function isCanceled({ state, spans }: Stoppable, position: number, sparedBefore: number): boolean {
  const before = cancelsBefore(spans);
  // Stops with no event between them are at one position: a new one is known by the endpoint's being stopped now.
  return position < before && (before > sparedBefore || state !== "enabled");
}

/** Deliveries of events before this position are canceled. */
export function cancelsBefore(spans: readonly SubscriptionSpan[]): number {
  return Math.max(0, ...spans.map(({ from, filter }) => (filter === null ? from : 0)));
}
