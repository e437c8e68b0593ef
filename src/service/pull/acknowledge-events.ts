import { type Acks, acknowledge, acknowledgeUpTo, NO_ACKS } from "../../core/acks.ts";
import { endpointStub } from "../../delivery/stub.ts";
import { logError } from "../../log.ts";
import { type ConsumerAddress, changeConsumer } from "../../store/consumers.ts";
import { listAddresses } from "../../store/endpoint-addresses.ts";
import { EventLog } from "../../store/event-log.ts";
import type { ServiceContext } from "../context.ts";

export type Acknowledged = { positions: number[] } | { upTo: number };

export type AcknowledgeResult =
  | { kind: "acknowledged"; upTo: number }
  /** Beyond the log's end: it would swallow what comes later. */
  | { kind: "beyond_end"; head: number }
  | { kind: "too_scattered"; limit: number }
  | { kind: "contended" };

/** One row for a consumer, however many events it covers; saying it again changes nothing. */
export async function acknowledgeEvents(
  ctx: ServiceContext,
  consumer: ConsumerAddress,
  acked: Acknowledged,
): Promise<AcknowledgeResult> {
  const result = await rememberAcknowledged(ctx, consumer, acked);
  if (result.kind === "acknowledged") await endRetries(ctx, consumer.appKey, stretchesOf(acked));
  return result;
}

/** As {@link acknowledgeEvents}, and webhooks go on bringing the events: for who reads only some of them. */
export async function rememberAcknowledged(
  ctx: ServiceContext,
  consumer: ConsumerAddress,
  acked: Acknowledged,
): Promise<AcknowledgeResult> {
  const { DB } = ctx.env;
  const highest = "upTo" in acked ? acked.upTo : Math.max(0, ...acked.positions);
  const head = await new EventLog(DB).head(consumer.appKey);
  if (highest > head) return { kind: "beyond_end", head };
  const changed = await changeConsumer<AcknowledgeResult>(
    DB,
    { address: consumer, nowMs: ctx.nowMs },
    (state) => {
      const result =
        "upTo" in acked ? acknowledgeUpTo(state.acks, acked.upTo) : acknowledge(state.acks, acked.positions);
      if (result.kind === "too_scattered") return { state: null, value: result };
      const value = { kind: "acknowledged", upTo: result.acks.upTo } as const;
      const isNews = JSON.stringify(result.acks) !== JSON.stringify(state.acks);
      return { state: isNews ? { ...state, acks: result.acks } : null, value };
    },
  );
  return changed.kind === "contended" ? changed : changed.value;
}

function stretchesOf(acked: Acknowledged): [from: number, to: number][] {
  if ("upTo" in acked) return [[1, acked.upTo]];
  const known = acknowledge(NO_ACKS, acked.positions);
  // So many gaps are refused before; each position for itself says the same.
  if (known.kind === "too_scattered") return acked.positions.map((position) => [position, position]);
  const { upTo, beyond } = known.acks;
  return [
    ...(upTo > 0 ? [[1, upTo] as [number, number]] : []),
    ...beyond.map(([from, to]): [number, number] => [from, to]),
  ];
}

/** The agent has them: its webhooks need not bring them again. One that cannot be reached goes on, which harms nobody. */
async function endRetries(ctx: ServiceContext, appKey: number, stretches: [number, number][]): Promise<void> {
  const addresses = await listAddresses(ctx.env.DB, appKey);
  await Promise.all(
    addresses.map(async (address) => {
      try {
        await endpointStub(ctx.env, address).acknowledged(stretches);
      } catch (error) {
        logError("pull.endpoint_unreachable", error, { endpoint: address.endpointId });
      }
    }),
  );
}

export type SeekTo = { position: number } | { atMs: number };

/** From now on everything up to there counts as acknowledged and nothing beyond; leases end. */
export async function seekConsumer(
  ctx: ServiceContext,
  consumer: ConsumerAddress,
  to: SeekTo,
): Promise<AcknowledgeResult> {
  const { DB } = ctx.env;
  const log = new EventLog(DB);
  const head = await log.head(consumer.appKey);
  const position = "position" in to ? to.position : await log.lastBefore(consumer.appKey, to.atMs);
  if (position > head) return { kind: "beyond_end", head };
  const acks: Acks = { upTo: position, beyond: [] };
  const changed = await changeConsumer<AcknowledgeResult>(
    DB,
    { address: consumer, nowMs: ctx.nowMs },
    () => ({ state: { acks, leases: [] }, value: { kind: "acknowledged", upTo: position } }),
  );
  return changed.kind === "contended" ? changed : changed.value;
}
