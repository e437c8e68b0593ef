import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import { problemsOf } from "../../../api/client.ts";
import { useCreateOperational } from "../../../api/operational.ts";
import { Back } from "../../../parts/back.tsx";
import { Button, ButtonLink } from "../../../parts/button.tsx";
import { ErrorNote } from "../../../parts/feedback.tsx";
import { TextField } from "../../../parts/field.tsx";
import { type HeaderLine, headersOf } from "../../endpoints/header-draft.ts";
import { HeaderLines } from "../../endpoints/header-lines.tsx";
import {
  fieldsOf,
  isNothingChosen,
  NOTHING_CHOSEN,
  type OperationalDraft,
  OperationalFieldset,
} from "./operational-fields.tsx";

const EMPTY: OperationalDraft = { url: "", description: "", choice: { all: true, names: [] }, rate: "" };

export function NewOperational() {
  const [draft, setDraft] = useState(EMPTY);
  const [secret, setSecret] = useState("");
  const [headers, setHeaders] = useState<HeaderLine[]>([]);
  const [tried, setTried] = useState(false);
  const [, navigate] = useLocation();
  const create = useCreateOperational();
  const lacksTypes = isNothingChosen(draft);
  const problems: Record<string, string> = {
    ...problemsOf(create.error),
    ...(tried && lacksTypes ? { eventTypes: NOTHING_CHOSEN } : {}),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (lacksTypes) return;
    create.mutate(
      { ...fieldsOf(draft), headers: headersOf(headers), ...(secret === "" ? {} : { secret }) },
      { onSuccess: ({ id }) => navigate(`/operational/${id}`) },
    );
  };
  return (
    <>
      <Back href="/operational">Operational webhooks</Back>
      <h1>Add endpoint</h1>
      <form onSubmit={submit} className="stack form">
        <OperationalFieldset draft={draft} onChange={setDraft} problems={problems} />
        <TextField
          label="Signing secret"
          optional
          value={secret}
          onChange={setSecret}
          error={problems["secret"]}
          hint="Left empty, one is generated."
          mono
        />
        <HeaderLines lines={headers} onChange={setHeaders} error={problems["headers"]} />
        {create.isError ? <ErrorNote error={create.error} /> : null}
        <div className="form-actions">
          <Button kind="primary" submit busy={create.isPending}>
            Create endpoint
          </Button>
          <ButtonLink href="/operational">Cancel</ButtonLink>
        </div>
      </form>
    </>
  );
}
