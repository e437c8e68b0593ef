import { type ConsumerAddress, deleteConsumer } from "../../store/consumers.ts";
import type { ServiceContext } from "../context.ts";

/** False when there is no consumer of that name. */
export function forgetConsumer(ctx: ServiceContext, consumer: ConsumerAddress): Promise<boolean> {
  return deleteConsumer(ctx.env.DB, consumer);
}
