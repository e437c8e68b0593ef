/** `posthorn webhooks logs` and `… test`: what became of deliveries. */
import type { Command } from "commander";
import type { MessageAttemptOut } from "../../contract/attempts.ts";
import type { EndpointOut } from "../../contract/endpoints.ts";
import type { MessageOut } from "../../contract/messages.ts";
import type { Cli } from "../cli.ts";
import { type Client, path, type Query } from "../client.ts";
import { attemptTable, responseText } from "../endpoint-view.ts";
import { CliFailure, EXIT, interrupted } from "../failure.ts";
import { commaList, pastTime, wholeNumber } from "../options.ts";
import type { Session } from "../session.ts";
import { clean, cut } from "../view.ts";

type LogOptions = {
  failed?: boolean;
  type?: string[];
  since?: string;
  until?: string;
  limit: number;
  bodies?: boolean;
};

const FAILED = 2;

export function registerWebhookLog(group: Command, cli: Cli): void {
  const logs = group
    .command("logs <app> <webhook>")
    .description("list a webhook's delivery attempts, newest first")
    .option("--failed", "only attempts that failed")
    .option("--type <types>", "only events of these types", commaList)
    .option("--since <time>", "from a time, or so long ago: 2h")
    .option("--until <time>", "before a time, or so long ago")
    .option("--limit <n>", "at most so many", wholeNumber(1), 20)
    .option("--bodies", "show what the receiver answered");
  logs.action((app: string, webhook: string, options: LogOptions) =>
    cli.run(logs, async (session) => {
      const client = await session.client();
      const attempts = await listAttempts(client, { app, webhook }, queryOf(options, session.io.nowMs()));
      return {
        json: attempts,
        text: (view) => {
          if (attempts.length === 0) {
            return view.paint("dim", nothingText(options));
          }
          return options.bodies === true
            ? attempts.map((one) => `${attemptTable(view, [one])}\n${clean(one.response)}\n`).join("\n")
            : attemptTable(view, attempts);
        },
      };
    }),
  );
  registerTest(group, cli);
}

function nothingText({ failed, type, since, until }: LogOptions): string {
  const isFiltered = [type, since, until].some((option) => option !== undefined);
  if (isFiltered) return failed === true ? "No such attempt has failed" : "No attempt is like that";
  return failed === true ? "No attempt has failed" : "Nothing has been sent yet";
}

function queryOf(
  { failed, type, since, until, limit }: LogOptions,
  nowMs: number,
): Query & { limit: number } {
  return {
    limit,
    ...(failed === true ? { status: FAILED } : {}),
    ...(type === undefined ? {} : { event_types: type.join(",") }),
    ...(since === undefined ? {} : { after: pastTime(since, nowMs) }),
    ...(until === undefined ? {} : { before: pastTime(until, nowMs) }),
  };
}

function listAttempts(
  client: Client,
  { app, webhook }: { app: string; webhook: string },
  { limit, ...query }: Query & { limit: number },
): Promise<MessageAttemptOut[]> {
  return client.list<MessageAttemptOut>(path`/api/v1/app/${app}/attempt/endpoint/${webhook}`, {
    limit,
    query: { ...query, with_msg: true },
  });
}

/** Longer than the longest attempt may take. */
const TEST_WITHIN_MS = 40_000;
const POLL_MS = 200;
/** Needs no event type of this name; every deployment knows it. */
const PING = "svix.ping";

function registerTest(group: Command, cli: Cli): void {
  const test = group
    .command("test <app> <webhook>")
    .description("send a webhook an example event and tell what its receiver answered")
    .option(
      "--type <type>",
      "which event type; left out, the first it listens to that has an example, or a ping",
    )
    .option("--no-wait", "do not wait for the answer");
  test.action((app: string, webhook: string, options: { type?: string; wait: boolean }) =>
    cli.run(test, async (session) => {
      const client = await session.client();
      const message = await sendExample(client, { app, webhook }, options.type);
      if (!options.wait) {
        return { json: { message, attempt: null }, text: () => `Sent ${message.eventType} as ${message.id}` };
      }
      const attempt = await firstAttempt(session, client, { app, webhook, msgId: message.id });
      const accepted = attempt !== null && attempt.failure === null;
      return {
        json: { accepted, message, attempt },
        exitCode: accepted ? EXIT.ok : EXIT.failed,
        text: ({ paint }) => {
          const sent = `${message.eventType} (${message.id})`;
          if (attempt === null) return `${paint("yellow", "…")} ${sent} is not answered yet`;
          const took = `${attempt.responseDurationMs} ms`;
          if (accepted)
            return `${paint("green", "✓")} ${sent} was accepted: ${attempt.responseStatusCode} in ${took}`;
          const body = attempt.responseStatusCode === 0 ? "" : `\n${cut(clean(attempt.response), 500)}`;
          return `${paint("red", "✗")} ${sent} was not accepted: ${clean(responseText(attempt))} in ${took}${body}`;
        },
      };
    }),
  );
}

type Place = { app: string; webhook: string };

async function sendExample(
  client: Client,
  { app, webhook }: Place,
  asked: string | undefined,
): Promise<MessageOut> {
  const at = path`/api/v1/app/${app}/endpoint/${webhook}`;
  const send = (eventType: string) => client.post<MessageOut>(`${at}/send-example`, { eventType });
  if (asked !== undefined) return send(asked);
  const { eventTypes } = await client.get<EndpointOut>(at);
  for (const eventType of (eventTypes ?? []).slice(0, 3)) {
    try {
      return await send(eventType);
    } catch (error) {
      if (!hasNoExample(error)) throw error;
    }
  }
  return send(PING);
}

/** The type is not known, or has neither examples nor a schema. */
function hasNoExample(error: unknown): boolean {
  return error instanceof CliFailure && (error.exitCode === EXIT.notFound || error.code === "validation");
}

async function firstAttempt(
  session: Session,
  client: Client,
  { app, webhook, msgId }: Place & { msgId: string },
): Promise<MessageAttemptOut | null> {
  const at = path`/api/v1/app/${app}/msg/${msgId}/endpoint/${webhook}/attempt`;
  const endsAtMs = session.io.nowMs() + TEST_WITHIN_MS;
  while (session.io.nowMs() < endsAtMs) {
    const [attempt] = await client.list<MessageAttemptOut>(at, { limit: 1 });
    if (attempt !== undefined) return attempt;
    if (session.io.signal.aborted) throw interrupted();
    await session.io.sleep(POLL_MS);
  }
  return null;
}
