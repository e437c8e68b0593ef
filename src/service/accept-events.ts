import type { LoggedEvent } from "../core/event.ts";
import { keyedId, newKey } from "../core/ids.ts";
import { MAX_HINT_CHARS } from "../core/limits.ts";
import { type SubscriptionSpan, wasSubscribed } from "../core/matching.ts";
import { endpointStub } from "../delivery/stub.ts";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import { APP_ID_PREFIX } from "../store/applications.ts";
import type { SubscriberRow } from "../store/endpoints.ts";
import type { Appended, ImplicitApplication, NewEvent } from "../store/event-append.ts";
import { EventLog } from "../store/event-log.ts";
import type { ServiceContext } from "./context.ts";

export type AcceptInput = {
  /** Id or uid of the application. */
  application: string;
  /** Created with the first event if the uid is not there yet. */
  implicit: Omit<ImplicitApplication, "key" | "id"> | null;
  events: NewEvent[];
};

export type AcceptResult =
  | { kind: "no-application" }
  | {
      kind: "accepted";
      appKey: number;
      results: Appended[];
      /** Pushes hints to the subscribed endpoints; may run after the answer. Never throws. */
      tell: () => Promise<void>;
    };

/**
 * Accepts events: when this returns they are in the log, and nothing else has to succeed (invariants 1 and 2). One round
 * trip to D1, whatever the fan-out.
 */
export async function acceptEvents(ctx: ServiceContext, input: AcceptInput): Promise<AcceptResult> {
  const appended = await new EventLog(ctx.env.DB).append({
    application: input.application,
    implicit: input.implicit === null ? null : withIds(ctx, input.implicit),
    events: input.events,
    nowMs: ctx.nowMs,
  });
  if (appended.kind === "no-application") return appended;
  const { appKey, results, subscribers } = appended;
  const fresh = results.flatMap((result) => (result.kind === "appended" ? [result.event] : []));
  return {
    kind: "accepted",
    appKey,
    results,
    tell: async () => {
      if (fresh.length === 0) return;
      await Promise.all(subscribers.map((row) => hintEndpoint(ctx.env, { appKey, row, events: fresh })));
    },
  };
}

function withIds(ctx: ServiceContext, app: Omit<ImplicitApplication, "key" | "id">): ImplicitApplication {
  const key = newKey(ctx.random);
  return { ...app, key, id: keyedId(APP_ID_PREFIX, key, ctx.nowMs, ctx.random) };
}

type Hint = { appKey: number; row: SubscriberRow; events: readonly LoggedEvent[] };

/** A hint may be lost: the object's next settle, or the sweep, finds the event in the log. */
async function hintEndpoint(env: Env, { appKey, row, events }: Hint): Promise<void> {
  const spans: SubscriptionSpan[] = JSON.parse(row.spans);
  const wanted = events.filter((event) => wasSubscribed(spans, event));
  const upTo = wanted.at(-1)?.position;
  if (upTo === undefined) return;
  const chars = wanted.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0);
  try {
    const stub = endpointStub(env, { appKey, endpointId: row.id });
    await stub.hint(row.version, chars <= MAX_HINT_CHARS ? wanted : [], upTo);
  } catch (error) {
    logError("endpoint.hint_failed", error, { endpoint: row.id });
  }
}
