import type { AcknowledgeResult } from "../../service/acknowledge-events.ts";
import { ApiError, invalidAt } from "../errors.ts";

/** Up to where all is acknowledged now; refusals are thrown, naming the body's field. */
export function acknowledged(result: AcknowledgeResult, field: string): number {
  switch (result.kind) {
    case "acknowledged":
      return result.upTo;
    case "beyond_end":
      throw invalidAt(["body", field], `is beyond the newest event, ${result.head}`);
    case "too_scattered": {
      const detail = `More than ${result.limit} gaps between acknowledged events; acknowledge the events in between`;
      throw new ApiError("limit_reached", detail);
    }
    case "contended":
      throw contended();
  }
}

export function contended(): ApiError {
  return new ApiError("unavailable", "Other workers of this consumer changed it at the same time; try again");
}
