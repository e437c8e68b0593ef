/** What the deployment's own events mean. */
import { OPERATIONAL_EVENT_TYPES } from "../../../../core/operational.ts";

/** Those the service sends: others may be asked for, as Svix's callers do, and never come. */
const MEANINGS: Record<string, string> = {
  "endpoint.created": "An endpoint was added to an application.",
  "endpoint.updated": "An endpoint’s URL, event types or other settings changed.",
  "endpoint.deleted": "An endpoint was deleted.",
  "endpoint.disabled":
    "An endpoint was disabled: by somebody, or by the service because it failed for too long.",
  "endpoint.enabled": "A disabled endpoint was enabled again.",
  "message.attempt.failing": "A message has failed four times at an endpoint, and is still tried.",
  "message.attempt.exhausted": "A message was given up: its retries are used up, or it is not to be retried.",
  "message.attempt.recovered": "A message that had been failing was delivered after all.",
  "background_task.finished": "A background task, such as a recovery, has ended.",
  "alert.fired": "An alert rule’s threshold was reached.",
};

export type OperationalType = {
  name: string;
  description: string;
  groupName: string | null;
  deprecated: boolean;
};

/** As a catalogue to choose from. */
export const OPERATIONAL_CATALOGUE: OperationalType[] = OPERATIONAL_EVENT_TYPES.flatMap((name) => {
  const description = MEANINGS[name];
  if (description === undefined) return [];
  const group = name.startsWith("endpoint.")
    ? "Endpoints"
    : name.startsWith("message.")
      ? "Messages"
      : "Others";
  return [{ name, description, groupName: group, deprecated: false }];
});
