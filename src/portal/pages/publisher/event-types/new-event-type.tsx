import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import { problemsOf } from "../../../api/client.ts";
import { useCreateEventType } from "../../../api/event-types.ts";
import { Back } from "../../../parts/back.tsx";
import { Button, ButtonLink } from "../../../parts/button.tsx";
import { ErrorNote } from "../../../parts/feedback.tsx";
import { TextField } from "../../../parts/field.tsx";
import { EMPTY_DRAFT, EventTypeFieldset, flagsIn } from "./event-type-fields.tsx";
import { schemasOf } from "./schema-drafts.ts";
import { SchemaEditor } from "./schema-editor.tsx";

export function NewEventType() {
  const [name, setName] = useState("");
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [, navigate] = useLocation();
  const create = useCreateEventType();
  const problems = problemsOf(create.error);
  const schemas = schemasOf(draft.schemas);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (schemas === null) return;
    create.mutate(
      {
        name: name.trim(),
        description: draft.description,
        groupName: draft.group.trim() === "" ? null : draft.group.trim(),
        featureFlags: flagsIn(draft.flags),
        deprecated: draft.deprecated,
        schemas: draft.schemas.length === 0 ? null : schemas,
      },
      { onSuccess: (made) => navigate(`/event-types/edit/${encodeURIComponent(made.name)}`) },
    );
  };
  return (
    <>
      <Back href="/event-types">Event types</Back>
      <h1>New event type</h1>
      <form onSubmit={submit} className="stack">
        <div className="form">
          <TextField
            label="Name"
            value={name}
            onChange={setName}
            placeholder="invoice.paid"
            error={problems["name"]}
            hint="Letters, digits, dots, hyphens and underscores. It cannot be changed later."
            required
            mono
          />
        </div>
        <EventTypeFieldset draft={draft} onChange={setDraft} problems={problems} />
        <SchemaEditor
          drafts={draft.schemas}
          onChange={(changed) => setDraft({ ...draft, schemas: changed })}
          error={problems["schemas"]}
        />
        {create.isError ? <ErrorNote error={create.error} /> : null}
        <div className="form-actions">
          <Button kind="primary" submit busy={create.isPending} disabled={schemas === null}>
            Create event type
          </Button>
          <ButtonLink href="/event-types">Cancel</ButtonLink>
        </div>
      </form>
    </>
  );
}
