import { ALERT_EMAIL_KEY } from "../../core/mail.ts";
import { setApplicationMetadata } from "../../store/application-metadata.ts";
import { lastMailMs } from "../../store/incidents.ts";
import { startFollowing } from "../../store/operational-log.ts";
import type { ServiceContext } from "../context.ts";
import { FOLLOWER } from "./incidents.ts";
import { mailer } from "./mail.ts";

/** Sets, or with null removes, whom to write to about an application's webhooks. */
export async function setAlertEmail(ctx: ServiceContext, appKey: number, email: string | null) {
  // What fails before somebody follows is told to nobody, and whoever sets an address may try it at once.
  if (email !== null && mailer(ctx) !== null) await startFollowing(ctx.env.DB, FOLLOWER, ctx.nowMs);
  const change = { appKey, name: ALERT_EMAIL_KEY, value: email, atMs: ctx.nowMs };
  return setApplicationMetadata(ctx.env.DB, change);
}

export type MailStanding = { from: string | null; lastMailAtMs: number | null };

/** From where mail is sent, null when it cannot be, and when the application was last written to. */
export async function mailStanding(ctx: ServiceContext, appKey: number): Promise<MailStanding> {
  const from = mailer(ctx) === null ? null : ctx.config.mailFrom;
  return { from, lastMailAtMs: await lastMailMs(ctx.env.DB, appKey) };
}
