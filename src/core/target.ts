import { invariant } from "./invariant.ts";
import { MAX_URL_CHARS } from "./limits/resources.ts";
import { isListenUrl } from "./listen.ts";

/** What the deployment lifts: plain `http:`, and private, loopback and special-purpose targets. */
export type TargetRules = { allowHttp: boolean; allowPrivate: boolean };

/** `url` is the WHATWG form: the only one that may be fetched, because it is the one that was judged. */
export type TargetCheck = { ok: true; url: string } | { ok: false; reason: string };

/**
 * Whether an endpoint's URL may be sent to; asked when it is written and again before every attempt. It judges the URL
 * alone: a public name that resolves to a private address is stopped by the platform's network (reference
 * cloudflare.md §3). Reasons never repeat credentials, path or query.
 */
export function checkTarget(url: string, rules: TargetRules): TargetCheck {
  // No address, but whoever is connected for the endpoint.
  if (isListenUrl(url)) return { ok: true, url };
  if (url.length > MAX_URL_CHARS) return refuse(`the URL is longer than ${MAX_URL_CHARS} characters`);
  if (!URL.canParse(url)) return refuse("not a valid absolute URL");
  const target = new URL(url);
  if (target.protocol === "http:" && !rules.allowHttp) {
    return refuse("http: targets are not allowed here, use https:");
  }
  if (target.protocol !== "https:" && target.protocol !== "http:") {
    return refuse(`the URL must use https:${rules.allowHttp ? " or http:" : ""}`);
  }
  // They would show up wherever the URL does; who writes an endpoint makes them a header first (wire/basic-auth.ts).
  if (target.username !== "" || target.password !== "") {
    return refuse("the URL must not hold credentials, set an Authorization header instead");
  }
  if (target.port === "0") return refuse("port 0 cannot be connected to");
  const reason = rules.allowPrivate ? null : hostRefusal(target.hostname);
  return reason === null ? { ok: true, url: target.href } : refuse(reason);
}

function refuse(reason: string): TargetCheck {
  return { ok: false, reason };
}

/**
 * Every range that is not the public Internet (IANA special-purpose registries), the narrower first where two overlap.
 * The transition ranges of IPv6 are refused whole: whatever translates them may reach any IPv4 address.
 */
const REFUSED_RANGES: readonly (readonly [cidr: string, name: string])[] = [
  ["0.0.0.0/8", "an unspecified address"],
  ["10.0.0.0/8", "a private address"],
  ["100.64.0.0/10", "a carrier-grade NAT address"],
  ["127.0.0.0/8", "a loopback address"],
  ["168.63.129.16/32", "a cloud platform's own address"],
  ["169.254.0.0/16", "a link-local address"],
  ["172.16.0.0/12", "a private address"],
  ["192.0.0.0/24", "an IETF protocol address"],
  ["192.0.2.0/24", "a documentation address"],
  ["192.88.99.0/24", "a 6to4 relay address"],
  ["192.168.0.0/16", "a private address"],
  ["198.18.0.0/15", "a benchmarking address"],
  ["198.51.100.0/24", "a documentation address"],
  ["203.0.113.0/24", "a documentation address"],
  ["224.0.0.0/4", "a multicast address"],
  ["255.255.255.255/32", "the broadcast address"],
  ["240.0.0.0/4", "a reserved address"],
  ["::/128", "an unspecified address"],
  ["::1/128", "a loopback address"],
  ["::/96", "an IPv4-compatible address"],
  ["::ffff:0:0/96", "an IPv4-mapped address"],
  ["::ffff:0:0:0/96", "an IPv4-translated address"],
  ["64:ff9b::/96", "a NAT64 address"],
  ["64:ff9b:1::/48", "a NAT64 address"],
  ["100::/64", "a discard-only address"],
  ["2001::/32", "a Teredo address"],
  ["2001::/23", "an IETF protocol address"],
  ["2001:db8::/32", "a documentation address"],
  ["2002::/16", "a 6to4 address"],
  ["3fff::/20", "a documentation address"],
  ["5f00::/16", "a segment-routing address"],
  ["fc00::/7", "a unique local address"],
  ["fe80::/10", "a link-local address"],
  ["fec0::/10", "a site-local address"],
  ["ff00::/8", "a multicast address"],
];

