import { MIN_ALARM_DELAY_MS, SETTLE_DELAY_MS } from "./limits/endpoint-object.ts";

/** What an endpoint's object still has to do, and when; null: nothing of that kind. */
export type Agenda = {
  /** Read the log again: something arrived, is being sent, or could not be read. */
  settleAtMs: number | null;
  /** The earliest waiting delivery. */
  dueAtMs: number | null;
};

/** When the object must wake next; null: only if somebody calls. */
export function nextAlarm(agenda: Agenda, nowMs: number): number | null {
  const times = [agenda.settleAtMs, agenda.dueAtMs].filter((time) => time !== null);
  return times.length === 0 ? null : Math.max(Math.min(...times), nowMs + MIN_ALARM_DELAY_MS);
}

/**
 * Whether setting the alarm is worth its billed row: only when none is armed, or the armed one is later, or so long
 * overdue that the platform must have dropped it (cloudflare.md §7, gotcha 2).
 */
export function mustArm(armedAtMs: number | null, wantedAtMs: number, nowMs: number): boolean {
  return armedAtMs === null || wantedAtMs < armedAtMs || armedAtMs < nowMs - OVERDUE_ALARM_MS;
}

const OVERDUE_ALARM_MS = 60_000;

/** Whether moving the armed alarm later is worth its row: a wake a moment too early costs a seventh of it. */
export function mustMove(armedAtMs: number | null, wantedAtMs: number | null, nowMs: number): boolean {
  if (armedAtMs === null || wantedAtMs === null || armedAtMs <= nowMs) return armedAtMs !== wantedAtMs;
  return wantedAtMs < armedAtMs || wantedAtMs > armedAtMs + SETTLE_DELAY_MS;
}
