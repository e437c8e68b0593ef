/** The way to an inbox of this deployment without the network: a Worker cannot call itself, nor need loopback be allowed. */
import { parseInboxUrl } from "../core/inbox.ts";
import { bodyWith } from "../core/null-body.ts";
import type { Env } from "../env.ts";
import { withGuardedDatabase } from "../store/guarded-database.ts";
import { findInboxByToken, type InboxRecord } from "../store/inboxes.ts";
import { inboxStub } from "./stub.ts";

/** As the attempt log may show it: an inbox is read by who may not see an endpoint's own headers. */
export type ShownHeaders = Record<string, string>;

const UTF8 = new TextEncoder();

/** The inbox that a URL is of, as a `fetch`; null: of none here, and then it is a URL like any other. */
export async function findInboxFetch(
  env: Env,
  url: string,
): Promise<((shown: ShownHeaders) => typeof fetch) | null> {
  const named = parseInboxUrl(url);
  if (named === null) return null;
  const inbox = await findInboxByToken(withGuardedDatabase(env).DB, named.token);
  if (inbox === null || inbox.origin !== named.origin) return null;
  return (shown) => inboxFetch(env, inbox, shown);
}

function inboxFetch(env: Env, { token, answer }: InboxRecord, shown: ShownHeaders): typeof fetch {
  return async (input, init) => {
    const { host, pathname, search } = new URL(String(input));
    const body = typeof init?.body === "string" ? init.body : "";
    const bodyBytes = UTF8.encode(body).byteLength;
    await inboxStub(env, token).keep({
      method: init?.method ?? "GET",
      path: pathname + search,
      headers: Object.fromEntries(new Headers({ ...shown, host, "content-length": String(bodyBytes) })),
      body,
      bodyBytes,
      answerStatus: answer.status,
    });
    await passed(answer.delayMs, init?.signal ?? null);
    return new Response(bodyWith(answer.status, answer.body), {
      status: answer.status,
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  };
}

/** Ends with the attempt too: a timer left running would keep the object in memory. */
function passed(delayMs: number, signal: AbortSignal | null): Promise<void> {
  if (delayMs === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, delayMs);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new Error("the attempt has ended"));
    });
  });
}