/** Names that never mean a public host, each with everything below it. */
const REFUSED_NAMES: readonly (readonly [suffix: string, name: string])[] = [
  ["localhost", "a loopback name"],
  ["localdomain", "a loopback name"],
  ["local", "a local-network name"],
  ["svc", "an internal name"],
  ["internal", "an internal name"],
  ["intranet", "an internal name"],
  ["private", "an internal name"],
  ["corp", "an internal name"],
  ["lan", "a local-network name"],
  ["home", "a local-network name"],
  ["home.arpa", "a local-network name"],
  ["invalid", "a name that never resolves"],
  ["onion", "a Tor name"],
  // Public DNS whose only purpose is to answer with loopback or with an address written into the name.
  ["lacolhost.com", "a public name for loopback"],
  ["localtest.me", "a public name for loopback"],
  ["lvh.me", "a public name for loopback"],
  ["vcap.me", "a public name for loopback"],
  ["nip.io", "a name that stands for any address"],
  ["rbndr.us", "a name that stands for any address"],
  ["sslip.io", "a name that stands for any address"],
  ["xip.io", "a name that stands for any address"],
];

const MAX_HOST_CHARS = 253;
const IPV6_GROUPS = 8;
const HOST_NAME = /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/;

/** Why the host must not be sent to, or null. Expects the host name of a parsed URL: lower case, IPv4 dotted. */
function hostRefusal(host: string): string | null {
  const address = host.startsWith("[") ? parseIpv6(host.slice(1, -1)) : parseIpv4(host);
  if (address !== null) return addressRefusal(host, address);
  const name = host.endsWith(".") ? host.slice(0, -1) : host;
  if (!HOST_NAME.test(name) || name.length > MAX_HOST_CHARS) {
    return "the URL's host is not a valid name";
  }
  const refused = REFUSED_NAMES.find(([suffix]) => name === suffix || name.endsWith(`.${suffix}`));
  if (refused !== undefined) return `${name} is ${refused[1]}`;
  return name.includes(".") ? null : `${name} is not a fully qualified name`;
}

function addressRefusal(host: string, address: IpAddress): string | null {
  const range = PARSED_RANGES.find(({ cidr }) => isWithin(address, cidr));
  if (range !== undefined) return `${host} is ${range.name}`;
  const isGlobal = address.bits === 32 || isWithin(address, GLOBAL_UNICAST);
  return isGlobal ? null : `${host} is not a public address`;
}

type IpAddress = { bits: 32 | 128; value: bigint };
type Cidr = IpAddress & { prefixLength: number };

function isWithin(address: IpAddress, cidr: Cidr): boolean {
  const hostBits = BigInt(cidr.bits - cidr.prefixLength);
  return address.bits === cidr.bits && address.value >> hostBits === cidr.value >> hostBits;
}

function parseCidr(text: string): Cidr {
  const [base = "", length = ""] = text.split("/");
  const address = parseIpv4(base) ?? parseIpv6(base);
  invariant(address !== null, `core/target.parseCidr: ${text} is not an address range`);
  return { ...address, prefixLength: Number(length) };
}

const PARSED_RANGES = REFUSED_RANGES.map(([cidr, name]) => ({ cidr: parseCidr(cidr), name }));
/** The only IPv6 block from which public addresses are given out (RFC 4291 §2.4). */
const GLOBAL_UNICAST = parseCidr("2000::/3");

/** Four decimal numbers; every other spelling has become this one, or a name, when the URL was parsed. */
function parseIpv4(text: string): IpAddress | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return null;
  const bytes = text.split(".").map(Number);
  if (bytes.some((byte) => byte > 255)) return null;
  return { bits: 32, value: bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n) };
}

/** RFC 4291 §2.2 text, with `::` and a dotted tail; a zone id is no address. */
export function parseIpv6(text: string): IpAddress | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0] ?? "", halves.length === 1);
  const tail = parseGroups(halves[1] ?? "", true);
  if (head === null || tail === null) return null;
  const missing = IPV6_GROUPS - head.length - tail.length;
  // `::` stands for at least one group; without it all eight are there.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array<bigint>(missing).fill(0n), ...tail];
  return { bits: 128, value: groups.reduce((value, group) => (value << 16n) | group, 0n) };
}

function parseGroups(text: string, isEnd: boolean): bigint[] | null {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: bigint[] = [];
  for (const [index, part] of parts.entries()) {
    const dotted = isEnd && index === parts.length - 1 ? parseIpv4(part) : null;
    if (dotted !== null) groups.push(dotted.value >> 16n, dotted.value & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return null;
  }
  return groups;
}
