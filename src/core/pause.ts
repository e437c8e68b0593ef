import { FIRST_PAUSE_MS, MAX_PAUSE_MS } from "./limits/endpoint-object.ts";

/** Nothing is sent before `untilMs`, because attempts fail on our side: no receiver was asked. null: nothing has failed. */
export type Pause = { untilMs: number; delayMs: number } | null;

/** What is left of it; a clock that was put back must not make it longer than was meant. */
export function pauseLeftMs(pause: Pause, nowMs: number): number {
  return pause === null ? 0 : Math.max(0, Math.min(pause.untilMs - nowMs, pause.delayMs));
}

/** After an attempt failed on our side: each pause is twice as long as the one before, until an attempt is made. */
export function nextPause(pause: Pause, nowMs: number): Exclude<Pause, null> {
  // The others that were under way: one failure, noticed several times.
  if (pause !== null && pauseLeftMs(pause, nowMs) > 0) return pause;
  const delayMs = pause === null ? FIRST_PAUSE_MS : Math.min(2 * pause.delayMs, MAX_PAUSE_MS);
  return { untilMs: nowMs + delayMs, delayMs };
}
