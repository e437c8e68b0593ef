import { z } from "zod";

/** Every `code` an error body may carry; the first ten are Svix's own (reference svix.md §2.4). */
const ERROR_CODES = [
  "generic_error",
  "limit_reached",
  "invalid_range",
  "authentication_failed",
  "insufficient access",
  "not_found",
  "conflict",
  "event_type_exists",
  "payload_too_large",
  "server_error",
  "not_implemented",
  "missing_payload",
  "endpoint_disabled",
  "unavailable",
  "rate_limited",
  "misconfigured",
  "secret_unreadable",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export const ERROR_STATUS = {
  generic_error: 400,
  limit_reached: 400,
  invalid_range: 400,
  authentication_failed: 401,
  "insufficient access": 403,
  not_found: 404,
  conflict: 409,
  event_type_exists: 409,
  payload_too_large: 413,
  server_error: 500,
  not_implemented: 501,
  missing_payload: 400,
  endpoint_disabled: 400,
  unavailable: 503,
  rate_limited: 429,
  // Not 503: trying again changes nothing, only the operator can.
  misconfigured: 500,
  secret_unreadable: 500,
} as const satisfies Record<ErrorCode, number>;

export const HttpErrorOut = z.object({ code: z.string(), detail: z.string() }).meta({ id: "HttpErrorOut" });

export const ValidationIssue = z
  .object({
    /** `["body", "channels", "[0]"]`: where in the request; list indices in brackets. */
    loc: z.array(z.string()),
    msg: z.string(),
    type: z.string(),
  })
  .meta({ id: "ValidationError" });
export type ValidationIssue = z.infer<typeof ValidationIssue>;

export const HttpValidationError = z
  .object({ detail: z.array(ValidationIssue) })
  .meta({ id: "HTTPValidationError" });
