import type { DialectOut } from "../../contract/dialects.ts";

export type Signature = DialectOut["signature"];
export type BodySignature = Extract<Signature, { scheme: "body-hmac" }>;

/** What a receiver verifies with: the secret that signs, or the public half of a key pair. */
export type KeyKind = "shared" | "public";

export function kindOfKey(key: string | undefined): KeyKind | undefined {
  if (key === undefined) return undefined;
  return key.startsWith("whpk_") ? "public" : "shared";
}

export const LANGUAGES = [
  ["node", "Node"],
  ["python", "Python"],
  ["php", "PHP"],
  ["go", "Go"],
  ["curl", "curl"],
] as const;
export type Language = (typeof LANGUAGES)[number][0];

/** First words of the code shown, which is not ours to run. */
export function nodeCrypto(...names: string[]): string {
  return [`import { ${names.join(", ")} }`, 'from "node:crypto";'].join(" ");
}

export const NODE_CRYPTO = nodeCrypto("createHmac", "timingSafeEqual");
