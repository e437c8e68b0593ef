import { subscribedEventTypes } from "../../store/task-sources.ts";
import { overApps } from "./apps.ts";

/**
 * Which event types the endpoints of each application ask for by name, and whether one asks for everything. Disabled
 * endpoints count: they may be enabled again.
 */
export const listSubscribed = overApps(async ({ env }, _task, apps) => {
  const idOf = new Map(apps.map(({ key, id }) => [key, id]));
  const subscribed = await subscribedEventTypes(
    env.DB,
    apps.map(({ key }) => key),
  );
  return {
    event_types: subscribed.map(({ appKey, eventTypes, hasCatchAll }) => ({
      appId: idOf.get(appKey) ?? "",
      explicitlySubscribedEventTypes: eventTypes,
      hasCatchAllEndpoint: hasCatchAll,
    })),
  };
});
