import { createRoute } from "@hono/zod-openapi";
import { StreamEventsQuery } from "../../contract/pull.ts";
import type { LoggedEvent } from "../../core/event.ts";
import { STREAM_HEARTBEAT_MS } from "../../core/limits/pull.ts";
import { type Pulled, type PullQuery, pullEvents } from "../../feed/pull.ts";
import { pullNews } from "../../feed/pull-waiting.ts";
import { logError } from "../../log.ts";
import { hashToken, isTokenValid } from "../../service/access/tokens.ts";
import { createServiceContext, type ServiceContext } from "../../service/context.ts";
import { renderForPull } from "../../service/dialects/pull-dialect.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { bearerToken } from "../auth.ts";
import { invalidAt } from "../errors.ts";
import { FAILURES } from "../openapi.ts";
import { requireMe } from "./me.ts";
import { queryOf, taken } from "./pull.ts";

const route = createRoute({
  method: "get",
  path: "/events/me/stream",
  tags: ["Events to pull"],
  operationId: "posthorn.events.stream",
  summary: "Events as they come, as server-sent events; `Last-Event-ID` resumes",
  request: { query: StreamEventsQuery },
  responses: {
    200: { description: "A stream that does not end", content: { "text/event-stream": {} } },
    ...FAILURES,
  },
});

const LAST_EVENT_ID = /^\d{1,12}$/;

/** `/events/me/stream`: what a browser's EventSource, or any client that reads lines, understands. */
export function registerStream(app: HttpApp): void {
  app.openapi(route, async (c) => {
    const appKey = requireMe(c);
    const { seconds, ...asked } = c.req.valid("query");
    const query = {
      ...queryOf(appKey, { ...asked, after: lastEventId(c) ?? asked.after }),
      // A client that comes back goes on as it began; only `after` reads again what is acknowledged.
      skipsAcknowledged: asked.after === undefined,
    };
    const untilMs = seconds === undefined ? null : Date.now() + 1000 * seconds;
    const headers = { "content-type": "text/event-stream", "cache-control": "no-store" };
    const services = c.get("services");
    const tokenHash = await hashToken(bearerToken(c) ?? "");
    const mayGoOn = () => isTokenValid(createServiceContext(c.env), tokenHash);
    return c.body(eventStream(services, query, { untilMs, mayGoOn }), 200, headers) as never;
  });
}

function lastEventId(c: HttpContext): number | null {
  const id = c.req.header("last-event-id");
  if (id === undefined || id === "") return null;
  if (!LAST_EVENT_ID.test(id)) throw invalidAt(["header", "last-event-id"], "must be an event's number");
  return Number(id);
}

const NOTHING = ":\n\n";

type Bounds = {
  untilMs: number | null;
  /** A token may end, or be revoked, while its stream is open. */
  mayGoOn: () => Promise<boolean>;
};

/** Each reading of the stream brings what there is, or waits and brings a heartbeat; where it is, it knows itself. */
function eventStream(
  services: ServiceContext,
  query: PullQuery,
  { untilMs, mayGoOn }: Bounds,
): ReadableStream<Uint8Array> {
  const { appKey } = query.consumer;
  const encoder = new TextEncoder();
  // Where the log was read to its end: it is not read again before the hub, which looks itself, knows of more.
  let end: Pulled | null = null;
  let { after } = query;
  const pageOf = async (found: Pulled): Promise<string | null> => {
    after = found.next;
    end = found.hasMore ? null : found;
    const texts = await renderForPull(services, appKey, found.events);
    return texts.length === 0 ? null : texts.map((text, n) => message(found.events[n], text)).join("");
  };
  const readPage = async () =>
    pageOf(taken(await pullEvents(services.env.DB, { ...query, after }, Date.now())));
  const wait = async (seen: Pulled): Promise<string | null> => {
    const leftMs = untilMs === null ? STREAM_HEARTBEAT_MS : untilMs - Date.now();
    if (leftMs <= 0) return null;
    const waitMs = Math.min(leftMs, STREAM_HEARTBEAT_MS);
    const news = await pullNews(services.env, { ...query, after }, { seen, waitMs });
    end = null;
    // Now and then something is written, so that a client that is gone is noticed.
    return news === null ? NOTHING : ((await pageOf(taken(news))) ?? NOTHING);
  };
  const read = async (): Promise<string | null> => {
    const text = end === null ? await readPage() : null;
    if (text !== null) return text;
    return end === null ? NOTHING : wait(end);
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        const text = await read();
        if (text === null || !(await mayGoOn())) controller.close();
        else controller.enqueue(encoder.encode(text));
      } catch (error) {
        // The client comes back with `Last-Event-ID` and loses nothing.
        logError("feed.stream_failed", error);
        controller.close();
      }
    },
  });
}

/** The text is JSON on one line. */
function message(event: LoggedEvent | undefined, text: string): string {
  return `id: ${event?.position}\nevent: ${event?.eventType}\ndata: ${text}\n\n`;
}
