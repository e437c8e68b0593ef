import { bucketAfter, emptyBucket, type RateState, takeToken } from "../core/rate.ts";

export type ThrottleDeps = { nowMs(): number; after(delayMs: number, work: () => void): void };

/** At a rate of one a second the next send is refused a second after this one. */
const PAUSE_MS = 2000;

/** The endpoint's rate limit (invariant 6): grants sends, and calls back when the next one may go. */
export class Throttle {
  readonly #deps: ThrottleDeps;
  /** Recent sends as recorded; null: some may have gone unrecorded, so the first bucket starts spent. */
  readonly #recentMs: number[] | null;
  #state: RateState | null = null;
  /** Sends were let through uncounted since the last count. */
  #unlimited = false;
  #timer = false;
  /** The refusals of one stretch without a pause: the first and the last. */
  #refused: { sinceMs: number; lastMs: number } | null = null;

  constructor(deps: ThrottleDeps, recentMs: number[] | null) {
    this.#deps = deps;
    this.#recentMs = recentMs;
  }

  grant(ratePerSecond: number | null, again: () => void): boolean {
    if (ratePerSecond === null) {
      this.#unlimited = true;
      return true;
    }
    const nowMs = this.#deps.nowMs();
    const taken = takeToken(this.#stateFor(ratePerSecond, nowMs), ratePerSecond, nowMs);
    // A refusal carries news too: a clock that was put back.
    this.#state = taken.state;
    if (!taken.granted) {
      this.#refused = { sinceMs: this.refusingSince() ?? nowMs, lastMs: nowMs };
      this.#callBack(taken.waitMs, again);
    }
    return taken.granted;
  }

  /** Since when sends have had to wait for the rate; null when none does. */
  refusingSince(): number | null {
    const { sinceMs, lastMs } = this.#refused ?? { sinceMs: 0, lastMs: 0 };
    return this.#refused !== null && this.#deps.nowMs() - lastMs < PAUSE_MS ? sinceMs : null;
  }

  /** Sends that were not counted (no rate then, or a crash) may have been a burst: the bucket starts spent. */
  #stateFor(ratePerSecond: number, nowMs: number): RateState {
    if (this.#unlimited || (this.#state === null && this.#recentMs === null)) {
      this.#unlimited = false;
      return emptyBucket(ratePerSecond, nowMs);
    }
    return this.#state ?? bucketAfter(this.#recentMs ?? [], ratePerSecond);
  }

  #callBack(delayMs: number, again: () => void): void {
    if (this.#timer) return;
    this.#timer = true;
    this.#deps.after(delayMs, () => {
      this.#timer = false;
      again();
    });
  }
}
