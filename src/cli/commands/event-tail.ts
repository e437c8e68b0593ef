/** `posthorn events tail`: events as they come, over the server-sent stream of whoever pulls. */
import type { Command } from "commander";
import type { MessageOut } from "../../contract/messages.ts";
import { STREAM_HEARTBEAT_MS } from "../../core/limits/pull.ts";
import type { Cli } from "../cli.ts";
import { type Client, path } from "../client.ts";
import { CliFailure, EXIT, usageFailure } from "../failure.ts";
import { parseJson } from "../json-text.ts";
import { commaList, pastTime, wholeNumber } from "../options.ts";
import type { Session } from "../session.ts";
import { EventStreamReader, type StreamEvent } from "../sse.ts";
import { clean } from "../view.ts";

type TailOptions = { type?: string[]; last?: number; since?: string; count?: number };

/** Where to go on, and as whom. */
type Tail = {
  client: Client;
  app: string;
  types: string | undefined;
  after: string;
  token: string;
  left: number;
};

const MAX_LAST = 1000;
const SECONDS_OF_A_TOKEN = 24 * 3600;
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 5000;
/** Three heartbeats of the server: a connection that is silent for longer is dead. */
const SILENCE_MS = 3 * STREAM_HEARTBEAT_MS;

export function registerEventTail(group: Command, cli: Cli): void {
  const tail = group
    .command("tail [app]")
    .description(
      "show events as they come, until Ctrl-C; with a consumer's token the application need not be named",
    )
    .option("--type <types>", "only these event types", commaList)
    .option("--last <n>", "begin with the last so many", wholeNumber(0, MAX_LAST))
    .option("--since <time>", "begin at a time, or so long ago: 2h")
    .option("--count <n>", "end after so many events", wholeNumber(1));
  tail.action((argument: string | undefined, options: TailOptions) =>
    cli.run(tail, async (session) => {
      if (options.last !== undefined && options.since !== undefined) {
        throw usageFailure("--last and --since are two beginnings: give one of them");
      }
      const client = await session.client();
      const { appId } = await client.whoami();
      const app = argument ?? appId;
      if (app === null) throw usageFailure("Which application?", "`posthorn apps list` lists them");
      const after = await beginning(session, client, { app, ...options });
      const token = appId === null ? await consumerToken(client, app) : (client.key ?? "");
      const left = options.count ?? Number.POSITIVE_INFINITY;
      session.note(`Waiting for events of ${app}; Ctrl-C ends it`);
      try {
        await follow(
          session,
          { client, app, types: options.type?.join(","), after, token, left },
          appId === null,
        );
      } finally {
        if (appId === null) await logOut(client, token);
      }
      return null;
    }),
  );
}

/** The event that comes before the first one to show; `0`: there is none. */
async function beginning(
  session: Session,
  client: Client,
  { app, last = 0, since }: { app: string; last?: number; since?: string },
): Promise<string> {
  const before = since === undefined ? null : pastTime(since, session.io.nowMs());
  const events = await client.list<MessageOut>(path`/api/v1/app/${app}/msg`, {
    limit: last + 1,
    query: { before, with_content: false },
  });
  return events[last]?.id ?? "0";
}

/** The stream is a consumer's: a publisher lends itself a token of the application that can only read. */
async function consumerToken(client: Client, app: string): Promise<string> {
  const { token } = await client.post<{ token: string }>(path`/api/v1/auth/app-portal-access/${app}`, {
    capabilities: ["ViewBase"],
    expiry: SECONDS_OF_A_TOKEN,
    sessionId: "posthorn-cli",
  });
  return token;
}

/** Best effort: the token expires by itself. */
async function logOut(client: Client, token: string): Promise<void> {
  await client
    .call({ method: "POST", path: "/api/v1/auth/logout", key: token, isLast: true })
    .catch(() => {});
}

async function follow(session: Session, tail: Tail, lent: boolean): Promise<void> {
  const { io } = session;
  let pauseMs = FIRST_PAUSE_MS;
  while (tail.left > 0 && !io.signal.aborted) {
    try {
      const before = tail.after;
      await readStream(session, tail);
      if (tail.after !== before) pauseMs = FIRST_PAUSE_MS;
    } catch (error) {
      if (io.signal.aborted) return;
      const outcome = error instanceof CliFailure ? error.exitCode : null;
      if (outcome === EXIT.notAuthorised && lent) tail.token = await consumerToken(tail.client, tail.app);
      else if (outcome !== EXIT.unreachable) throw error;
      session.note("The stream broke off; going on where it was");
    }
    if (tail.left > 0 && !io.signal.aborted) await io.sleep(pauseMs);
    pauseMs = Math.min(LAST_PAUSE_MS, pauseMs * 2);
  }
}

/** Until the server ends the stream, or enough has been seen. */
async function readStream(session: Session, tail: Tail): Promise<void> {
  const { client, types, after, token } = tail;
  // The first position may be an event's id; those that follow are numbers of the log.
  const call = { method: "GET", path: "/events/me/stream", query: { after, types }, key: token } as const;
  const response = await client.open(call, { accept: "text/event-stream" });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventStreamReader();
  try {
    for (;;) {
      const piece = await Promise.race([reader?.read().catch(() => null), silence()]);
      if (piece == null || piece.value === undefined) return;
      for (const event of parser.push(piece.value)) {
        tail.after = event.id ?? tail.after;
        show(session, event);
        tail.left -= 1;
        if (tail.left <= 0) return;
      }
    }
  } finally {
    await reader?.cancel().catch(() => {});
  }
}

/** Its timer keeps no process alive. */
function silence(): Promise<null> {
  return new Promise((resolve) => {
    AbortSignal.timeout(SILENCE_MS).addEventListener("abort", () => resolve(null));
  });
}

function show(session: Session, { id, event: type, data }: StreamEvent): void {
  session.line({
    json: { position: Number(id), type, event: parseJson(data) },
    text: ({ paint, nowMs }) => {
      const clock = new Date(nowMs).toTimeString().slice(0, 8);
      return `${paint("dim", `${clock}  #${id}`)}  ${paint("cyan", clean(type))}  ${clean(data)}`;
    },
  });
}
