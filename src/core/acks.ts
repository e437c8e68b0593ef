/** Which events a consumer has acknowledged: all up to a position, and stretches beyond it. */
import { MAX_ACK_STRETCHES } from "./limits/pull.ts";

/** Both ends included; ascending, apart from each other, all beyond `upTo + 1`. */
export type Stretch = readonly [from: number, to: number];

export type Acks = { upTo: number; beyond: readonly Stretch[] };

export const NO_ACKS: Acks = { upTo: 0, beyond: [] };

export type AckResult = { kind: "acked"; acks: Acks } | { kind: "too_scattered"; limit: number };

/** Adds positions, in any order, known ones again too. Refused when what is acknowledged lies in too many stretches. */
export function acknowledge(acks: Acks, positions: readonly number[]): AckResult {
  return joined(
    acks,
    positions.map((position) => [position, position]),
  );
}

export function acknowledgeUpTo(acks: Acks, position: number): AckResult {
  return joined(acks, [[1, position]]);
}

export function isAcknowledged({ upTo, beyond }: Acks, position: number): boolean {
  return position <= upTo || beyond.some(([from, to]) => from <= position && position <= to);
}

/** How many of the positions up to `head` are not acknowledged. */
export function lagOf({ upTo, beyond }: Acks, head: number): number {
  const known = beyond.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  return Math.max(0, head - upTo - known);
}

function joined({ upTo, beyond }: Acks, added: readonly Stretch[]): AckResult {
  const sorted = [[1, upTo] as const, ...beyond, ...added].sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  const [first, ...rest] = merged;
  if (rest.length > MAX_ACK_STRETCHES) return { kind: "too_scattered", limit: MAX_ACK_STRETCHES };
  return { kind: "acked", acks: { upTo: first?.[1] ?? upTo, beyond: rest } };
}
