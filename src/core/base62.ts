import { invariant } from "./invariant.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE = 62n;
/** 27 base62 digits hold 160 bits, as in a KSUID, and sort as the number does. */
export const ID_DIGITS = 27;

const VALUES = new Map([...ALPHABET].map((char, value) => [char, BigInt(value)]));

/** Writes a 160-bit number as {@link ID_DIGITS} digits. */
export function encodeBase62(value: bigint): string {
  invariant(value >= 0n && value < 1n << 160n, "core/base62.encodeBase62: outside 160 bits");
  let rest = value;
  let text = "";
  for (let digit = 0; digit < ID_DIGITS; digit++) {
    text = ALPHABET.charAt(Number(rest % BASE)) + text;
    rest /= BASE;
  }
  return text;
}

/** Reads {@link ID_DIGITS} digits back; null when the text is not such a number. */
export function decodeBase62(text: string): bigint | null {
  if (text.length !== ID_DIGITS) return null;
  let value = 0n;
  for (const char of text) {
    const digit = VALUES.get(char);
    if (digit === undefined) return null;
    value = value * BASE + digit;
  }
  return value < 1n << 160n ? value : null;
}
