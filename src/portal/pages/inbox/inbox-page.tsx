import { useState } from "react";
import { useApp } from "../../api/context.tsx";
import { type Inbox, PLAIN_ANSWER, useDeleteInbox, useInbox, useSetInbox } from "../../api/inbox.ts";
import { Button } from "../../parts/button.tsx";
import { CopyButton } from "../../parts/code.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Empty, ErrorNote, Loaded } from "../../parts/feedback.tsx";
import { AnswerForm } from "./answer-form.tsx";
import { RequestList } from "./request-list.tsx";
import { Senders } from "./senders.tsx";

/** A receiver that is there before the consumer has one. */
export function InboxPage() {
  const inbox = useInbox();
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Inbox</h1>
          <p className="dim">A URL that shows what is sent to it, for as long as you have no server.</p>
        </div>
      </div>
      <Loaded query={inbox}>{(found) => (found === null ? <NoInbox /> : <OpenInbox inbox={found} />)}</Loaded>
    </>
  );
}

function NoInbox() {
  const { can } = useApp();
  const create = useSetInbox();
  if (!can("ManageEndpoint")) {
    return <Empty title="No inbox yet">Who may manage endpoints can create one.</Empty>;
  }
  return (
    <>
      <Empty
        title="No inbox yet"
        action={
          <Button kind="primary" onClick={() => create.mutate(PLAIN_ANSWER)} busy={create.isPending}>
            Create inbox
          </Button>
        }
      >
        Point an endpoint at it, and see each request as your server would get it.
      </Empty>
      {create.isError ? <ErrorNote error={create.error} /> : null}
    </>
  );
}

function OpenInbox({ inbox }: { inbox: Inbox }) {
  const { can } = useApp();
  const mayChange = can("ManageEndpoint");
  return (
    <>
      <section>
        <h2 className="hidden">Its URL</h2>
        <div className="secret">
          <code className="secret-text">{inbox.url}</code>
          <div className="secret-actions">
            <CopyButton text={inbox.url} label="Copy URL" />
            {mayChange ? <DeleteInbox /> : null}
          </div>
        </div>
        <Senders inbox={inbox} />
      </section>
      <section>
        <h2>What it answers</h2>
        {mayChange ? <AnswerForm inbox={inbox} /> : <p>HTTP {inbox.answerStatus}</p>}
      </section>
      <RequestList />
    </>
  );
}

function DeleteInbox() {
  const remove = useDeleteInbox();
  const [asked, setAsked] = useState(false);
  return (
    <>
      <Button small onClick={() => setAsked(true)}>
        Delete…
      </Button>
      {asked ? (
        <Confirm
          title="Delete the inbox?"
          action="Delete inbox"
          onClose={() => setAsked(false)}
          onConfirm={() => remove.mutate(null)}
          busy={remove.isPending}
          error={remove.error}
        >
          What it received is forgotten, and endpoints that send to its URL fail. A new one has another URL.
        </Confirm>
      ) : null}
    </>
  );
}
