import type { SocketState } from "../core/socket.ts";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import type { Woken } from "./waiters.ts";

/** Carries what a socket asks for to the hub, which nobody else can call. */
export const SOCKET_STATE_HEADER = "x-posthorn-socket";

/** Waits until the application's log reaches beyond `after`; null when the time is over first. */
export async function waitForEvents(
  env: Env,
  appKey: number,
  { after, waitMs }: { after: number; waitMs: number },
): Promise<Woken | null> {
  return env.FEED_HUB.getByName(String(appKey)).wait(after, waitMs);
}

/** Opens a socket at the application's hub; null when it holds too many. */
export async function openSocket(env: Env, appKey: number, state: SocketState): Promise<WebSocket | null> {
  const response = await env.FEED_HUB.getByName(String(appKey)).fetch("https://hub/socket", {
    headers: { upgrade: "websocket", [SOCKET_STATE_HEADER]: encodeURIComponent(JSON.stringify(state)) },
  });
  return response.webSocket;
}

/** Tells who waits for the application's events. Never throws: the hub looks at the log itself before long. */
export async function tellHub(env: Env, appKey: number, upTo: number): Promise<boolean> {
  try {
    await env.FEED_HUB.getByName(String(appKey)).published(upTo);
    return true;
  } catch (error) {
    logError("feed.tell_failed", error);
    return false;
  }
}
