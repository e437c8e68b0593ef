import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { isMissing } from "../../api/client.ts";
import { Button } from "../../parts/button.tsx";
import { CopyButton } from "../../parts/code.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { ErrorNote, Note } from "../../parts/feedback.tsx";

type Rotation = { mutate: (options: { onSuccess: () => void }) => void; isPending: boolean; error: unknown };

type BoxProps = {
  secret: UseQueryResult<{ key: string }>;
  revealed: boolean;
  onReveal: (revealed: boolean) => void;
  /** Null: not to whoever looks. */
  rotation: Rotation | null;
};

/** What an endpoint's requests are signed with: hidden until asked for, and replaced on request. */
export function SecretBox({ secret, revealed, onReveal, rotation }: BoxProps) {
  const [rotating, setRotating] = useState(false);
  const hasNone = isMissing(secret.error);
  return (
    <section>
      <h2>Signing secret</h2>
      <p className="dim">
        Requests are signed with it. Whoever has it can imitate us: keep it on your server.
      </p>
      <div className="secret">
        <code className="secret-text">{revealed && secret.data ? secret.data.key : "•".repeat(24)}</code>
        <div className="secret-actions">
          <Button small onClick={() => onReveal(!revealed)} busy={revealed && secret.isLoading}>
            {revealed ? "Hide" : "Reveal"}
          </Button>
          {revealed && secret.data ? <CopyButton text={secret.data.key} /> : null}
          {rotation === null ? null : (
            <Button small onClick={() => setRotating(true)}>
              Rotate
            </Button>
          )}
        </div>
      </div>
      {revealed && secret.data?.key.startsWith("whpk_") ? (
        <Note tone="info">
          This is a public key: requests are signed with Ed25519, and signatures begin with v1a.
        </Note>
      ) : null}
      {hasNone ? <Note tone="info">This endpoint has no secret: its requests are not signed.</Note> : null}
      {secret.isError && !hasNone ? <ErrorNote error={secret.error} /> : null}
      {rotating && rotation !== null ? (
        <Rotate rotation={rotation} onClose={() => setRotating(false)} />
      ) : null}
    </section>
  );
}

function Rotate({ rotation, onClose }: { rotation: Rotation; onClose: () => void }) {
  return (
    <Confirm
      title="Rotate the secret?"
      action="Rotate secret"
      danger={false}
      onClose={onClose}
      onConfirm={() => rotation.mutate({ onSuccess: onClose })}
      busy={rotation.isPending}
      error={rotation.error}
    >
      A new secret is made. For 24 hours the old one signs too where the format has room for both signatures;
      put the new one on your server before that.
    </Confirm>
  );
}
