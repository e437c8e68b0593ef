/** What the reference says of parameters and fields whose own schema says nothing: most of them mean the same everywhere. */
import { isObject } from "../core/json-object.ts";
import type { Schemas } from "./examples.ts";

const APPLICATION = "The application's id or uid";
const ENDPOINT = "The endpoint's id or uid";
const PER_SECOND = "Events a second at most; null: as many as there are";
const FLAGS = "Only consumers whose token has one of these flags see it";
const OLDER = (name: string) => `The older name of \`${name}\`, which SDKs before 2.0 send`;
const SECONDS_FROM_NOW = "In how many seconds";

/** By the parameter's name. */
const PARAMETERS: Record<string, string> = {
  app_id: APPLICATION,
  endpoint_id: ENDPOINT,
  msg_id: "The message's id or event id",
  attempt_id: "The attempt's id",
  integ_id: "The integration's id",
  connector_id: "The connector's id or uid",
  event_type_name: "The event type's name",
  alert_id: "The rule's id",
  key_id: "The key's id; not the key itself",
  action: "Only changes by this operation, as the document names it",
  task_id: "The task's id",
  name: "The dialect's name",
  limit: "How many on a page",
  iterator:
    "Where to go on: the `iterator` of the page before, or its `prevIterator` to go back; left out, from the beginning",
  order: "By the time they were made; each list has its own default",
  before: "Only those from before this time",
  after: "Only those from this time on",
  since: "From this time on",
  until: "Up to this time",
  channel: "Only messages with this channel",
  tag: "Only messages with this tag",
  with_content: "`false` leaves out payloads, schemas and what receivers answered",
  with_msg: "`true` shows each attempt's message with it",
  status: "Only those with this status",
  status_code_class: "Only answers of this class: 200 for 200 to 299; 0: there was no answer",
  task: "Only tasks of this kind",
  product_type: "Only those of this product",
  include_archived: "`true` lists archived ones too",
  expunge: "`true` removes it for good instead of archiving it",
  get_if_exists: "`true` answers 200 with the application that has the uid already, instead of 409",
  event_type: "Only events of this type",
  types: "Only events of these types, separated by commas",
  consumer_id: "The consumer's name, as it calls itself",
  consumer: "The consumer's name, as it calls itself",
  exclude_apps_with_no_endpoints: "`true` leaves out applications without endpoints",
};

