import { env } from "cloudflare:workers";
import { keyOfId } from "../../src/core/ids.ts";
import { type EndpointStatus, saveEndpointStatus } from "../../src/store/endpoint-status.ts";

/** What an endpoint's object would tell of itself; of what is not named: nothing. */
export async function saveStatus(
  { appId, endpointId }: { appId: string; endpointId: string },
  fields: Partial<EndpointStatus>,
): Promise<void> {
  await saveEndpointStatus(env.DB, {
    appKey: keyOfId("app_", appId) ?? 0,
    endpointKey: keyOfId("ep_", endpointId) ?? 0,
    position: 0,
    waiting: 0,
    configVersion: 1,
    succeeded: 0,
    failed: 0,
    failingSinceMs: null,
    updatedAtMs: Date.now(),
    dueAtMs: null,
    exhaustedAtMs: null,
    behind: 0,
    latency: [],
    hours: [],
    ...fields,
  });
}
