/** `posthorn listen`: a webhook's requests come to a program on this machine, without a tunnel. */
import { hostname } from "node:os";
import type { Command } from "commander";
import type { EndpointOut } from "../../contract/endpoints.ts";
import { isListenUrl, LISTEN_URL } from "../../core/listen.ts";
import { inApplication } from "../applications.ts";
import type { Cli } from "../cli.ts";
import { type Client, path } from "../client.ts";
import { withEventTypes } from "../event-types.ts";
import { usageFailure } from "../failure.ts";
import { forward } from "../forward.ts";
import { type LocalAnswer, listenOn, socketsOf, type TakenRequest } from "../listener.ts";
import { commaList, given, pastTime, wholeNumber } from "../options.ts";
import type { Session } from "../session.ts";
import { type Cell, clean, counted, type View, widthOf } from "../view.ts";
import { createEndpoint, secretOf } from "./webhooks.ts";

type ListenOptions = {
  forwardTo?: string;
  type?: string[];
  channels?: string[];
  uid?: string;
  dialect?: string;
  secret?: string;
  recover?: string;
  print?: boolean;
  count?: number;
};

/** Whoever restarts a local program wants its requests soon, and again after the next change. */
const RETRY_SCHEDULE = [
  1, 2, 5, 10, 30, 60, 60, 60, 60, 60, 300, 300, 300, 600, 600, 600, 1800, 1800, 3600, 3600,
];

export function registerListen(program: Command, cli: Cli): void {
  const listen = program
    .command("listen <app>")
    .description("take an application's webhook requests on this machine, until Ctrl-C")
    .option("--forward-to <url>", "the local program: it gets each request as it is, and its answer counts")
    .option("--type <types>", "only events of these types", commaList)
    .option("--channels <names>", "only events of these channels", commaList)
    .option("--uid <uid>", "a webhook that stays, instead of one for this time only")
    .option("--dialect <name>", "how the requests look: see `posthorn dialects list`")
    .option("--secret <secret>", "what they are signed with; left out, one is made and shown")
    .option("--recover <time>", "begin with what failed since a time, or so long ago (with --uid)")
    .option("--print", "show headers and bodies")
    .option("--count <n>", "end after so many requests", wholeNumber(1));
  listen.action((app: string, options: ListenOptions) =>
    cli.run(listen, async (session) => {
      checkOptions(session, options);
      const client = await session.client();
      const place = { session, client, app };
      const find = () => withEventTypes(place, options.type, () => listenedEndpoint(client, app, options));
      const { endpoint, isKept } = (await inApplication(place, find)).result.result;
      const at = path`/api/v1/app/${app}/endpoint/${endpoint.id}`;
      try {
        if (options.recover !== undefined) {
          await client.post(`${at}/recover`, { since: pastTime(options.recover, session.io.nowMs()) });
        }
        session.note(`Secret: ${(await secretOf(client, app, endpoint.id)) ?? "none, they come unsigned"}`);
        await take(session, client, { at, app, options });
      } finally {
        if (!isKept) await client.call({ method: "DELETE", path: at, isLast: true }).catch(() => {});
      }
      return null;
    }),
  );
}

function checkOptions({ json, io }: Session, { forwardTo, print, recover, uid }: ListenOptions): void {
  socketsOf(io);
  if (forwardTo === undefined && print !== true && !json) {
    throw usageFailure("What to do with them? Give --forward-to, or --print or --json");
  }
  if (
    forwardTo !== undefined &&
    !(URL.canParse(forwardTo) && /^https?:$/.test(new URL(forwardTo).protocol))
  ) {
    throw usageFailure(`"${forwardTo}" is not an address`, "It looks like http://localhost:3000/hook");
  }
  if (recover !== undefined && uid === undefined)
    throw usageFailure("--recover needs --uid: a new webhook has missed nothing");
}

type Listened = { endpoint: EndpointOut; isKept: boolean };

/** The one that stays, with its filters as they are now asked for; or a new one. */
async function listenedEndpoint(client: Client, app: string, options: ListenOptions): Promise<Listened> {
  const { uid, type, channels, dialect, secret } = options;
  const at = uid === undefined ? null : path`/api/v1/app/${app}/endpoint/${uid}`;
  const found = at === null ? null : await client.find<EndpointOut>(at);
  if (found !== null && at !== null) {
    if (!isListenUrl(found.url))
      throw usageFailure(`The webhook ${uid} sends to ${found.url}`, "Choose another --uid");
    const filters = given({ eventTypes: type, channels });
    if (dialect !== undefined) await client.patch(`${at}/delivery-policy`, { dialect });
    return { endpoint: await client.patch<EndpointOut>(at, { ...filters, disabled: false }), isKept: true };
  }
  const description = `posthorn listen on ${hostname()}`;
  const fields = given({ events: type, channels, uid, dialect, secret });
  const endpoint = await createEndpoint(client, app, { url: LISTEN_URL, description, ...fields });
  await client.patch(path`/api/v1/app/${app}/endpoint/${endpoint.id}/delivery-policy`, {
    retrySchedule: RETRY_SCHEDULE,
    jitter: false,
    // A program that is being changed fails often: that is no reason to keep its requests back.
    breaker: "off",
  });
  return { endpoint, isKept: uid !== undefined };
}

