/** Who listens for an endpoint, inside the runtime. */
import { exports } from "cloudflare:workers";
import type { ListenRequest } from "../../src/core/listen.ts";
import { ORIGIN } from "./api.ts";

export type ListenFrame = ListenRequest & { type: string; id: string };
export type Listener = {
  status: number;
  requests: ListenFrame[];
  say(frame: unknown): void;
  closed: Promise<number>;
  close(): void;
};

/** Answers every request with what `answer` makes of it; null: not at all. */
export async function aListener(
  path: string,
  token: string,
  answer: (request: ListenFrame) => object | null,
): Promise<Listener> {
  const headers = { upgrade: "websocket", authorization: `Bearer ${token}` };
  const response = await exports.default.fetch(new Request(ORIGIN + path, { headers }));
  const socket = response.webSocket;
  const requests: ListenFrame[] = [];
  socket?.addEventListener("message", ({ data }) => {
    const request: ListenFrame = JSON.parse(String(data));
    requests.push(request);
    const said = answer(request);
    if (said !== null) socket.send(JSON.stringify({ id: request.id, ...said }));
  });
  const closed = new Promise<number>((resolve) =>
    socket?.addEventListener("close", ({ code }) => resolve(code)),
  );
  socket?.accept();
  return {
    status: response.status,
    requests,
    say: (frame) => socket?.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    closed,
    close: () => socket?.close(1000),
  };
}
