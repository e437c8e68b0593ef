import { useId, useState } from "react";
import { type ImportSource, useBuiltInCatalogues } from "../../../api/event-types.ts";
import { Back } from "../../../parts/back.tsx";
import { Button } from "../../../parts/button.tsx";
import { Loaded } from "../../../parts/feedback.tsx";
import { TextArea } from "../../../parts/text-area.tsx";
import { ImportSteps } from "./import-steps.tsx";

/** Many event types at once, looked through before they are written. */
export function ImportEventTypes() {
  return (
    <>
      <Back href="/event-types">Event types</Back>
      <div className="page-head">
        <div>
          <h1>Import event types</h1>
          <p className="dim">You see what would change before anything does.</p>
        </div>
      </div>
      <FromCatalogue />
      <FromDocument />
    </>
  );
}

function FromDocument() {
  const [text, setText] = useState("");
  const fileId = useId();
  const read = (file: File | undefined) => {
    if (file !== undefined) void file.text().then(setText);
  };
  return (
    <section>
      <h2>An OpenAPI document</h2>
      <p className="dim">
        Each of its <code>webhooks</code> (3.1) or <code>x-webhooks</code> (3.0) becomes an event type.
      </p>
      <div className="stack">
        <div className="field form">
          <label htmlFor={fileId}>Choose a file</label>
          <input
            id={fileId}
            type="file"
            accept=".json,.yaml,.yml,application/json,application/yaml"
            onChange={(event) => read(event.target.files?.[0])}
          />
        </div>
        <TextArea
          label="Or paste it here"
          code
          rows={10}
          value={text}
          onChange={setText}
          placeholder={'openapi: "3.1.0"'}
          hint="YAML or JSON"
        />
        <ImportSteps key={text} source={text.trim() === "" ? null : { specRaw: text }} />
      </div>
    </section>
  );
}

function FromCatalogue() {
  const catalogues = useBuiltInCatalogues();
  const [chosen, setChosen] = useState<string | null>(null);
  const source: ImportSource | null = chosen === null ? null : { name: chosen };
  return (
    <section>
      <h2>A built-in catalogue</h2>
      <Loaded query={catalogues}>
        {({ data }) => (
          <>
            <ul className="rows" aria-label="Built-in catalogues">
              {data.map(({ name, title, description, eventTypes }) => (
                <li key={name} className="row">
                  <div className="row-main">
                    <span className="row-title">{title}</span>
                    <span className="dim small block">{description}</span>
                    <span className="dim small mono block">
                      {eventTypes.map((type) => type.name).join(", ")}
                    </span>
                  </div>
                  <Button
                    small
                    onClick={() => setChosen(name)}
                    label={`Choose ${title}`}
                    disabled={name === chosen}
                  >
                    {name === chosen ? "Chosen" : "Choose"}
                  </Button>
                </li>
              ))}
            </ul>
            {chosen === null ? null : (
              <div className="card">
                <h3 className="flush">{data.find(({ name }) => name === chosen)?.title}</h3>
                <ImportSteps key={chosen} source={source} />
              </div>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}