type Place = { at: string; app: string; options: ListenOptions };

async function take(session: Session, client: Client, { at, app, options }: Place): Promise<void> {
  const { io } = session;
  const counts = { taken: 0, failed: 0 };
  const lines = new LiveLines(session);
  let left = options.count ?? Number.POSITIVE_INFINITY;
  const { forwardTo } = options;
  await listenOn(io, {
    client,
    at,
    isDone: () => left <= 0,
    async connected(lostAtMs) {
      lines.state = "listening";
      const to = forwardTo === undefined ? "" : `, handing on to ${forwardTo}`;
      session.note(
        `${lostAtMs === null ? "Listening" : "Back, listening"} for events of ${app}${to}; Ctrl-C ends it`,
      );
      // What was given up meanwhile; the rest comes by itself.
      if (lostAtMs !== null) await client.post(`${at}/recover`, { since: new Date(lostAtMs).toISOString() });
    },
    lost() {
      lines.state = "reconnecting";
      session.note("The connection is lost; coming back");
    },
    async take(request) {
      const answer: LocalAnswer =
        forwardTo === undefined
          ? { kind: "responded", status: 200, headers: {}, body: "", durationMs: 0 }
          : await forward(io, forwardTo, request);
      counts.taken += 1;
      if (!isAccepted(answer)) counts.failed += 1;
      lines.show(request, answer, { counts, print: options.print === true });
      left -= 1;
      return answer;
    },
  });
  lines.end();
  session.note(summary(counts));
}

function summary({ taken, failed }: Shown["counts"]): string {
  const failures = failed === 0 ? "" : `, ${failed === taken ? "" : `${failed} of them `}failed`;
  return `${counted(taken, "request")}${failures}`;
}

function isAccepted(answer: LocalAnswer): boolean {
  return answer.kind === "responded" && answer.status >= 200 && answer.status < 300;
}

type Shown = { counts: { taken: number; failed: number }; print: boolean };

/** A table that grows, with what there is so far under it where somebody watches. */
class LiveLines {
  state: "listening" | "reconnecting" = "listening";
  readonly #session: Session;
  #hasHead = false;

  constructor(session: Session) {
    this.#session = session;
  }

  show(request: TakenRequest, answer: LocalAnswer, { counts, print }: Shown): void {
    const { io } = this.#session;
    const watched = io.stdout.isTTY && io.stderr.isTTY && !this.#session.json;
    if (watched) io.stderr.write("\r\u001b[K");
    const hasHead = this.#hasHead;
    this.#hasHead = true;
    const { headers, body, event } = request;
    this.#session.line({
      json: { headers, body, event, answer, accepted: isAccepted(answer) },
      text: (view) => {
        const head = hasHead ? [] : [view.paint("dim", row(["TIME", "TYPE", "ANSWER", "TOOK", "EVENT"]))];
        return [...head, requestRow(view, request, answer), ...(print ? [whole(view, request)] : [])].join(
          "\n",
        );
      },
    });
    if (watched) {
      const { paint } = this.#session.view("stderr");
      const failed = counts.failed === 0 ? "" : `, ${counts.failed} failed`;
      io.stderr.write(paint("dim", `${this.state} … ${counted(counts.taken, "request")}${failed}`));
    }
  }

  end(): void {
    const { io } = this.#session;
    if (io.stdout.isTTY && io.stderr.isTTY && this.#hasHead) io.stderr.write("\r\u001b[K");
  }
}

const WIDTHS = [8, 28, 12, 8];

function row(cells: readonly string[], styles: readonly ((text: string) => string)[] = []): string {
  return cells
    .map((cell, at) => {
      const padded = cell + " ".repeat(Math.max(0, (WIDTHS[at] ?? 0) - widthOf(cell)));
      return styles[at]?.(padded) ?? padded;
    })
    .join("  ");
}

function requestRow(view: View, { event }: TakenRequest, answer: LocalAnswer): string {
  const clock = new Date(view.nowMs).toTimeString().slice(0, 8);
  const style: Exclude<Cell, string>["style"] = isAccepted(answer) ? "green" : "red";
  const said = answer.kind === "responded" ? String(answer.status) : clean(answer.reason);
  return row(
    [clock, clean(event.type), said, `${answer.durationMs} ms`, clean(event.id)],
    [
      (text) => view.paint("dim", text),
      (text) => view.paint("cyan", text),
      (text) => view.paint(style, text),
    ],
  );
}

function whole(view: View, { headers, body }: TakenRequest): string {
  const lines = Object.entries(headers).map(
    ([name, value]) => `  ${view.paint("dim", `${name}:`)} ${clean(value)}`,
  );
  return [...lines, "", `  ${clean(body)}`, ""].join("\n");
}
