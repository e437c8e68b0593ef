import type { DialectOut } from "../../contract/dialects.ts";

export type Signature = DialectOut["signature"];
export type BodySignature = Extract<Signature, { scheme: "body-hmac" }>;

export const LANGUAGES = [
  ["node", "Node"],
  ["python", "Python"],
  ["php", "PHP"],
  ["go", "Go"],
  ["curl", "curl"],
] as const;
export type Language = (typeof LANGUAGES)[number][0];

/** First words of the code shown, which is not ours to run. */
export const NODE_CRYPTO = ["import { createHmac, timingSafeEqual }", 'from "node:crypto";'].join(" ");
