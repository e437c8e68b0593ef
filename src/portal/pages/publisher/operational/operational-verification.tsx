import { useState } from "react";
import { useOperationalChange, useOperationalSecret, useOperationalWire } from "../../../api/operational.ts";
import { Loaded, Note } from "../../../parts/feedback.tsx";
import { kindOfKey } from "../../../snippets/signature.ts";
import { SecretBox } from "../../endpoints/secret-box.tsx";
import { SnippetBox } from "../../endpoints/snippet-box.tsx";

const DISABLED = {
  failures: "The service disabled it: every attempt had failed for too long.",
  gone: "The service disabled it: the receiver answered 410.",
};

export function OperationalVerification({ id, mayManage }: { id: string; mayManage: boolean }) {
  const [revealed, setRevealed] = useState(false);
  const wire = useOperationalWire(id);
  const secret = useOperationalSecret(id, revealed);
  const rotate = useOperationalChange<null>(id, () => ["/secret/rotate", { method: "POST", json: {} }]);
  const rotation = {
    ...rotate,
    mutate: (options: { onSuccess: () => void }) => rotate.mutate(null, options),
  };
  return (
    <>
      {wire.data == null || wire.data.disabledReason === null ? null : (
        <Note tone="warn">{DISABLED[wire.data.disabledReason]}</Note>
      )}
      {mayManage ? (
        <SecretBox secret={secret} revealed={revealed} onReveal={setRevealed} rotation={rotation} />
      ) : null}
      <section>
        <h2>Verify what you receive</h2>
        <Loaded query={wire}>
          {({ dialect }) => (
            <details className="advanced">
              <summary>Code for the format {dialect.name}</summary>
              <SnippetBox signature={dialect.signature} knownKind={kindOfKey(secret.data?.key)} />
            </details>
          )}
        </Loaded>
      </section>
    </>
  );
}
