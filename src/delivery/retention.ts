import { PURGE_CHUNK_ROWS, PURGE_INTERVAL_MS, RETENTION_MS } from "../core/limits/upkeep.ts";
import type { Ledger } from "./ledger.ts";

/** Lets go of what is older than retention, about a day's worth at a time; the sweep wakes the object for it. */
export class Retention {
  readonly #ledger: Ledger;
  /** The oldest attempt or cancellation. */
  #oldestAtMs: number | null;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#oldestAtMs = ledger.queue.oldestLoggedAtMs();
  }

  /** Something has been written to the log. */
  noteLogged(atMs: number): void {
    this.#oldestAtMs ??= atMs;
  }

  /** When there is something to let go of; null: nothing is kept. */
  dueAtMs(): number | null {
    return this.#oldestAtMs === null ? null : this.#oldestAtMs + RETENTION_MS + PURGE_INTERVAL_MS;
  }

  /** Removes one chunk of what is due; true if there is more. */
  purge(nowMs: number): boolean {
    const dueAtMs = this.dueAtMs();
    if (dueAtMs === null || dueAtMs > nowMs) return false;
    const { queue } = this.#ledger;
    // What is forgotten must not be taken for new: neither after a restart, nor by one whose position was not saved.
    this.#ledger.save();
    const purgesOn = queue.purgeBefore(nowMs - RETENTION_MS, PURGE_CHUNK_ROWS, this.#ledger.position);
    if (!purgesOn) this.#oldestAtMs = queue.oldestLoggedAtMs();
    return purgesOn;
  }
}
