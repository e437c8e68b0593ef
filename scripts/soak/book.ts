/** What one consumer was given and what it has acknowledged, judged as it happens. Pure, so that the judge can be tested. */

/** An event as an agent sees it: its place in the log, and what was published. */
export type Seen = { position: number; n: number };

/** A connection, or one poll: what begins after an acknowledgement was answered must not bring that event again. */
export type Line = { startedAtMs: number; highest: number };

export type BookReport = {
  arrivals: number;
  /** Came again before it was acknowledged: that is what at least once means. */
  repeats: number;
  repeatedAfterAck: number;
  outOfOrder: number;
  /** Events of which two different contents were seen. */
  altered: number;
};

/** Bounded by the events of one application: a number for each. */
export class Book {
  readonly #contents = new Map<number, number>();
  readonly #ackedAtMs = new Map<number, number>();
  readonly report: BookReport = { arrivals: 0, repeats: 0, repeatedAfterAck: 0, outOfOrder: 0, altered: 0 };

  received(line: Line, { position, n }: Seen): void {
    const { report } = this;
    report.arrivals++;
    const known = this.#contents.get(position);
    if (known !== undefined) report.repeats++;
    if (known !== undefined && known !== n) report.altered++;
    this.#contents.set(position, known ?? n);
    const ackedAtMs = this.#ackedAtMs.get(position);
    if (ackedAtMs !== undefined && ackedAtMs < line.startedAtMs) report.repeatedAfterAck++;
    // Twice on one line is once too often, too.
    if (position <= line.highest) report.outOfOrder++;
    line.highest = Math.max(line.highest, position);
  }

  /** The acknowledgement was answered. */
  acknowledged(positions: Iterable<number>, atMs: number): void {
    for (const position of positions) if (!this.#ackedAtMs.has(position)) this.#ackedAtMs.set(position, atMs);
  }

  /** How many of the positions 1 … `count` never came. */
  lost(count: number): number {
    let lost = 0;
    for (let position = 1; position <= count; position++) if (!this.#contents.has(position)) lost++;
    return lost;
  }
}
