import { MIN_ALARM_DELAY_MS } from "./limits.ts";

/** What an endpoint's object still has to do, and when; null: nothing of that kind. */
export type Agenda = {
  /** Read the log again: something arrived, is being sent, or could not be read. */
  settleAtMs: number | null;
  /** The earliest waiting delivery. */
  dueAtMs: number | null;
  /** The attempt log's oldest entry leaves retention. */
  purgeAtMs: number | null;
};

/** When the object must wake next; null: only if somebody calls. */
export function nextAlarm(agenda: Agenda, nowMs: number): number | null {
  const times = [agenda.settleAtMs, agenda.dueAtMs, agenda.purgeAtMs].filter((time) => time !== null);
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
