/** Whose events these are: `me` is the application that the consumer's token reaches. */
import type { EventRef } from "../../contract/pull.ts";
import { parseMessageId } from "../../core/ids.ts";
import type { Capability } from "../../core/principal.ts";
import type { HttpContext } from "../app-env.ts";
import { requireCapability } from "../auth.ts";
import { ApiError, invalidAt } from "../errors.ts";

export function requireMe(c: HttpContext, capability: Capability = "ViewBase"): number {
  const principal = c.get("principal");
  if (principal.kind !== "consumer") {
    throw new ApiError("insufficient access", "Only a consumer's token says who `me` is");
  }
  requireCapability(c, capability);
  return principal.appKey;
}

/** The position that a reference names; 422 for another application's event. */
export function positionOf(ref: EventRef, appKey: number, loc: string[]): number {
  if (typeof ref === "number") return ref;
  const address = parseMessageId(ref);
  if (address === null) return Number(ref);
  if (address.appKey !== appKey) throw invalidAt(loc, "is not an event of yours");
  return address.position;
}
