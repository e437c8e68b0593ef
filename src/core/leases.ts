/** Events handed out to one of a consumer's workers: hidden from the others until acknowledged or the time is over. */
import type { Acks } from "./acks.ts";

export type Lease = readonly [from: number, to: number, untilMs: number];

/** What still holds: not over, and not wholly acknowledged. */
export function activeLeases(leases: readonly Lease[], acks: Acks, nowMs: number): Lease[] {
  return leases.filter(([from, to, untilMs]) => untilMs > nowMs && !areAcknowledged(acks, from, to));
}

/** Adds one lease a stretch of neighbouring positions; ascending positions. */
export function withLeases(leases: readonly Lease[], positions: readonly number[], untilMs: number): Lease[] {
  const added: [number, number, number][] = [];
  for (const position of positions) {
    const last = added.at(-1);
    if (last !== undefined && position === last[1] + 1) last[1] = position;
    else added.push([position, position, untilMs]);
  }
  return [...leases, ...added];
}

function areAcknowledged({ upTo, beyond }: Acks, from: number, to: number): boolean {
  const first = Math.max(from, upTo + 1);
  return first > to || beyond.some(([start, end]) => start <= first && to <= end);
}
