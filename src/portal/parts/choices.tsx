type ChoicesProps<Value extends string> = {
  legend: string;
  options: readonly (readonly [Value, string])[];
  value: Value;
  onChange: (value: Value) => void;
};

/** One of a few, all in sight. */
export function Choices<Value extends string>({ legend, options, value, onChange }: ChoicesProps<Value>) {
  return (
    <fieldset className="choices">
      <legend className="hidden">{legend}</legend>
      {options.map(([name, text]) => (
        <button
          key={name}
          type="button"
          className="choice"
          aria-pressed={name === value}
          onClick={() => onChange(name)}
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}
