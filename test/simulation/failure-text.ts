import type { Failure } from "./run.ts";

/** Longest part of a trace that is shown: how it began, and what led to the end. */
const HEAD_LINES = 40;
const TAIL_LINES = 160;

/** What broke, how to see it again, and the steps that led there. */
export function failureText({ seed, invariant, message, trace }: Failure): string {
  const left = trace.length - HEAD_LINES - TAIL_LINES;
  const shown =
    left <= 0
      ? trace
      : [...trace.slice(0, HEAD_LINES), `… ${left} lines left out …`, ...trace.slice(-TAIL_LINES)];
  return [
    `seed ${seed}: invariant ${invariant}: ${message}`,
    `again: npm run simulate -- --seeds 1 --seed ${seed}${invariant === "followers" ? " --world followers" : ""}`,
    ...shown,
  ].join("\n");
}
