import { durationText, numbersIn } from "../../../parts/duration.ts";
import { TextField } from "../../../parts/field.tsx";
import type { PartProps } from "./body-fields.tsx";
import type { DialectDraft } from "./dialect-draft.ts";

const SWITCHES: [
  key: "networkErrors" | "timeouts" | "jitter" | "disableOnGone" | "deliveryControl",
  text: string,
  hint: string,
][] = [
  ["jitter", "Waits vary by up to 20 %", "So that many messages do not come back at the same moment."],
  ["networkErrors", "Network errors are tried again", ""],
  ["timeouts", "Timeouts are tried again", ""],
  ["disableOnGone", "An answer of 410 disables the endpoint", "As Standard Webhooks says."],
  [
    "deliveryControl",
    "Receivers may stop deliveries by a header",
    "webhook-delivery: disable, or abort-message, as Svix has it.",
  ],
];

/** When it is tried again, and when no more. */
export function DeliveryFields({ draft, onChange, problems }: PartProps) {
  const set = (part: Partial<DialectDraft>) => onChange({ ...draft, ...part });
  return (
    <section>
      <h2>Delivery</h2>
      <div className="stack form">
        <TextField
          label="Seconds to wait after each failure"
          value={draft.schedule}
          onChange={(schedule) => set({ schedule })}
          error={problems["retrySchedule"]}
          hint={waitsText(draft.schedule)}
          mono
        />
        <TextField
          label="Timeout in seconds"
          type="number"
          value={draft.timeout}
          onChange={(timeout) => set({ timeout })}
          error={problems["timeoutSeconds"]}
        />
        <TextField
          label="Answers that are tried again"
          value={draft.statuses}
          onChange={(statuses) => set({ statuses })}
          error={problems["retried"]}
          hint="Status codes and ranges, like 408, 429, 500-599. Others end the message at once; 2xx is success."
          mono
        />
        <div>
          {SWITCHES.map(([key, text, hint]) => (
            <label className="check" key={key}>
              <input
                type="checkbox"
                checked={draft[key]}
                onChange={(event) => set({ [key]: event.target.checked })}
              />
              <span>
                {text}
                {hint === "" ? null : <span className="dim small block">{hint}</span>}
              </span>
            </label>
          ))}
        </div>
      </div>
    </section>
  );
}

function waitsText(schedule: string): string {
  const waits = numbersIn(schedule);
  if (waits.some((wait) => !Number.isFinite(wait))) return "Numbers, separated by commas.";
  if (waits.length === 0) return "It is not tried again.";
  return `${waits.map(durationText).join(", ")}: ${waits.length + 1} attempts in all.`;
}