/** By the field's name in a body, or by `Schema.field` where it means something else there. */
const FIELDS: Record<string, string> = {
  uid: "The caller's own id of it, unique among its kind; works wherever the id does",
  name: "For people",
  description: "For people",
  metadata: "The caller's own, not looked at",
  throttleRate: PER_SECOND,
  rateLimit: OLDER("throttleRate"),
  filterTypes: OLDER("eventTypes"),
  featureFlag: OLDER("featureFlags"),
  featureFlags: FLAGS,
  "AppPortalAccessIn.featureFlags": "Which hidden event types and connectors it shows",
  url: "Where events are sent by POST",
  disabled: "Nothing is sent while it is, and what waits is canceled",
  enabled: "Nothing is sent while it is not",
  eventTypes: "Only events of these types; null: all",
  "EnvironmentIn.eventTypes": "Created, or replaced where they exist",
  "EnvironmentIn.settings":
    "Laid over those there are; `eventCatalogPublished` opens and closes the public catalogue",
  "EnvironmentIn.connectors": "Created, or replaced where one has the same uid or name",
  channels: "Only events published with one of these channels; null: all",
  "MessageIn.channels": "Endpoints with channels get it only if they have one of these",
  "MessageBroadcastIn.channels": "Endpoints with channels get it only if they have one of these",
  "MessagePrecheckIn.channels": "Endpoints with channels get it only if they have one of these",
  secret: "What deliveries are signed with; left out, one is made",
  "EndpointPatch.secret":
    "What deliveries are signed with from now on; null: one is made. Left out, it stays",
  headers:
    "Sent with every delivery; values are kept encrypted, and those that authorise are not shown again",
  "EndpointHeadersPatchIn.headers": "Added and replaced; the others stay",
  deleteHeaders: "Names of headers to remove",
  key: "The new secret; left out, one is made",
  gracePeriodSeconds: "How long deliveries are signed with the old secret too",
  eventType: "The event type's name",
  eventId: "The caller's own id of the message, unique in its application: a second one is 409",
  tags: "To find it by in lists",
  application: "Made under the uid of the path, if there is none yet",
  transformationsParams:
    "`rawPayload`, the text of a JSON object, is the payload instead of `payload`; the rest is ignored",
  deliverAt: "Not sent before this time: one minute to 24 hours ahead",
  payloadRetentionPeriod: "Days after which the payload is forgotten",
  payloadRetentionHours: "Hours after which the payload is forgotten",
  ids: "Ids or event ids of messages",
  since: "From this time on",
  until: "Up to this time; left out, up to now",
  channel: "Only messages with this channel",
  tag: "Only messages with this tag",
  createdBefore: "Only messages published before this time",
  appIds: "Ids or uids of applications; left out, all",
  archived: "Hidden from lists and consumers; publishing with it goes on",
  deprecated: "Shown as such; changes nothing else",
  groupName: "Under which heading catalogues show it",
  expiry: SECONDS_FROM_NOW,
  "AppPortalAccessIn.expiry": "How many seconds the token is good for",
  "ApplicationTokenExpireIn.expiry": `${SECONDS_FROM_NOW} the tokens end; left out, at once`,
  "RotateTokenIn.expiry": "How many seconds the new token is good for; left out, it does not expire",
  "ApiTokenExpireIn.expiry": `${SECONDS_FROM_NOW} the key ends; left out, at once`,
  oldTokenExpiry: `${SECONDS_FROM_NOW} the old token ends`,
  expiresAt: "When it ends; left out, it does not expire",
  oneTimeToken: "As the portal's link carries it; good for one exchange",
  capabilities: "What it may do; left out, everything a consumer may",
  readOnly: "What `capabilities` replaced: true takes every capability to change something",
  sessionId: "A name for the session, so that it can be ended by itself",
  sessionIds: "Only tokens of these sessions; left out, all",
  retrySchedule: "Seconds to wait after each failed attempt; empty: no retries",
  timeoutSeconds: "How long an attempt may take",
  concurrency: "Requests in flight at a time",
  ordering: '`"fifo"`: one after the other, in the order of publishing',
  jitter: "Whether waits vary by a fifth, so that retries do not come all at once",
  envelope: "The fields of the body; `null`: the payload as published",
  idPrefix: "What ids begin with on the wire",
  signature: "How deliveries are signed, and in which header",
  retried: "Which answers are tried again",
  disableOnGone: "Whether a 410 disables the endpoint",
  deliveryControl: "Whether the receiver's `webhook-delivery` header is obeyed",
  "DialectPreviewIn.payload": "As it would be published",
  "DialectPreviewIn.definition":
    "Shown instead of what is stored under the name, where there need be nothing: a dialect that is still being written",
  "DialectPreviewIn.secret": "To sign with; left out, one is made",
  timestamp: "When it would be sent; left out, now",
  "CatalogueImportIn.name": "The catalogue's name",
  logo: "URL of a picture",
  kind: "What it connects to",
  instructions: "For people who set it up; Markdown",
  allowedEventTypes: "Event types it is meant for; null: all",
  transformation: "JavaScript; kept and shown, not run",
  productType: "Which product it is for",
  code: "JavaScript; not offered, any is answered 501",
  variables: "As `code`",
  "EndpointTransformationPatch.enabled": "`true` is answered 501",
  event_ids: "Ids of events that need not come again",
  up_to: "All events up to and with this position",
  after: "Events from this time on",
  offset: "Of the last event that need not come again",
  threshold: "How many in the window are too many",
};

const TAKEN = /(?:In|Patch|Update|AckEvents)$/;

export function parameterText(name: string): string | undefined {
  return PARAMETERS[name];
}

/** With what is known of the fields of bodies that say nothing of themselves. */
export function describedSchemas(schemas: Schemas): Schemas {
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => [id, TAKEN.test(id) ? described(schema, id) : schema]),
  );
}

function described(schema: unknown, id: string): unknown {
  if (!isObject(schema)) return schema;
  const { properties } = schema;
  if (!isObject(properties)) return schema;
  const fields = Object.entries(properties).map(([name, field]) => {
    const description = FIELDS[`${id}.${name}`] ?? FIELDS[name];
    const isSilent = isObject(field) && field["description"] === undefined && description !== undefined;
    return [name, isSilent ? { ...field, description } : field];
  });
  return { ...schema, properties: Object.fromEntries(fields) };
}
