import type { HttpContext } from "./app-env.ts";
import { ApiError } from "./errors.ts";

/** Refuses who does not ask for a WebSocket. */
export function requireUpgrade(c: HttpContext): void {
  if (c.req.header("upgrade")?.toLowerCase() === "websocket") return;
  throw new ApiError("generic_error", "Open this as a WebSocket: `Upgrade: websocket`");
}
