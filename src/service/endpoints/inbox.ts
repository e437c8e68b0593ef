/** The inbox of an application: made, looked at, and sent to. */
import {
  type InboxAnswer,
  type InboxArrival,
  type InboxPage,
  type InboxScan,
  newInboxToken,
  parseInboxUrl,
} from "../../core/inbox.ts";
import { MAX_URL_CHARS } from "../../core/limits/resources.ts";
import { inboxStub } from "../../delivery/stub.ts";
import { deleteInbox, findInboxByToken, type InboxRecord, saveInbox } from "../../store/inboxes.ts";
import type { ServiceContext } from "../context.ts";

/** Makes the application's inbox, or changes what it answers; null when the application is gone. */
export function setInbox(
  ctx: ServiceContext,
  { appKey, origin, answer }: { appKey: number; origin: string; answer: InboxAnswer },
): Promise<InboxRecord | null> {
  const token = newInboxToken(ctx.random);
  return saveInbox(ctx.env.DB, { appKey, token, origin, answer, createdAtMs: ctx.nowMs });
}

/** From then on nobody can send to it. False when there is none. */
export async function removeInbox(ctx: ServiceContext, appKey: number): Promise<boolean> {
  const token = await deleteInbox(ctx.env.DB, appKey);
  if (token !== null) await clearInbox(ctx, token);
  return token !== null;
}

export async function listInboxRequests(
  { env }: ServiceContext,
  token: string,
  scan: InboxScan,
): Promise<InboxPage> {
  return inboxStub(env, token).list(scan);
}

export async function clearInbox({ env }: ServiceContext, token: string): Promise<void> {
  await inboxStub(env, token).clear();
}

/** Keeps a request that came over the network. */
export async function keepInboxRequest(
  { env }: ServiceContext,
  token: string,
  arrival: InboxArrival,
): Promise<void> {
  await inboxStub(env, token).keep(arrival);
}

/** Whether a URL is of an inbox here: what only looks like one is a URL like any other. */
export async function isInboxUrl({ env }: ServiceContext, url: string): Promise<boolean> {
  const named = url.length > MAX_URL_CHARS ? null : parseInboxUrl(url);
  if (named === null) return false;
  return (await findInboxByToken(env.DB, named.token))?.origin === named.origin;
}
