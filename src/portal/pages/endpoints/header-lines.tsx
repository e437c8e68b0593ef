import { useId } from "react";
import { Button } from "../../parts/button.tsx";
import { emptyLine, type HeaderLine } from "./header-draft.ts";

type LinesProps = {
  lines: HeaderLine[];
  onChange: (lines: HeaderLine[]) => void;
  error?: string | undefined;
  /** Where a heading says the same. */
  hideLegend?: boolean;
  legend?: string;
  hint?: string;
};

const HINT = "Sent with every request, for example a token your server expects.";

export function HeaderLines({ lines, onChange, error, hideLegend = false, ...texts }: LinesProps) {
  const { legend = "Custom headers", hint = HINT } = texts;
  const about = useId();
  const change = (key: string, part: Partial<HeaderLine>) =>
    onChange(lines.map((line) => (line.key === key ? { ...line, ...part } : line)));
  return (
    <fieldset aria-describedby={about}>
      <legend className={hideLegend ? "hidden" : undefined}>{legend}</legend>
      {lines.map(({ key, name, value }, index) => (
        <div className="edit-line" key={key}>
          <input
            aria-label={`Name of header ${index + 1}`}
            placeholder="X-Team"
            className="mono"
            value={name}
            onChange={(event) => change(key, { name: event.target.value })}
          />
          <input
            aria-label={`Value of header ${index + 1}`}
            placeholder="value"
            className="mono"
            value={value}
            onChange={(event) => change(key, { value: event.target.value })}
          />
          <Button
            kind="quiet"
            label={`Remove header ${index + 1}`}
            onClick={() => onChange(lines.filter((line) => line.key !== key))}
          >
            ✕
          </Button>
        </div>
      ))}
      <Button small onClick={() => onChange([...lines, emptyLine()])}>
        Add header
      </Button>
      <p id={about} className={error === undefined ? "hint" : "hint hint-bad"}>
        {error ?? hint}
      </p>
    </fieldset>
  );
}
