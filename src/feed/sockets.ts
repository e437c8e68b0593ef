import type { LoggedEvent } from "../core/event.ts";
import { inTurn } from "../core/in-turn.ts";
import { SOCKET_READS_AT_ONCE, SOCKET_RETRY_MS } from "../core/limits/pull.ts";
import {
  afterAnswer,
  afterLeases,
  afterSending,
  fitting,
  isFull,
  type SocketState,
  wantsEvents,
} from "../core/socket.ts";
import type { PullQuery, PullResult } from "./pull.ts";

/** One open socket; its state outlives the object's memory. */
export type Socket = { state: SocketState; send(text: string): void };

export type SocketDeps = {
  appKey: number;
  nowMs(): number;
  open(): Socket[];
  /** The log's newest position. */
  head(): Promise<number>;
  pull(query: PullQuery): Promise<PullResult>;
  render(events: readonly LoggedEvent[]): Promise<string[]>;
  /** Have {@link Sockets.wake} called then, or earlier. Nothing may wait in memory: idle sockets hold none. */
  wakeAt(atMs: number): Promise<void>;
  logError(event: string, error: unknown): void;
};

/**
 * Sends what the log has to whoever listens on a socket. It keeps nothing but how far the log is known to reach: what
 * each has seen is with its socket, so the object may sleep between events, and one that was not told finds out later.
 */
export class Sockets {
  readonly #deps: SocketDeps;
  #head = 0;
  #isRunning = false;
  #isAsked = false;

  constructor(deps: SocketDeps) {
    this.#deps = deps;
  }

  /** The log reaches up to here. Never throws. */
  async reached(head: number): Promise<void> {
    this.#head = Math.max(this.#head, head);
    this.#isAsked = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#isAsked) {
      this.#isAsked = false;
      await this.#serveAll();
    }
    this.#isRunning = false;
  }

  /** As {@link reached}, for who has not been told: what is in memory may be of before a sleep. */
  async look(): Promise<void> {
    try {
      this.#head = Math.max(this.#head, await this.#deps.head());
    } catch (error) {
      this.#deps.logError("feed.look_failed", error);
      await this.#later(this.#deps.nowMs() + SOCKET_RETRY_MS);
    }
    await this.reached(this.#head);
  }

  /** At a time asked for: leases have ended, or something failed before. */
  async wake(): Promise<void> {
    const nowMs = this.#deps.nowMs();
    for (const socket of this.#deps.open()) socket.state = afterLeases(socket.state, nowMs);
    await this.look();
  }

  /** The agent has been heard of, so that it may be sent more. */
  async answered(socket: Socket, isAcked?: (position: number) => boolean): Promise<void> {
    const wasFull = isFull(socket.state);
    const hadHeld = socket.state.held !== null;
    socket.state = afterAnswer(socket.state, isAcked);
    if (wasFull || (hadHeld && socket.state.held === null)) await this.look();
  }

  async #serveAll(): Promise<void> {
    // Who was found nothing new for is not asked about again: the log may be known further than it can be read.
    const served = new Set<Socket>();
    for (;;) {
      const asking = this.#deps
        .open()
        .filter((socket) => !served.has(socket) && wantsEvents(socket.state, this.#head));
      if (asking.length === 0) return;
      await inTurn(groupsOf(asking), SOCKET_READS_AT_ONCE, async (group) => {
        if (!(await this.#tryServe(group))) for (const socket of group) served.add(socket);
      });
    }
  }

  async #tryServe(group: Socket[]): Promise<boolean> {
    try {
      return await this.#serve(group);
    } catch (error) {
      this.#deps.logError("feed.socket_failed", error);
      await this.#later(this.#deps.nowMs() + SOCKET_RETRY_MS);
      return false;
    }
  }

  /** Reads once for all that ask the same. False: there was nothing new. */
  async #serve(group: Socket[]): Promise<boolean> {
    const [first] = group;
    if (first === undefined) return false;
    const { appKey } = this.#deps;
    const { consumer: name, sentTo, skipsAcknowledged, limit, eventTypes, leaseMs } = first.state;
    const asked = {
      consumer: { appKey, name },
      after: sentTo,
      skipsAcknowledged,
      limit,
      eventTypes,
      leaseMs,
    };
    const page = await this.#deps.pull(asked);
    if (page.kind !== "pulled") {
      await this.#later(this.#deps.nowMs() + SOCKET_RETRY_MS);
      return false;
    }
    const texts = await this.#deps.render(page.events);
    for (const socket of group) this.#send(socket, { ...page, texts });
    const lease = leaseMs === null || texts.length === 0 ? null : this.#deps.nowMs() + leaseMs;
    const dueMs = lease ?? page.heldUntilMs;
    if (dueMs !== null) await this.#later(dueMs);
    return texts.length > 0 || page.next > (sentTo ?? 0);
  }

  #send(
    socket: Socket,
    page: { events: readonly LoggedEvent[]; texts: readonly string[]; next: number },
  ): void {
    const { state } = socket;
    const count = fitting(state, page.texts);
    const sent = page.texts.slice(0, count);
    const positions = page.events.slice(0, count).map(({ position }) => position);
    const next = count < page.texts.length ? (positions.at(-1) ?? page.next) : page.next;
    const chars = sent.reduce((sum, text) => sum + text.length, 0);
    const after = afterSending(state, { positions, chars, next, nowMs: this.#deps.nowMs() });
    // Known before it is sent: a socket that is gone takes its state with it.
    socket.state = after;
    if (count === 0) return;
    const rest = JSON.stringify({ next, ...(isFull(after) ? { paused: true } : {}) });
    socket.send(`{"type":"events","events":[${sent.join(",")}],${rest.slice(1)}`);
  }

  async #later(atMs: number): Promise<void> {
    try {
      await this.#deps.wakeAt(atMs);
    } catch (error) {
      this.#deps.logError("feed.wake_failed", error);
    }
  }
}

/** Those that the same page answers. Leases are one socket's own. */
function groupsOf(sockets: readonly Socket[]): Socket[][] {
  const groups = new Map<string, Socket[]>();
  for (const [index, socket] of sockets.entries()) {
    const { consumer, sentTo, skipsAcknowledged, eventTypes, limit, leaseMs } = socket.state;
    const whose = leaseMs !== null ? index : skipsAcknowledged ? consumer : null;
    const key = JSON.stringify([whose, sentTo, eventTypes, limit]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [socket]);
    else group.push(socket);
  }
  return [...groups.values()];
}
