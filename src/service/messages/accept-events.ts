import { hintsOf, newestOf } from "../../accept/hints.ts";
import { appendThroughWriter } from "../../accept/stub.ts";
import { APP_ID_PREFIX, keyedId, newKey } from "../../core/ids.ts";
import { D1_TIMEOUT_MS } from "../../core/limits/database.ts";
import { OPERATIONAL_APP_ID } from "../../core/operational.ts";
import { endpointStub } from "../../delivery/stub.ts";
import type { Env } from "../../env.ts";
import { tellHub } from "../../feed/stub.ts";
import { logError } from "../../log.ts";
import { within } from "../../store/deadline.ts";
import type { AppendCall, Appended, AppendResult, ImplicitApplication } from "../../store/event-append.ts";
import { EventLog } from "../../store/event-log.ts";
import type { ServiceContext } from "../context.ts";

export type AcceptInput = Omit<AppendCall, "implicit"> & {
  /** Created with the first event if the uid is not there yet. */
  implicit: Omit<ImplicitApplication, "key" | "id"> | null;
};

export type AcceptResult =
  | { kind: "no-application" }
  /** The log cannot be reached, or has too much to write. */
  | { kind: "unavailable" }
  /** The application wants payloads checked and these were not; nothing was written. */
  | { kind: "unchecked" }
  | {
      kind: "accepted";
      appKey: number;
      results: Appended[];
      /** What is left to do after the answer. Never throws. */
      tell: () => Promise<void>;
    };

/**
 * Accepts events: when this returns "accepted" they are in the log, and nothing else has to succeed (invariants 1 and
 * 2). Through the log's writer, so that concurrent calls share a transaction; by itself when the writer is out of reach.
 */
export async function acceptEvents(ctx: ServiceContext, input: AcceptInput): Promise<AcceptResult> {
  // The log finds applications by themselves; the hidden one takes no events from callers.
  if (input.application === OPERATIONAL_APP_ID) return { kind: "no-application" };
  const call = { ...input, implicit: input.implicit === null ? null : withIds(ctx, input.implicit) };
  const outcome = await throughWriter(ctx, call);
  if (outcome.kind !== "try-directly") return outcome;
  try {
    return await directly(ctx, call);
  } catch (error) {
    logError("accept.failed", error);
    return { kind: "unavailable" };
  }
}

async function throughWriter(
  ctx: ServiceContext,
  call: AppendCall,
): Promise<AcceptResult | { kind: "try-directly" }> {
  if (ctx.config.logWriters === 0) return { kind: "try-directly" };
  try {
    // The writer has a deadline of its own; this one is for a writer that does not answer at all.
    const outcome = await within(
      2 * D1_TIMEOUT_MS,
      appendThroughWriter(ctx.env, call, ctx.config.logWriters),
    );
    if (outcome.kind === "full") return { kind: "unavailable" };
    return accepted(withPayloads(outcome, call), async () => {});
  } catch (error) {
    logError("accept.writer_failed", error);
    return isRepeatable(call, error) ? { kind: "try-directly" } : { kind: "unavailable" };
  }
}

/** The failed call may have been committed: writing it again is safe only if its keys would show that. */
function isRepeatable(call: AppendCall, error: unknown): boolean {
  const neverRan = error instanceof Error && "overloaded" in error && error.overloaded === true;
  return neverRan || call.events.every(({ eventId, idempotencyHash }) => eventId ?? idempotencyHash);
}

async function directly(ctx: ServiceContext, call: AppendCall): Promise<AcceptResult> {
  const log = new EventLog(ctx.env.DB);
  const [result] = await log.append([call], ctx.nowMs);
  if (result === undefined) return { kind: "unavailable" };
  return accepted(result, () => tellAll(ctx.env, result));
}

function accepted(result: AppendResult, tell: () => Promise<void>): AcceptResult {
  if (result.kind !== "done") return result;
  return { kind: "accepted", appKey: result.appKey, results: result.results, tell };
}

/** The writer does not send payloads back that it was just given. */
function withPayloads(result: AppendResult, call: AppendCall): AppendResult {
  if (result.kind !== "done") return result;
  const results = result.results.map((one, index) => {
    const payload = call.events[index]?.payload ?? null;
    return one.kind === "appended" ? { ...one, event: { ...one.event, payload } } : one;
  });
  return { ...result, results };
}

async function tellAll(env: Env, result: AppendResult): Promise<void> {
  await pushHints(env, result);
  if (result.kind === "done" && result.isLive) await tellHub(env, result.appKey, newestOf(result));
}

/** A hint may be lost: the object's next settle, or the sweep, finds the event in the log. */
async function pushHints(env: Env, result: AppendResult): Promise<void> {
  // Every call begun now would be begun before the answer leaves.
  await new Promise((resolve) => setTimeout(resolve, 0));
  await Promise.all(
    hintsOf(result).map(async (hint) => {
      try {
        await endpointStub(env, hint).hint(hint.version, hint.events, hint.upTo);
      } catch (error) {
        logError("endpoint.hint_failed", error, { endpoint: hint.endpointId });
      }
    }),
  );
}

function withIds(ctx: ServiceContext, app: Omit<ImplicitApplication, "key" | "id">): ImplicitApplication {
  const key = newKey(ctx.random);
  return { ...app, key, id: keyedId(APP_ID_PREFIX, key, ctx.nowMs, ctx.random) };
}
