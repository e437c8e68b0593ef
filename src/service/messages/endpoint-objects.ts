/** Asking many endpoints' objects for one answer: one that cannot be reached must not take the others' with it. */
import type { EndpointAddress } from "../../core/endpoint.ts";
import { inTurn } from "../../core/in-turn.ts";
import { ENDPOINT_FAN_OUT } from "../../core/limits/requests.ts";
import { type EndpointStub, endpointStub } from "../../delivery/stub.ts";
import { logError } from "../../log.ts";
import type { ServiceContext } from "../context.ts";

const TRIES = 2;

/** Asks every endpoint's object, a few at a time; returns the endpoints whose objects did not answer. */
export async function askEach<Endpoint extends EndpointAddress>(
  { env }: ServiceContext,
  endpoints: readonly Endpoint[],
  ask: (stub: EndpointStub, endpoint: Endpoint) => Promise<void>,
): Promise<Endpoint[]> {
  const unreachable: Endpoint[] = [];
  const askOne = async (endpoint: Endpoint) => {
    for (let tries = 1; ; tries++) {
      try {
        return await ask(endpointStub(env, endpoint), endpoint);
      } catch (error) {
        if (tries < TRIES) continue;
        logError("endpoint.unreachable", error, { endpoint: endpoint.endpointId });
        return void unreachable.push(endpoint);
      }
    }
  };
  await inTurn(endpoints, ENDPOINT_FAN_OUT, askOne);
  return unreachable;
}

/** What platform calls fail with when the object itself has not failed. */
export function isObjectUnavailable(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const flags = error as { retryable?: unknown; overloaded?: unknown; durableObjectReset?: unknown };
  return flags.retryable === true || flags.overloaded === true || flags.durableObjectReset === true;
}
