import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A request as it arrived: nothing parsed, nothing re-encoded. */
export type ReceivedRequest = {
  atMs: number;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Name, value, name, value … as sent. */
  rawHeaders: string[];
  body: Buffer;
};

export type Reply =
  | { status?: number; headers?: Record<string, string>; body?: string; delayMs?: number }
  /** Never answers. */
  | "hang"
  /** Tears the connection down without an answer. */
  | "reset";

/** Chooses the answer; `index` counts the requests of this receiver from 0. */
export type Behaviour = (request: ReceivedRequest, index: number) => Reply;

export type Receiver = {
  url: string;
  port: number;
  requests: ReceivedRequest[];
  behave(behaviour: Behaviour): void;
  /** The first `count` requests, once they have arrived; rejects when they have not within the limit. */
  waitFor(count: number, withinMs?: number): Promise<ReceivedRequest[]>;
  close(): Promise<void>;
};

const DEFAULT_WAIT_MS = 20_000;
const MAX_RECORDED_REQUESTS = 100_000;

/** A real HTTP server on loopback that answers 200 until told otherwise. */
export async function startReceiver(behaviour: Behaviour = () => ({}), port = 0): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const waiters = new Set<() => void>();
  let current = behaviour;
  const server = createServer((incoming, response) => {
    record(incoming)
      .then((request) => {
        if (requests.length < MAX_RECORDED_REQUESTS) requests.push(request);
        const index = requests.length - 1;
        for (const wake of waiters) wake();
        return answer(current(request, index), response);
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port }, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}/`,
    port: address.port,
    requests,
    behave: (next) => {
      current = next;
    },
    waitFor: (count, withinMs = DEFAULT_WAIT_MS) => waitFor({ requests, waiters, count, withinMs }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function record(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const atMs = Date.now();
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return {
    atMs,
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    headers: incoming.headers,
    rawHeaders: incoming.rawHeaders,
    body: Buffer.concat(chunks),
  };
}

async function answer(reply: Reply, response: ServerResponse): Promise<void> {
  if (reply === "hang") return;
  if (reply === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  if (reply.delayMs !== undefined) await sleep(reply.delayMs);
  response.writeHead(reply.status ?? 200, reply.headers);
  response.end(reply.body ?? "");
}

type Wait = { requests: ReceivedRequest[]; waiters: Set<() => void>; count: number; withinMs: number };

function waitFor({ requests, waiters, count, withinMs }: Wait): Promise<ReceivedRequest[]> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      clearTimeout(timer);
      waiters.delete(check);
      end();
    };
    const check = () => {
      if (requests.length >= count) settle(() => resolve(requests.slice(0, count)));
    };
    const timer = setTimeout(() => {
      const message = `the receiver got ${requests.length} of ${count} requests within ${withinMs} ms`;
      settle(() => reject(new Error(message)));
    }, withinMs);
    waiters.add(check);
    check();
  });
}
