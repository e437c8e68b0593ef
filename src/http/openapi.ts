/** Small pieces of route definitions, so that a route says only what is particular to it. */
import type { z } from "zod";
import { HttpErrorOut, HttpValidationError } from "../contract/errors.ts";

/** A required JSON body. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { "application/json": { schema } } } as const;
}

/** A JSON body that may be missing; the handler then sees the schema's reading of `{}`. */
export function optionalJsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: false, content: { "application/json": { schema } } } as const;
}

export function jsonResponse<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { "application/json": { schema } } } as const;
}

/** Exactly 204 and no body: some clients parse every other 2xx (reference svix.md §2.2). */
export const NO_CONTENT = { 204: { description: "Done, nothing to say" } } as const;

const failure = (description: string) => jsonResponse(HttpErrorOut, description);

/** What any route behind a token may answer. */
export const FAILURES = {
  400: failure("Bad request"),
  401: failure("The token is missing, unknown, revoked or expired"),
  403: failure("The token may not do this"),
  404: failure("No such thing, or none that this token may know of"),
  409: failure("Already exists"),
  413: failure("The body is too large"),
  422: jsonResponse(HttpValidationError, "The request does not fit its schema"),
  429: failure("Too many requests; `Retry-After` says when to try again"),
  503: failure("The database cannot be reached; `Retry-After` says when to try again"),
} as const;
