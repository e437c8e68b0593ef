import type { EventTypeOut } from "../../../../contract/event-types.ts";
import { TextField } from "../../../parts/field.tsx";
import { TextArea } from "../../../parts/text-area.tsx";
import { draftsOf, type SchemaDraft } from "./schema-drafts.ts";

/** An event type as it is edited. */
export type EventTypeDraft = {
  description: string;
  group: string;
  flags: string;
  deprecated: boolean;
  schemas: SchemaDraft[];
};

export const EMPTY_DRAFT: EventTypeDraft = {
  description: "",
  group: "",
  flags: "",
  deprecated: false,
  schemas: [],
};

export function draftOf(type: EventTypeOut): EventTypeDraft {
  return {
    description: type.description,
    group: type.groupName ?? "",
    flags: type.featureFlags?.join(", ") ?? "",
    deprecated: type.deprecated,
    schemas: draftsOf(type.schemas),
  };
}

export function flagsIn(text: string): string[] | null {
  const flags = text
    .split(",")
    .map((flag) => flag.trim())
    .filter((flag) => flag !== "");
  return flags.length === 0 ? null : flags;
}

type FieldsProps = {
  draft: EventTypeDraft;
  onChange: (draft: EventTypeDraft) => void;
  /** Of the server, by field. */
  problems: Record<string, string>;
};

/** All of an event type but its name and its schemas. */
export function EventTypeFieldset({ draft, onChange, problems }: FieldsProps) {
  return (
    <div className="stack form">
      <TextArea
        label="Description"
        value={draft.description}
        onChange={(description) => onChange({ ...draft, description })}
        error={problems["description"]}
        hint="Shown to your customers in the catalogue."
      />
      <TextField
        label="Group"
        optional
        value={draft.group}
        onChange={(group) => onChange({ ...draft, group })}
        error={problems["groupName"]}
        hint="The heading it stands under. Without one, what stands before the first dot of its name."
      />
      <TextField
        label="Feature flags"
        optional
        value={draft.flags}
        onChange={(flags) => onChange({ ...draft, flags })}
        error={problems["featureFlags"]}
        hint="Separated by commas. Only customers whose link or key has one of them see this type."
      />
      <label className="check">
        <input
          type="checkbox"
          checked={draft.deprecated}
          onChange={(event) => onChange({ ...draft, deprecated: event.target.checked })}
        />
        <span>
          Deprecated
          <span className="dim small block">Marked in the catalogue; it can still be chosen and sent.</span>
        </span>
      </label>
    </div>
  );
}
