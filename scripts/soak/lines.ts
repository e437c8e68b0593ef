/** The three ways to be given events. Each yields what came, and says how to acknowledge it. */
import type { Seen } from "./book.ts";

export type Kind = "poll" | "stream" | "socket";
export const KINDS: readonly Kind[] = ["poll", "stream", "socket"];

export type Ack = { event_ids: number[] } | { up_to: number };

export type Opened = {
  /** What comes together; ends when the line does. */
  batches: AsyncIterable<Seen[]>;
  /** Resolves when it was answered. */
  acknowledge(ack: Ack): Promise<void>;
};

export type LineOptions = {
  url: string;
  token: string;
  consumer: string;
  /** Go on behind this event; null: begin with what is not acknowledged. */
  after: number | null;
  limit: number;
  leaseSeconds: number | null;
  signal: AbortSignal;
};

type EventJson = { event_id: number; payload: { n: number } };

const POLL_SECONDS = 20;
const ANSWER_WITHIN_MS = 30_000;

export function openLine(kind: Kind, options: LineOptions): Opened {
  if (kind === "socket") return openSocket(options);
  const batches = kind === "poll" ? poll(options) : stream(options);
  return { batches, acknowledge: (ack) => acknowledge(options, ack) };
}

function seen({ event_id: position, payload }: EventJson): Seen {
  return { position, n: payload.n };
}

function urlOf({ url, consumer, limit }: LineOptions, path: string, more: Record<string, unknown>): string {
  const query = Object.entries({ consumer, limit, ...more }).flatMap(([name, value]) =>
    value === null ? [] : [`${name}=${value}`],
  );
  return `${url}/events/me/${path}?${query.join("&")}`;
}

async function request(options: LineOptions, url: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${options.token}`, ...init.headers };
  const response = await fetch(url, { signal: options.signal, ...init, headers });
  if (response.ok) return response;
  throw new Error(`${response.status} ${(await response.text()).slice(0, 200)}`);
}

async function acknowledge(options: LineOptions, ack: Ack): Promise<void> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
  const body = JSON.stringify({ consumer: options.consumer, ...ack });
  const response = await request(options, `${options.url}/events/me/events/ack`, {
    method: "POST",
    body,
    signal,
  });
  await response.arrayBuffer();
}

/** One poll: with leases for a worker that shares its consumer. */
async function* poll(options: LineOptions): AsyncGenerator<Seen[]> {
  const url = urlOf(options, "events", { wait: POLL_SECONDS, lease_seconds: options.leaseSeconds });
  const { events } = (await (await request(options, url)).json()) as { events: EventJson[] };
  if (events.length > 0) yield events.map(seen);
}

async function* stream(options: LineOptions): AsyncGenerator<Seen[]> {
  const headers: Record<string, string> =
    options.after === null ? {} : { "last-event-id": String(options.after) };
  const response = await request(options, urlOf(options, "stream", {}), { headers });
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body ?? []) {
    const messages = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = messages.pop() ?? "";
    const data = messages.flatMap((message) => /^data: (.*)$/m.exec(message)?.[1] ?? []);
    if (data.length > 0) yield data.map((text) => seen(JSON.parse(text) as EventJson));
  }
}

type Frame = { type: string; events?: EventJson[]; id?: number; detail?: unknown };

function openSocket(options: LineOptions): Opened {
  const { token, after, signal } = options;
  const url = urlOf(options, "socket", { after }).replace(/^http/, "ws");
  const socket = new WebSocket(url, ["posthorn", token]);
  const arrived: Seen[][] = [];
  const answers = new Map<number, (error: Error | null) => void>();
  let wake = () => {};
  let end: Error | null = null;
  let acks = 0;
  const finish = (error: Error) => {
    end ??= error;
    socket.close();
    for (const answer of answers.values()) answer(end);
    wake();
  };
  socket.addEventListener("error", () => finish(new Error("the socket failed")));
  socket.addEventListener("close", ({ code }) => finish(new Error(`the socket was closed: ${code}`)));
  signal.addEventListener("abort", () => finish(new Error("aborted")));
  socket.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(String(data)) as Frame;
    if (frame.type === "events") arrived.push((frame.events ?? []).map(seen));
    else if (frame.type === "acked") answers.get(frame.id ?? 0)?.(null);
    else finish(new Error(`on the socket: ${String(data).slice(0, 200)}`));
    wake();
  });
  async function* batches(): AsyncGenerator<Seen[]> {
    for (;;) {
      const batch = arrived.shift();
      if (batch !== undefined) yield batch;
      else if (end !== null) throw end;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  return {
    batches: batches(),
    acknowledge: (ack) =>
      new Promise((resolve, reject) => {
        const id = ++acks;
        const timer = setTimeout(
          () => finish(new Error("an acknowledgement was not answered")),
          ANSWER_WITHIN_MS,
        );
        answers.set(id, (error) => {
          clearTimeout(timer);
          answers.delete(id);
          if (error === null) resolve();
          else reject(error);
        });
        if (end !== null) answers.get(id)?.(end);
        else socket.send(JSON.stringify({ type: "ack", id, ...ack }));
      }),
  };
}
