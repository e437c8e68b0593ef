import { type FormEvent, useState } from "react";
import { useAddAlertRule } from "../../api/alerts.ts";
import { problemsOf } from "../../api/client.ts";
import { useEndpoints } from "../../api/endpoints.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { ErrorNote } from "../../parts/feedback.tsx";
import { SelectField, TextField } from "../../parts/field.tsx";
import { METRICS, ruleText, WINDOWS } from "./rule-text.ts";

export function NewRule({ onClose }: { onClose: () => void }) {
  const endpoints = useEndpoints(null);
  const add = useAddAlertRule();
  const [metric, setMetric] = useState(METRICS[0]?.[0] ?? "webhook-failures");
  const [threshold, setThreshold] = useState("5");
  const [window, setWindow] = useState("1h");
  const [endpointId, setEndpointId] = useState("");
  const [name, setName] = useState("");
  const urls = (endpoints.data?.data ?? []).map(({ id, url }) => [id, url] as const);
  const endpoint = endpointId === "" ? null : endpointId;
  const rule = { metric, threshold: Number(threshold), window, endpointId: endpoint };
  const fields = problemsOf(add.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ ...rule, name: name.trim() === "" ? null : name.trim() }, { onSuccess: onClose });
  };
  return (
    <Dialog title="Add a rule" onClose={onClose}>
      <form onSubmit={submit} className="stack">
        <SelectField
          label="Counts"
          value={metric}
          options={METRICS}
          onChange={(value) => setMetric(METRICS.find(([known]) => known === value)?.[0] ?? metric)}
        />
        <TextField
          label="Fires at"
          type="number"
          value={threshold}
          onChange={setThreshold}
          required
          error={fields["threshold"]}
        />
        <SelectField label="Within" value={window} options={WINDOWS} onChange={setWindow} />
        <SelectField
          label="Endpoint"
          value={endpointId}
          options={[["", "All together"], ...urls]}
          onChange={setEndpointId}
        />
        <TextField label="Name" optional value={name} onChange={setName} error={fields["name"]} />
        <p className="dim small">
          Fires when {ruleText(rule, urls.find(([id]) => id === endpoint)?.[1] ?? null)}. Counted from now on.
        </p>
        {add.isError && Object.keys(fields).length === 0 ? <ErrorNote error={add.error} /> : null}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button submit kind="primary" busy={add.isPending}>
            Add rule
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
