/** The receivers, in a process of their own: one server, any path. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answer } from "./child.ts";
import { monotonicMs, percentilesOf } from "./clock.ts";
import type { Arrivals, ReceiveQuestions } from "./receive.ts";

const POLL_MS = 5;
const SENT_AT = /"t":([\d.]+)/;

let behaviour = { status: 200, delayMs: 0 };
let slow: { path: string; delayMs: number } | null = null;
let requests = 0;
let delivered = 0;
let firstAtMs = 0;
let lastAtMs = 0;
let latenciesMs: number[] = [];

const server = createServer((incoming, response) => {
  let body = "";
  incoming.setEncoding("latin1");
  incoming.on("data", (chunk: string) => {
    body += chunk;
  });
  incoming.on("end", () => note(incoming, body, response));
});
server.keepAliveTimeout = 60_000;

function note(incoming: IncomingMessage, body: string, response: ServerResponse): void {
  if (slow !== null && incoming.url?.startsWith(slow.path)) {
    setTimeout(() => response.end(), slow.delayMs);
    return;
  }
  const nowMs = monotonicMs();
  requests++;
  const { status, delayMs } = behaviour;
  if (status === 200) {
    delivered++;
    if (firstAtMs === 0) firstAtMs = nowMs;
    lastAtMs = nowMs;
    const sentAtMs = SENT_AT.exec(body)?.[1];
    if (sentAtMs !== undefined) latenciesMs.push(nowMs - Number(sentAtMs));
  }
  const reply = () => {
    response.writeHead(status, { "content-length": 0 });
    response.end();
  };
  if (delayMs > 0) setTimeout(reply, delayMs);
  else reply();
}

function arrivals(): Arrivals {
  return { requests, delivered, firstAtMs, lastAtMs, latencyMs: percentilesOf(latenciesMs) };
}

answer<ReceiveQuestions>({
  listen: () =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: "127.0.0.1", port: 0 }, () => {
        resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      });
    }),
  reset: (next) => {
    behaviour = next;
    requests = 0;
    delivered = 0;
    firstAtMs = 0;
    lastAtMs = 0;
    latenciesMs = [];
    return null;
  },
  behave: (next) => {
    behaviour = next;
    return null;
  },
  slow: (next) => {
    slow = next;
    return null;
  },
  arrivals,
  waitFor: async (goal) => {
    const deadline = monotonicMs() + goal.withinMs;
    while (delivered < goal.delivered && monotonicMs() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return arrivals();
  },
});
