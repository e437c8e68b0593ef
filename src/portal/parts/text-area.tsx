import { useId } from "react";

type TextAreaProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  rows?: number;
  hint?: string;
  error?: string | undefined;
  optional?: boolean;
  placeholder?: string;
  /** A document in another language: in its own letters, and never corrected. */
  code?: boolean;
};

export function TextArea({ label, value, onChange, rows = 3, ...props }: TextAreaProps) {
  const { hint, error, optional = false, placeholder, code = false } = props;
  const id = useId();
  const about = `${id}-about`;
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {optional ? <span className="dim"> (optional)</span> : null}
      </label>
      <textarea
        id={id}
        aria-describedby={about}
        aria-invalid={error !== undefined}
        className={code ? "code-text" : undefined}
        rows={rows}
        value={value}
        placeholder={placeholder}
        spellCheck={!code}
        onChange={(event) => onChange(event.target.value)}
      />
      <div id={about} className={error === undefined ? "hint" : "hint hint-bad"} aria-live="polite">
        {error ?? hint}
      </div>
    </div>
  );
}
