/** Svix's polling endpoints (reference svix.md §2.14) over the log: what a sink reads, and where one is. */
import type { SubscriptionFilter } from "./matching.ts";

/** What a poller reads: an endpoint's share of the application's events, or, under any other name, all of them. */
export type Sink = {
  /** An endpoint's id, so that its uid means the same place; else the name. */
  name: string;
  filter: SubscriptionFilter;
  /** Who has not read yet begins here: where the log was when the endpoint was created. */
  startMs: number | null;
};

/** No name of an agent's own consumer has a colon. */
export function pollConsumerName(sink: Sink, consumerId: string): string {
  return `${sink.name}:${consumerId}`;
}

/** The sink in a poller's name; null: an agent's own consumer. */
export function sinkNameIn(consumerName: string): string | null {
  const at = consumerName.indexOf(":");
  return at < 0 ? null : consumerName.slice(0, at);
}

const ITERATOR_PATTERN = /^pos_(\d{1,12})$/;

/** To whoever polls, an iterator is opaque. */
export function iteratorAt(position: number): string {
  return `pos_${position}`;
}

/** Null for text that never was an iterator. */
export function positionOfIterator(iterator: string): number | null {
  const position = ITERATOR_PATTERN.exec(iterator)?.[1];
  return position === undefined ? null : Number(position);
}

/** The sink's own filter, and beside it what one call asks for. */
export function narrowed(
  { eventTypes, channels }: SubscriptionFilter,
  asked: { eventType: string | null; channel: string | null },
): { eventTypes: string[] | null; channels: string[][] } {
  return {
    eventTypes: bothTypes(eventTypes, asked.eventType),
    channels: [channels, asked.channel === null ? null : [asked.channel]].filter((list) => list !== null),
  };
}

function bothTypes(own: string[] | null, asked: string | null): string[] | null {
  if (asked === null) return own;
  return own === null || own.includes(asked) ? [asked] : [];
}
