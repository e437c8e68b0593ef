import type { EndpointAddress } from "../core/endpoint.ts";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import { operationalSubscribers } from "../store/operational-log.ts";

/** Named by way of the binding: the object itself asks for other objects here. */
export type EndpointStub = ReturnType<Env["ENDPOINT"]["getByName"]>;

/** The typed way to an endpoint's object. A fresh stub a call: one that has thrown may be broken for good. */
export function endpointStub(
  env: Env,
  { appKey, endpointId }: Pick<EndpointAddress, "appKey" | "endpointId">,
): EndpointStub {
  return env.ENDPOINT.getByName(`${appKey}.${endpointId}`);
}

/** One of an endpoint's sender lanes; `endpointName` is its object's name. */
export function laneStub(
  env: Env,
  endpointName: string,
  lane: number,
): ReturnType<Env["SENDER_LANE"]["getByName"]> {
  return env.SENDER_LANE.getByName(`${endpointName}.lane.${lane}`);
}

/** Where an endpoint's listener is connected. */
export function listenerStub(
  env: Env,
  { appKey, endpointId }: Pick<EndpointAddress, "appKey" | "endpointId">,
): ReturnType<Env["LISTENER"]["getByName"]> {
  return env.LISTENER.getByName(`${appKey}.${endpointId}`);
}

/** What came to the inbox with this token. */
export function inboxStub(env: Env, token: string): ReturnType<Env["INBOX"]["getByName"]> {
  return env.INBOX.getByName(token);
}

/** Opens the socket over which an endpoint's requests are taken; null when that cannot be. */
export async function openListener(
  env: Env,
  address: Pick<EndpointAddress, "appKey" | "endpointId">,
): Promise<WebSocket | null> {
  const headers = { upgrade: "websocket" };
  return (await listenerStub(env, address).fetch("https://listener/", { headers })).webSocket;
}

/**
 * Tells objects that their configuration changed, so that it is in force from their next attempt. An object that cannot
 * be reached learns it from the version on its next event, from its next read of the log, or from the sweep.
 */
export async function notifyEndpoints(env: Env, addresses: readonly EndpointAddress[]): Promise<void> {
  await Promise.all(
    addresses.map(async (address) => {
      try {
        await endpointStub(env, address).reload();
      } catch (error) {
        logError("endpoint.notify_failed", error, { endpoint: address.endpointId });
      }
    }),
  );
}

/** Tells who listens to the operational log to read on. Never fails: the sweep finds who was not reached. */
export async function wakeOperational(env: Env): Promise<void> {
  try {
    const subscribers = await operationalSubscribers(env.DB);
    await Promise.all(
      subscribers.map(async (subscriber) => {
        await endpointStub(env, subscriber).hint(subscriber.version, [], subscriber.head);
      }),
    );
  } catch (error) {
    logError("operational.wake_failed", error);
  }
}
