import { useEffect, useState } from "react";
import { indentedRaw } from "../../core/raw-json.ts";
import { Button } from "./button.tsx";

const COPIED_FOR_MS = 1500;

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_FOR_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true));
  return (
    <Button kind="quiet" small onClick={copy}>
      {copied ? "Copied" : label}
    </Button>
  );
}

/** A block of text that scrolls in itself, reachable with the keyboard. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <div className="code">
      <div className="code-actions">
        <CopyButton text={text} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1). */}
      <section className="code-scroll" tabIndex={0} aria-label={label}>
        <pre>{text}</pre>
      </section>
    </div>
  );
}

/** Laid out for people when it is JSON, with its numbers as they were written. */
export function indented(json: string): string {
  try {
    JSON.parse(json);
    return indentedRaw(json);
  } catch {
    return json;
  }
}
