/** Reading the log on a consumer's behalf: from where it says, or from what it has not acknowledged. */
import type { LoggedEvent } from "../core/event.ts";
import { activeLeases, withLeases } from "../core/leases.ts";
import { MAX_LEASES, MAX_PENDING_PAGES, PULL_SCAN_EVENTS } from "../core/limits/pull.ts";
import {
  type ConsumerAddress,
  type ConsumerState,
  changeConsumer,
  readConsumer,
} from "../store/consumers.ts";
import { EventLog } from "../store/event-log.ts";
import type { EventPage } from "../store/event-pages.ts";

export type PullQuery = {
  consumer: ConsumerAddress;
  /** Beyond this position; null: what the consumer has not acknowledged. */
  after: number | null;
  /** Leaves out what the consumer has acknowledged, also beyond `after`. */
  skipsAcknowledged?: boolean;
  limit: number;
  eventTypes: string[] | null;
  /** Hides what is handed out from the consumer's other workers for so long; null: not at all. */
  leaseMs: number | null;
};

export type Pulled = {
  events: LoggedEvent[];
  /** Pass it as `after` to read on. */
  next: number;
  hasMore: boolean;
  /** With leases: when the first of those that others hold ends; null: they hold none. */
  heldUntilMs: number | null;
  /** How much had been acknowledged, where that counts. */
  acksVersion: string;
  /** Changes whenever the same question may be answered otherwise. */
  version: string;
};

export type PullResult = ({ kind: "pulled" } & Pulled) | { kind: "too_many_leases" } | { kind: "contended" };

export async function pullEvents(db: D1Database, query: PullQuery, nowMs: number): Promise<PullResult> {
  if (query.leaseMs !== null) return pullLeased(db, { ...query, leaseMs: query.leaseMs }, nowMs);
  const asksState = query.after === null || query.skipsAcknowledged === true;
  const state = asksState ? await readConsumer(db, query.consumer) : null;
  const page = await pageFor(db, query, { state, nowMs });
  return { kind: "pulled", ...pulled(page, acksVersionOf(state)), heldUntilMs: null };
}

type LeasedQuery = PullQuery & { leaseMs: number };

/** What another worker of the same consumer holds is left out; what is handed out here is held from now on. */
async function pullLeased(db: D1Database, query: LeasedQuery, nowMs: number): Promise<PullResult> {
  const changed = await changeConsumer<PullResult>(db, { address: query.consumer, nowMs }, async (state) => {
    const leases = activeLeases(state.leases, state.acks, nowMs);
    if (leases.length >= MAX_LEASES) return { state: null, value: { kind: "too_many_leases" } };
    const page = await pageFor(db, query, { state: { ...state, leases }, nowMs });
    const heldUntilMs = leases.length === 0 ? null : Math.min(...leases.map(([, , untilMs]) => untilMs));
    const value: PullResult = { kind: "pulled", ...pulled(page, acksVersionOf(state)), heldUntilMs };
    const positions = page.events.map(({ position }) => position);
    if (positions.length === 0) return { state: null, value };
    return { state: { ...state, leases: withLeases(leases, positions, nowMs + query.leaseMs) }, value };
  });
  return changed.kind === "contended" ? changed : changed.value;
}

/** Looks on where a whole page was of other types, acknowledged or held: who asks without a position always asks so. */
async function pageFor(
  db: D1Database,
  query: PullQuery,
  { state, nowMs }: { state: ConsumerState | null; nowMs: number },
): Promise<EventPage> {
  const { limit, eventTypes } = query;
  const { appKey } = query.consumer;
  const acked = state?.acks.beyond ?? [];
  const held = query.leaseMs === null ? [] : (state?.leases ?? []);
  const except = [...acked, ...held.map(([from, to]) => [from, to] as const)];
  const log = new EventLog(db);
  for (let after = Math.max(query.after ?? 0, state?.acks.upTo ?? 0), pages = 1; ; pages++) {
    const page = await log.page({ appKey, after, limit, scan: PULL_SCAN_EVENTS, eventTypes, except }, nowMs);
    if (page.events.length > 0 || page.next >= page.head || pages >= MAX_PENDING_PAGES) return page;
    after = page.next;
  }
}

export function pulled({ events, next, head }: EventPage, acksVersion: string): Omit<Pulled, "heldUntilMs"> {
  return { events, next, hasMore: next < head, acksVersion, version: `${head}.${next}${acksVersion}` };
}

function acksVersionOf(state: ConsumerState | null): string {
  return state === null ? "" : `.${state.acks.upTo}.${JSON.stringify(state.acks.beyond).length}`;
}
