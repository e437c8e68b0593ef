/** A proxy on loopback that refuses what a test wants refused, and counts what comes. */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Proxied = {
  atMs: number;
  method: string;
  path: string;
  authorization: string;
  refused: boolean;
  /** Null until it is answered. */
  status: number | null;
};

export type FaultyProxy = {
  url: string;
  requests: Proxied[];
  /** From now on what it says yes to is answered 503. */
  refuse(which: (method: string, path: string) => boolean): void;
  close(): Promise<void>;
};

/** `target` is asked with each request: the server behind may change its address. */
export async function startProxy(target: () => string): Promise<FaultyProxy> {
  const requests: Proxied[] = [];
  let isRefused: (method: string, path: string) => boolean = () => false;
  const server = createServer((incoming, response) => {
    const { method = "GET", url: path = "/" } = incoming;
    const refused = isRefused(method, path);
    const { authorization = "" } = incoming.headers;
    const proxied: Proxied = { atMs: Date.now(), method, path, authorization, refused, status: null };
    requests.push(proxied);
    response.on("finish", () => {
      proxied.status = response.statusCode;
    });
    if (refused) response.writeHead(503, { "retry-after": "1" }).end("{}");
    else forward(incoming, response, `${target()}${path}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    refuse: (which) => {
      isRefused = which;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function forward(incoming: IncomingMessage, response: ServerResponse, url: string): void {
  const { method, headers } = incoming;
  const onward = request(url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    // Heads of streams must not wait for their first bytes.
    response.flushHeaders();
    answer.pipe(response);
    answer.on("error", () => response.destroy());
  });
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  incoming.pipe(onward);
}
