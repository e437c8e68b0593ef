/** What has been appended, read once by the hub for all who waited for it. */
import { MAX_NEWS_CHARS, MAX_PULL_EVENTS } from "../core/limits/pull.ts";
import type { EventLog } from "../store/event-log.ts";
import type { EventPage } from "../store/event-pages.ts";
import { type Pulled, type PullQuery, pulled } from "./pull.ts";

/** A page of the log, whatever the events' types, from `after` on. */
export type News = EventPage & { after: number };

/** The waiting of one application. */
export type Audience = {
  /** Where those wait who wait furthest back; beyond it they have seen nothing. */
  after: number;
  size: number;
};

/** Null: so much, or so far back, that each had better read for itself. */
export async function readNews(
  log: EventLog,
  appKey: number,
  { after, size }: Audience,
): Promise<News | null> {
  const asked = { limit: MAX_PULL_EVENTS, scan: MAX_PULL_EVENTS, eventTypes: null, except: [] };
  const page = await log.page({ appKey, after, ...asked }, Date.now());
  const chars = page.events.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0);
  return size * chars > MAX_NEWS_CHARS ? null : { ...page, after };
}

/**
 * What one of them is to be answered, who had `seen` the log to its end and now is told of what has come; null: that it
 * has to look itself. What its consumer's other workers acknowledged meanwhile was acknowledged while it was asking.
 */
export function newsFor(query: PullQuery, seen: Pulled, news: News): Pulled | null {
  const after = seen.next;
  // A lease is taken in the database, by one of all who ask.
  if (query.leaseMs !== null || news.after > after || news.next <= after) return null;
  const { eventTypes, limit } = query;
  const wanted = news.events.filter(
    ({ position, eventType }) => position > after && (eventTypes === null || eventTypes.includes(eventType)),
  );
  const events = wanted.slice(0, limit);
  const last = events.at(-1);
  const next = events.length < wanted.length && last !== undefined ? last.position : news.next;
  return { ...pulled({ events, next, head: news.head }, seen.acksVersion), heldUntilMs: null };
}
