import { MESSAGE_STATUS } from "../../src/core/attempt.ts";
import { EVERY_DELIVERY } from "../../src/core/attempt-log.ts";
import type { DeliveryReader } from "../../src/delivery/queue-deliveries.ts";

const NAMES = Object.keys(MESSAGE_STATUS);

/** How each position that the object knows stands: `success`, `pending`, … */
export function standingIn(deliveries: DeliveryReader): Map<number, string> {
  const { rows } = deliveries.list({ ...EVERY_DELIVERY, from: null, ascending: true, count: 10_000 });
  return new Map(rows.map(({ event, status }) => [event.position, NAMES[status] ?? "?"]));
}
