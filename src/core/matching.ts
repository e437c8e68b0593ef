import type { EventHeader } from "./event.ts";
import { MAX_SUBSCRIPTION_SPANS } from "./limits/resources.ts";

/** What an endpoint listens to; null means "all". Neither list is ever empty. */
export type SubscriptionFilter = { eventTypes: string[] | null; channels: string[] | null };

/**
 * From the event at `from` on, the endpoint listened to `filter`; null: to nothing (disabled, or not yet created).
 * An endpoint's spans are its history, oldest first. Whether an event matched is decided by the span in force at the
 * event's own position, so a later change of filter neither loses nor adds an accepted event, however late the
 * endpoint's object reads it.
 */
export type SubscriptionSpan = { from: number; filter: SubscriptionFilter | null };

/**
 * The channel of an event that no endpoint is subscribed to: it goes out only where it is sent by hand (a test of one
 * endpoint). No publisher can name it, since channels have no such character.
 */
export const BY_HAND_CHANNEL = "@by-hand";

/** Whether the endpoint with this history was subscribed to the event when it was accepted. */
export function wasSubscribed(spans: readonly SubscriptionSpan[], event: EventHeader): boolean {
  const span = spans.findLast(({ from }) => from <= event.position);
  return span !== undefined && matchesFilter(span.filter, event);
}

export function matchesFilter(
  filter: SubscriptionFilter | null,
  event: Pick<EventHeader, "eventType" | "channels">,
): boolean {
  if (filter === null || event.channels?.includes(BY_HAND_CHANNEL)) return false;
  if (filter.eventTypes !== null && !filter.eventTypes.includes(event.eventType)) return false;
  const { channels } = filter;
  return channels === null || (event.channels?.some((channel) => channels.includes(channel)) ?? false);
}

/**
 * The history after a change at `from`; spans whose successor began at or before `settled` can no longer decide. The last
 * time it listened to nothing stays: what was accepted before is canceled (core/settle.ts), and may still wait.
 */
export function changeSubscription(
  spans: readonly SubscriptionSpan[],
  change: SubscriptionSpan,
  settled: number,
): SubscriptionSpan[] {
  return needed([...spans.filter(({ from }) => from < change.from), change], settled);
}

/**
 * The history of an endpoint that stopped listening for an instant before the event at `before`, which cancels what was
 * pending of earlier ones (core/settle.ts) and changes nothing about which events it listened to.
 */
export function cancelBefore(
  spans: readonly SubscriptionSpan[],
  before: number,
  settled: number,
): SubscriptionSpan[] {
  const earlier = spans.filter(({ from }) => from < before);
  const later = spans.filter(({ from }) => from >= before);
  const filter = earlier.at(-1)?.filter ?? null;
  const goesOn = filter === null || later[0]?.from === before ? [] : [{ from: before, filter }];
  return needed([...earlier, { from: before, filter: null }, ...goesOn, ...later], settled);
}

function needed(spans: readonly SubscriptionSpan[], settled: number): SubscriptionSpan[] {
  const lastStop = spans.findLast(({ filter }) => filter === null);
  return spans
    .filter(
      (span, index) =>
        span === lastStop || (spans[index + 1]?.from ?? Number.POSITIVE_INFINITY) > settled + 1,
    )
    .slice(-MAX_SUBSCRIPTION_SPANS);
}
