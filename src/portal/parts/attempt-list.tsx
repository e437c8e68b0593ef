import { useState } from "react";
import { Link } from "wouter";
import type { MessageAttemptOut } from "../../contract/attempts.ts";
import { useAttemptHeaders, useSentBody } from "../api/messages.ts";
import { StatusBadge } from "./badge.tsx";
import { CodeBlock, indented } from "./code.tsx";
import { Loaded } from "./feedback.tsx";
import { Time } from "./time.tsx";

type ListProps = { attempts: MessageAttemptOut[]; showMessage?: boolean };

export function AttemptList({ attempts, showMessage = false }: ListProps) {
  return (
    <ul className="rows attempts" aria-label="Attempts">
      {attempts.map((attempt) => (
        <li key={attempt.id} className="attempt">
          <Attempt attempt={attempt} showMessage={showMessage} />
        </li>
      ))}
    </ul>
  );
}

function Attempt({ attempt, showMessage }: { attempt: MessageAttemptOut; showMessage: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="row">
        <StatusBadge status={attempt.status} />
        <span className="attempt-answer">{answerText(attempt)}</span>
        <span className="dim small attempt-type">{showMessage ? attempt.msg?.eventType : ""}</span>
        <span className="dim small attempt-duration">{attempt.responseDurationMs} ms</span>
        <span className="dim small attempt-time">
          <Time at={attempt.timestamp} />
        </span>
      </summary>
      {open ? <AttemptDetails attempt={attempt} showMessage={showMessage} /> : null}
    </details>
  );
}

const FAILURES: Record<string, string> = {
  timeout: "Timed out",
  network: "No connection",
  blocked: "Address not allowed",
};

function answerText({ responseStatusCode, failure }: MessageAttemptOut): string {
  if (responseStatusCode !== 0) return `HTTP ${responseStatusCode}`;
  return FAILURES[failure ?? ""] ?? "No answer";
}

function AttemptDetails({ attempt, showMessage }: { attempt: MessageAttemptOut; showMessage: boolean }) {
  return (
    <div className="attempt-details">
      <dl className="pairs">
        {showMessage ? (
          <>
            <dt>Message</dt>
            <dd>
              <Link href={`/messages/${attempt.msgId}`} className="mono">
                {attempt.msgId}
              </Link>
            </dd>
          </>
        ) : null}
        <dt>Sent to</dt>
        <dd className="mono">{attempt.url}</dd>
        <dt>Took</dt>
        <dd>{attempt.responseDurationMs} ms</dd>
        <dt>Why</dt>
        <dd>{attempt.triggerType === 1 ? "Sent by hand" : "By the schedule"}</dd>
        {attempt.nextAttempt === null ? null : (
          <>
            <dt>Next attempt</dt>
            <dd>
              <Time at={attempt.nextAttempt} />
            </dd>
          </>
        )}
      </dl>
      <Headers attempt={attempt} />
      <Body attempt={attempt} />
      <h3>{attempt.responseStatusCode === 0 ? "What went wrong" : "Response body"}</h3>
      {attempt.response === "" ? (
        <p className="dim">Empty</p>
      ) : (
        <CodeBlock label="Response body" text={indented(attempt.response)} />
      )}
    </div>
  );
}

function Headers({ attempt }: { attempt: MessageAttemptOut }) {
  const headers = useAttemptHeaders({ msgId: attempt.msgId, attemptId: attempt.id });
  return (
    <Loaded query={headers}>
      {({ sentHeaders, responseHeaders, sensitive }) => (
        <>
          <h3>Request headers</h3>
          <CodeBlock
            label="Request headers"
            text={lines([
              ...Object.entries(sentHeaders),
              ...sensitive.map((name): [string, string] => [name, "(not shown)"]),
            ])}
          />
          {responseHeaders === null || responseHeaders.length === 0 ? null : (
            <>
              <h3>Response headers</h3>
              <CodeBlock label="Response headers" text={lines(responseHeaders)} />
            </>
          )}
        </>
      )}
    </Loaded>
  );
}

function Body({ attempt }: { attempt: MessageAttemptOut }) {
  const body = useSentBody(attempt.msgId, attempt.endpointId);
  return (
    <>
      <h3>Request body</h3>
      {body.isError ? (
        <p className="dim">It is not kept any more.</p>
      ) : (
        <Loaded query={body}>{(sent) => <CodeBlock label="Request body" text={sent.body} />}</Loaded>
      )}
    </>
  );
}

function lines(headers: [name: string, value: string][]): string {
  return headers.map(([name, value]) => `${name}: ${value}`).join("\n");
}
