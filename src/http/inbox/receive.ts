/** The public address of inboxes: takes whatever is sent there, and answers as the inbox is told to. */
import { inboxText, inboxTokenIn, isInboxPath } from "../../core/inbox.ts";
import { MAX_INBOX_BODY_BYTES } from "../../core/limits/inbox.ts";
import { bodyWith } from "../../core/null-body.ts";
import { keepInboxRequest } from "../../service/endpoints/inbox.ts";
import { findInboxByToken, type InboxRecord } from "../../store/inboxes.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { readBounded } from "../body.ts";
import { notFoundError } from "../errors.ts";
import { admitInbox } from "../rate-limits.ts";

/** What an application wrote itself is sent from this origin: nobody may take it for a page. */
const ANSWER_HEADERS = {
  "content-type": "text/plain; charset=utf-8",
  "content-security-policy": "default-src 'none'; sandbox",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

/** `/inbox/…`, whose token is the only credential. */
export function registerInboxReceiver(app: HttpApp): void {
  app.all("/inbox/*", async (c) => {
    await admitInbox(c);
    const token = isInboxPath(c.req.path) ? inboxTokenIn(c.req.path) : null;
    const inbox = token === null ? null : await findInboxByToken(c.get("services").env.DB, token);
    if (inbox === null) throw notFoundError();
    await keep(c, inbox);
    const { status, body, delayMs } = inbox.answer;
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    return new Response(bodyWith(status, body), { status, headers: ANSWER_HEADERS });
  });
}

async function keep(c: HttpContext, { token, answer }: InboxRecord): Promise<void> {
  const { raw } = c.req;
  const bytes = await readBounded(raw, MAX_INBOX_BODY_BYTES);
  const { pathname, search } = new URL(raw.url);
  await keepInboxRequest(c.get("services"), token, {
    method: raw.method,
    path: pathname + search,
    headers: Object.fromEntries(raw.headers),
    body: inboxText(bytes),
    bodyBytes: bytes.byteLength,
    answerStatus: answer.status,
  });
}
