/**
 * A prime: whatever the time between two runs, each slice gets its turn, and an index of what has ended is not needed,
 * which would cost every key a row.
 */
export const HASH_SLICES = 257;

const PREFIX_DIGITS = 8;
const PREFIXES = 16 ** PREFIX_DIGITS;
/** Sorts behind every hex digit. */
const AFTER_ALL = "g";
const TURN_MS = 60_000;

/** The hex hashes whose turn it is: from the first up to but not including the second; every minute the next slice. */
export function hashSliceAt(nowMs: number): { from: string; below: string } {
  const index = Math.floor(nowMs / TURN_MS) % HASH_SLICES;
  return { from: boundary(index), below: index + 1 === HASH_SLICES ? AFTER_ALL : boundary(index + 1) };
}

function boundary(index: number): string {
  return Math.floor((PREFIXES / HASH_SLICES) * index)
    .toString(16)
    .padStart(PREFIX_DIGITS, "0");
}
