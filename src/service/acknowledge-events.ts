import { acknowledge, acknowledgeUpTo } from "../core/acks.ts";
import { type ConsumerAddress, changeConsumer } from "../store/consumers.ts";
import { EventLog } from "../store/event-log.ts";
import type { ServiceContext } from "./context.ts";

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
