import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import type { DialectOut } from "../../../../contract/dialects.ts";
import { problemsOf } from "../../../api/client.ts";
import { useSetDialect } from "../../../api/dialects.ts";
import { Button, ButtonLink } from "../../../parts/button.tsx";
import { ErrorNote } from "../../../parts/feedback.tsx";
import { TextField } from "../../../parts/field.tsx";
import { BodyFields } from "./body-fields.tsx";
import { DeliveryFields } from "./delivery-fields.tsx";
import { definitionOf, dialectDraft } from "./dialect-draft.ts";
import { Preview } from "./preview.tsx";
import { SignatureFields } from "./signature-fields.tsx";

type EditorProps = {
  /** What it begins with. */
  from: DialectOut;
  /** Null: a new one, to be named. */
  name: string | null;
  taken: string[];
};

/** A publisher's own dialect, with the request it makes shown while it is written. */
export function DialectEditor({ from, name, taken }: EditorProps) {
  const [newName, setNewName] = useState("");
  const [draft, setDraft] = useState(() => dialectDraft(from));
  const [, navigate] = useLocation();
  const save = useSetDialect();
  const problems = problemsOf(save.error);
  const definition = definitionOf(draft);
  const finalName = name ?? newName.trim();
  // The same call replaces what is there.
  const isTaken = name === null && taken.includes(finalName);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isTaken) return;
    save.mutate(
      { name: finalName, definition },
      { onSuccess: (saved) => navigate(`/dialects/show/${saved.name}`) },
    );
  };
  const parts = { draft, onChange: setDraft, problems };
  return (
    <div className="editing">
      <form onSubmit={submit} className="stack">
        {name === null ? (
          <div className="form">
            <TextField
              label="Name"
              value={newName}
              onChange={setNewName}
              placeholder="acme"
              error={isTaken ? "There is a dialect of this name." : problems["name"]}
              hint="Lower-case letters, digits and hyphens. It cannot be changed later."
              required
              mono
            />
          </div>
        ) : null}
        <BodyFields {...parts} />
        <SignatureFields {...parts} />
        <DeliveryFields {...parts} />
        {save.isError ? <ErrorNote error={save.error} /> : null}
        <div className="form-actions">
          <Button kind="primary" submit busy={save.isPending} disabled={isTaken}>
            {name === null ? "Create dialect" : "Save changes"}
          </Button>
          <ButtonLink href={name === null ? "/dialects" : `/dialects/show/${name}`}>Cancel</ButtonLink>
        </div>
        {name === null ? null : (
          <p className="dim small">Endpoints that use it are sent to like this from their next attempt.</p>
        )}
      </form>
      <Preview name={finalName === "" ? "new" : finalName} definition={definition} />
    </div>
  );
}
