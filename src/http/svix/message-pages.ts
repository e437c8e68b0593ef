import type { EventHeader } from "../../core/event.ts";
import { messageId } from "../../core/ids.ts";
import type { HttpContext } from "../app-env.ts";
import { type LogList, logPage, logRows } from "./log-pages.ts";
import { listText, messageText } from "./message-text.ts";
import { readPayloads } from "./page-payloads.ts";

type Found<Row> = {
  appKey: number;
  /** In scan order, as many as were asked for. */
  rows: readonly Row[];
  /** Where the search was broken off. */
  stoppedAt: { position: number; createdAtMs: number } | null;
  withContent: boolean;
  /** Members of a row's message beside the message's own. */
  extraOf?: (row: Row) => Record<string, unknown>;
};

/** A page of messages as JSON text, their payloads exactly as published: as many as an answer may hold. */
export async function messageListText<Row extends { event: EventHeader }>(
  c: HttpContext,
  list: LogList,
  { appKey, rows: found, stoppedAt, withContent, extraOf }: Found<Row>,
): Promise<string> {
  const idOf = (place: { position: number; createdAtMs: number }) => messageId({ appKey, ...place });
  const cut = logRows(found, list, stoppedAt && idOf(stoppedAt));
  const positions = withContent ? cut.rows.map(({ event }) => event.position) : [];
  const { payloads, kept } = await readPayloads(c, appKey, positions);
  const isCut = kept < positions.length;
  const held = isCut ? { rows: cut.rows.slice(0, kept), more: true, stoppedAt: null } : cut;
  const { rows, ends } = logPage(held, list, ({ event }) => idOf(event));
  const texts = rows.map((row) => {
    const event = { ...row.event, payload: payloads.get(row.event.position) ?? null };
    return messageText(appKey, event, withContent, extraOf?.(row));
  });
  return listText(texts, ends);
}
