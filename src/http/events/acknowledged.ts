import type { AcknowledgeResult } from "../../service/pull/acknowledge-events.ts";
import { ApiError, invalidAt } from "../errors.ts";

type Refused = Exclude<AcknowledgeResult, { kind: "acknowledged" }>;

/** Up to where all is acknowledged now; refusals are thrown, naming the place in the request. */
export function acknowledged(result: AcknowledgeResult, place: string[]): number {
  if (result.kind === "acknowledged") return result.upTo;
  throw notAcknowledged(result, place);
}

export function notAcknowledged(result: Refused, place: string[]): Error {
  switch (result.kind) {
    case "beyond_end":
      return invalidAt(place, `is beyond the newest event, ${result.head}`);
    case "too_scattered": {
      const detail = `More than ${result.limit} gaps between acknowledged events; acknowledge the events in between`;
      return new ApiError("limit_reached", detail);
    }
    case "contended":
      return contended();
  }
}

export function contended(): ApiError {
  return new ApiError("unavailable", "Other workers of this consumer changed it at the same time; try again");
}
