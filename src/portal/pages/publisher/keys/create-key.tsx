import { type FormEvent, useState } from "react";
import { SCOPE_TEXTS, SCOPES, type Scope } from "../../../../core/scopes.ts";
import { DAY_MS } from "../../../../core/units.ts";
import { problemsOf } from "../../../api/client.ts";
import { type NewKey, useCreateKey, useMissingScopes } from "../../../api/keys.ts";
import { Button } from "../../../parts/button.tsx";
import { CodeBlock } from "../../../parts/code.tsx";
import { Dialog } from "../../../parts/dialog.tsx";
import { ErrorNote, Note } from "../../../parts/feedback.tsx";
import { SelectField, TextField } from "../../../parts/field.tsx";
import { TimeField } from "../../../parts/time-field.tsx";

const AT_A_TIME = "time";
const ENDS = [
  ["", "Never"],
  ["7", "In 7 days"],
  ["30", "In 30 days"],
  ["90", "In 90 days"],
  ["365", "In a year"],
  [AT_A_TIME, "At a time…"],
] as const;

/** Makes a key, then shows its token this once. */
export function CreateKey({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<NewKey | null>(null);
  return (
    <Dialog title={made === null ? "New key" : "Keep this key now"} onClose={onClose}>
      {made === null ? (
        <KeyForm onClose={onClose} onMade={setMade} />
      ) : (
        <Shown made={made} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Shown({ made, onClose }: { made: NewKey; onClose: () => void }) {
  return (
    <div className="stack key-made">
      <Note tone="warn">It is shown this once: only its hash is kept here.</Note>
      <CodeBlock text={made.token} label="The key" />
      <p className="dim small">
        {made.scopes === null ? "It may do everything." : `It may: ${made.scopes.join(", ")}.`} Programs send
        it as <code>Authorization: Bearer</code>.
      </p>
      <div className="dialog-actions">
        <Button kind="primary" onClick={onClose}>
          I have kept it
        </Button>
      </div>
    </div>
  );
}

function KeyForm({ onClose, onMade }: { onClose: () => void; onMade: (made: NewKey) => void }) {
  const lacks = useMissingScopes();
  const mayGiveAll = lacks(SCOPES).length === 0;
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[] | null>([]);
  const [ends, setEnds] = useState("");
  const [endsAt, setEndsAt] = useState<string | null>(null);
  const create = useCreateKey();
  const fields = problemsOf(create.error);
  const isUnsaid = scopes?.length === 0 || (ends === AT_A_TIME && endsAt === null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const expiresAt = expiryOf(ends, endsAt);
    create.mutate(
      { name: name.trim(), scopes, ...(expiresAt === null ? {} : { expiresAt }) },
      { onSuccess: onMade },
    );
  };
  return (
    <form onSubmit={submit} className="stack">
      <TextField
        label="Name"
        value={name}
        onChange={setName}
        error={fields["name"]}
        hint="Of the program or person that will use it."
        required
      />
      <ScopeFields scopes={scopes} onChange={setScopes} mayGiveAll={mayGiveAll} lacks={lacks} />
      <SelectField label="Ends" value={ends} onChange={setEnds} options={ENDS} />
      {ends === AT_A_TIME ? (
        <TimeField label="Time of its end" value={endsAt} onChange={setEndsAt} error={fields["expiresAt"]} />
      ) : null}
      {create.isError && Object.keys(fields).length === 0 ? <ErrorNote error={create.error} /> : null}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" submit busy={create.isPending} disabled={isUnsaid}>
          Create key
        </Button>
      </div>
    </form>
  );
}

function expiryOf(ends: string, endsAt: string | null): string | null {
  if (ends === "") return null;
  return ends === AT_A_TIME ? endsAt : new Date(Date.now() + Number(ends) * DAY_MS).toISOString();
}

type ScopeProps = {
  /** Null: everything. */
  scopes: Scope[] | null;
  onChange: (scopes: Scope[] | null) => void;
  mayGiveAll: boolean;
  lacks: (needed: readonly Scope[]) => Scope[];
};

function ScopeFields({ scopes, onChange, mayGiveAll, lacks }: ScopeProps) {
  const toggle = (scope: Scope) => {
    const held = scopes ?? [];
    onChange(held.includes(scope) ? held.filter((one) => one !== scope) : [...held, scope]);
  };
  return (
    <fieldset>
      <legend>It may</legend>
      {SCOPES.map((scope) => (
        <label key={scope} className="check">
          <input
            type="checkbox"
            checked={scopes === null || scopes.includes(scope)}
            disabled={scopes === null || lacks([scope]).length > 0}
            onChange={() => toggle(scope)}
          />
          <span>
            <span className="mono">{scope}</span>
            <span className="dim small block">{SCOPE_TEXTS[scope]}</span>
          </span>
        </label>
      ))}
      {mayGiveAll ? (
        <label className="check scope-all">
          <input
            type="checkbox"
            checked={scopes === null}
            onChange={() => onChange(scopes === null ? [] : null)}
          />
          <span>
            Everything
            <span className="dim small block">Also what later versions add.</span>
          </span>
        </label>
      ) : (
        <p className="hint">Your own key has scopes: it gives no more than it has.</p>
      )}
    </fieldset>
  );
}
