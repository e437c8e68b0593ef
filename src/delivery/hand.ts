import type { Stretch } from "../core/acks.ts";
import type { LoggedEvent } from "../core/event.ts";
import type { Waiting } from "./queue.ts";

/** One attempt to make. */
export type Task = {
  event: LoggedEvent;
  /** 1 for the first scheduled attempt. */
  attemptNumber: number;
  /** The row that made it due; replaced or removed when the attempt is recorded. */
  waiting: Waiting | null;
  /** A resend by hand: one attempt outside the schedule. */
  manualId: number | null;
  /** The replay it belongs to, until its first attempt is recorded; then it is retried like any other. */
  replayId: string | null;
  /** As of {@link Waiting}. */
  sparedBefore: number;
};

/** What an endpoint's object has in hand: the attempts that are being fetched, ready, or in flight. Memory only. */
export class Hand {
  /** Positions of first attempts: nothing about them is recorded yet, so the position must not pass them. */
  readonly taking = new Set<number>();
  readonly #retrying = new Set<number>();
  readonly #replaying = new Set<number>();
  readonly #manual = new Set<number>();
  #ready: Task[] = [];
  #readyChars = 0;

  holds(position: number): boolean {
    return this.taking.has(position) || this.#retrying.has(position) || this.#replaying.has(position);
  }

  /** Of scheduled attempts. */
  positionsWithin([from, to]: Stretch): number[] {
    return [...this.taking, ...this.#retrying, ...this.#replaying].filter(
      (position) => from <= position && position <= to,
    );
  }

  holdsManual(id: number): boolean {
    return this.#manual.has(id);
  }

  hold(task: Task): void {
    if (task.manualId !== null) this.#manual.add(task.manualId);
    else this.#setOf(task).add(task.event.position);
  }

  release(task: Task): void {
    if (task.manualId !== null) this.#manual.delete(task.manualId);
    else this.#setOf(task).delete(task.event.position);
  }

  #setOf({ replayId, waiting }: Task): Set<number> {
    if (replayId !== null) return this.#replaying;
    return waiting === null ? this.taking : this.#retrying;
  }

  get size(): number {
    return this.taking.size + this.#retrying.size + this.#replaying.size + this.#manual.size;
  }

  get readyCount(): number {
    return this.#ready.length;
  }

  /** UTF-16 units of the payloads that wait in memory. */
  get readyChars(): number {
    return this.#readyChars;
  }

  makeReady(task: Task): void {
    this.#ready.push(task);
    this.#readyChars += charsOf(task);
  }

  takeReady(): Task | null {
    const task = this.#ready.shift();
    if (task === undefined) return null;
    this.#readyChars -= charsOf(task);
    return task;
  }

  /** Takes the ready tasks that `unwanted` names out of hand and returns them. */
  drop(unwanted: (task: Task) => boolean): Task[] {
    const dropped = this.#ready.filter(unwanted);
    this.#ready = this.#ready.filter((task) => !unwanted(task));
    for (const task of dropped) {
      this.#readyChars -= charsOf(task);
      this.release(task);
    }
    return dropped;
  }
}

/** UTF-16 units of its payload. */
export function charsOf(task: Task): number {
  return task.event.payload?.length ?? 0;
}
