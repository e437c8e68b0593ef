import { Button } from "../../../parts/button.tsx";
import { SelectField, TextField } from "../../../parts/field.tsx";
import { type DialectDraft, type FieldDraft, newField, SOURCES, TIMESTAMP_FORMATS } from "./dialect-draft.ts";

export type PartProps = {
  draft: DialectDraft;
  onChange: (draft: DialectDraft) => void;
  /** What the server said of the parts of the definition. */
  problems: Record<string, string>;
};

const BODIES = [
  ["payload", "The payload as it was published"],
  ["object", "An object around the payload"],
] as const;

export function BodyFields({ draft, onChange, problems }: PartProps) {
  const set = (part: Partial<DialectDraft>) => onChange({ ...draft, ...part });
  return (
    <section>
      <h2>Body and ids</h2>
      <div className="stack form">
        <SelectField
          label="Body"
          value={draft.body}
          onChange={(body) => set({ body: body === "object" ? "object" : "payload" })}
          options={BODIES}
          error={problems["envelope"]}
        />
        {draft.body === "object" ? (
          <>
            <ObjectFields fields={draft.fields} onChange={(fields) => set({ fields })} />
            <SelectField
              label="Times are written like"
              value={draft.timestampFormat}
              onChange={(format) =>
                set({
                  timestampFormat: TIMESTAMP_FORMATS.find(([name]) => name === format)?.[0] ?? "iso-millis",
                })
              }
              options={TIMESTAMP_FORMATS}
            />
          </>
        ) : null}
        <TextField
          label="Ids begin with"
          value={draft.idPrefix}
          onChange={(idPrefix) => set({ idPrefix })}
          error={problems["idPrefix"]}
          mono
        />
      </div>
    </section>
  );
}

function ObjectFields({
  fields,
  onChange,
}: {
  fields: FieldDraft[];
  onChange: (fields: FieldDraft[]) => void;
}) {
  const change = (key: string, part: Partial<FieldDraft>) =>
    onChange(fields.map((field) => (field.key === key ? { ...field, ...part } : field)));
  const moveUp = (at: number) =>
    onChange(fields.with(at - 1, fields[at] ?? newField("")).with(at, fields[at - 1] ?? newField("")));
  return (
    <fieldset>
      <legend>Its fields, in this order</legend>
      {fields.map(({ key, name, source }, index) => (
        <div className="edit-line" key={key}>
          <input
            aria-label={`Name of field ${index + 1}`}
            className="mono"
            value={name}
            onChange={(event) => change(key, { name: event.target.value })}
          />
          <select
            aria-label={`Content of field ${index + 1}`}
            value={source}
            onChange={(event) =>
              change(key, {
                source: SOURCES.find(([option]) => option === event.target.value)?.[0] ?? source,
              })
            }
          >
            {SOURCES.map(([option, text]) => (
              <option key={option} value={option}>
                {text}
              </option>
            ))}
          </select>
          <span className="line-actions">
            <Button
              kind="quiet"
              label={`Move field ${index + 1} up`}
              onClick={() => moveUp(index)}
              disabled={index === 0}
            >
              ↑
            </Button>
            <Button
              kind="quiet"
              label={`Remove field ${index + 1}`}
              onClick={() => onChange(fields.filter((field) => field.key !== key))}
            >
              ✕
            </Button>
          </span>
        </div>
      ))}
      <Button small onClick={() => onChange([...fields, newField(crypto.randomUUID())])}>
        Add field
      </Button>
      <p className="hint">Exactly one of them is the payload.</p>
    </fieldset>
  );
}
