/**
 * Telling people by mail: a follower of the operational log that gathers what owners should know, and the mails that come
 * of it. Run every minute. What is gathered moves with the follower's place in one batch, so that nothing is counted
 * twice; a mail is sent before it is remembered as sent, so that none is lost.
 */
import { APP_ID_PREFIX, ENDPOINT_ID_PREFIX, keyOfId } from "../../core/ids.ts";
import { noticesOf, planMails } from "../../core/incidents.ts";
import {
  FAILING_MAIL_AFTER_MS,
  FAILING_PAGE_ENDPOINTS,
  FOLLOW_PAGE_EVENTS,
  MAX_FOLLOW_PAGES_PER_RUN,
  MAX_MAILS_PER_RUN,
} from "../../core/limits/mail.ts";
import { mailAbout, recipientsOf } from "../../core/mail.ts";
import type { OperationalEvent } from "../../core/operational.ts";
import { logError, logInfo } from "../../log.ts";
import { countExhaustedStatement, type ExhaustedCount, hasLogRules } from "../../store/alerts.ts";
import { getApplicationByKey } from "../../store/applications.ts";
import {
  addFailing,
  addIncidentsStatement,
  claimMail,
  forgetTold,
  hasAlertEmails,
  type IncidentRow,
  listUntold,
  markTold,
} from "../../store/incidents.ts";
import {
  followerPosition,
  moveFollowerStatement,
  type OperationalEntry,
  readOperational,
  startFollowing,
  stopFollowing,
} from "../../store/operational-log.ts";
import type { ServiceContext } from "../context.ts";
import { goOn } from "../piecemeal.ts";
import { mailer, type SendMail } from "./mail.ts";

/** Its name among the followers of the operational log. */
export const FOLLOWER = "telling";
/** Whose page promises a mail when a delivery was given up (seeds/clawbook). */
const TOLD_DIALECT = "clawbook";

/** Takes what the operational log has to tell since the last time; it is followed only while somebody is to be told. */
export async function followOperations(ctx: ServiceContext): Promise<void> {
  const { DB } = ctx.env;
  let from = await followerPosition(DB, FOLLOWER);
  const isWanted = (mailer(ctx) !== null && (await hasAlertEmails(DB))) || (await hasLogRules(DB));
  if (isWanted && from === null) return startFollowing(DB, FOLLOWER, ctx.nowMs);
  if (!isWanted && from !== null) return stopFollowing(DB, FOLLOWER);
  for (let page = 0; from !== null && page < MAX_FOLLOW_PAGES_PER_RUN; page++) {
    const entries = await readOperational(DB, { after: from, limit: FOLLOW_PAGE_EVENTS });
    const last = entries.at(-1);
    if (last === undefined) return;
    await take(ctx, entries, { from, to: last.position });
    from = entries.length < FOLLOW_PAGE_EVENTS ? null : last.position;
  }
}

async function take(
  ctx: ServiceContext,
  entries: readonly OperationalEntry[],
  { from, to }: { from: number; to: number },
): Promise<void> {
  const { DB } = ctx.env;
  const follower = { name: FOLLOWER, from };
  const rows = noticesOf(entries).flatMap(({ appId, endpointId, ...notice }): IncidentRow[] => {
    const appKey = keyOfId(APP_ID_PREFIX, appId);
    const endpointKey = endpointId === null ? 0 : keyOfId(ENDPOINT_ID_PREFIX, endpointId);
    return appKey === null || endpointKey === null ? [] : [{ appKey, endpointKey, ...notice }];
  });
  const wanted = { dialect: TOLD_DIALECT, deploymentDialect: ctx.config.defaultDialect };
  const counts = exhaustedCounts(entries.map(({ event }) => event));
  await DB.batch([
    ...(rows.length === 0 ? [] : [addIncidentsStatement(DB, rows, { ...wanted, follower })]),
    ...(counts.length === 0 ? [] : [countExhaustedStatement(DB, counts, follower)]),
    moveFollowerStatement(DB, { name: FOLLOWER, position: to, nowMs: ctx.nowMs }),
  ]);
}

/** Deliveries given up, whatever for, by endpoint. */
function exhaustedCounts(events: readonly OperationalEvent[]): ExhaustedCount[] {
  const counts = new Map<number, ExhaustedCount>();
  for (const event of events) {
    if (event.type !== "message.attempt.exhausted") continue;
    const appKey = keyOfId(APP_ID_PREFIX, event.data.appId);
    const endpointKey = keyOfId(ENDPOINT_ID_PREFIX, event.data.endpointId);
    if (appKey === null || endpointKey === null) continue;
    const { count } = counts.get(endpointKey) ?? { count: 0 };
    counts.set(endpointKey, { appKey, endpointKey, count: count + 1 });
  }
  return [...counts.values()];
}

/** Opens incidents for endpoints that have only failed for a day; a page of them in one run. */
export async function noteFailing(ctx: ServiceContext): Promise<void> {
  if (mailer(ctx) === null) return;
  await goOn(ctx, "failing-endpoints", async ([appKey = 0, endpointKey = 0]) => {
    const place = await addFailing(ctx.env.DB, {
      after: { appKey, endpointKey },
      limit: FAILING_PAGE_ENDPOINTS,
      beforeMs: ctx.nowMs - FAILING_MAIL_AFTER_MS,
      nowMs: ctx.nowMs,
    });
    return place === null ? null : [place.appKey, place.endpointKey];
  });
}

/** Sends the mails that are due. One that cannot be sent is tried again after the gap between two mails. */
export async function sendMails(ctx: ServiceContext): Promise<void> {
  const send = mailer(ctx);
  if (send === null) return;
  const { incidents, lastTriedMs } = await listUntold(ctx.env.DB);
  const mails = planMails(incidents, { lastTriedMs, nowMs: ctx.nowMs });
  for (const mail of mails.slice(0, MAX_MAILS_PER_RUN)) {
    try {
      await sendOne(ctx, send, mail);
    } catch (error) {
      logError("mail.failed", error);
    }
  }
  await forgetTold(ctx.env.DB, ctx.nowMs);
}

async function sendOne(
  ctx: ServiceContext,
  send: SendMail,
  { appKey, incidents }: ReturnType<typeof planMails>[number],
): Promise<void> {
  const [first] = incidents;
  if (first === undefined || !(await claimMail(ctx.env.DB, first, ctx.nowMs))) return;
  const application = await getApplicationByKey(ctx.db, appKey);
  const to = application === null ? [] : recipientsOf(application.metadata);
  if (application !== null && to.length > 0) {
    await send({ to, ...mailAbout({ application, incidents, baseUrl: ctx.config.publicUrl }) });
    logInfo("mail.sent", { application: application.id, incidents: incidents.length });
  }
  await markTold(ctx.env.DB, incidents, ctx.nowMs);
}
