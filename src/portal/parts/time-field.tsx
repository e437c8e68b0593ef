import { TextField } from "./field.tsx";

type TimeProps = {
  label: string;
  value: string | null;
  onChange: (value: string | null) => void;
  error?: string | undefined;
};

/** A time as the browser's user reads it, and as the API spells it. */
export function TimeField({ label, value, onChange, error }: TimeProps) {
  return (
    <TextField
      label={label}
      type="datetime-local"
      value={value === null ? "" : localText(value)}
      onChange={(text) => onChange(text === "" ? null : new Date(text).toISOString())}
      error={error}
    />
  );
}

/** As `datetime-local` spells the browser's own time. */
function localText(time: string): string {
  const at = new Date(time);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
