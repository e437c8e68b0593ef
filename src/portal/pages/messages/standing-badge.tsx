import type { MessageStanding } from "../../api/messages.ts";
import { Badge, type Tone } from "../../parts/badge.tsx";

/** How a message stands over all endpoints, the worst of it first. */
export function StandingBadge({ standing }: { standing: MessageStanding }) {
  const [tone, text] = standingText(standing);
  return <Badge tone={tone}>{text}</Badge>;
}

function standingText({
  overall,
  endpoints,
}: Pick<MessageStanding, "overall" | "endpoints">): [tone: Tone, text: string] {
  const { delivered, failed, sending, waiting } = endpoints;
  const total = Object.values(endpoints).reduce((sum, count) => sum + count, 0);
  const at = (count: number) => (total > 1 ? ` at ${count} of ${total}` : "");
  switch (overall) {
    case "failed":
      return ["bad", `Failed${at(failed)}`];
    case "pending":
      return sending > 0 ? ["warn", `Retrying${at(sending)}`] : ["info", `Waiting${at(waiting)}`];
    case "delivered":
      return ["good", total > 1 ? `Delivered to ${delivered} of ${total}` : "Delivered"];
    case "canceled":
      return ["dim", "Canceled"];
    case "unknown":
      return ["dim", "Unknown"];
    case "nowhere":
      return ["dim", "Went nowhere"];
  }
}
