import { type FormEvent, useState } from "react";
import { problemsOf } from "../../api/client.ts";
import { type Inbox, type InboxAnswer, useSetInbox } from "../../api/inbox.ts";
import { Button } from "../../parts/button.tsx";
import { ErrorNote } from "../../parts/feedback.tsx";
import { SelectField, TextField } from "../../parts/field.tsx";

const STATUSES = [
  ["200", "200 OK"],
  ["400", "400 Bad request"],
  ["410", "410 Gone"],
  ["429", "429 Too many requests"],
  ["500", "500 Server error"],
  ["503", "503 Unavailable"],
] as const;
const OTHER = "other";
const DELAYS = [
  ["0", "At once"],
  ["1000", "After 1 second"],
  ["5000", "After 5 seconds"],
  ["20000", "After 20 seconds"],
  ["60000", "After a minute, which is too late for any endpoint"],
] as const;

/** A choice is in force at once: from the next request on. */
export function AnswerForm({ inbox }: { inbox: Inbox }) {
  const [custom, setCustom] = useState<string | null>(null);
  const save = useSetInbox();
  // What was chosen shows at once, and what is chosen next is added to it.
  const chosen = save.isPending ? { ...inbox, ...save.variables } : inbox;
  const now = String(chosen.answerStatus);
  const isListed = STATUSES.some(([status]) => status === now);
  const change = (part: Partial<InboxAnswer>) => {
    const { answerStatus, answerBody, answerDelayMs } = chosen;
    save.mutate({ answerStatus, answerBody, answerDelayMs, ...part }, { onSuccess: () => setCustom(null) });
  };
  const choose = (status: string) =>
    status === OTHER ? setCustom(isListed ? "" : now) : change({ answerStatus: Number(status) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change({ answerStatus: Number(custom) });
  };
  const fields = problemsOf(save.error);
  return (
    <form onSubmit={submit}>
      <div className="inbox-answer">
        <SelectField
          label="Status"
          value={custom !== null || !isListed ? OTHER : now}
          options={[...STATUSES, [OTHER, isListed || custom !== null ? "Another" : `Another: ${now}`]]}
          onChange={choose}
          hint={hintOf(chosen.answerStatus)}
        />
        {custom === null ? null : (
          <>
            <TextField
              label="Another status"
              type="number"
              value={custom}
              onChange={setCustom}
              error={fields["answerStatus"]}
              hint="200 to 599"
              required
            />
            <Button submit busy={save.isPending}>
              Answer with it
            </Button>
          </>
        )}
        <SelectField
          label="When"
          value={String(chosen.answerDelayMs)}
          options={delaysWith(chosen.answerDelayMs)}
          onChange={(delay) => change({ answerDelayMs: Number(delay) })}
        />
      </div>
      {save.isError && fields["answerStatus"] === undefined ? <ErrorNote error={save.error} /> : null}
    </form>
  );
}

/** One that was set by the API is shown too. */
function delaysWith(delayMs: number): readonly (readonly [string, string])[] {
  const value = String(delayMs);
  return DELAYS.some(([known]) => known === value) ? DELAYS : [...DELAYS, [value, `After ${delayMs} ms`]];
}

function hintOf(status: number): string {
  if (status >= 200 && status < 300) return "Deliveries succeed.";
  if (status === 410) return "Deliveries fail, and most endpoints are disabled by it.";
  return "Deliveries fail, and are tried again by the endpoint's schedule.";
}
