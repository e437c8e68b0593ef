import { SelectField, TextField } from "../../../parts/field.tsx";
import { HeaderLines } from "../../endpoints/header-lines.tsx";
import type { PartProps } from "./body-fields.tsx";
import type { DialectDraft } from "./dialect-draft.ts";

const SCHEMES = [
  ["standard", "Standard Webhooks"],
  ["body-hmac", "HMAC-SHA256 of the body, in one header"],
] as const;

const ENCODINGS = [
  ["hex", "hex"],
  ["base64", "base64"],
] as const;

export function SignatureFields({ draft, onChange, problems }: PartProps) {
  const set = (part: Partial<DialectDraft>) => onChange({ ...draft, ...part });
  return (
    <section>
      <h2>Signature and headers</h2>
      <div className="stack form">
        <SelectField
          label="Signature"
          value={draft.scheme}
          onChange={(scheme) => set({ scheme: scheme === "standard" ? "standard" : "body-hmac" })}
          options={SCHEMES}
          error={problems["signature"]}
        />
        {draft.scheme === "standard" ? (
          <TextField
            label="Its headers begin with"
            value={draft.headerPrefix}
            onChange={(headerPrefix) => set({ headerPrefix })}
            hint={`${draft.headerPrefix}-id, ${draft.headerPrefix}-timestamp and ${draft.headerPrefix}-signature`}
            mono
          />
        ) : (
          <BodyHmac draft={draft} set={set} />
        )}
        <HeaderLines
          legend="Headers of every request"
          hint="Endpoints cannot set these themselves."
          lines={draft.headers}
          onChange={(headers) => set({ headers })}
          error={problems["headers"]}
        />
      </div>
    </section>
  );
}

function BodyHmac({ draft, set }: { draft: DialectDraft; set: (part: Partial<DialectDraft>) => void }) {
  return (
    <>
      <TextField label="Header" value={draft.header} onChange={(header) => set({ header })} mono />
      <TextField
        label="Its value begins with"
        optional
        value={draft.valuePrefix}
        onChange={(valuePrefix) => set({ valuePrefix })}
        placeholder="sha256="
        mono
      />
      <SelectField
        label="Encoding"
        value={draft.encoding}
        onChange={(encoding) => set({ encoding: encoding === "hex" ? "hex" : "base64" })}
        options={ENCODINGS}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={draft.secretOptional}
          onChange={(event) => set({ secretOptional: event.target.checked })}
        />
        <span>
          Signing is optional
          <span className="dim small block">An endpoint without a secret is sent unsigned requests.</span>
        </span>
      </label>
    </>
  );
}
