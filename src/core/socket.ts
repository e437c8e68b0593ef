/** An agent on a WebSocket: what it has been sent, and whether it may be sent more before it answers. */
import { MAX_SOCKET_UNANSWERED_CHARS, MAX_SOCKET_UNANSWERED_EVENTS } from "./limits/pull.ts";

export type SocketState = {
  consumer: string;
  /** Everything up to here has been sent or was not asked for; null: look from what is not acknowledged. */
  sentTo: number | null;
  /** Begun with what is not acknowledged, it stays with that. */
  skipsAcknowledged: boolean;
  eventTypes: string[] | null;
  /** Events in one frame. */
  limit: number;
  /** Null: without leases. */
  leaseMs: number | null;
  mayAcknowledge: boolean;
  /** Hash of the token it came with, and when that was last found valid. */
  tokenHash: string;
  checkedAtMs: number;
  /** Sent since the agent was last heard of. */
  unanswered: { events: number; chars: number };
  /** With leases: what it was given and has not acknowledged. */
  held: { positions: readonly number[]; untilMs: number } | null;
};

/** Whether to read for it: the log has grown beyond what it has seen, and it has room. */
export function wantsEvents(state: SocketState, head: number): boolean {
  if (state.sentTo !== null && state.sentTo >= head) return false;
  return state.leaseMs === null ? !isFull(state) : state.held === null;
}

/** An agent that does not answer may not be reading: what is sent waits in memory. */
export function isFull({ unanswered }: SocketState): boolean {
  return unanswered.events >= MAX_SOCKET_UNANSWERED_EVENTS || unanswered.chars >= MAX_SOCKET_UNANSWERED_CHARS;
}

/** How many of these events it may be sent now: at least one. With leases all: they are its own already. */
export function fitting(state: SocketState, texts: readonly string[]): number {
  if (state.leaseMs !== null) return texts.length;
  let { events, chars } = state.unanswered;
  const tooMuch = texts.findIndex((text, index) => {
    events += 1;
    chars += text.length;
    return index > 0 && (events > MAX_SOCKET_UNANSWERED_EVENTS || chars > MAX_SOCKET_UNANSWERED_CHARS);
  });
  return tooMuch === -1 ? texts.length : tooMuch;
}

export type Sent = { positions: readonly number[]; chars: number; next: number; nowMs: number };

/** After a page was read for it, and what there was sent. */
export function afterSending(state: SocketState, { positions, chars, next, nowMs }: Sent): SocketState {
  if (positions.length === 0) return { ...state, sentTo: next };
  const unanswered = {
    events: state.unanswered.events + positions.length,
    chars: state.unanswered.chars + chars,
  };
  if (state.leaseMs === null) return { ...state, sentTo: next, unanswered };
  return { ...state, sentTo: null, unanswered, held: { positions, untilMs: nowMs + state.leaseMs } };
}

/** The agent was heard of. `isAcked`: says of which events it has acknowledged. */
export function afterAnswer(
  state: SocketState,
  isAcked: (position: number) => boolean = () => false,
): SocketState {
  const left = state.held?.positions.filter((position) => !isAcked(position)) ?? [];
  const held = state.held === null || left.length === 0 ? null : { ...state.held, positions: left };
  return { ...state, unanswered: { events: 0, chars: 0 }, held };
}

/** With leases, another look is due: some have ended. */
export function afterLeases(state: SocketState, nowMs: number): SocketState {
  if (state.leaseMs === null) return state;
  const held = state.held !== null && state.held.untilMs > nowMs ? state.held : null;
  return held === null ? { ...state, held, sentTo: null } : state;
}
