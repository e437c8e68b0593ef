import { useEffect, useState } from "react";
import type { DialectDefinition } from "../../../../contract/dialects.ts";
import { isObject } from "../../../../core/json-object.ts";
import { newestSchema } from "../../../../core/json-schema.ts";
import { exampleOf } from "../../../../core/schema-example.ts";
import { type PreviewInput, useDialectPreview } from "../../../api/dialects.ts";
import { useEventType, useEventTypeList } from "../../../api/event-types.ts";
import { CodeBlock } from "../../../parts/code.tsx";
import { ErrorNote, Loaded } from "../../../parts/feedback.tsx";
import { SelectField, TextField } from "../../../parts/field.tsx";
import { TextArea } from "../../../parts/text-area.tsx";
import { parseJson } from "../event-types/schema-drafts.ts";

const SETTLED_AFTER_MS = 300;
const EXAMPLE_TYPE = "example.created";
const EXAMPLE_PAYLOAD = '{\n  "message": "Hello"\n}';

type PreviewProps = {
  name: string;
  /** What is being written; undefined: what is stored under the name. */
  definition?: DialectDefinition;
};

/** The very request that a chosen event would be delivered with. */
export function Preview({ name, definition }: PreviewProps) {
  const types = useEventTypeList(false);
  const [eventType, setEventType] = useState(EXAMPLE_TYPE);
  const [payload, setPayload] = useState<string | null>(null);
  const [secret, setSecret] = useState("");
  const example = useExample(eventType);
  const text = payload ?? example;
  const reading = parseJson(text);
  const problem = reading.ok && isObject(reading.value) ? undefined : payloadProblem(reading);
  const input: PreviewInput | null =
    reading.ok && isObject(reading.value)
      ? {
          eventType,
          payload: reading.value,
          ...(secret === "" ? {} : { secret }),
          ...(definition === undefined ? {} : { definition }),
        }
      : null;
  const names = types.data?.map((type) => type.name) ?? [];
  return (
    <section>
      <h2>Preview</h2>
      <p className="dim">The request that this event would be delivered with, byte for byte.</p>
      <div className="side-by-side preview">
        <div className="stack">
          <SelectField
            label="Example event"
            value={eventType}
            onChange={(chosen) => {
              setEventType(chosen);
              setPayload(null);
            }}
            options={[EXAMPLE_TYPE, ...names].map((option) => [option, option] as const)}
          />
          <TextArea label="Payload" code rows={8} value={text} onChange={setPayload} error={problem} />
          <TextField
            label="Secret to sign with"
            optional
            value={secret}
            onChange={setSecret}
            hint="Left empty, one that everybody knows; none where signing is optional."
            mono
          />
        </div>
        <Request name={name} input={useSettled(input)} />
      </div>
    </section>
  );
}

function payloadProblem(reading: ReturnType<typeof parseJson>): string {
  return reading.ok ? "The payload must be an object" : `The payload ${reading.problem}`;
}

/** What a schema says of the type, as text. */
function useExample(eventType: string): string {
  const type = useEventType(eventType, eventType !== EXAMPLE_TYPE);
  const schema = type.data === undefined ? undefined : newestSchema(type.data.schemas);
  const example = schema === undefined ? undefined : exampleOf(schema);
  return isObject(example) ? JSON.stringify(example, null, 2) : EXAMPLE_PAYLOAD;
}

/** What stayed the same for a moment: not every letter typed is asked for. */
function useSettled(input: PreviewInput | null): PreviewInput | null {
  const [settled, setSettled] = useState(input);
  const key = JSON.stringify(input);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same input is another object at every rendering.
  useEffect(() => {
    const timer = setTimeout(() => setSettled(input), SETTLED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [key]);
  return settled;
}

function Request({ name, input }: { name: string; input: PreviewInput | null }) {
  const preview = useDialectPreview(name, input);
  return (
    <div className="stack">
      {preview.isError ? <ErrorNote error={preview.error} /> : null}
      {preview.isError && preview.data === undefined ? null : (
        <Loaded query={preview}>
          {({ method, headers, body }) => (
            <div aria-busy={preview.isFetching}>
              <h3>Headers</h3>
              <CodeBlock label="Headers of the preview" text={requestText(method, headers)} />
              <h3>Body</h3>
              <CodeBlock label="Body of the preview" text={body} />
            </div>
          )}
        </Loaded>
      )}
    </div>
  );
}

function requestText(method: string, headers: Record<string, string>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${method} https://…`, ...lines].join("\n");
}
