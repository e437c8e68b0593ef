/** Replays: an endpoint's object reads an older stretch of the log again, and takes of it what the replay is about. */
import { MESSAGE_STATUS } from "./attempt.ts";
import type { TaskProgress, TaskStatus } from "./background-task.ts";
import type { EventHeader } from "./event.ts";
import { matchesFilter, type SubscriptionFilter } from "./matching.ts";

const REPLAY_KINDS = ["endpoint.recover", "endpoint.replay", "endpoint.bulk-replay"] as const;
/** What failed; what was never attempted; what was attempted, and fits conditions. */
export type ReplayKind = (typeof REPLAY_KINDS)[number];

/** Only of a bulk replay: which of the deliveries on record are meant; null: any. */
export type ReplayFilter = {
  eventTypes: string[] | null;
  channel: string | null;
  tag: string | null;
  /** How the delivery stands. */
  status: number | null;
  /** Of its last attempt: 0 (no response), 100, 200 … 500. */
  statusCodeClass: number | null;
};

export const ANY_DELIVERY: ReplayFilter = {
  eventTypes: null,
  channel: null,
  tag: null,
  status: null,
  statusCodeClass: null,
};

/** The positions behind `after`, up to `upTo`. */
export type ReplayRange = { after: number; upTo: number };

export type ReplayOrder = ReplayRange & { taskId: string; kind: ReplayKind; filter: ReplayFilter };

/** What is told of a replay in its task's `data`. */
export type ReplayData = {
  messagesSent: number;
  /** Meant, but their payloads are gone. */
  messagesSkipped: number;
  /** In positions of the log. */
  progress: TaskProgress;
  error?: string;
};

export type ReplayNews = { taskId: string; kind: ReplayKind; status: TaskStatus; data: ReplayData };

/** What the object's tables say of a delivery in the stretch. */
export type KnownDelivery = {
  /** Of its last attempt; null: it was never attempted. */
  statusCode: number | null;
  succeeded: boolean;
  canceled: boolean;
  /** It waits for another attempt, or for its first. */
  isWaiting: boolean;
  /** It was attempted since the replay was asked for: by it (or by hand), or by its schedule alone; null: not. */
  since: "replay" | "schedule" | null;
};

export type ReplayInput = {
  kind: ReplayKind;
  filter: ReplayFilter;
  /** The log's next events of the stretch, ascending. */
  events: readonly EventHeader[];
  /** What the endpoint listens to now. */
  subscription: SubscriptionFilter | null;
  known: ReadonlyMap<number, KnownDelivery>;
  /** In memory only: being sent or about to be. */
  isHeld: (position: number) => boolean;
  nowMs: number;
  /** How many more events the object will hold in memory. */
  room: number;
};

export type ReplayPlan = {
  /** Every event up to here is in this plan, or is not meant; null: none was looked at. */
  scanned: number | null;
  take: EventHeader[];
  /** To be recorded as waiting for their `deliverAt`. */
  delay: EventHeader[];
  /** Sent by this replay before; a crash has made the object forget that. */
  sent: number[];
};

/** What reading an older stretch of the log again means for an endpoint. */
export function planReplay(input: ReplayInput): ReplayPlan {
  const plan: ReplayPlan = { scanned: null, take: [], delay: [], sent: [] };
  for (const event of input.events) {
    const { position } = event;
    const known = input.known.get(position);
    if (known?.since === "replay") plan.sent.push(position);
    else if (known?.since !== "schedule" && !input.isHeld(position) && isMeant(event, known, input)) {
      const isDelayed = event.deliverAtMs !== null && event.deliverAtMs > input.nowMs;
      if (!isDelayed && plan.take.length >= input.room) return plan;
      (isDelayed ? plan.delay : plan.take).push(event);
    }
    plan.scanned = position;
  }
  return plan;
}

function isMeant(event: EventHeader, known: KnownDelivery | undefined, input: ReplayInput): boolean {
  const wasAttempted = known !== undefined && known.statusCode !== null;
  switch (input.kind) {
    case "endpoint.recover":
      // What still waits has not failed yet.
      return known !== undefined && !known.succeeded && !known.isWaiting;
    case "endpoint.replay":
      return !wasAttempted && !known?.isWaiting && matchesFilter(input.subscription, event);
    case "endpoint.bulk-replay":
      return known !== undefined && matchesConditions(event, known, input.filter);
  }
}

function matchesConditions(event: EventHeader, known: KnownDelivery, filter: ReplayFilter): boolean {
  const { eventTypes, channel, tag, status, statusCodeClass } = filter;
  const classOf = known.statusCode === null ? null : Math.floor(known.statusCode / 100) * 100;
  return (
    (eventTypes === null || eventTypes.includes(event.eventType)) &&
    (channel === null || (event.channels?.includes(channel) ?? false)) &&
    (tag === null || (event.tags?.includes(tag) ?? false)) &&
    (statusCodeClass === null || classOf === statusCodeClass) &&
    (status === null ? known.statusCode !== null && !known.isWaiting : standsAs(status, known))
  );
}

/** Canceled deliveries are failed ones for who does not know them. What was never attempted keeps its time. */
function standsAs(status: number, known: KnownDelivery): boolean {
  if (status === MESSAGE_STATUS.success) return known.succeeded;
  if (known.succeeded) return false;
  if (status === MESSAGE_STATUS.sending) return known.isWaiting && known.statusCode !== null;
  if (known.isWaiting) return false;
  if (status === MESSAGE_STATUS.canceled) return known.canceled;
  return status === MESSAGE_STATUS.fail;
}
