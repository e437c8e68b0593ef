import type { EventHeader } from "../core/event.ts";
import { LOG_PAGE_EVENTS, POSITION_SAVE_INTERVAL } from "../core/limits/endpoint-object.ts";
import { planReplay, type ReplayNews, type ReplayOrder } from "../core/replay.ts";
import { cancelsBefore } from "../core/settle.ts";
import type { Hand, Task } from "./hand.ts";
import type { Ledger } from "./ledger.ts";
import type { ReplayRow } from "./queue-replays.ts";
import type { Waiting } from "./queue-rows.ts";

/** Where to read on for a replay, and how far it goes. */
export type ReplayStretch = { taskId: string; after: number; upTo: number };

/** What to take of a page; `waiting` is the row it has, when it waits for a retry. */
export type ReplayedEvent = {
  event: EventHeader;
  waiting: Waiting | null;
  replayId: string;
  sparedBefore: number;
};

type Running = ReplayRow & {
  /** Every event up to here is counted, or below. */
  scanned: number;
  /** Behind the cursor: what is under way, and what has come of what was. */
  open: Map<number, "taking" | "sent" | "skipped">;
  taking: number;
  /** The cursor as it was last saved. */
  saved: number;
  untold: boolean;
};

/**
 * Followers that were told to read an older stretch of the log again, one after another. A cursor never passes an event
 * that only memory knows, so what a crash cuts off is read once more, and what was sent by then is known by its attempt.
 */
export class Replays {
  readonly #ledger: Ledger;
  readonly #hand: Hand;
  readonly #running = new Map<string, Running>();

  constructor(ledger: Ledger, hand: Hand) {
    this.#ledger = ledger;
    this.#hand = hand;
    for (const row of ledger.queue.replays.load()) this.#running.set(row.taskId, running(row));
  }

  /** Some run, or have ended and D1 does not know. */
  get isActive(): boolean {
    return this.#running.size > 0;
  }

  /** Some still take events. */
  get isRunning(): boolean {
    return this.#all().some(({ status }) => status === "running");
  }

  /** One has ended and D1 does not know. */
  get hasEnded(): boolean {
    return this.#all().some(({ status }) => status !== "running");
  }

  /** Begins a replay, unless it was begun before; call with the newest configuration in force. */
  add({ taskId, kind, filter, after, upTo }: ReplayOrder, nowMs: number): void {
    const { queue, config } = this.#ledger;
    if (queue.replays.has(taskId)) return;
    const row: ReplayRow = {
      ...{ taskId, kind, filter, upTo, first: after, cursor: after, sent: 0, skipped: 0 },
      sinceKey: queue.nextKeyAt(nowMs),
      sparedBefore: cancelsBefore(config?.spans ?? []),
      ...{ status: "running", error: null, endedAtMs: null, told: false },
    };
    queue.replays.add(row, nowMs);
    const replay = running(row);
    this.#running.set(taskId, replay);
    this.heedStops(nowMs);
    this.#move(replay, nowMs);
  }

