export type TurnstileBounds = { maxWaiting: number; maxWaitingChars: number; maxTurnMs: number };

/** A call's size is what it keeps in memory while it waits. */
export type Turn = { atOnce: number; chars: number; nowMs: () => number };

type Place = { takenAtMs: number };
type Waiting = { turn: Turn; enter: (place: Place) => void };

/**
 * Lets only so many calls be worked on at once; the others wait for their turn, first come first served. On one machine
 * publishing and delivering share one event loop, and every publish call under way makes each step of a delivery wait
 * for a step of its own: with 50 at once, a tenth of what was accepted was delivered meanwhile.
 */
export class Turnstile {
  readonly #bounds: TurnstileBounds;
  readonly #places = new Set<Place>();
  readonly #waiting: Waiting[] = [];
  #waitingChars = 0;

  constructor(bounds: TurnstileBounds) {
    this.#bounds = bounds;
  }

  /** Runs `work` once fewer than `atOnce` others are under way (0: at once); null when too much waits already. */
  async pass<T>(turn: Turn, work: () => Promise<T>): Promise<T | null> {
    if (turn.atOnce === 0) return work();
    this.#takeBack(turn);
    const isFree = this.#places.size < turn.atOnce;
    if (!isFree && this.#isFull(turn)) return null;
    const place = isFree ? this.#place(turn) : await this.#wait(turn);
    try {
      return await work();
    } finally {
      this.#leave(place);
    }
  }

  /** The runtime drops a call whose client has gone, and runs no `finally`: its place would be lost for ever. */
  #takeBack({ nowMs }: Turn): void {
    const before = nowMs() - this.#bounds.maxTurnMs;
    for (const place of this.#places) if (place.takenAtMs < before) this.#leave(place);
  }

  #isFull({ chars }: Turn): boolean {
    const { maxWaiting, maxWaitingChars } = this.#bounds;
    return this.#waiting.length >= maxWaiting || this.#waitingChars + chars > maxWaitingChars;
  }

  #place({ nowMs }: Turn): Place {
    const place = { takenAtMs: nowMs() };
    this.#places.add(place);
    return place;
  }

  #wait(turn: Turn): Promise<Place> {
    this.#waitingChars += turn.chars;
    return new Promise((enter) => this.#waiting.push({ turn, enter }));
  }

  /** Hands the place over to who waits longest, so that nobody who comes later takes it. */
  #leave(place: Place): void {
    if (!this.#places.delete(place)) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#waitingChars -= next.turn.chars;
    next.enter(this.#place(next.turn));
  }
}
