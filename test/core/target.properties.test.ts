/**
 * The target guard against a second opinion: the registries as CIDR blocks, read by arithmetic of this file's own, and
 * URLs drawn from both sides of it in every spelling a URL parser accepts.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { checkTarget } from "../../src/core/target.ts";

const SEED = 20_261_121;
const URLS = 100_000;
const STRICT = { allowHttp: false, allowPrivate: false };

/**
 * IANA's special-purpose registries of IPv4 and IPv6 (RFC 6890 and successors), IPv4 multicast (RFC 5771), reserved
 * (RFC 1112), deprecated 6to4 relays (RFC 7526), and one address that a cloud gives its own services.
 */
const PRIVATE_V4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "255.255.255.255/32",
];

const PRIVATE_V6 = [
  "::/128",
  "::1/128",
  "::/96",
  "::ffff:0:0/96",
  "::ffff:0:0:0/96",
  "64:ff9b::/96",
  "64:ff9b:1::/48",
  "100::/64",
  "100:0:0:1::/64",
  "2001::/32",
  "2001::/23",
  "2001:2::/48",
  "2001:10::/28",
  "2001:20::/28",
  "2001:db8::/32",
  "2002::/16",
  "3fff::/20",
  "5f00::/16",
  "fc00::/7",
  "fe80::/10",
  "fec0::/10",
  "ff00::/8",
  // Never allocated: no public host has an address outside 2000::/3 (RFC 4291 §2.4).
  "::/3",
  "4000::/2",
  "8000::/1",
];

type Range = { from: bigint; size: bigint };

function groupsOf(text: string): bigint[] {
  if (text.includes(".")) return text.split(".").map(BigInt);
  const [head = "", tail = ""] = text.split("::");
  const read = (part: string) => (part === "" ? [] : part.split(":").map((group) => BigInt(`0x${group}`)));
  const [left, right] = [read(head), read(tail)];
  const zeros = text.includes("::") ? 8 - left.length - right.length : 0;
  return [...left, ...Array<bigint>(zeros).fill(0n), ...right];
}

function rangesOf(blocks: readonly string[], bits: number): Range[] {
  return blocks.map((block) => {
    const [base = "", length = ""] = block.split("/");
    const groups = groupsOf(base);
    const from = groups.reduce((value, group) => value * 2n ** BigInt(bits / groups.length) + group, 0n);
    return { from, size: 2n ** BigInt(bits - Number(length)) };
  });
}

const V4 = rangesOf(PRIVATE_V4, 32);
const V6 = rangesOf(PRIVATE_V6, 128);

function isIn(ranges: readonly Range[], address: bigint): boolean {
  return ranges.some(({ from, size }) => address >= from && address < from + size);
}

/** Its edges, the addresses beside them, and any other within it. */
function around({ from, size }: Range, bits: number): fc.Arbitrary<bigint> {
  const edges = [from, from + size - 1n, from - 1n, from + size];
  const last = 2n ** BigInt(bits) - 1n;
  const inside = fc.bigInt(from, from + size - 1n);
  return fc.oneof(
    fc.constantFrom(...edges.filter((edge) => edge >= 0n && edge <= last)),
    inside,
    inside,
    inside,
  );
}

const anyV4 = fc.bigInt(0n, 2n ** 32n - 1n);
const publicV6 = fc.bigInt(0x2000n << 112n, (0x4000n << 112n) - 1n);
const v4 = fc.oneof(
  fc.constantFrom(...V4).chain((range) => around(range, 32)),
  anyV4,
  anyV4,
);
const v6 = fc.oneof(
  fc.constantFrom(...V6).chain((range) => around(range, 128)),
  publicV6,
  publicV6,
);

/** The four bytes, most significant first. */
function bytesOf(address: bigint): number[] {
  return [24n, 16n, 8n, 0n].map((shift) => Number((address >> shift) & 255n));
}

const dotted = (address: bigint) => bytesOf(address).join(".");
const part = fc.constantFrom<(value: number) => string>(
  (value) => String(value),
  (value) => `0${value.toString(8)}`,
  (value) => `000${value.toString(8)}`,
  (value) => `0x${value.toString(16)}`,
  (value) => `0X${value.toString(16).toUpperCase()}`,
);
/** One to four parts, each in a base of its own, the last standing for all bytes that are left. */
const parts = fc
  .tuple(fc.integer({ min: 1, max: 4 }), part, part, part, part)
  .map(([count, ...spell]) => (address: bigint) => {
    const bytes = bytesOf(address);
    const rest = bytes.slice(count - 1).reduce((value, byte) => value * 256 + byte, 0);
    return [...bytes.slice(0, count - 1), rest].map((value, i) => spell[i]?.(value)).join(".");
  });

const FULL_WIDTH = [..."０１２３４５６７８９"];
const CIRCLED = [..."⓪①②③④⑤⑥⑦⑧⑨"];
const digits = (alphabet: string[]) => (text: string) =>
  text.replace(/[0-9]/g, (d) => alphabet[Number(d)] ?? d);