  /** The next stretch to read; behind the endpoint's own position, where all is settled. Null: there is none now. */
  next(nowMs: number): ReplayStretch | null {
    this.heedStops(nowMs);
    for (const { taskId, status, scanned, upTo } of this.#running.values()) {
      const end = Math.min(upTo, this.#ledger.position);
      if (status === "running" && scanned < end) return { taskId, after: scanned, upTo: end };
    }
    return null;
  }

  /** What to send of a page that was read for a stretch; records what is delayed. */
  take(
    { taskId, after, upTo }: ReplayStretch,
    page: readonly EventHeader[],
    { room, nowMs }: { room: number; nowMs: number },
  ): ReplayedEvent[] {
    const replay = this.#running.get(taskId);
    // What was put back meanwhile lies before this page.
    if (replay === undefined || replay.status !== "running" || replay.scanned !== after) return [];
    const events = page.filter(({ position }) => position <= upTo);
    const last = events.at(-1)?.position ?? after;
    const { queue, config } = this.#ledger;
    const known = queue.replays.known(after + 1, last, replay.sinceKey);
    const plan = planReplay({
      ...{ kind: replay.kind, filter: replay.filter, events, known: known.deliveries, nowMs, room },
      subscription: config?.spans.at(-1)?.filter ?? null,
      isHeld: (position) => this.#hand.holds(position) || replay.open.has(position),
    });
    const { sparedBefore } = replay;
    for (const position of plan.sent) replay.open.set(position, "sent");
    for (const event of plan.delay) {
      const nextAtMs = event.deliverAtMs ?? nowMs;
      queue.addWaiting({ nextAtMs, position: event.position, attempts: 0, event, sparedBefore });
      replay.open.set(event.position, "sent");
    }
    for (const { position } of plan.take) replay.open.set(position, "taking");
    replay.taking += plan.take.length;
    const isAll = plan.scanned === (events.at(-1)?.position ?? null);
    // What was purged leaves no rows: after the last one there is nothing.
    const isWhole = page.length < LOG_PAGE_EVENTS || (page.at(-1)?.position ?? 0) >= upTo;
    replay.scanned = isAll && isWhole ? Math.max(replay.scanned, upTo) : (plan.scanned ?? replay.scanned);
    this.#move(replay, nowMs);
    return plan.take.map((event) => {
      const waiting = known.retries.get(event.position) ?? null;
      return { event, waiting, replayId: taskId, sparedBefore };
    });
  }

  /** The task is recorded, or nothing can be sent for it any more. Call in the turn that records it. */
  ended({ replayId, event }: Task, as: "sent" | "skipped", nowMs: number): void {
    const replay = replayId === null ? undefined : this.#running.get(replayId);
    if (replay?.open.get(event.position) !== "taking") return;
    replay.open.set(event.position, as);
    replay.taking--;
    replay.untold = true;
    if (replay.taking === 0 || replay.open.size >= POSITION_SAVE_INTERVAL) this.#move(replay, nowMs);
  }

  /** The task was given up and not recorded: the stretch is read again from before it. */
  putBack({ replayId, event }: Task): void {
    const replay = replayId === null ? undefined : this.#running.get(replayId);
    if (replay?.open.get(event.position) !== "taking") return;
    replay.open.delete(event.position);
    replay.taking--;
    replay.scanned = Math.min(replay.scanned, event.position - 1);
  }

  /** What a change of the endpoint has canceled is not sent; of what is in flight that is up to its record. */
  heedStops(nowMs: number): void {
    const { config } = this.#ledger;
    if (config === null) return;
    const before = config.state === "enabled" ? cancelsBefore(config.spans) : Number.POSITIVE_INFINITY;
    for (const replay of this.#running.values()) {
      if (replay.status !== "running" || before <= replay.sparedBefore) continue;
      const stop = Math.min(before - 1, replay.upTo);
      if (stop <= replay.scanned) continue;
      replay.scanned = stop;
      replay.error = "The endpoint was disabled, or its messages were canceled, before all was sent";
      this.#move(replay, nowMs);
    }
  }

  /** What D1 is to be told: of those that have moved, or ended. Then call {@link told}, or {@link newsLost}. */
  takeNews(): ReplayNews[] {
    return this.#all()
      .filter(({ untold }) => untold)
      .map((replay) => {
        replay.untold = false;
        const { taskId, kind, status } = replay;
        const count = (what: string) => [...replay.open.values()].filter((one) => one === what).length;
        const progress = { done: replay.cursor - replay.first, total: replay.upTo - replay.first };
        const messagesSent = replay.sent + count("sent");
        const messagesSkipped = replay.skipped + count("skipped");
        const error = replay.error === null ? {} : { error: replay.error };
        return { taskId, kind, status, data: { messagesSent, messagesSkipped, progress, ...error } };
      });
  }

  /** D1 knows this now. */
  told(news: readonly ReplayNews[]): void {
    for (const { taskId, status } of news) {
      const replay = this.#running.get(taskId);
      if (replay === undefined || status === "running") continue;
      this.#running.delete(taskId);
      this.#ledger.queue.replays.save({ ...rowOf(replay), told: true });
    }
  }

  newsLost(): void {
    for (const replay of this.#running.values()) replay.untold = true;
  }

  /** Moves the cursor over all that is counted, and ends the replay at the end of its stretch. */
  #move(replay: Running, nowMs: number): void {
    if (replay.status !== "running") return;
    let safe = replay.scanned;
    for (const [position, state] of replay.open) {
      if (state === "taking") safe = Math.min(safe, position - 1);
    }
    for (const [position, state] of replay.open) {
      if (position > safe) continue;
      if (state === "sent") replay.sent++;
      else replay.skipped++;
      replay.open.delete(position);
    }
    replay.untold ||= safe > replay.cursor;
    replay.cursor = Math.max(replay.cursor, safe);
    const hasEnded = replay.cursor >= replay.upTo && replay.taking === 0;
    if (hasEnded) {
      replay.status = replay.error === null ? "finished" : "failed";
      replay.endedAtMs = nowMs;
      replay.untold = true;
    }
    if (hasEnded || replay.cursor - replay.saved >= POSITION_SAVE_INTERVAL) {
      this.#ledger.queue.replays.save(rowOf(replay));
      replay.saved = replay.cursor;
    }
  }

  #all(): Running[] {
    return [...this.#running.values()];
  }
}

function running(row: ReplayRow): Running {
  return { ...row, scanned: row.cursor, open: new Map(), taking: 0, saved: row.cursor, untold: true };
}

function rowOf({ scanned: _s, open: _o, taking: _t, saved: _v, untold: _u, ...row }: Running): ReplayRow {
  return row;
}
