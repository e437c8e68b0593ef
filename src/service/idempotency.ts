/**
 * A POST with an idempotency key runs once: who repeats it is given the first answer (reference svix.md §2.7). The body
 * is no part of the key. Answers may hold tokens and secrets, so they are sealed for their key and open nowhere else.
 */
import { CALL_POLL_MS, MAX_CALL_MS, MAX_STORED_ANSWER_CHARS } from "../core/limits/requests.ts";
import { logError } from "../log.ts";
import { answerCall, type CallRun, claimCall, releaseCall } from "../store/idempotency.ts";
import { importMasterKey, seal, unseal } from "../wire/index.ts";
import type { ServiceContext } from "./context.ts";

export type StoredAnswer = { status: number; contentType: string | null; body: string };

export type Start =
  /** The caller runs it, and says what came of it with {@link finishCall}. */
  | { kind: "run"; run: CallRun }
  | { kind: "answered"; answer: StoredAnswer }
  /** Others with the same key kept starting it and never ended. */
  | { kind: "busy" };

/** Begins a call, or waits for the one under way with the same key; takes over when that one never ends. */
export async function startCall(ctx: ServiceContext, hash: string): Promise<Start> {
  const run = { hash, owner: crypto.randomUUID() };
  while (Date.now() - ctx.nowMs <= 2 * MAX_CALL_MS) {
    const claim = await claimCall(ctx.env.DB, run, Date.now());
    if (claim.mine) return { kind: "run", run };
    if (claim.sealedAnswer !== null) return opened(ctx, run, claim.sealedAnswer);
    await new Promise((resolve) => setTimeout(resolve, CALL_POLL_MS));
  }
  return { kind: "busy" };
}

/** An answer that was sealed under another master key is lost: the call runs again, and nothing is remembered of it. */
async function opened(ctx: ServiceContext, run: CallRun, sealed: string): Promise<Start> {
  try {
    const key = await importMasterKey(ctx.env.POSTHORN_MASTER_KEY);
    return { kind: "answered", answer: JSON.parse(await unseal(key, sealed, contextOf(run))) };
  } catch (error) {
    logError("idempotency.unreadable", error);
    return { kind: "run", run };
  }
}

/** Remembers a success; anything else, and what is too long, is forgotten, so that a repetition runs. Never fails. */
export async function finishCall(
  ctx: ServiceContext,
  run: CallRun,
  answer: StoredAnswer | null,
): Promise<void> {
  try {
    const text = answer === null ? null : JSON.stringify(answer);
    if (text === null || text.length > MAX_STORED_ANSWER_CHARS) {
      await releaseCall(ctx.env.DB, run);
      return;
    }
    const key = await importMasterKey(ctx.env.POSTHORN_MASTER_KEY);
    await answerCall(ctx.env.DB, run, await seal(key, text, contextOf(run)));
  } catch (error) {
    logError("idempotency.not_stored", error);
  }
}

function contextOf({ hash }: CallRun): string {
  return `idempotency.${hash}`;
}
