import type { FormEvent, ReactNode } from "react";
import type { DeliveryPolicyIn, DeliveryPolicyOut } from "../../../contract/policy.ts";
import type { EffectivePolicy } from "../../../core/policy.ts";
import { problemsOf } from "../../api/client.ts";
import { Button } from "../../parts/button.tsx";
import { ErrorNote, Note } from "../../parts/feedback.tsx";
import { SelectField, TextField } from "../../parts/field.tsx";
import {
  BREAKER_PARTS,
  type BreakerTexts,
  changesOf,
  type PolicyKey,
  type PolicyTexts,
  policyText,
  sourceText,
  textsOf,
} from "./policy-draft.ts";

const ORDERINGS = [
  ["none", "As soon as possible"],
  ["fifo", "Strictly in order, one at a time"],
] as const;

const JITTERS = [
  ["yes", "By up to 20 %"],
  ["no", "Not at all"],
] as const;

const BREAKERS = [
  ["on", "Probe it until it answers"],
  ["off", "Go on sending everything"],
] as const;

type FormProps = {
  policy: DeliveryPolicyOut;
  /** What holds where the endpoint sets nothing; null until that is known. */
  inherited: EffectivePolicy | null;
  dialects: string[];
  /** What was touched; the rest is as it is stored. */
  draft: Partial<PolicyTexts>;
  onChange: (draft: Partial<PolicyTexts>) => void;
  onSave: (changes: DeliveryPolicyIn) => void;
  onReset: (key: PolicyKey) => void;
  saving: { isPending: boolean; isSuccess: boolean; isError: boolean; error: unknown };
};

/** In this order, each called so where it is reset. */
const PARTS: readonly (readonly [key: PolicyKey, label: string])[] = [
  ["dialect", "Format"],
  ["retrySchedule", "Waits"],
  ["jitter", "Variation"],
  ["timeoutSeconds", "Timeout"],
  ["ordering", "Order"],
  ["concurrency", "Requests at a time"],
  ["breaker", "When it is down"],
];

export function PolicyForm({ draft, onChange, saving, ...props }: FormProps) {
  const { policy, inherited, dialects, onSave, onReset } = props;
  const texts = { ...textsOf(policy), ...draft };
  const problems = problemsOf(saving.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave(changesOf(policy, draft));
  };
  return (
    <form onSubmit={submit} className="stack form">
      {PARTS.map(([name, label]) => (
        <Part key={name} {...{ name, label, policy, inherited, onReset }} busy={saving.isPending}>
          <Control
            name={name}
            texts={texts}
            set={(part) => onChange({ ...draft, ...part })}
            dialects={dialects}
            error={problems[name]}
          />
        </Part>
      ))}
      {saving.isError ? <ErrorNote error={saving.error} /> : null}
      {saving.isSuccess ? <Note tone="good">Saved. It holds from the next attempt.</Note> : null}
      <div className="form-actions">
        <Button submit busy={saving.isPending}>
          Save policy
        </Button>
      </div>
    </form>
  );
}

type ControlProps = {
  name: PolicyKey;
  texts: PolicyTexts;
  set: (part: Partial<PolicyTexts>) => void;
  dialects: string[];
  error: string | undefined;
};

const NUMBERS = {
  retrySchedule: {
    label: "Seconds to wait after each failure",
    type: "text",
    hint: "Separated by commas; after the last one a message has failed.",
  },
  timeoutSeconds: { label: "Timeout in seconds", type: "number", hint: "" },
  concurrency: {
    label: "Requests at a time",
    type: "number",
    hint: "Without effect where messages go in order.",
  },
} as const;

function Control({ name, texts, set, dialects, error }: ControlProps) {
  switch (name) {
    case "dialect":
      return (
        <SelectField
          label="Format"
          value={texts.dialect}
          onChange={(dialect) => set({ dialect })}
          options={dialects.map((option) => [option, option] as const)}
          error={error}
          hint="Body, signature and headers of each request."
        />
      );
    case "jitter":
      return (
        <SelectField
          label="These waits vary"
          value={texts.jitter}
          onChange={(jitter) => set({ jitter: jitter === "no" ? "no" : "yes" })}
          options={JITTERS}
          error={error}
          hint="So that many messages do not come back at the same moment."
        />
      );
    case "ordering":
      return (
        <SelectField
          label="Order"
          value={texts.ordering}
          onChange={(ordering) => set({ ordering: ordering === "fifo" ? "fifo" : "none" })}
          options={ORDERINGS}
          error={error}
          hint="In order, a message that fails holds up those after it."
        />
      );
    case "breaker":
      return <Breaker value={texts.breaker} onChange={(breaker) => set({ breaker })} error={error} />;
    default:
      return (
        <TextField
          {...NUMBERS[name]}
          value={texts[name]}
          onChange={(text) => set({ [name]: text })}
          error={error}
          mono
        />
      );
  }
}

type PartProps = Pick<FormProps, "policy" | "inherited" | "onReset"> & {
  name: PolicyKey;
  label: string;
  busy: boolean;
  children: ReactNode;
};

/** A part of the policy, where it comes from, and the way back to what holds without it. */
function Part({ name, label, policy, inherited, onReset, busy, children }: PartProps) {
  const isOwn = policy.sources[name] === "endpoint";
  return (
    <div className="policy-part">
      {children}
      <p className="policy-source small dim">
        {isOwn ? (
          <>
            Set here{inherited === null ? "" : `; inherited it would be: ${policyText(inherited, name)}`}.{" "}
            <Button
              kind="quiet"
              small
              label={`Reset to inherited: ${label}`}
              onClick={() => onReset(name)}
              busy={busy}
            >
              Reset to inherited
            </Button>
          </>
        ) : (
          `Inherited: ${sourceText(policy, name)}.`
        )}
      </p>
    </div>
  );
}

type BreakerProps = {
  value: BreakerTexts;
  onChange: (breaker: BreakerTexts) => void;
  error: string | undefined;
};

function Breaker({ value, onChange, error }: BreakerProps) {
  return (
    <div className="stack">
      <SelectField
        label="When it is down"
        value={value.mode}
        onChange={(mode) => onChange({ ...value, mode: mode === "off" ? "off" : "on" })}
        options={BREAKERS}
        error={error}
      />
      {value.mode === "off" ? null : (
        <div className="breaker-parts">
          {BREAKER_PARTS.map(([key, label, hint]) => (
            <TextField
              key={key}
              label={label}
              type="number"
              value={value[key]}
              onChange={(text) => onChange({ ...value, [key]: text })}
              hint={hint}
            />
          ))}
        </div>
      )}
    </div>
  );
}
