import { Badge } from "../../../parts/badge.tsx";
import { Button } from "../../../parts/button.tsx";
import { CodeBlock } from "../../../parts/code.tsx";
import { TextField } from "../../../parts/field.tsx";
import { TextArea } from "../../../parts/text-area.tsx";
import { nextDraft, readDraft, type SchemaDraft, versionProblem } from "./schema-drafts.ts";

type EditorProps = {
  drafts: SchemaDraft[];
  onChange: (drafts: SchemaDraft[]) => void;
  /** What the server said of them. */
  error: string | undefined;
};

/** A JSON Schema for each version, and beside it the example that follows from it. */
export function SchemaEditor({ drafts, onChange, error }: EditorProps) {
  const newest = Math.max(...drafts.map(({ version }) => Number(version) || 0));
  const change = (key: string, part: Partial<SchemaDraft>) =>
    onChange(drafts.map((draft) => (draft.key === key ? { ...draft, ...part } : draft)));
  return (
    <section>
      <div className="section-head">
        <div>
          <h2>JSON Schema</h2>
          <p className="dim">What a payload looks like. The highest version is the one that applies.</p>
        </div>
        <Button small onClick={() => onChange([...drafts, nextDraft(drafts, crypto.randomUUID())])}>
          {drafts.length === 0 ? "Add a schema" : "Add a version"}
        </Button>
      </div>
      {error === undefined ? null : (
        <p className="hint hint-bad" role="alert">
          {error}
        </p>
      )}
      {drafts.length === 0 ? (
        <p className="dim">Without a schema any payload is taken, and no example is shown.</p>
      ) : null}
      {drafts.map((draft) => (
        <Version
          key={draft.key}
          draft={draft}
          all={drafts}
          applies={Number(draft.version) === newest}
          onChange={(part) => change(draft.key, part)}
          onRemove={() => onChange(drafts.filter(({ key }) => key !== draft.key))}
        />
      ))}
    </section>
  );
}

type VersionProps = {
  draft: SchemaDraft;
  all: SchemaDraft[];
  applies: boolean;
  onChange: (part: Partial<SchemaDraft>) => void;
  onRemove: () => void;
};

function Version({ draft, all, applies, onChange, onRemove }: VersionProps) {
  const reading = readDraft(draft.text);
  const name = draft.version.trim() === "" ? "without a version" : draft.version;
  return (
    <div className="card">
      <div className="version-head">
        <TextField
          label="Version"
          value={draft.version}
          onChange={(version) => onChange({ version })}
          error={versionProblem(draft, all)}
        />
        {applies ? <Badge tone="good">Applies</Badge> : <Badge tone="dim">Older</Badge>}
        <span className="grow" />
        <Button small onClick={onRemove} label={`Remove schema ${name}`}>
          Remove
        </Button>
      </div>
      <div className="side-by-side">
        <TextArea
          label={`Schema ${name}`}
          code
          rows={14}
          value={draft.text}
          onChange={(text) => onChange({ text })}
          error={reading.ok ? undefined : `The schema ${reading.problem}`}
        />
        <div>
          <h3>Example made from it</h3>
          {reading.ok ? (
            <CodeBlock label={`Example of schema ${name}`} text={exampleText(reading.example)} />
          ) : (
            <p className="dim">Shown once the schema can be read.</p>
          )}
        </div>
      </div>
    </div>
  );
}

function exampleText(example: unknown): string {
  return example === undefined ? "The schema allows nothing." : JSON.stringify(example, null, 2);
}
