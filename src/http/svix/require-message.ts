import type { LoggedEvent } from "../../core/event.ts";
import { MESSAGE_ID_PREFIX, messageId, parseMessageId } from "../../core/ids.ts";
import { MAX_UID_CHARS } from "../../core/limits/resources.ts";
import { EventLog } from "../../store/event-log.ts";
import type { HttpContext } from "../app-env.ts";
import { notFoundError } from "../errors.ts";

/** The event named by the path's `{msg_id}` (id or event id) in the application; 404 when there is none. */
export async function requireMessage(c: HttpContext, appKey: number): Promise<LoggedEvent> {
  const named = c.req.param("msg_id") ?? "";
  const { env, nowMs } = c.get("services");
  const log = new EventLog(env.DB);
  if (named === "" || named.length > MAX_UID_CHARS) throw notFoundError();
  const isId = named.startsWith(MESSAGE_ID_PREFIX);
  const position = isId ? positionOf(named, appKey) : await log.positionOfEventId(appKey, named);
  const event = position === null ? null : await log.get(appKey, position, nowMs);
  if (event === null || (isId && messageId({ appKey, ...event }) !== named)) throw notFoundError();
  return event;
}

function positionOf(id: string, appKey: number): number | null {
  const address = parseMessageId(id);
  return address !== null && address.appKey === appKey && address.position > 0 ? address.position : null;
}
