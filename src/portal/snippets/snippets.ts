/** Code that verifies what an endpoint receives: its own header and format, and no library where the language has all. */
import { bodySnippets } from "./body-hmac.ts";
import { publicKeySnippets } from "./public-key.ts";
import type { KeyKind, Language, Signature } from "./signature.ts";
import { standardSnippets } from "./standard.ts";

export function snippetFor(language: Language, signature: Signature, kind: KeyKind = "shared"): string {
  if (signature.scheme === "body-hmac") return bodySnippets(signature)[language];
  const { headerPrefix } = signature;
  return (kind === "public" ? publicKeySnippets(headerPrefix) : standardSnippets(headerPrefix))[language];
}
