import { useState } from "react";
import { Link } from "wouter";
import { useApp } from "../../api/context.tsx";
import { type InboxRequest, useClearInbox, useInboxRequests } from "../../api/inbox.ts";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { CodeBlock, indented } from "../../parts/code.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Empty } from "../../parts/feedback.tsx";
import { PagedRows } from "../../parts/paged-rows.tsx";
import { usePaging } from "../../parts/pager.tsx";
import { fullText, Time } from "../../parts/time.tsx";
import { requestTitle } from "./request-title.ts";
import { SignatureBadge, SignatureText } from "./signature.tsx";

/** What came, as it comes. */
export function RequestList() {
  const { can } = useApp();
  const paging = usePaging();
  const requests = useInboxRequests(paging.iterator);
  const hasSome = (requests.data?.data.length ?? 0) > 0;
  return (
    <section>
      <div className="section-head">
        <h2>Requests</h2>
        {hasSome && can("ManageEndpoint") ? <Clear onCleared={paging.first} /> : null}
      </div>
      <PagedRows
        query={requests}
        paging={paging}
        label="Requests"
        row={(request) => (
          <li key={request.id}>
            <Request request={request} />
          </li>
        )}
        empty={
          <Empty title="Waiting for the first request">
            Send an example from an endpoint, publish a message, or call the URL yourself. What comes is shown
            here by itself and kept for a week, the newest 100.
          </Empty>
        }
      />
    </section>
  );
}

function Clear({ onCleared }: { onCleared: () => void }) {
  const clear = useClearInbox();
  const [asked, setAsked] = useState(false);
  const end = () => {
    setAsked(false);
    onCleared();
  };
  return (
    <>
      <Button small onClick={() => setAsked(true)}>
        Clear
      </Button>
      {asked ? (
        <Confirm
          title="Clear the inbox?"
          action="Clear inbox"
          onClose={() => setAsked(false)}
          onConfirm={() => clear.mutate(null, { onSuccess: end })}
          busy={clear.isPending}
          error={clear.error}
        >
          All requests that it shows are forgotten.
        </Confirm>
      ) : null}
    </>
  );
}

function Request({ request }: { request: InboxRequest }) {
  const [open, setOpen] = useState(false);
  const { answerStatus } = request;
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="row">
        <span className="row-main inbox-title">
          <span className="mono small dim">{request.method}</span> {requestTitle(request)}
        </span>
        <SignatureBadge signature={request.signature} />
        <Badge tone={answerStatus < 300 ? "good" : "bad"}>answered {answerStatus}</Badge>
        <span className="dim small inbox-time">
          <Time at={request.receivedAt} />
        </span>
      </summary>
      {open ? <RequestDetails request={request} /> : null}
    </details>
  );
}

function RequestDetails({ request }: { request: InboxRequest }) {
  const [raw, setRaw] = useState(false);
  const { body, bodyBytes, bodyIsCut, headers } = request;
  const { endpointId } = request.signature;
  const laidOut = indented(body);
  return (
    <div className="attempt-details">
      <dl className="pairs">
        <dt>Path</dt>
        <dd className="mono">{request.path}</dd>
        <dt>Received</dt>
        <dd>{fullText(request.receivedAt)}</dd>
        <dt>Signature</dt>
        <dd>
          <SignatureText signature={request.signature} />
        </dd>
        {endpointId === null ? null : (
          <>
            <dt>Endpoint</dt>
            <dd>
              <Link href={`/endpoints/${endpointId}`} className="mono">
                {endpointId}
              </Link>
            </dd>
          </>
        )}
      </dl>
      <h3>Headers</h3>
      <CodeBlock
        label="Headers"
        text={Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}`)
          .join("\n")}
      />
      <div className="section-head">
        <h3>
          Body, {bodyBytes} {bodyBytes === 1 ? "byte" : "bytes"}
        </h3>
        {laidOut === body ? null : (
          <Button small kind="quiet" onClick={() => setRaw(!raw)}>
            {raw ? "Lay out" : "As it came"}
          </Button>
        )}
      </div>
      {body === "" ? (
        <p className="dim">Empty</p>
      ) : (
        <CodeBlock label="Body" text={raw || bodyIsCut ? body : laidOut} />
      )}
      {bodyIsCut ? <p className="dim small">Only its beginning is kept.</p> : null}
    </div>
  );
}
