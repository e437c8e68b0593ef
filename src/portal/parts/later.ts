import { type ComponentType, lazy } from "react";

/** Pages that are loaded once somebody opens them: a consumer never waits for the publisher's. */
export function later(load: () => Promise<ComponentType>) {
  return lazy(async () => ({ default: await load() }));
}
