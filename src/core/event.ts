/** What the log says about an event without its payload: all that matching and settling need. */
export type EventHeader = {
  /** Dense integer per application, from 1: the place in its log. */
  position: number;
  createdAtMs: number;
  eventType: string;
  /** The publisher's own id of the event, unique per application. */
  eventId: string | null;
  channels: string[] | null;
  tags: string[] | null;
  /** Not to be sent before this time. */
  deliverAtMs: number | null;
};

/** An event with the JSON text the publisher sent as its payload; null once expired or expunged. */
export type LoggedEvent = EventHeader & { payload: string | null };
