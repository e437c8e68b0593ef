import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { messageId, parseMessageId } from "../../src/core/ids.ts";
import { rawMembers } from "../../src/core/raw-json.ts";
import { checkTarget } from "../../src/core/target.ts";

const SEEDED = { seed: 20_261_120, numRuns: 5000 };
const STRICT = { allowHttp: false, allowPrivate: false };

/** First octets and masks of what is not the public internet (RFC 6890 and its successors), told apart from the guard. */
const PRIVATE_V4: readonly [base: string, bits: number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

function numberOf(address: string): number {
  return address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

const spellings: ((address: number) => string)[] = [
  (address) => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join("."),
  (address) => String(address),
  (address) => `0x${address.toString(16)}`,
  (address) => [24, 16, 8, 0].map((shift) => `0${((address >>> shift) & 255).toString(8)}`).join("."),
  (address) => `[::ffff:${(address >>> 16).toString(16)}:${(address & 0xffff).toString(16)}]`,
];

describe("the target guard", () => {
  it("refuses every spelling of an address in a private range", () => {
    const privateAddress = fc
      .tuple(fc.constantFrom(...PRIVATE_V4), fc.nat(0xffff_ffff))
      .map(([[base, bits], host]) => (numberOf(base) + ((host >>> 0) % 2 ** (32 - bits))) >>> 0);
    fc.assert(
      fc.property(privateAddress, fc.constantFrom(...spellings), fc.nat(65_535), (address, spell, port) => {
        expect(checkTarget(`https://${spell(address)}:${port || 443}/hook`, STRICT).ok).toBe(false);
      }),
      { ...SEEDED, numRuns: 20_000 },
    );
  });

  it("answers for any text, and never passes one that is no https address", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((text) => `https://${text}`),
        ),
        (text) => {
          const check = checkTarget(text, STRICT);
          if (check.ok) expect(new URL(check.url).protocol).toBe("https:");
        },
      ),
      SEEDED,
    );
  });
});

describe("raw JSON", () => {
  it("is cut where JSON.parse sees the same value", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(4), (document, indent) => {
        const text = JSON.stringify(document, null, indent);
        const parsed: Record<string, unknown> = JSON.parse(text);
        for (const [key, { start, end }] of rawMembers(text)) {
          expect(JSON.parse(text.slice(start, end))).toEqual(
            Object.entries(parsed).find(([name]) => name === key)?.[1],
          );
        }
      }),
      SEEDED,
    );
  });
});

describe("message ids", () => {
  it("carry their address, whatever it is, and no other text is one", () => {
    const address = fc.record({
      appKey: fc.integer({ min: 1, max: 2 ** 48 - 1 }),
      position: fc.integer({ min: 1, max: 2 ** 40 - 1 }),
      createdAtMs: fc.integer({ min: 1_400_000_000_000, max: 4_000_000_000_000 }),
    });
    fc.assert(
      fc.property(address, (at) => {
        expect(parseMessageId(messageId(at))).toEqual({ appKey: at.appKey, position: at.position });
      }),
      SEEDED,
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseMessageId(`msg_${text}`)).toBeNull();
      }),
      SEEDED,
    );
  });
});
