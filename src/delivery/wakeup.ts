import { mustArm, mustMove, nextAlarm } from "../core/schedule.ts";

export type AlarmClock = { nowMs(): number; armAlarm(atMs: number): void; disarmAlarm(): void };

/** The object's one alarm: armed before work, moved only earlier while working (each setting is a billed row). */
export class Wakeup {
  readonly #clock: AlarmClock;
  readonly #dueAtMs: () => number | null;
  #armedAtMs: number | null;
  #settleAtMs: number | null = null;

  constructor(clock: AlarmClock, start: { armedAtMs: number | null; dueAtMs: () => number | null }) {
    this.#clock = clock;
    this.#armedAtMs = start.armedAtMs;
    this.#dueAtMs = start.dueAtMs;
  }

  /** The alarm went off: none is armed any more, and what it was for is being done. */
  fired(): void {
    this.#armedAtMs = null;
    this.#settleAtMs = null;
  }

  /** The log must be settled no later than in `delayMs`. */
  settleIn(delayMs: number): void {
    const nowMs = this.#clock.nowMs();
    const at = nowMs + delayMs;
    this.#settleAtMs = Math.min(this.#settleAtMs ?? at, at);
    // Asked before and after every attempt: mostly the alarm is near already, and there is nothing to look up.
    const isNear = this.#armedAtMs !== null && this.#armedAtMs > nowMs && this.#armedAtMs <= this.#settleAtMs;
    if (!isNear) this.arm();
  }

  /** What a settle found: when to settle again; null when all is settled. */
  settled(againInMs: number | null): void {
    this.#settleAtMs = againInMs === null ? null : this.#clock.nowMs() + againInMs;
  }

  /** Arms for what is known, if that is earlier than what is armed. */
  arm(): void {
    const now = this.#clock.nowMs();
    const wanted = this.wantedAtMs(now);
    if (wanted === null || !mustArm(this.#armedAtMs, wanted, now)) return;
    this.#armedAtMs = wanted;
    this.#clock.armAlarm(wanted);
  }

  /** At the end of an alarm, where the watchdog set at its start may be moved later or dropped. */
  rearm(): void {
    const now = this.#clock.nowMs();
    const wanted = this.wantedAtMs(now);
    if (!mustMove(this.#armedAtMs, wanted, now)) return;
    this.#armedAtMs = wanted;
    if (wanted === null) this.#clock.disarmAlarm();
    else this.#clock.armAlarm(wanted);
  }

  /** When there is work to do next; null: not before somebody calls. */
  wantedAtMs(nowMs: number): number | null {
    return nextAlarm({ settleAtMs: this.#settleAtMs, dueAtMs: this.#dueAtMs() }, nowMs);
  }
}
