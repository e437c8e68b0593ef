import { TextField } from "../../../parts/field.tsx";
import { type Choice, EventTypePicker } from "../../endpoints/event-type-picker.tsx";
import { OPERATIONAL_CATALOGUE } from "./meanings.ts";

export type OperationalDraft = { url: string; description: string; choice: Choice; rate: string };

type FieldsProps = {
  draft: OperationalDraft;
  onChange: (draft: OperationalDraft) => void;
  problems: Record<string, string>;
};

export const NOTHING_CHOSEN = "Choose at least one event type, or all events.";

export function isNothingChosen({ choice }: OperationalDraft): boolean {
  return !choice.all && choice.names.length === 0;
}

/** What is sent of a draft. */
export function fieldsOf({ url, description, choice, rate }: OperationalDraft) {
  return {
    url: url.trim(),
    description,
    eventTypes: choice.all ? null : choice.names,
    throttleRate: rate === "" ? null : Number(rate),
  };
}

export function OperationalFieldset({ draft, onChange, problems }: FieldsProps) {
  const set = (part: Partial<OperationalDraft>) => onChange({ ...draft, ...part });
  return (
    <>
      <TextField
        label="Endpoint URL"
        type="url"
        value={draft.url}
        onChange={(url) => set({ url })}
        placeholder="https://example.com/operations"
        error={problems["url"]}
        required
        mono
      />
      <TextField
        label="Description"
        optional
        value={draft.description}
        onChange={(description) => set({ description })}
        error={problems["description"]}
      />
      <EventTypePicker
        eventTypes={OPERATIONAL_CATALOGUE}
        mayChooseAll
        value={draft.choice}
        onChange={(choice) => set({ choice })}
        error={problems["eventTypes"]}
      />
      <TextField
        label="Rate limit"
        optional
        type="number"
        value={draft.rate}
        onChange={(rate) => set({ rate })}
        error={problems["throttleRate"]}
        hint="At most this many requests in a second; more wait."
      />
    </>
  );
}
