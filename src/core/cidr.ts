/** Ranges of addresses as firewalls take them: `203.0.113.0/24`, `2001:db8::/32`. */

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const CIDR = /^([0-9A-Fa-f.:]{2,45})\/(\d{1,3})$/;

export type CidrCheck = { ok: true; range: string } | { ok: false; reason: string };

/** The range in its usual form, or why it is none. One that is not aligned is most likely mistyped. */
export function checkCidr(text: string): CidrCheck {
  const [, address = "", length = ""] = CIDR.exec(text) ?? [];
  const bytes = bytesOf(address);
  const bits = Number(length);
  if (bytes === null || bits > bytes.length * 8) {
    return { ok: false, reason: "is not a range like 203.0.113.0/24 or 2001:db8::/32" };
  }
  const isAligned = bytes.every((byte, index) => (byte & (0xff >> clamp(bits - 8 * index))) === 0);
  if (!isAligned) return { ok: false, reason: `has bits set beyond its first ${bits}` };
  return { ok: true, range: `${usualForm(address)}/${bits}` };
}

function clamp(bits: number): number {
  return Math.min(8, Math.max(0, bits));
}

function usualForm(address: string): string {
  return address.includes(":") ? hostOf(address) : address;
}

/** The address as the URL standard writes it; it must be one. */
function hostOf(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

function bytesOf(address: string): number[] | null {
  if (!address.includes(":")) {
    const parts = IPV4.exec(address)?.slice(1).map(Number) ?? [];
    return parts.length === 4 && parts.every((part) => part <= 255) ? parts : null;
  }
  if (!URL.canParse(`http://[${address}]`)) return null;
  const [head = "", tail] = hostOf(address).split("::");
  const groups = (part: string) =>
    part === "" ? [] : part.split(":").map((digits) => Number(`0x${digits}`));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}

/** The ranges of a list separated by commas or spaces; an empty text has none. */
export function parseCidrs(text: string): { ok: true; ranges: string[] } | { ok: false; reason: string } {
  const ranges: string[] = [];
  for (const part of text.split(/[\s,]+/).filter((word) => word !== "")) {
    const check = checkCidr(part);
    if (!check.ok) return { ok: false, reason: `"${part}" ${check.reason}` };
    if (!ranges.includes(check.range)) ranges.push(check.range);
  }
  return { ok: true, ranges };
}
