import type { LoggedEvent } from "../core/event.ts";
import { MAX_HINT_CHARS, MAX_HINT_EVENTS } from "../core/limits/publishing.ts";
import { wasSubscribed } from "../core/matching.ts";
import type { AppendResult, Subscriber } from "../store/event-append.ts";

/** What one endpoint is told: the events (none: too many, read the log) and the last of their positions. */
export type Hint = {
  appKey: number;
  endpointId: string;
  version: number;
  events: LoggedEvent[];
  upTo: number;
};

/** The hints that follow from an append: each subscribed endpoint gets the new events that matched it. */
export function hintsOf(result: AppendResult): Hint[] {
  if (result.kind !== "done") return [];
  const fresh = result.results.flatMap((one) => (one.kind === "appended" ? [one.event] : []));
  if (fresh.length === 0) return [];
  return result.subscribers.flatMap((subscriber) => {
    const events = fresh.filter((event) => wasSubscribed([subscriber.span], event));
    return events.length === 0 ? [] : [hintFor(result.appKey, subscriber, events)];
  });
}

/** The highest position that an append gave. */
export function newestOf(result: AppendResult & { kind: "done" }): number {
  return Math.max(0, ...result.results.map((one) => (one.kind === "appended" ? one.event.position : 0)));
}

function hintFor(appKey: number, { id, version }: Subscriber, events: LoggedEvent[]): Hint {
  const upTo = events.at(-1)?.position ?? 0;
  return { appKey, endpointId: id, version, events: isSmall(events) ? events : [], upTo };
}

function isSmall(events: readonly LoggedEvent[]): boolean {
  const chars = events.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0);
  return events.length <= MAX_HINT_EVENTS && chars <= MAX_HINT_CHARS;
}

/** Two hints for one endpoint as one; too large together, they ask it to read the log. */
export function joinHints(a: Hint, b: Hint): Hint {
  const events = a.events.length === 0 || b.events.length === 0 ? [] : [...a.events, ...b.events];
  return {
    ...b,
    version: Math.max(a.version, b.version),
    events: isSmall(events) ? events : [],
    upTo: Math.max(a.upTo, b.upTo),
  };
}