const percentEncoded = (text: string) =>
  [...text].map((char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`).join("");

/** What a parser undoes before it looks at the host. */
const disguise = fc.constantFrom<(host: string) => string>(
  (host) => host,
  (host) => host,
  (host) => `${host}.`,
  digits(FULL_WIDTH),
  digits(CIRCLED),
  percentEncoded,
  (host) => host.replaceAll(".", "。"),
  (host) => host.replaceAll(".", "．"),
  (host) => host.replace(/(?<=.)./, (char) => `\t${char}`),
  (host) => host.replace(/(?<=.)./, (char) => `\u00ad${char}`),
);

const hex = (value: bigint) => value.toString(16);

function shortened(groups: string[]): string {
  const text = groups.join(":");
  const zeros = /(?:^|:)0(?::0)+(?:$|:)/.exec(text);
  return zeros === null
    ? text
    : `${text.slice(0, zeros.index)}::${text.slice(zeros.index + zeros[0].length)}`;
}

const spelledV6 = fc.constantFrom<(groups: bigint[]) => string>(
  (groups) => groups.map(hex).join(":"),
  (groups) => shortened(groups.map(hex)),
  (groups) => groups.map((group) => hex(group).padStart(4, "0").toUpperCase()).join(":"),
  (groups) =>
    [...groups.slice(0, 6).map(hex), dotted(((groups[6] ?? 0n) << 16n) + (groups[7] ?? 0n))].join(":"),
);

function groupsOfV6(address: bigint): bigint[] {
  return Array.from({ length: 8 }, (_, index) => (address >> BigInt(16 * (7 - index))) & 0xffffn);
}

/** Whoever writes a host so means something else by it: refused whatever the address. */
const always = fc.constantFrom<(host: string) => string>(
  (host) => `example.com@${host}`,
  (host) => `${host}@example.com`,
  (host) => `user:pass@${host}`,
  (host) => `${host}:443@8.8.8.8`,
);

type Case = { url: string; refused: boolean };

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/);
const REFUSED_NAMES = [
  "localhost",
  "localdomain",
  "local",
  "internal",
  "intranet",
  "private",
  "corp",
  "lan",
  "home",
  "home.arpa",
  "svc",
  "invalid",
  "onion",
  "vcap.me",
  "lacolhost.com",
  "lvh.me",
  "localtest.me",
  "nip.io",
  "sslip.io",
  "xip.io",
  "rbndr.us",
];
const PUBLIC_SUFFIXES = ["com", "example", "test", "co.uk", "io", "me", "us", "dev"];
const mixedCase = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.replace(/[a-z]/g, (char, at: number) => (at % 2 === 0 ? char.toUpperCase() : char)),
  (text) => `${text}.`,
  percentEncoded,
);

const privateName = fc
  .tuple(fc.array(label, { maxLength: 3 }), fc.constantFrom(...REFUSED_NAMES), mixedCase)
  .map(([labels, suffix, write]) => ({ host: write([...labels, suffix].join(".")), refused: true }));
const singleLabel = fc.tuple(label, mixedCase).map(([name, write]) => ({ host: write(name), refused: true }));
/** Refused names in places where they mean nothing: inside a label, or not at the end. */
const publicName = fc
  .tuple(
    fc.array(fc.oneof(label, fc.constantFrom(...REFUSED_NAMES)), { maxLength: 2 }),
    label,
    fc.constantFrom(...PUBLIC_SUFFIXES),
    mixedCase,
  )
  .map(([before, name, suffix, write]) => ({
    host: write([...before, `x${name}x`, suffix].join(".")),
    refused: false,
  }));
const hostV4 = fc
  .tuple(v4, fc.oneof(fc.constant(dotted), parts), disguise)
  .map(([address, spell, dress]) => ({
    host: dress(spell(address)),
    refused: isIn(V4, address),
  }));
const hostV6 = fc.tuple(v6, spelledV6).map(([address, spell]) => ({
  host: `[${spell(groupsOfV6(address))}]`,
  refused: isIn(V6, address),
}));
const zoned = v6.map((address) => ({
  host: `[${groupsOfV6(address).map(hex).join(":")}%25eth0]`,
  refused: true,
}));
const mapped = v4.chain((address) =>
  fc.constantFrom("::ffff:", "::", "64:ff9b::", "2002:a00:1::", "::FFFF:").map((prefix) => ({
    host: `[${prefix}${dotted(address)}]`,
    refused: true,
  })),
);
const tricked = fc.tuple(hostV4, always).map(([{ host }, write]) => ({ host: write(host), refused: true }));

const anyUrl: fc.Arbitrary<Case> = fc
  .tuple(
    fc.oneof(
      { weight: 8, arbitrary: hostV4 },
      { weight: 5, arbitrary: hostV6 },
      { weight: 3, arbitrary: publicName },
      { weight: 1, arbitrary: privateName },
      { weight: 1, arbitrary: mapped },
      { weight: 1, arbitrary: tricked },
      fc.oneof(zoned, singleLabel),
    ),
    fc.constantFrom("https://", "HTTPS://", "https:", "https:\\\\", " https://"),
    fc.constantFrom("", "/", "/hook?a=1#b", ":8443/", ":65535", "\\x"),
  )
  .map(([{ host, refused }, scheme, tail]) => ({ url: scheme + host + tail, refused }));

it("agrees with the registries on every address, name and spelling, neither too lax nor too strict", () => {
  const seen = { refused: 0, allowed: 0 };
  fc.assert(
    fc.property(anyUrl, ({ url, refused }) => {
      const check = checkTarget(url, STRICT);
      if (check.ok === refused) throw new Error(`${url}: ${check.ok ? "let through" : check.reason}`);
      seen[refused ? "refused" : "allowed"]++;
    }),
    { seed: SEED, numRuns: URLS },
  );
  expect(seen.refused).toBeGreaterThan(0.3 * URLS);
  expect(seen.allowed).toBeGreaterThan(0.3 * URLS);
});
