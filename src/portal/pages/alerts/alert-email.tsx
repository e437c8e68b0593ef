import { type FormEvent, useState } from "react";
import { type AlertEmail, useAlertEmail, useSetAlertEmail } from "../../api/alerts.ts";
import { problemsOf } from "../../api/client.ts";
import { useApp, useSession } from "../../api/context.tsx";
import { Button } from "../../parts/button.tsx";
import { ErrorNote, Loaded, Note } from "../../parts/feedback.tsx";
import { TextField } from "../../parts/field.tsx";
import { Time } from "../../parts/time.tsx";
import { TestMail } from "./test-mail.tsx";

export function AlertEmailSection() {
  const { isPublisher } = useSession();
  const email = useAlertEmail();
  return (
    <section>
      <h2>E-mail</h2>
      <Loaded query={email}>
        {(found) => (
          <>
            {found.canSend ? null : (
              <Note tone="warn">
                No mail is sent from here:{" "}
                {isPublisher
                  ? "this deployment has no address to send from, or no way to send (POSTHORN_MAIL_FROM and the binding MAIL)."
                  : "your provider has not set it up. Addresses are kept for when it has."}
              </Note>
            )}
            <p className="dim">
              Written to when an endpoint has only failed for a day, when one is disabled because it failed,
              and when a rule below fires. About one endpoint there is at most one such mail a day; what
              happens meanwhile is summed up in the next.
            </p>
            <Addresses email={found} onSaved={email.refetch} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Addresses({ email, onSaved }: { email: AlertEmail; onSaved: () => Promise<unknown> }) {
  const { can } = useApp();
  const before = email.addresses.join(", ");
  // Null: as it is saved.
  const [typed, setText] = useState<string | null>(null);
  const text = typed ?? before;
  const save = useSetAlertEmail();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // Shown until it is read again; what was typed meanwhile stays.
    const onSuccess = () => void onSaved().then(() => setText((now) => (now === text ? null : now)));
    save.mutate(text.trim() === "" ? null : text, { onSuccess });
  };
  const failure = problemsOf(save.error)["email"];
  return (
    <>
      {can("ManageEndpoint") ? (
        <form onSubmit={submit} className="alert-email">
          <TextField
            label="Addresses"
            value={text}
            onChange={setText}
            placeholder="owner@example.com, oncall@example.com"
            hint="Up to ten, separated by commas; empty: nobody. They are not verified: look that they are right."
            error={failure}
          />
          <Button submit kind="primary" busy={save.isPending} disabled={text.trim() === before}>
            Save
          </Button>
        </form>
      ) : (
        <p>{before === "" ? "Nobody is written to." : before}</p>
      )}
      {save.isError && failure === undefined ? <ErrorNote error={save.error} /> : null}
      {can("ManageEndpoint") ? (
        <TestMail disabled={!email.canSend || before === "" || text.trim() !== before} />
      ) : null}
      <p className="dim small">
        {email.from === null ? null : (
          <>
            Mail comes from <code>{email.from}</code>.{" "}
          </>
        )}
        {email.lastMailAt === null ? (
          "No mail has been sent lately."
        ) : (
          <>
            The last one was sent <Time at={email.lastMailAt} />
          </>
        )}
      </p>
    </>
  );
}
