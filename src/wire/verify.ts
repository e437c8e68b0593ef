/** The receiver's side of a signature: what vendors' sample receivers do, for any dialect. */
import type { SignatureFormat } from "../core/dialect.ts";
import { signatureHeaderNames } from "../core/dialect.ts";
import { decodeBase64, encodeBase64, encodeHex, utf8 } from "./encoding.ts";
import { plainSigningKey, sign, standardSigningKey } from "./signing-keys.ts";

/** How far a signature's time may be from when it came, as receivers have it. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;

export type VerifyInput = {
  headers: Readonly<Record<string, string>>;
  /** The bytes as they arrived. */
  body: Uint8Array;
  /** The secret, or under Standard Webhooks the public half of a key pair (`whpk_`). */
  secret: string;
  nowMs: number;
  /** Null: however old. */
  toleranceSeconds: number | null;
};

export type Verdict =
  | { kind: "valid"; signedAtMs: number | null }
  | { kind: "missing_header"; header: string }
  | { kind: "bad_timestamp"; text: string }
  /** Signed right, but too far from now: a replay, or a clock that is wrong. */
  | { kind: "out_of_time"; ageSeconds: number }
  | { kind: "bad_secret"; reason: string }
  | { kind: "mismatch"; given: string; expected: string | null };

const PUBLIC_PREFIX = "whpk_";
const PUBLIC_KEY_BYTES = 32;

/** Whether a request was signed with this secret in this format. */
export async function verifySignature(format: SignatureFormat, input: VerifyInput): Promise<Verdict> {
  const headers = new Map(
    Object.entries(input.headers).map(([name, value]) => [name.toLowerCase(), value.trim()]),
  );
  for (const header of signatureHeaderNames(format)) {
    if (!headers.has(header.toLowerCase())) return { kind: "missing_header", header };
  }
  return format.scheme === "standard"
    ? verifyStandard((part) => headers.get(`${format.headerPrefix}-${part}`.toLowerCase()) ?? "", input)
    : verifyBodyHmac(headers.get(format.header.toLowerCase()) ?? "", format, input);
}

async function verifyStandard(header: (part: string) => string, input: VerifyInput): Promise<Verdict> {
  const { body, secret, nowMs, toleranceSeconds } = input;
  const timestamp = header("timestamp");
  if (!/^\d{1,12}$/.test(timestamp)) return { kind: "bad_timestamp", text: timestamp };
  const prefix = utf8(`${header("id")}.${timestamp}.`);
  const message = new Uint8Array([...prefix, ...body]);
  const given = header("signature").split(/\s+/);
  const match = secret.startsWith(PUBLIC_PREFIX)
    ? await matchPublic(secret, message, given)
    : await matchSecret(secret, message, given);
  if (match.kind !== "matches") return match;
  const ageSeconds = Math.floor(nowMs / 1000) - Number(timestamp);
  if (toleranceSeconds !== null && Math.abs(ageSeconds) > toleranceSeconds) {
    return { kind: "out_of_time", ageSeconds };
  }
  return { kind: "valid", signedAtMs: Number(timestamp) * 1000 };
}

type Match = { kind: "matches" } | Extract<Verdict, { kind: "mismatch" | "bad_secret" }>;

async function matchSecret(secret: string, message: Uint8Array, given: readonly string[]): Promise<Match> {
  const key = await standardSigningKey(secret);
  const expected = `${key.version},${encodeBase64(await sign(key, message))}`;
  return given.includes(expected)
    ? { kind: "matches" }
    : { kind: "mismatch", given: given.join(" "), expected };
}

async function matchPublic(secret: string, message: Uint8Array, given: readonly string[]): Promise<Match> {
  const bytes = decodeBase64(secret.slice(PUBLIC_PREFIX.length));
  if (bytes?.length !== PUBLIC_KEY_BYTES) {
    return { kind: "bad_secret", reason: `a whpk_ key is ${PUBLIC_KEY_BYTES} bytes in base64` };
  }
  const key = await crypto.subtle.importKey("raw", bytes, { name: "Ed25519" }, false, ["verify"]);
  for (const each of given) {
    const signature = each.startsWith("v1a,") ? decodeBase64(each.slice("v1a,".length)) : null;
    if (signature !== null && (await crypto.subtle.verify("Ed25519", key, signature, message))) {
      return { kind: "matches" };
    }
  }
  return { kind: "mismatch", given: given.join(" "), expected: null };
}

async function verifyBodyHmac(
  given: string,
  { valuePrefix, encoding }: Extract<SignatureFormat, { scheme: "body-hmac" }>,
  { body, secret }: VerifyInput,
): Promise<Verdict> {
  const digest = await sign(await plainSigningKey(secret), body);
  const expected = valuePrefix + (encoding === "hex" ? encodeHex(digest) : encodeBase64(digest));
  return given === expected ? { kind: "valid", signedAtMs: null } : { kind: "mismatch", given, expected };
}
