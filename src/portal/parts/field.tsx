import { type ReactNode, useId } from "react";

type FieldProps = {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  optional?: boolean;
  /** Its hint or error is read out when it changes. */
  isLive?: boolean;
  /** Given what the control needs to be named and described. */
  children: (control: { id: string; "aria-describedby": string; "aria-invalid": boolean }) => ReactNode;
};

export function Field({ label, hint, error, optional = false, isLive = false, children }: FieldProps) {
  const id = useId();
  const about = `${id}-about`;
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {optional ? <span className="dim"> (optional)</span> : null}
      </label>
      {children({ id, "aria-describedby": about, "aria-invalid": error !== undefined })}
      <div
        id={about}
        className={error === undefined ? "hint" : "hint hint-bad"}
        aria-live={isLive ? "polite" : undefined}
      >
        {error ?? hint}
      </div>
    </div>
  );
}

type TextProps = Omit<FieldProps, "children"> & {
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  type?: "text" | "url" | "number" | "datetime-local" | "search" | "password";
  required?: boolean;
  mono?: boolean;
};

export function TextField({
  value,
  onChange,
  placeholder,
  type = "text",
  required,
  mono,
  ...field
}: TextProps) {
  return (
    <Field {...field}>
      {(control) => (
        <input
          {...control}
          type={type}
          value={value}
          placeholder={placeholder}
          required={required}
          className={mono ? "mono" : undefined}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

type SelectProps = Omit<FieldProps, "children"> & {
  value: string;
  onChange: (value: string) => void;
  options: readonly (readonly [value: string, text: string])[];
};

export function SelectField({ value, onChange, options, ...field }: SelectProps) {
  return (
    <Field {...field}>
      {(control) => (
        <select {...control} value={value} onChange={(event) => onChange(event.target.value)}>
          {options.map(([option, text]) => (
            <option key={option} value={option}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
