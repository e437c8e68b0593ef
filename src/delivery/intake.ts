import type { EndpointConfig } from "../core/endpoint.ts";
import type { EventHeader, LoggedEvent } from "../core/event.ts";
import {
  DUE_PAGE,
  FIFO_READ_AHEAD,
  LOG_PAGE_EVENTS,
  MAX_READY_BYTES,
  MAX_READY_EVENTS,
  REPLAY_SHARE,
} from "../core/limits/endpoint-object.ts";
import { wasSubscribed } from "../core/matching.ts";
import { planSettle, wasCanceled } from "../core/settle.ts";
import type { Hand, Task } from "./hand.ts";
import type { Ledger } from "./ledger.ts";
import type { Waiting } from "./queue.ts";
import { type ReplayStretch, Replays } from "./replays.ts";

export type IntakeDeps = {
  nowMs(): number;
  /** Events after the position, ascending, at most `limit`, with the configuration of the same instant. */
  readLog(
    afterPosition: number,
    limit: number,
  ): Promise<{ config: EndpointConfig | null; events: EventHeader[] }>;
  /** The events at these positions with their payloads, in order of position, as many as fit a bounded answer. */
  readEvents(positions: number[]): Promise<LoggedEvent[]>;
};

export type FillSteps = {
  onConfig(config: EndpointConfig | null): void;
  /** The page is in the tables or in hand; in the same turn, so that what waits has its alarm. */
  onSettled(): void;
  /** Payloads have arrived. */
  onReady(): void;
};

/** A task whose payload is being read. */
type PendingTask = Task & { fetched: boolean };

/** A page of the log that was read again. */
type OlderPage = { stretch: ReplayStretch; events: EventHeader[] };

/** Where tasks come from: hints, the log, waiting deliveries that are due, resends by hand, replays. */
export class Intake {
  readonly replays: Replays;
  readonly #deps: IntakeDeps;
  readonly #ledger: Ledger;
  readonly #hand: Hand;
  /** Every event up to here is recorded or in hand. */
  #scanned = 0;
  /** The newest position that it was told of, or has read. */
  #known = 0;
  #isReading = false;
  /** How often scheduled tasks were given up. */
  #putBacks = 0;
  /** Told of while a page was being read. */
  #hinted: LoggedEvent[] = [];
  /** The log or the tables hold more than was taken: read on as soon as there is room. */
  more = false;

  constructor(deps: IntakeDeps, ledger: Ledger, hand: Hand) {
    this.#deps = deps;
    this.#ledger = ledger;
    this.#hand = hand;
    this.#scanned = ledger.position;
    this.replays = new Replays(ledger, hand);
  }

  /** Positions of the log known and not looked at yet, and events in hand whose first attempt is not recorded. */
  get behind(): number {
    return Math.max(0, this.#known - this.#scanned) + this.#hand.taking.size;
  }

  /**
   * Takes hinted events; with too much in hand, or in order, they come from the log in pages instead. So they do when
   * there is more to read before them, and while a page is being read they wait for its end: deliveries that begin in the
   * order of the log take one row each (ADR 008).
   */
  takeHinted(events: readonly LoggedEvent[], upTo: number): void {
    const config = this.#ledger.config;
    this.#known = Math.max(this.#known, upTo);
    if (upTo <= this.#scanned) return;
    const isNeedless = events.length === 0 || this.more;
    if (config === null || isOrdered(config) || isNeedless || !this.#hasRoom(events.length)) {
      this.more = true;
      return;
    }
    this.#hinted.push(...events);
    if (!this.#isReading) this.#readyHinted(config);
  }

  #readyHinted(config: EndpointConfig): void {
    const hinted = this.#hinted;
    this.#hinted = [];
    // There may be more before them than one page held, or another configuration with it.
    const comeFromLog = this.more || isOrdered(config);
    if (comeFromLog) this.more ||= hinted.length > 0;
    for (const event of comeFromLog ? [] : hinted) {
      if (this.#wantsHinted(event, config)) this.#ready({ ...FIRST_ATTEMPT, event });
    }
  }

  /**
   * Reads one page of the log and what is due, and fetches the payloads. A failed read leaves nothing in hand that is not
   * in memory with its payload.
   */
  async fill(steps: FillSteps): Promise<void> {
    this.#isReading = true;
    try {
      await this.#readPage(steps);
    } finally {
      this.#isReading = false;
      const config = this.#ledger.config;
      if (config !== null) this.#readyHinted(config);
    }
  }

  async #readPage({ onConfig, onSettled, onReady }: FillSteps): Promise<void> {
    this.more = false;
    const older = await this.#readOlder();
    this.#scanned = Math.max(this.#scanned, this.#ledger.position);
    const readFrom = this.#scanned;
    const page = await this.#deps.readLog(readFrom, LOG_PAGE_EVENTS);
    this.#known = Math.max(this.#known, page.events.at(-1)?.position ?? 0);
    onConfig(page.config);
    const config = this.#ledger.config;
    if (config === null) return;
    // What was put back meanwhile lies before this page: to go on from its end would lose it (invariant 1).
    const isGap = this.#scanned < readFrom;
    if (isGap) this.more = true;
    const tasks = [
      ...this.#settle(isGap ? [] : page.events, config),
      ...this.#due(config),
      ...this.#manual(),
      ...this.#replayed(older, config),
    ];
    onSettled();
    try {
      await this.#fetch(tasks, onReady);
    } finally {
      this.putBack(tasks.filter((task) => !task.fetched));
    }
    this.#ledger.movePosition(this.#scanned, this.#hand);
    this.#replayOn(config);
  }

  /** Gives up tasks that were not recorded: the log is read again from before the first of them. */
  putBack(tasks: readonly Task[]): void {
    for (const task of tasks) {
      this.#hand.release(task);
      this.replays.putBack(task);
      if (task.replayId !== null) this.#putBacks++;
      else if (task.waiting === null && task.manualId === null) {
        this.#scanned = Math.min(this.#scanned, task.event.position - 1);
        this.#putBacks++;
      }
      this.more = true;
    }
  }

  #wantsHinted(event: LoggedEvent, config: EndpointConfig): boolean {
    const { position } = event;
    if (position <= this.#scanned || this.#hand.holds(position)) return false;
    if (!wasSubscribed(config.spans, event) || wasCanceled(config.spans, position)) return false;
    // A delayed event becomes a row when the log is settled; by the time it is due it may be one.
    if (event.deliverAtMs !== null) return false;
    return this.#ledger.queue.recordedBetween(position, position).size === 0;
  }

  #hasRoom(count: number): boolean {
    const held = this.#hand.size + this.#hinted.length;
    return held + count <= MAX_READY_EVENTS && this.#hand.readyChars < MAX_READY_BYTES;
  }

  #ready(task: Task): void {
    this.#hand.hold(task);
    this.#hand.makeReady(task);
  }

