/** The built-in inbox of an application. */
import { z } from "zod";
import type { InboxAnswer, KeptRequest } from "../core/inbox.ts";
import { inboxUrl } from "../core/inbox.ts";
import { type KeptSignature, SIGNATURE_VERDICTS } from "../core/inbox-signature.ts";
import {
  MAX_INBOX_ANSWER_CHARS,
  MAX_INBOX_DELAY_MS,
  MAX_INBOX_KEPT_BODY_CHARS,
  MAX_INBOX_REQUESTS,
} from "../core/limits/inbox.ts";
import { QueryFlag, TimeOut, timeText } from "./fields.ts";

const DEFAULT_REQUESTS = 50;
const LIMIT_PATTERN = /^[0-9]{1,3}$/;
const ITERATOR_PATTERN = /^[0-9]{1,15}$/;

const AnswerStatus = z
  .number()
  .int()
  .min(200)
  .max(599)
  .meta({ description: "The status that every request is answered with", example: 200 });
const AnswerBody = z
  .string()
  .max(MAX_INBOX_ANSWER_CHARS)
  .refine((text) => text.isWellFormed() && !text.includes("\0"), { error: "must be text" })
  .meta({ description: "The body of the answer, as plain text" });
const AnswerDelayMs = z
  .number()
  .int()
  .min(0)
  .max(MAX_INBOX_DELAY_MS)
  .meta({ description: "How many milliseconds the answer waits; beyond an endpoint's timeout it times out" });

export const GetInboxQuery = z.object({
  or_nothing: QueryFlag.optional().meta({
    description: "`true` answers 204 while the application has no inbox, instead of 404",
  }),
});

export const InboxIn = z
  .object({
    answerStatus: AnswerStatus.default(200),
    answerBody: AnswerBody.default(""),
    answerDelayMs: AnswerDelayMs.default(0),
  })
  .meta({ id: "InboxIn", example: { answerStatus: 503 } });

export const InboxOut = z
  .object({
    url: z.string().meta({ description: "Where an endpoint, or anybody who knows it, sends requests" }),
    answerStatus: AnswerStatus,
    answerBody: AnswerBody,
    answerDelayMs: AnswerDelayMs,
    createdAt: TimeOut,
  })
  .meta({ id: "InboxOut" });
export type InboxOut = z.output<typeof InboxOut>;

export const InboxQuery = z.object({
  limit: z
    .string()
    .regex(LIMIT_PATTERN, { error: "must be a number" })
    .transform(Number)
    .pipe(z.number().int().min(1).max(MAX_INBOX_REQUESTS))
    .default(DEFAULT_REQUESTS)
    .meta({ type: "integer", minimum: 1, maximum: MAX_INBOX_REQUESTS, default: DEFAULT_REQUESTS }),
  iterator: z
    .string()
    .regex(ITERATOR_PATTERN, { error: "Invalid iterator" })
    .transform(Number)
    .optional()
    .meta({ type: "string", description: "Where to go on: the `iterator` of the page before" }),
});

const InboxSignatureOut = z
  .object({
    verdict: z.enum(SIGNATURE_VERDICTS).meta({
      description:
        "By the secrets of the application's endpoints that point here. `valid`; `out_of_time`: signed right, but too long before it came; `not_valid`: with none of their secrets; `not_signed`: a header of the signature is missing; `no_secret`: the endpoint signs nothing; `no_endpoint`: none points here; `undecided`: it cannot be told",
    }),
    endpointId: z
      .string()
      .nullable()
      .meta({ description: "Whose secret decided; null: none, or of several none" }),
    reason: z.string().nullable().meta({
      description: "Why; null: there is no more to say",
      example: "signed with another secret, or over another body",
    }),
    changedAt: TimeOut.nullable().meta({
      description:
        "When an endpoint that it was checked with, or its dialect, was changed after it came, so that it may have been valid then; else null",
    }),
  })
  .meta({ id: "InboxSignatureOut" });

export const InboxRequestOut = z
  .object({
    id: z.string(),
    receivedAt: TimeOut,
    method: z.string(),
    path: z.string().meta({ description: "With the query" }),
    headers: z.record(z.string(), z.string()).meta({
      description: "Names in lower case; the values of an endpoint's own headers are not shown",
      example: { "content-type": "application/json" },
    }),
    body: z.string().meta({ description: `As text; its first ${MAX_INBOX_KEPT_BODY_CHARS} characters` }),
    bodyBytes: z.number().int(),
    bodyIsCut: z.boolean().meta({ description: "Whether `body` is only its beginning" }),
    answerStatus: z.number().int(),
    signature: InboxSignatureOut,
  })
  .meta({ id: "InboxRequestOut" });
export type InboxRequestOut = z.output<typeof InboxRequestOut>;

export const InboxRequestList = z
  .object({
    data: z.array(InboxRequestOut),
    iterator: z.string().nullable(),
    done: z.boolean(),
  })
  .meta({ id: "InboxRequestList" });

export type InboxSource = { origin: string; token: string; answer: InboxAnswer; createdAtMs: number };

export function toInboxOut(inbox: InboxSource): InboxOut {
  return {
    url: inboxUrl(inbox),
    answerStatus: inbox.answer.status,
    answerBody: inbox.answer.body,
    answerDelayMs: inbox.answer.delayMs,
    createdAt: timeText(inbox.createdAtMs),
  };
}

type SignedSource = { request: KeptRequest; signature: KeptSignature };

export function toInboxRequestOut({ request, signature }: SignedSource): InboxRequestOut {
  const { id, atMs, method, path, headers, body, bodyBytes, isCut, answerStatus } = request;
  return {
    id: String(id),
    receivedAt: timeText(atMs),
    method,
    path,
    headers,
    body,
    bodyBytes,
    bodyIsCut: isCut,
    answerStatus,
    signature: {
      verdict: signature.verdict,
      endpointId: signature.endpointId,
      reason: signature.reason,
      changedAt: signature.changedAtMs === null ? null : timeText(signature.changedAtMs),
    },
  };
}
