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
      onChange={(text) => onChange(isoOf(text))}
      error={error}
    />
  );
}

/** Null too for a year of more digits than a date can be read with. */
function isoOf(text: string): string | null {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/**
 * As `datetime-local` spells the browser's own time, whose parts are read one by one: in the years that are passed
 * while one is typed, zones were minutes and seconds apart, and the minute must not change under the fingers.
 */
function localText(time: string): string {
  const at = new Date(time);
  const two = (part: number) => String(part).padStart(2, "0");
  const date = `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
