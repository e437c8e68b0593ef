import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { ERROR_STATUS, type ErrorCode, type ValidationIssue } from "../contract/errors.ts";
import { isInboxPath } from "../core/inbox.ts";
import { RATE_LIMIT_PERIOD_SECONDS } from "../core/limits/requests.ts";
import { MisconfiguredError } from "../env.ts";
import { logError } from "../log.ts";
import { UnreadableSecretError } from "../service/endpoints/sealed-fields.ts";
import { isObjectUnavailable } from "../service/messages/endpoint-objects.ts";
import { isDatabaseUnavailable } from "../store/failures.ts";

/** The caller's fault, or an expected refusal: becomes `{code, detail}` with the code's status. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  /** Null: as its code says. */
  readonly retryAfterSeconds: number | null;

  constructor(code: ErrorCode, detail: string, retryAfterSeconds: number | null = null) {
    super(`${code}: ${detail}`);
    this.code = code;
    this.detail = detail;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get status() {
    return ERROR_STATUS[this.code];
  }
}

/** A request that does not fit its schema: becomes Svix's 422. */
export class ValidationError extends Error {
  readonly issues: ValidationIssue[];

  constructor(issues: ValidationIssue[]) {
    super("validation failed");
    this.issues = issues;
  }
}

/** Issues shown at most; a body with a thousand bad items must not be answered with a thousand lines. */
const MAX_ISSUES = 50;
const TARGET_NAMES: Record<string, string> = { json: "body", form: "body", param: "path" };

/** The schema library's way of saying so. */
const MISSING = /^Invalid input: expected .*, received undefined$/;

type SchemaIssue = { path: PropertyKey[]; message: string };

/** Schema issues with Svix's locations: `["body", "channels", "[0]"]` (reference svix.md §2.4). */
export function schemaFailure(target: string, issues: readonly SchemaIssue[]): ValidationError {
  return new ValidationError(
    issues.slice(0, MAX_ISSUES).map(({ path, message }) => ({
      loc: [
        TARGET_NAMES[target] ?? target,
        ...path.map((step) => (typeof step === "number" ? `[${step}]` : String(step))),
      ],
      msg: message.replace(MISSING, "is required"),
      type: "value_error",
    })),
  );
}

/** A rule that no schema can say, broken at one place of the request. */
export function invalidAt(loc: string[], msg: string, type = "value_error"): ValidationError {
  return new ValidationError([{ loc, msg, type }]);
}

export function malformedJson(): ValidationError {
  return invalidAt(["body"], "The request body is not valid JSON", "value_error.jsondecode");
}

/** How long the caller is asked to wait, by what keeps it from being served. */
export const RETRY_AFTER_SECONDS = {
  unavailable: 1,
  rate_limited: RATE_LIMIT_PERIOD_SECONDS,
} as const satisfies Partial<Record<ErrorCode, number>>;

function retryAfter(code: ErrorCode): number | null {
  return code === "unavailable" || code === "rate_limited" ? RETRY_AFTER_SECONDS[code] : null;
}

export function notFoundError(): ApiError {
  return new ApiError("not_found", "Entity not found");
}

/** What a failure is told as where there is no status to tell it by: on a socket. */
export function failureBody(error: unknown): { code: string; detail: unknown } {
  if (error instanceof ApiError) return { code: error.code, detail: error.detail };
  if (error instanceof ValidationError) return { code: "validation", detail: error.issues };
  if (isDatabaseUnavailable(error)) {
    return { code: "unavailable", detail: "The database cannot be reached; try again" };
  }
  return { code: "server_error", detail: "Internal server error" };
}

const MAX_SHOWN_PATH_CHARS = 200;

/** Not to be taken for something that was not found: a mistyped path, or what docs/svix-compatibility.md leaves out. */
export function noSuchRoute(c: Context): Response {
  const path = c.req.path.slice(0, MAX_SHOWN_PATH_CHARS);
  return c.json({ code: "not_found", detail: `There is no route ${c.req.method} ${path}` }, 404);
}

export function errorResponse(error: Error, c: Context): Response {
  const known = knownError(error, c);
  if (known instanceof ApiError) {
    const seconds = known.retryAfterSeconds ?? retryAfter(known.code);
    if (seconds !== null) c.header("retry-after", String(seconds));
    if (known.code === "authentication_failed") c.header("www-authenticate", "Bearer");
    return c.json({ code: known.code, detail: known.detail }, known.status);
  }
  if (known instanceof ValidationError) return c.json({ detail: known.issues }, 422);
  logError("http.failed", rootCause(error), { method: c.req.method, path: loggedPath(c) });
  return c.json({ code: "server_error", detail: "Internal server error" }, ERROR_STATUS.server_error);
}

/** An inbox's path is all that is needed to send to it. */
function loggedPath({ req }: Context): string {
  return isInboxPath(req.path) ? "/inbox/…" : req.path;
}

/** The one place where errors of the framework and of the rooms below become the API's. */
function knownError(error: Error, c: Context): Error {
  if (error instanceof HTTPException) return fromFramework(error);
  if (error instanceof MisconfiguredError) {
    logError("http.misconfigured", error);
    return new ApiError("misconfigured", error.message);
  }
  if (error instanceof UnreadableSecretError) {
    logError("http.secret_unreadable", rootCause(error), { path: loggedPath(c) });
    return new ApiError("secret_unreadable", error.message);
  }
  if (isObjectUnavailable(error)) {
    logError("http.object_unavailable", error, { method: c.req.method, path: loggedPath(c) });
    return new ApiError("unavailable", "The endpoint's own log cannot be reached; try again");
  }
  if (!isDatabaseUnavailable(error)) return error;
  logError("http.database_unavailable", rootCause(error), { method: c.req.method, path: loggedPath(c) });
  return new ApiError("unavailable", "The database cannot be reached; try again");
}

/** The database library wraps errors in ones that quote the statement's parameters, which may be anyone's data. */
export function rootCause(error: Error): Error {
  return error.cause instanceof Error ? rootCause(error.cause) : error;
}

/** The framework itself refuses with 400 only for one reason: the body of a JSON route did not parse. */
function fromFramework(error: HTTPException): Error {
  if (error.status === 400) return malformedJson();
  return error.status < 500 ? new ApiError("generic_error", "Bad request") : error;
}
