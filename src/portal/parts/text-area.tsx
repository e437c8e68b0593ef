import { Field } from "./field.tsx";

type TextAreaProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  rows?: number;
  hint?: string;
  error?: string | undefined;
  placeholder?: string;
  /** A document in another language: in its own letters, and never corrected. */
  code?: boolean;
};

/** Its problem is found while it is typed: that is said aloud too. */
export function TextArea({ value, onChange, rows = 3, placeholder, code = false, ...field }: TextAreaProps) {
  return (
    <Field {...field} isLive>
      {(control) => (
        <textarea
          {...control}
          className={code ? "code-text" : undefined}
          rows={rows}
          value={value}
          placeholder={placeholder}
          spellCheck={!code}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
