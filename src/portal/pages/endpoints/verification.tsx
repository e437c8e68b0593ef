import { useState } from "react";
import type { DialectOut } from "../../../contract/dialects.ts";
import type { EndpointOut } from "../../../contract/endpoints.ts";
import { ApiFailure } from "../../api/client.ts";
import { useApp } from "../../api/context.tsx";
import { endpointPath, useChange, useSecret, useWire } from "../../api/endpoints.ts";
import { Button } from "../../parts/button.tsx";
import { CodeBlock, CopyButton } from "../../parts/code.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { ErrorNote, Loaded, Note } from "../../parts/feedback.tsx";
import { LANGUAGES, type Language } from "../../snippets/signature.ts";
import { snippetFor } from "../../snippets/snippets.ts";

export function Verification({ endpoint }: { endpoint: EndpointOut }) {
  const { can } = useApp();
  const wire = useWire(endpoint.id);
  return (
    <>
      {can("ViewEndpointSecret") ? <Secret endpointId={endpoint.id} /> : null}
      <section>
        <h2>Verify what you receive</h2>
        <Loaded query={wire}>{({ dialect }) => <Snippets dialect={dialect} />}</Loaded>
      </section>
    </>
  );
}

function Secret({ endpointId }: { endpointId: string }) {
  const { can } = useApp();
  const [revealed, setRevealed] = useState(false);
  const [rotating, setRotating] = useState(false);
  const secret = useSecret(endpointId, revealed);
  const isMissing = secret.error instanceof ApiFailure && secret.error.status === 404;
  return (
    <section>
      <h2>Signing secret</h2>
      <p className="dim">
        Requests are signed with it. Whoever has it can imitate us: keep it on your server.
      </p>
      <div className="secret">
        <code className="secret-text">{revealed && secret.data ? secret.data.key : "•".repeat(24)}</code>
        <div className="secret-actions">
          <Button small onClick={() => setRevealed(!revealed)} busy={revealed && secret.isLoading}>
            {revealed ? "Hide" : "Reveal"}
          </Button>
          {revealed && secret.data ? <CopyButton text={secret.data.key} /> : null}
          {can("ManageEndpointSecret") ? (
            <Button small onClick={() => setRotating(true)}>
              Rotate
            </Button>
          ) : null}
        </div>
      </div>
      {revealed && secret.data?.key.startsWith("whpk_") ? (
        <Note tone="info">
          This is a public key: requests are signed with Ed25519, and signatures begin with v1a. The code
          below is for shared secrets; use a library of Standard Webhooks that knows v1a.
        </Note>
      ) : null}
      {isMissing ? <Note tone="info">This endpoint has no secret: its requests are not signed.</Note> : null}
      {secret.isError && !isMissing ? <ErrorNote error={secret.error} /> : null}
      {rotating ? <Rotate endpointId={endpointId} onClose={() => setRotating(false)} /> : null}
    </section>
  );
}

function Rotate({ endpointId, onClose }: { endpointId: string; onClose: () => void }) {
  const rotate = useChange<Record<string, never>>((json) => [
    endpointPath(endpointId, "/secret/rotate"),
    { method: "POST", json },
  ]);
  return (
    <Confirm
      title="Rotate the secret?"
      action="Rotate secret"
      danger={false}
      onClose={onClose}
      onConfirm={() => rotate.mutate({}, { onSuccess: onClose })}
      busy={rotate.isPending}
      error={rotate.error}
    >
      A new secret is made. For 24 hours the old one signs too where the format has room for both signatures;
      put the new one on your server before that.
    </Confirm>
  );
}

function Snippets({ dialect }: { dialect: DialectOut }) {
  const [language, setLanguage] = useState<Language>("node");
  const { signature } = dialect;
  return (
    <>
      <p className="dim">{describeSignature(signature)}</p>
      <fieldset className="choices">
        <legend className="hidden">Language</legend>
        {LANGUAGES.map(([name, text]) => (
          <button
            key={name}
            type="button"
            className="choice"
            aria-pressed={name === language}
            onClick={() => setLanguage(name)}
          >
            {text}
          </button>
        ))}
      </fieldset>
      <CodeBlock label="Verification code" text={snippetFor(language, signature)} />
    </>
  );
}

function describeSignature(signature: DialectOut["signature"]): string {
  if (signature.scheme === "standard") {
    return `The header ${signature.headerPrefix}-signature holds an HMAC-SHA256 of the id, the timestamp and the body, as Standard Webhooks says.`;
  }
  const form = `${signature.valuePrefix}<${signature.encoding}>`;
  return `The header ${signature.header} holds ${form}: an HMAC-SHA256 of the body with your secret.`;
}
