import { ALERT_EMAIL_KEY } from "../core/mail.ts";
import { setApplicationMetadata } from "../store/application-metadata.ts";
import type { ServiceContext } from "./context.ts";

/** Sets, or with null removes, whom to write to about an application's webhooks. */
export function setAlertEmail(ctx: ServiceContext, appKey: number, email: string | null) {
  return setApplicationMetadata(ctx.env.DB, { appKey, name: ALERT_EMAIL_KEY, value: email, atMs: ctx.nowMs });
}
