import { type FormEvent, useState } from "react";
import { useAddAlertRule } from "../../api/alerts.ts";
import { problemsOf } from "../../api/client.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { EndpointPicker } from "../../parts/endpoint-picker.tsx";
import { ErrorNote } from "../../parts/feedback.tsx";
import { SelectField, TextField } from "../../parts/field.tsx";
import { METRICS, ruleText, WINDOWS } from "./rule-text.ts";

export function NewRule({ onClose }: { onClose: () => void }) {
  const add = useAddAlertRule();
  const [metric, setMetric] = useState(METRICS[0]?.[0] ?? "webhook-failures");
  const [threshold, setThreshold] = useState("5");
  const [window, setWindow] = useState("1h");
  const [endpoint, setEndpoint] = useState<{ id: string; url: string | null } | null>(null);
  const [name, setName] = useState("");
  const rule = { metric, threshold: Number(threshold), window, endpointId: endpoint?.id ?? null };
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
        <EndpointPicker
          value={endpoint?.id ?? ""}
          none="All together"
          onChange={(id, url) => setEndpoint(id === "" ? null : { id, url })}
        />
        <TextField label="Name" optional value={name} onChange={setName} error={fields["name"]} />
        <p className="dim small">Fires when {ruleText(rule, endpoint?.url ?? null)}. Counted from now on.</p>
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
