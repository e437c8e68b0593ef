import type { FilterField } from "../contract/endpoints.ts";
import type { ChangeResult, EndpointRefusal } from "../service/endpoints/change-endpoint.ts";
import { ApiError, invalidAt, notFoundError } from "./errors.ts";

/** An endpoint's filter under the name that the caller gave it. */
export function inWordsOf({ filterField }: { filterField: FilterField }, result: ChangeResult): ChangeResult {
  const isFilter = result.kind === "invalid" && result.field === "eventTypes";
  return isFilter ? { ...result, field: filterField } : result;
}

/** How the API says that an endpoint, or a policy, was not written. */
export function refusalError(refusal: EndpointRefusal): Error {
  switch (refusal.kind) {
    case "invalid":
      return invalidAt(["body", refusal.field], refusal.reason);
    case "not_found":
      return notFoundError();
    case "uid_taken":
      return new ApiError("conflict", "An endpoint with this uid already exists in the application");
    case "limit_reached":
      return new ApiError("limit_reached", refusal.reason);
    case "busy":
      return new ApiError("conflict", "It was changed by others at the same time; try again");
  }
}
