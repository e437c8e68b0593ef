import type { MiddlewareHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { MAX_IDEMPOTENCY_KEY_CHARS } from "../core/limits/requests.ts";
import { hashToken } from "../service/access/tokens.ts";
import { finishCall, type StoredAnswer, startCall } from "../service/idempotency.ts";
import type { AppEnv, HttpContext } from "./app-env.ts";
import { ApiError, invalidAt } from "./errors.ts";

/** Calls for which no answer is kept. */
const WITHOUT_ANSWERS = [
  // Publishing finds the event itself again, at the cost of one row (docs/adr/002).
  /^\/api\/v1\/app\/[^/]+\/msg(\/batch)?$/,
  // They only read: run again they tell what is true now.
  /^\/api\/v1\/app\/[^/]+\/msg\/precheck\/active$/,
  /^\/api\/v1\/(environment\/export|dialect\/[^/]+\/preview)$/,
  /^\/api\/v1\/app\/[^/]+\/endpoint\/[^/]+\/bulk-replay\/count$/,
  // Acknowledging or seeking twice is the same as once.
  /^\/events\/me\//,
  /^\/api\/v1\/app\/[^/]+\/(poller|polling-endpoint)\//,
  // Every request to an inbox is shown.
  /^\/inbox\//,
  // A one-time token works once, whoever asks.
  /^\/api\/v1\/auth\/one-time-token$/,
];

/** Who calls with which idempotency key; null without one. One caller's keys are not another's. */
export function idempotencyKeyOf(c: HttpContext): string | null {
  const key = c.req.header("idempotency-key");
  if (key === undefined || key === "") return null;
  if (key.length > MAX_IDEMPOTENCY_KEY_CHARS) {
    throw invalidAt(["header", "idempotency-key"], `must be at most ${MAX_IDEMPOTENCY_KEY_CHARS} characters`);
  }
  const principal = c.get("principal");
  return `${principal.kind === "root" ? "root" : principal.keyId}\n${key}`;
}

/** A POST with an idempotency key runs once for each caller, path and query (reference svix.md §2.7). */
export function idempotent(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const isKept = c.req.method === "POST" && !WITHOUT_ANSWERS.some((pattern) => pattern.test(c.req.path));
    const key = isKept ? idempotencyKeyOf(c) : null;
    if (key === null) return next();
    const hash = await hashToken(`${key}\n${c.req.path}\n${new URL(c.req.url).search}`);
    const services = c.get("services");
    const start = await startCall(services, hash);
    if (start.kind === "busy")
      throw new ApiError("conflict", "A call with this idempotency key is under way");
    if (start.kind === "answered") return answerAgain(c, start.answer);
    const work = next().then(async () => finishCall(services, start.run, await successOf(c.res)));
    // It ends, and is answered when repeated, even if this client goes away.
    c.executionCtx.waitUntil(work);
    return work;
  };
}

/** Of a refusal or a failure nothing is kept: a repetition is a new try. */
async function successOf(response: Response): Promise<StoredAnswer | null> {
  if (!response.ok) return null;
  const contentType = response.headers.get("content-type");
  return { status: response.status, contentType, body: await response.clone().text() };
}

function answerAgain(c: HttpContext, { status, contentType, body }: StoredAnswer): Response {
  if (contentType !== null) c.header("content-type", contentType);
  return body === "" ? c.body(null, status as 204) : c.body(body, status as ContentfulStatusCode);
}
