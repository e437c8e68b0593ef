/** What the world knows of one application's followers, whatever anybody else thinks; and what must hold of it. */

export type Published = { position: number; eventType: string };

/** Longer than an answer can be on its way: what is judged by its arrival was decided by then. */
export const IN_FLIGHT_MS = 3000;

type Given = { to: string; fromMs: number; untilMs: number };

export class Ledger {
  readonly events: Published[] = [];
  /** By consumer and position: when the agent was told that it is acknowledged, and since when it may be. */
  readonly #acked = new Map<string, { sinceMs: number; surelyMs: number }>();
  readonly #leases = new Map<string, Given>();
  readonly violated: (message: string) => void;

  constructor(violated: (message: string) => void) {
    this.violated = violated;
  }

  get head(): number {
    return this.events.length;
  }

  wanted(eventTypes: string[] | null, [after, upTo]: [after: number, upTo: number]): number[] {
    return this.events
      .slice(after, upTo)
      .filter(({ eventType }) => eventTypes === null || eventTypes.includes(eventType))
      .map(({ position }) => position);
  }

  /** An acknowledgement is on its way: from now on it may hold. */
  acknowledging(consumer: string, positions: readonly number[], nowMs: number): void {
    for (const position of positions) {
      const key = `${consumer} ${position}`;
      if (!this.#acked.has(key)) this.#acked.set(key, { sinceMs: nowMs, surelyMs: Number.POSITIVE_INFINITY });
    }
  }

  /** The agent was told that it holds. */
  acknowledged(consumer: string, positions: readonly number[], nowMs: number): void {
    for (const position of positions) {
      const known = this.#acked.get(`${consumer} ${position}`);
      if (known !== undefined) known.surelyMs = Math.min(known.surelyMs, nowMs);
    }
  }

  mayBeAcknowledged(consumer: string, position: number): boolean {
    return this.#acked.has(`${consumer} ${position}`);
  }

  isAcknowledged(consumer: string, position: number, atMs: number): boolean {
    return (this.#acked.get(`${consumer} ${position}`)?.surelyMs ?? Number.POSITIVE_INFINITY) < atMs;
  }

  /** Events handed out that were asked for at `askedMs` or later must not have been acknowledged before. */
  handedOut(consumer: string, positions: readonly number[], askedMs: number, to: string): void {
    for (const position of positions) {
      if (this.isAcknowledged(consumer, position, askedMs)) {
        this.violated(`${to} was handed event ${position}, which ${consumer} had acknowledged`);
      }
    }
  }

  /** Nobody else of the consumer may hold what is leased now. */
  leased(
    consumer: string,
    positions: readonly number[],
    lease: { to: string; atMs: number; untilMs: number },
  ): void {
    const { to, atMs, untilMs } = lease;
    for (const position of positions) {
      const key = `${consumer} ${position}`;
      const held = this.#leases.get(key);
      if (held !== undefined && held.untilMs > atMs) {
        this.violated(`${to} was handed event ${position} while ${held.to} held it`);
      }
      this.#leases.set(key, { to, fromMs: atMs, untilMs });
    }
  }
}
