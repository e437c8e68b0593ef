/** Code that verifies what an endpoint receives: its own header and format, no library needed. */
import { bodySnippets } from "./body-hmac.ts";
import type { Language, Signature } from "./signature.ts";
import { standardSnippets } from "./standard.ts";

export function snippetFor(language: Language, signature: Signature): string {
  const snippets =
    signature.scheme === "standard" ? standardSnippets(signature.headerPrefix) : bodySnippets(signature);
  return snippets[language];
}
