/** Taking an endpoint's requests over a WebSocket, and handing them to a program on this machine. */

import { isObject, parseObject } from "../core/json-object.ts";
import { LISTEN_END, type ListenRequest } from "../core/listen.ts";
import type { Client } from "./client.ts";
import { CliFailure, EXIT } from "./failure.ts";
import type { Io, OpenSocket, SocketOpener } from "./io.ts";

export type TakenRequest = ListenRequest & { id: string };

/** What came of handing it on. */
export type LocalAnswer =
  | { kind: "responded"; status: number; headers: Record<string, string>; body: string; durationMs: number }
  | { kind: "failed"; reason: string; durationMs: number };

const PING_MS = 15_000;
const SILENCE_MS = 3 * PING_MS;
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 5000;
/** What a socket tells when there was no goodbye (RFC 6455 §7.1.5). */
const LOST = 1006;

export type Listening = {
  client: Client;
  /** The endpoint's path. */
  at: string;
  take(request: TakenRequest): Promise<LocalAnswer>;
  /** Connected, after so long without; null the first time. */
  connected(lostAtMs: number | null): Promise<void>;
  lost(): void;
  /** There is to be no more. */
  isDone(): boolean;
};

/** Node before 22 has none, though all else runs on it. */
export function socketsOf({ openSocket }: Pick<Io, "openSocket">): SocketOpener {
  if (openSocket !== null) return openSocket;
  throw new CliFailure(`\`posthorn listen\` needs Node 22 or newer; this is ${process.version}`, {
    exitCode: EXIT.failed,
    code: "no_websocket",
  });
}

/** Listens until the person stops it or there is enough, and comes back whenever the connection is lost. */
export async function listenOn(io: Io, listening: Listening): Promise<void> {
  let lostAtMs: number | null = null;
  let pauseMs = FIRST_PAUSE_MS;
  while (!io.signal.aborted && !listening.isDone()) {
    const { code, wasOpen } = await connection(io, listening, lostAtMs);
    if (io.signal.aborted || listening.isDone()) return;
    if (code === LISTEN_END.replaced) throw replaced();
    if (wasOpen) pauseMs = FIRST_PAUSE_MS;
    if (wasOpen || lostAtMs === null) lostAtMs = io.nowMs();
    if (code === LISTEN_END.comeAgain) continue;
    listening.lost();
    if (!wasOpen) await mayStill(listening);
    await io.sleep(pauseMs);
    pauseMs = Math.min(LAST_PAUSE_MS, pauseMs * 2);
  }
}

function replaced(): CliFailure {
  return new CliFailure("Somebody else listens at this webhook now", {
    exitCode: EXIT.failed,
    code: "replaced",
    hint: "Give each listener a webhook of its own: another --uid, or none",
  });
}

/** A socket does not tell why it was refused: this call does, unless the server is away, which passes. */
async function mayStill({ client, at }: Listening): Promise<void> {
  try {
    await client.get(at);
  } catch (error) {
    if (!(error instanceof CliFailure) || error.exitCode !== EXIT.unreachable) throw error;
  }
}

type End = { code: number; wasOpen: boolean };

/** One connection, to its end. A socket may take seconds to close, or never do: nobody waits for that. */
function connection(io: Io, listening: Listening, lostAtMs: number | null): Promise<End> {
  const { client, at } = listening;
  const url = `${client.url.replace(/^http/, "ws")}${at}/listen`;
  return new Promise((resolve, reject) => {
    let wasOpen = false;
    let isOver = false;
    let heardAtMs = io.nowMs();
    const over = (settle: () => void) => {
      if (isOver) return;
      isOver = true;
      clearInterval(timer);
      io.signal.removeEventListener("abort", stop);
      socket.close();
      settle();
    };
    const end = (code: number) => over(() => resolve({ code, wasOpen }));
    const fail = (error: unknown) => over(() => reject(error));
    const stop = () => end(LISTEN_END.normal);
    const headers = { authorization: `Bearer ${client.key ?? ""}` };
    const socket: OpenSocket = socketsOf(io)(url, headers, {
      opened() {
        wasOpen = true;
        listening.connected(lostAtMs).catch(fail);
      },
      heard(text) {
        heardAtMs = io.nowMs();
        const frame = isOver ? null : readFrame(text);
        if (frame?.type === "end") end(frame.code);
        if (frame?.type === "request") answer(socket, frame, listening).catch(fail);
      },
      closed: end,
    });
    const timer = setInterval(() => {
      if (io.nowMs() - heardAtMs > SILENCE_MS) end(LOST);
      else if (wasOpen) socket.send('{"type":"ping"}');
    }, PING_MS);
    io.signal.addEventListener("abort", stop);
  });
}

async function answer(socket: OpenSocket, request: TakenRequest, listening: Listening): Promise<void> {
  const answered = await listening.take(request);
  const { durationMs: _, kind, ...rest } = answered;
  const type = kind === "responded" ? "response" : "failed";
  try {
    socket.send(JSON.stringify({ type, id: request.id, ...rest }));
  } catch {
    // The connection is gone: the attempt has failed, and is made again.
  }
  if (listening.isDone()) socket.close();
}

type Frame = ({ type: "request" } & TakenRequest) | { type: "end"; code: number };

/** What the server says; null for what means nothing to us. */
export function readFrame(text: string): Frame | null {
  const value = parseObject(text);
  if (value?.type === "end" && typeof value.code === "number") return { type: "end", code: value.code };
  if (value?.type !== "request") return null;
  const { id, headers, body, event } = value;
  if (typeof id !== "string" || typeof body !== "string" || !isObject(headers) || !isObject(event))
    return null;
  return {
    type: "request",
    id,
    body,
    headers: Object.fromEntries(Object.entries(headers).map(([name, each]) => [name, String(each)])),
    event: { id: String(event.id), type: String(event.type) },
  };
}
