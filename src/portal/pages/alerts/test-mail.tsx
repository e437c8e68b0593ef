import { useSendTestMail } from "../../api/alerts.ts";
import { Button } from "../../parts/button.tsx";
import { ErrorNote, Note } from "../../parts/feedback.tsx";

type Sent = NonNullable<ReturnType<typeof useSendTestMail>["data"]>;

/** Whether mails arrive, only who gets them can say: this has one sent to look for. */
export function TestMail({ disabled }: { disabled: boolean }) {
  const test = useSendTestMail();
  return (
    <>
      <div>
        <Button onClick={() => test.mutate(null)} busy={test.isPending} disabled={disabled}>
          Send a test e-mail
        </Button>
      </div>
      <div className="alert-test" aria-live="polite">
        {test.isError ? <ErrorNote error={test.error} /> : null}
        {test.isSuccess ? <Outcome sent={test.data} /> : null}
      </div>
    </>
  );
}

function Outcome({ sent: { sent, to, way, file, failure } }: { sent: Sent }) {
  const addresses = to.join(", ");
  if (!sent) return <Note tone="bad">It was not sent: {failure}.</Note>;
  if (way === "service") {
    return (
      <Note tone="good">
        The mail service took it for {addresses}. Look whether it arrives, also among what is taken for spam.
      </Note>
    );
  }
  return (
    <Note tone="warn">
      Mail of this deployment goes nowhere: what is for {addresses} was put into a file of the server
      {file === null ? "." : ": "}
      {file === null ? null : <code className="alert-file">{file}</code>}
    </Note>
  );
}