  /** Moves over what is recorded, records what is delayed or canceled, returns what must be taken (invariant 3). */
  #settle(events: readonly EventHeader[], config: EndpointConfig): PendingTask[] {
    const { queue } = this.#ledger;
    const nowMs = this.#deps.nowMs();
    const recorded = queue.recordedBetween(this.#scanned + 1, events.at(-1)?.position ?? 0);
    const room = this.#roomFor(config);
    const plan = planSettle({
      events,
      spans: config.spans,
      isRecorded: (event) =>
        recorded.has(event.position) ||
        (event.deliverAtMs !== null && queue.isWaiting(event.deliverAtMs, event.position)),
      isHeld: (position) => this.#hand.holds(position),
      nowMs,
      room,
      barrier: isOrdered(config) ? (queue.firstWaiting()?.position ?? null) : null,
    });
    for (const event of plan.cancel) queue.cancel(event, nowMs);
    for (const event of plan.delay) {
      queue.addWaiting({
        nextAtMs: event.deliverAtMs ?? nowMs,
        position: event.position,
        attempts: 0,
        event,
      });
    }
    this.#scanned = plan.scanned ?? this.#scanned;
    // With no room, or behind a barrier, what ends the wait (a due delivery, a configuration) reads on: asking now would
    // spin.
    if (plan.truncated === "room" ? room > 0 : plan.truncated === null && events.length === LOG_PAGE_EVENTS)
      this.more = true;
    return plan.take.map((event) => this.#pend(event, FIRST_ATTEMPT));
  }

  #roomFor(config: EndpointConfig): number {
    if (!this.#ledger.maySend()) return 0;
    const most = this.#mostInHand(config);
    // However much is published, a replay goes on beside it.
    const kept = this.replays.isRunning && most > 1 ? Math.ceil(most * REPLAY_SHARE) : 0;
    return Math.max(0, most - kept - this.#hand.size);
  }

  #mostInHand(config: EndpointConfig): number {
    if (this.#isProbing()) return 1;
    return isOrdered(config) ? FIFO_READ_AHEAD : MAX_READY_EVENTS;
  }

  /** In order, nothing is replayed while something waits: that comes first. */
  #roomForReplay(config: EndpointConfig): number {
    if (!this.#ledger.maySend()) return 0;
    if (isOrdered(config) && this.#ledger.queue.firstWaiting() !== null) return 0;
    return Math.max(0, this.#mostInHand(config) - this.#hand.size);
  }

  async #readOlder(): Promise<OlderPage | null> {
    const { config } = this.#ledger;
    const stretch = this.replays.next(this.#deps.nowMs());
    if (config === null || stretch === null || this.#roomForReplay(config) === 0) return null;
    const { events } = await this.#deps.readLog(stretch.after, LOG_PAGE_EVENTS);
    return { stretch, events };
  }

  #replayed(older: OlderPage | null, config: EndpointConfig): PendingTask[] {
    const room = this.#roomForReplay(config);
    if (older === null || room === 0) return [];
    const nowMs = this.#deps.nowMs();
    const replayed = this.replays.take(older.stretch, older.events, { room, nowMs });
    // There may be more of it: it is read when what was taken is sent.
    this.more = true;
    return replayed.map(({ event, ...task }) => this.#pend(event, { ...FIRST_ATTEMPT, ...task }));
  }

  /** The position has moved: what lies before it may be replayed now. */
  #replayOn(config: EndpointConfig): void {
    const isReadable = this.replays.next(this.#deps.nowMs()) !== null;
    if (isReadable && this.#roomForReplay(config) > 0) this.more = true;
  }

  /** One request stands in for all until the receiver shows life. */
  #isProbing(): boolean {
    return this.#ledger.passage(this.#deps.nowMs()).kind !== "closed";
  }

  #due(config: EndpointConfig): PendingTask[] {
    if (!this.#ledger.maySend()) return [];
    const { queue } = this.#ledger;
    const nowMs = this.#deps.nowMs();
    const due = isOrdered(config)
      ? this.#dueInOrder(nowMs)
      : queue.dueBy(nowMs, this.#isProbing() ? 1 : DUE_PAGE);
    const wanted = due.filter(({ position }) => !this.#hand.holds(position));
    if (due.length === DUE_PAGE && wanted.length > 0) this.more = true;
    return wanted.map((waiting) =>
      this.#pend(waiting.event, {
        ...FIRST_ATTEMPT,
        attemptNumber: waiting.attempts + 1,
        waiting,
        sparedBefore: waiting.sparedBefore,
      }),
    );
  }

  /** The first waiting delivery, if all before it has ended: a delayed event may wait behind some not attempted yet. */
  #dueInOrder(nowMs: number): Waiting[] {
    const first = this.#ledger.queue.firstWaiting();
    if (first === null || first.nextAtMs > nowMs || this.#scanned < first.position - 1) return [];
    for (const position of this.#hand.taking) if (position < first.position) return [];
    return [first];
  }

  #manual(): PendingTask[] {
    if (!this.#ledger.maySend()) return [];
    const sends = this.#ledger.queue.manualSends(DUE_PAGE);
    const wanted = sends.filter(({ id }) => !this.#hand.holdsManual(id));
    if (sends.length === DUE_PAGE && wanted.length > 0) this.more = true;
    return wanted.map(({ id, position }) =>
      this.#pend({ ...UNREAD, position }, { ...FIRST_ATTEMPT, manualId: id }),
    );
  }

  #pend(event: EventHeader, task: Omit<Task, "event">): PendingTask {
    const pending = { ...task, event: { ...event, payload: null }, fetched: false };
    this.#hand.hold(pending);
    return pending;
  }

  /** Reads payloads in bounded answers until all are in hand or memory is full. */
  async #fetch(tasks: readonly PendingTask[], onReady: () => void): Promise<void> {
    const { config } = this.#ledger;
    const putBacks = this.#putBacks;
    let rest = tasks.toSorted((a, b) => a.event.position - b.event.position);
    while (rest.length > 0 && this.#hand.readyChars < MAX_READY_BYTES) {
      const events = await this.#deps.readEvents(rest.map(({ event }) => event.position));
      // Decided under another configuration, which may have canceled or reordered them: all to be settled again.
      if (this.#ledger.config !== config) return;
      // In order, what was put back meanwhile comes first: these would overtake it (invariant 5).
      if (config !== null && isOrdered(config) && this.#putBacks !== putBacks) return;
      const byPosition = new Map(events.map((event) => [event.position, event]));
      const readUpTo = events.at(-1)?.position ?? Number.POSITIVE_INFINITY;
      for (const task of rest.filter(({ event }) => event.position <= readUpTo)) {
        this.#fetched(task, byPosition.get(task.event.position) ?? null);
      }
      rest = rest.filter(({ event }) => event.position > readUpTo);
      onReady();
    }
  }

  #fetched(task: PendingTask, event: LoggedEvent | null): void {
    task.fetched = true;
    if (event !== null && event.payload !== null) {
      this.#hand.makeReady({ ...task, event });
      return;
    }
    this.#ledger.endUnsendable({ ...task, event: event ?? task.event }, this.#deps.nowMs());
    this.replays.ended(task, "skipped", this.#deps.nowMs());
    this.#hand.release(task);
  }
}

function isOrdered({ policy }: EndpointConfig): boolean {
  return policy.ordering === "fifo";
}

const FIRST_ATTEMPT = { attemptNumber: 1, waiting: null, manualId: null, replayId: null, sparedBefore: 0 };

const UNREAD = {
  createdAtMs: 0,
  eventType: "",
  eventId: null,
  channels: null,
  tags: null,
  deliverAtMs: null,
};
