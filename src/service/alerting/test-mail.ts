/** A mail that tells nothing, so that people know whether those that do arrive. */
import { oneLine, recipientsOf, testMail } from "../../core/mail.ts";
import { logError, logInfo } from "../../log.ts";
import { claimTestMail, markTestMailSent, type TestMailBound } from "../../store/test-mails.ts";
import type { ServiceContext } from "../context.ts";
import { type MailReceipt, mailer } from "./mail.ts";

type Application = { key: number; id: string; name: string; metadata: Record<string, string> };

export type TestMailOutcome =
  | { kind: "sent"; to: string[]; receipt: MailReceipt }
  /** `reason`: ours, or of who sends mail, in its words. */
  | { kind: "refused"; to: string[]; reason: string }
  | { kind: "too_soon"; bound: TestMailBound };

/** Sends one to all who are written to about the application; a few a day, because nobody said that they want any. */
export async function sendTestMail(ctx: ServiceContext, application: Application): Promise<TestMailOutcome> {
  const { DB } = ctx.env;
  const send = mailer(ctx);
  const to = recipientsOf(application.metadata);
  if (send === null) return { kind: "refused", to, reason: "this deployment has no way to send mail" };
  if (to.length === 0) return { kind: "refused", to, reason: "the application has no address to write to" };
  const bound = await claimTestMail(DB, application.key, ctx.nowMs);
  if (bound !== null) return { kind: "too_soon", bound };
  const about = { application: application.id };
  let receipt: MailReceipt;
  try {
    receipt = await send({ to, ...testMail({ application, baseUrl: ctx.config.publicUrl }) });
  } catch (error) {
    logError("mail.test_failed", error, about);
    return { kind: "refused", to, reason: reasonOf(error) };
  }
  await markTestMailSent(DB, application.key, ctx.nowMs);
  logInfo("mail.test_sent", about);
  return { kind: "sent", to, receipt };
}

/** Email Service gives its errors a code (`E_SENDER_NOT_VERIFIED`). */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "no reason was given";
  const code: unknown = Reflect.get(error, "code");
  const said =
    typeof code === "string" && !error.message.includes(code) ? `${code}: ${error.message}` : error.message;
  return said === "" ? "no reason was given" : oneLine(said);
}
