import { useState } from "react";
import { problemsOf } from "../../../api/client.ts";
import {
  type OperationalHeaders as Known,
  useOperationalChange,
  useOperationalHeaders,
} from "../../../api/operational.ts";
import { Button } from "../../../parts/button.tsx";
import { ErrorNote, Loaded, Note } from "../../../parts/feedback.tsx";
import { type HeaderLine, headersOf } from "../../endpoints/header-draft.ts";
import { HeaderLines } from "../../endpoints/header-lines.tsx";

export function OperationalHeaders({ id }: { id: string }) {
  const headers = useOperationalHeaders(id);
  return (
    <section>
      <h2>Custom headers</h2>
      <Loaded query={headers}>{(known) => <Edit id={id} known={known} />}</Loaded>
    </section>
  );
}

/** All of them are replaced at once, and values of sensitive ones are never told: those must be given again. */
function Edit({ id, known }: { id: string; known: Known }) {
  const [lines, setLines] = useState<HeaderLine[]>(() => [
    ...Object.entries(known.headers).map(([name, value]) => ({ key: name, name, value })),
    ...known.sensitive.map((name) => ({ key: name, name, value: "" })),
  ]);
  const save = useOperationalChange<{ headers: Record<string, string> }>(id, (json) => [
    "/headers",
    { method: "PUT", json },
  ]);
  const fields = problemsOf(save.error);
  const unknown = lines.filter(({ name, value }) => known.sensitive.includes(name) && value === "");
  const names = unknown.map(({ name }) => name).join(", ");
  return (
    <div className="stack form">
      <HeaderLines
        hideLegend
        lines={lines}
        onChange={setLines}
        error={fields["headers"]}
        {...(unknown.length === 0 ? {} : { hint: `To save, give ${names} again: the value is not shown.` })}
      />
      {save.isError ? <ErrorNote error={save.error} /> : null}
      {save.isSuccess ? <Note tone="good">Saved.</Note> : null}
      <div className="form-actions">
        <Button
          onClick={() => save.mutate({ headers: headersOf(lines) })}
          busy={save.isPending}
          disabled={unknown.length > 0}
        >
          Save headers
        </Button>
      </div>
    </div>
  );
}
