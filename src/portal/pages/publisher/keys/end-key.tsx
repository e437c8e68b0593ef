import { useState } from "react";
import { type Key, useEndKey } from "../../../api/keys.ts";
import { Confirm } from "../../../parts/dialog.tsx";
import { SelectField } from "../../../parts/field.tsx";

const WHEN = [
  ["0", "Now"],
  ["3600", "In 1 hour"],
  ["86400", "In 1 day"],
  ["259200", "In 3 days"],
] as const;

export function EndKey({ shown, onClose }: { shown: Key; onClose: () => void }) {
  const [when, setWhen] = useState("0");
  const end = useEndKey();
  const { id, name } = shown;
  return (
    <Confirm
      title={`Revoke ${name ?? "this key"}?`}
      action={when === "0" ? "Revoke now" : "Let it end"}
      onClose={onClose}
      onConfirm={() => end.mutate({ id, inSeconds: Number(when) }, { onSuccess: onClose })}
      busy={end.isPending}
      error={end.error}
    >
      <p>
        Whoever uses it is refused from then on, within ten seconds everywhere. That cannot be taken back.
      </p>
      <SelectField
        label="When"
        value={when}
        onChange={setWhen}
        options={WHEN}
        hint="Later leaves time to put another key in its place."
      />
    </Confirm>
  );
}
