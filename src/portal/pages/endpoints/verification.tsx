import { useState } from "react";
import type { EndpointOut } from "../../../contract/endpoints.ts";
import { useApp } from "../../api/context.tsx";
import { endpointPath, useChange, useSecret, useWire } from "../../api/endpoints.ts";
import { Loaded } from "../../parts/feedback.tsx";
import { kindOfKey } from "../../snippets/signature.ts";
import { SecretBox } from "./secret-box.tsx";
import { SnippetBox } from "./snippet-box.tsx";

export function Verification({ endpoint }: { endpoint: EndpointOut }) {
  const { can } = useApp();
  const [revealed, setRevealed] = useState(false);
  const wire = useWire(endpoint.id);
  const secret = useSecret(endpoint.id, revealed);
  const rotate = useChange<Record<string, never>>((json) => [
    endpointPath(endpoint.id, "/secret/rotate"),
    { method: "POST", json },
  ]);
  const rotation = { ...rotate, mutate: (options: { onSuccess: () => void }) => rotate.mutate({}, options) };
  return (
    <>
      {can("ViewEndpointSecret") ? (
        <SecretBox
          secret={secret}
          revealed={revealed}
          onReveal={setRevealed}
          rotation={can("ManageEndpointSecret") ? rotation : null}
        />
      ) : null}
      <section>
        <h2>Verify what you receive</h2>
        <Loaded query={wire}>
          {({ dialect }) => (
            <SnippetBox signature={dialect.signature} knownKind={kindOfKey(secret.data?.key)} />
          )}
        </Loaded>
      </section>
    </>
  );
}
