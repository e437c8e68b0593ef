import { ALERT_EMAIL_KEY } from "../core/mail.ts";
import { setApplicationMetadata } from "../store/application-metadata.ts";
import { startFollowing } from "../store/operational-log.ts";
import type { ServiceContext } from "./context.ts";
import { FOLLOWER } from "./incidents.ts";
import { mailer } from "./mail.ts";

/** Sets, or with null removes, whom to write to about an application's webhooks. */
export async function setAlertEmail(ctx: ServiceContext, appKey: number, email: string | null) {
  // What fails before somebody follows is told to nobody, and whoever sets an address may try it at once.
  if (email !== null && mailer(ctx) !== null) await startFollowing(ctx.env.DB, FOLLOWER, ctx.nowMs);
  const change = { appKey, name: ALERT_EMAIL_KEY, value: email, atMs: ctx.nowMs };
  return setApplicationMetadata(ctx.env.DB, change);
}
