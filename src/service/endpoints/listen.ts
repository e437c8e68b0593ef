import { isListenUrl } from "../../core/listen.ts";
import { openListener } from "../../delivery/stub.ts";
import type { EndpointRecord } from "../../store/endpoints.ts";
import type { ServiceContext } from "../context.ts";

export type ListenResult = { kind: "open"; webSocket: WebSocket } | { kind: "other_url" | "unavailable" };

/** Opens the socket over which an endpoint's requests are taken; who took them before is sent away. */
export async function listen({ env }: ServiceContext, endpoint: EndpointRecord): Promise<ListenResult> {
  if (!isListenUrl(endpoint.url)) return { kind: "other_url" };
  const webSocket = await openListener(env, endpoint);
  return webSocket === null ? { kind: "unavailable" } : { kind: "open", webSocket };
}
