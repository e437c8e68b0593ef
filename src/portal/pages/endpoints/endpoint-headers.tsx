import { useState } from "react";
import { problemsOf } from "../../api/client.ts";
import { endpointPath, useChange, useHeaders } from "../../api/endpoints.ts";
import { Button } from "../../parts/button.tsx";
import { ErrorNote, Loaded, Note } from "../../parts/feedback.tsx";
import { type HeaderLine, headersOf } from "./header-draft.ts";
import { HeaderLines } from "./header-lines.tsx";

type HeadersProps = { endpointId: string; mayManage: boolean };
type Known = { headers: Record<string, string>; sensitive: string[] };

export function EndpointHeaders({ endpointId, mayManage }: HeadersProps) {
  const headers = useHeaders(endpointId);
  return (
    <section>
      <h2>Custom headers</h2>
      <Loaded query={headers}>
        {(known) => (mayManage ? <Edit endpointId={endpointId} known={known} /> : <Names known={known} />)}
      </Loaded>
    </section>
  );
}

function Names({ known: { headers, sensitive } }: { known: Known }) {
  const names = [...Object.keys(headers), ...sensitive];
  return <p className="dim">{names.length === 0 ? "None" : names.join(", ")}</p>;
}

/** Values of sensitive headers are never shown: they stay unless they are removed or given anew. */
function Edit({ endpointId, known }: { endpointId: string; known: Known }) {
  const [lines, setLines] = useState<HeaderLine[]>(() =>
    Object.entries(known.headers).map(([name, value]) => ({ key: name, name, value })),
  );
  const [kept, setKept] = useState(known.sensitive);
  const save = useChange<{ headers: Record<string, string | null> }>((json) => [
    endpointPath(endpointId, "/headers"),
    { method: "PATCH", json },
  ]);
  const fields = problemsOf(save.error);
  const submit = () => {
    const wanted = headersOf(lines);
    const before = [...Object.keys(known.headers), ...known.sensitive];
    const gone = before.filter((name) => !(name in wanted) && !kept.includes(name));
    save.mutate({ headers: { ...Object.fromEntries(gone.map((name) => [name, null])), ...wanted } });
  };
  return (
    <div className="stack form">
      {kept.map((name) => (
        <div className="edit-line" key={name}>
          <code>{name}</code>
          <span className="dim">value not shown</span>
          <Button
            kind="quiet"
            label={`Remove ${name}`}
            onClick={() => setKept(kept.filter((other) => other !== name))}
          >
            ✕
          </Button>
        </div>
      ))}
      <HeaderLines hideLegend lines={lines} onChange={setLines} error={fields["headers"]} />
      {save.isError ? <ErrorNote error={save.error} /> : null}
      {save.isSuccess ? <Note tone="good">Saved.</Note> : null}
      <div className="form-actions">
        <Button onClick={submit} busy={save.isPending}>
          Save headers
        </Button>
      </div>
    </div>
  );
}
