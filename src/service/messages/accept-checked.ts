/** Accepting events whose payloads must fit their types' schemas, where the application or the deployment wants that. */
import { type PayloadCheck, type PayloadFlaw, payloadCheck } from "../../catalogue/payload-check.ts";
import { newestSchema } from "../../core/json-schema.ts";
import { MAX_WRITE_TRIES } from "../../core/limits/database.ts";
import {
  MAX_CACHED_CHECK_WISHES,
  MAX_CACHED_SCHEMAS,
  SCHEMA_CACHE_MS,
} from "../../core/limits/publishing.ts";
import { logError } from "../../log.ts";
import type { Appended, NewEvent } from "../../store/event-append.ts";
import { readChecks } from "../../store/payload-checks.ts";
import type { ServiceContext } from "../context.ts";
import { RecentValues } from "../recent-values.ts";
import { type AcceptInput, type AcceptResult, acceptEvents } from "./accept-events.ts";

export type { PayloadFlaw };

/** An event, and its payload as it was parsed. */
export type CheckedEvent = { event: NewEvent; payload: unknown };

export type CheckedResult = Appended | { kind: "unfit"; flaws: PayloadFlaw[] };

export type AcceptCheckedResult =
  | Extract<AcceptResult, { kind: "no-application" | "unavailable" }>
  | { kind: "accepted"; appKey: number; results: CheckedResult[]; tell: () => Promise<void> };

type Input = Omit<AcceptInput, "events" | "checked"> & { events: readonly CheckedEvent[] };

/**
 * Checks by event type, and applications that want theirs made, as this isolate saw them last. Both only save a read:
 * the append itself asks whether the application wants checks, and a refusal is decided by what is stored now.
 */
const schemas = new RecentValues<PayloadCheck | null>(MAX_CACHED_SCHEMAS, SCHEMA_CACHE_MS);
const wishes = new RecentValues<boolean>(MAX_CACHED_CHECK_WISHES, SCHEMA_CACHE_MS);

/** To be called after a change of schemas or wishes here, so that this isolate goes by it at once. */
export function forgetPayloadChecks(): void {
  schemas.clear();
  wishes.clear();
}

/**
 * {@link acceptEvents} for events of which some may not fit: those are told apart, the others are accepted. Where nobody
 * wants checks it costs nothing; where somebody does, a read when this isolate knows too little, or before it refuses.
 */
export async function acceptChecked(ctx: ServiceContext, input: Input): Promise<AcceptCheckedResult> {
  for (let tries = 0; tries < MAX_WRITE_TRIES; tries++) {
    const isWanted = wishes.get(input.application, ctx.nowMs) ?? ctx.config.validatePayloads;
    const judged = isWanted ? await judge(ctx, input) : { flaws: new Map<CheckedEvent, PayloadFlaw[]>() };
    if (judged === null) return { kind: "no-application" };
    const fit = input.events.filter((item) => !judged.flaws.has(item));
    if (fit.length === 0) return merged(input.events, judged.flaws, NOTHING_ACCEPTED);
    const events = fit.map(({ event }) => event);
    const accepted = await acceptEvents(ctx, { ...input, events, checked: isWanted });
    if (accepted.kind === "accepted") return merged(input.events, judged.flaws, accepted);
    if (accepted.kind !== "unchecked") return accepted;
    wishes.set(input.application, true, ctx.nowMs);
  }
  return { kind: "unavailable" };
}

type Accepted = Extract<AcceptResult, { kind: "accepted" }>;
type Flaws = ReadonlyMap<CheckedEvent, PayloadFlaw[]>;

const NOTHING_ACCEPTED: Accepted = { kind: "accepted", appKey: 0, results: [], tell: async () => {} };

function merged(events: readonly CheckedEvent[], flaws: Flaws, accepted: Accepted): AcceptCheckedResult {
  const results = [...accepted.results];
  const all = events.flatMap((item): CheckedResult[] => {
    const own = flaws.get(item);
    const result = own === undefined ? results.shift() : { kind: "unfit" as const, flaws: own };
    return result === undefined ? [] : [result];
  });
  return { ...accepted, results: all };
}

/** Flaws by event; null when there is no such application. A refusal is never made by what may be stale. */
async function judge(ctx: ServiceContext, input: Input): Promise<{ flaws: Flaws } | null> {
  const isKnown = input.events.every(({ event }) => schemas.get(event.eventType, ctx.nowMs) !== undefined);
  if (isKnown) {
    const flaws = flawsOf(ctx, input.events);
    if (flaws.size === 0) return { flaws };
  }
  const types = [...new Set(input.events.map(({ event }) => event.eventType))];
  const stored = await readChecks(ctx.env.DB, input.application, types);
  for (const type of types) {
    schemas.set(type, compiled(type, stored.schemas.get(type) ?? null), ctx.nowMs);
  }
  if (stored.application === null && input.implicit === null) return null;
  const isWanted = stored.application?.validatePayloads ?? ctx.config.validatePayloads;
  wishes.set(input.application, isWanted, ctx.nowMs);
  return { flaws: isWanted ? flawsOf(ctx, input.events) : new Map() };
}

function compiled(type: string, stored: Record<string, unknown> | null): PayloadCheck | null {
  const schema = newestSchema(stored);
  if (schema === undefined) return null;
  try {
    return payloadCheck(schema);
  } catch (error) {
    logError("schema.unusable", error, { eventType: type });
    return null;
  }
}

function flawsOf(ctx: ServiceContext, events: readonly CheckedEvent[]): Flaws {
  const flaws = new Map<CheckedEvent, PayloadFlaw[]>();
  for (const item of events) {
    const found = flawsOfOne(item, schemas.get(item.event.eventType, ctx.nowMs) ?? null);
    if (found.length > 0) flaws.set(item, found);
  }
  return flaws;
}

/** A schema that the validator cannot work with says nothing: our own fault may not lose anybody's event. */
function flawsOfOne({ event, payload }: CheckedEvent, check: PayloadCheck | null): PayloadFlaw[] {
  try {
    return check?.(payload) ?? [];
  } catch (error) {
    logError("schema.unusable", error, { eventType: event.eventType });
    return [];
  }
}
