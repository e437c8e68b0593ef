/** An agent on a WebSocket, inside the runtime. */
import { exports } from "cloudflare:workers";
import { ORIGIN } from "./api.ts";

export type Frame = {
  type: string;
  events?: { event_id: number; payload: unknown }[];
  next?: number;
  paused?: boolean;
  code?: string;
  detail?: unknown;
  acknowledged_up_to?: number;
};

export type AgentSocket = {
  response: Response;
  frames: Frame[];
  /** Ids of the events that have come. */
  ids(): number[];
  say(frame: unknown): void;
  closed: Promise<number>;
  close(): void;
};

/** Opens one; the answer alone when it is refused. */
export async function anAgentSocket(
  token: string,
  query = "",
  headers: Record<string, string> = { authorization: `Bearer ${token}` },
): Promise<AgentSocket> {
  const response = await exports.default.fetch(
    new Request(`${ORIGIN}/events/me/socket${query}`, { headers: { upgrade: "websocket", ...headers } }),
  );
  const frames: Frame[] = [];
  const socket = response.webSocket;
  socket?.addEventListener("message", ({ data }) => {
    frames.push(JSON.parse(String(data)));
  });
  const closed = new Promise<number>((resolve) =>
    socket?.addEventListener("close", ({ code }) => resolve(code)),
  );
  socket?.accept();
  return {
    response,
    frames,
    ids: () => frames.flatMap(({ events }) => events?.map(({ event_id: id }) => id) ?? []),
    say: (frame) => socket?.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    closed,
    close: () => socket?.close(1000),
  };
}
