import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";

export class EndpointObject extends DurableObject<Env> {
  async reload(): Promise<void> {}
}
