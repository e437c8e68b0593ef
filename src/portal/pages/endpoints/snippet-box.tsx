import { useState } from "react";
import { Choices } from "../../parts/choices.tsx";
import { CodeBlock } from "../../parts/code.tsx";
import { type KeyKind, LANGUAGES, type Language, type Signature } from "../../snippets/signature.ts";
import { snippetFor } from "../../snippets/snippets.ts";

type BoxProps = {
  signature: Signature;
  /** Undefined as long as nobody has looked at the secret: then it may be either. */
  knownKind: KeyKind | undefined;
};

const KINDS = [
  ["shared", "Shared secret (whsec_)"],
  ["public", "Public key (whpk_)"],
] as const;

/** How to verify, as code that runs as it is. */
export function SnippetBox({ signature, knownKind }: BoxProps) {
  const [language, setLanguage] = useState<Language>("node");
  const [chosen, setChosen] = useState<KeyKind>("shared");
  const kind = knownKind ?? chosen;
  return (
    <>
      <p className="dim">{describeSignature(signature, kind)}</p>
      {signature.scheme === "standard" && knownKind === undefined ? (
        <Choices legend="Secret" options={KINDS} value={kind} onChange={setChosen} />
      ) : null}
      <Choices legend="Language" options={LANGUAGES} value={language} onChange={setLanguage} />
      <CodeBlock label="Verification code" text={snippetFor(language, signature, kind)} />
    </>
  );
}

function describeSignature(signature: Signature, kind: KeyKind): string {
  if (signature.scheme === "standard") {
    const how = kind === "public" ? "Ed25519 signatures (v1a)" : "an HMAC-SHA256 (v1)";
    return `The header ${signature.headerPrefix}-signature holds ${how} of the id, the timestamp and the body, as Standard Webhooks says.`;
  }
  const form = `${signature.valuePrefix}<${signature.encoding}>`;
  return `The header ${signature.header} holds ${form}: an HMAC-SHA256 of the body with your secret.`;
}
