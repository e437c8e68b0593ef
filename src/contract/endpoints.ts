/** Endpoints as the API shows and takes them (reference svix.md §1.2, §1.18). */
import { z } from "zod";
import { ENDPOINT_ID_PREFIX } from "../core/ids.ts";
import { MAX_EVENT_TYPE_CHARS } from "../core/limits/catalogue.ts";
import { MAX_CHANNEL_CHARS, MAX_CHANNELS } from "../core/limits/publishing.ts";
import {
  MAX_ENDPOINT_EVENT_TYPES,
  MAX_ENDPOINT_HEADERS,
  MAX_TRANSFORMATION_CHARS,
  MAX_URL_CHARS,
  MIN_TRANSFORMATION_CHARS,
} from "../core/limits/resources.ts";
import {
  DEFAULT_SECRET_GRACE_SECONDS,
  MAX_SECRET_CHARS,
  MAX_SECRET_GRACE_SECONDS,
} from "../core/limits/secrets.ts";
import {
  DescriptionText,
  listOut,
  MetadataIn,
  MetadataOut,
  NAME_PATTERN,
  Rate,
  TimeOut,
  timeText,
  uidText,
} from "./fields.ts";

const CHANNEL_PATTERN = /^[a-zA-Z0-9\-_.:+]+$/;

export const AppPath = z.object({ app_id: z.string() });
export const EndpointPath = z.object({ app_id: z.string(), endpoint_id: z.string() });

export const UrlText = z.string().min(1).max(MAX_URL_CHARS).meta({ format: "uri" });

/** A list that is a set, or null: repeated items count once. */
function setOf(item: z.ZodString, maxItems: number) {
  return z
    .array(item)
    .max(maxItems)
    .transform((items) => [...new Set(items)])
    .nullable()
    .meta({ type: ["array", "null"], items: { type: "string" }, maxItems, uniqueItems: true });
}

export const EventTypes = setOf(
  z.string().min(1).max(MAX_EVENT_TYPE_CHARS).regex(NAME_PATTERN),
  MAX_ENDPOINT_EVENT_TYPES,
);
const Channels = setOf(z.string().min(1).max(MAX_CHANNEL_CHARS).regex(CHANNEL_PATTERN), MAX_CHANNELS);

/** `eventTypes` and `throttleRate` are the newer SDKs' names, `filterTypes` and `rateLimit` the older ones'. */
export const COMMON_FIELDS = {
  description: DescriptionText.optional(),
  throttleRate: Rate.nullable().optional(),
  rateLimit: Rate.nullable().optional(),
  uid: uidText(ENDPOINT_ID_PREFIX).nullable().optional(),
  disabled: z.boolean().optional(),
  eventTypes: EventTypes.optional(),
  filterTypes: EventTypes.optional(),
  channels: Channels.optional(),
  metadata: MetadataIn.optional(),
};

/** The name that the caller has used, and is answered in when its filter is refused. */
export type FilterField = "eventTypes" | "filterTypes";

type Aliased = {
  throttleRate?: number | null | undefined;
  rateLimit?: number | null | undefined;
  eventTypes?: string[] | null | undefined;
  filterTypes?: string[] | null | undefined;
};

/** One name for what two were accepted for; an empty list stays one, because who sent it decides what it means. */
export function withoutAliases<Body extends Aliased>({
  throttleRate,
  rateLimit,
  eventTypes,
  filterTypes,
  ...rest
}: Body) {
  const ratePerSecond = throttleRate === undefined ? rateLimit : throttleRate;
  const isOlder = eventTypes === undefined && filterTypes !== undefined;
  const filterField: FilterField = isOlder ? "filterTypes" : "eventTypes";
  return { ...rest, ratePerSecond, eventTypes: isOlder ? filterTypes : eventTypes, filterField };
}

export const BOTH_NAMES = {
  error: "filterTypes is another name of eventTypes: give one of them",
  path: ["filterTypes"],
};

export function hasOneFilter({ eventTypes, filterTypes }: Aliased): boolean {
  return eventTypes === undefined || filterTypes === undefined;
}

/** Header values are judged by name, with the dialect's own in view; here only their shape is. */
export const HeaderMap = z.record(z.string(), z.string());

/** Which secrets will do depends on the dialect in effect, so the schema asks for little. */
const SecretIn = z.string().min(1).max(MAX_SECRET_CHARS).nullable().optional();

export const EndpointIn = z
  .object({
    url: UrlText,
    ...COMMON_FIELDS,
    secret: SecretIn,
    headers: HeaderMap.nullable().optional(),
  })
  .refine(hasOneFilter, BOTH_NAMES)
  .transform(withoutAliases)
  .meta({ id: "EndpointIn" });
export type EndpointIn = z.output<typeof EndpointIn>;

export const EndpointUpsertIn = z
  .object({ url: UrlText, ...COMMON_FIELDS })
  .refine(hasOneFilter, BOTH_NAMES)
  .transform(withoutAliases)
  .meta({ id: "EndpointUpsertIn" });
export type EndpointUpsertIn = z.output<typeof EndpointUpsertIn>;

/** Absent: untouched; null: unset. SDKs before 2.0 replace the secret here too, with null by one that is made. */
export const EndpointPatch = z
  .object({ url: UrlText.optional(), ...COMMON_FIELDS, secret: SecretIn })
  .refine(hasOneFilter, BOTH_NAMES)
  .transform(withoutAliases)
  .meta({ id: "EndpointPatch" });
export type EndpointPatch = z.output<typeof EndpointPatch>;

export const EndpointOut = z
  .object({
    id: z.string(),
    uid: z.string().nullable(),
    url: z.string(),
    description: z.string(),
    throttleRate: z.number().int().nullable(),
    rateLimit: z.number().int().nullable(),
    disabled: z.boolean(),
    eventTypes: z.array(z.string()).nullable(),
    filterTypes: z.array(z.string()).nullable(),
    channels: z.array(z.string()).nullable(),
    metadata: MetadataOut,
    /** Required by the models of the older SDKs; says nothing. */
    version: z.number().int(),
    createdAt: TimeOut,
    updatedAt: TimeOut,
  })
  .meta({ id: "EndpointOut" });
export type EndpointOut = z.output<typeof EndpointOut>;

export const EndpointListOut = listOut(EndpointOut, "EndpointOut");

/** What an {@link EndpointOut} is made of. */
export type EndpointSource = {
  endpointId: string;
  uid: string | null;
  url: string;
  description: string;
  ratePerSecond: number | null;
  disabled: boolean;
  eventTypes: string[] | null;
  channels: string[] | null;
  metadata: Record<string, string>;
  createdAtMs: number;
  updatedAtMs: number;
};

export function toEndpointOut(endpoint: EndpointSource): EndpointOut {
  return {
    id: endpoint.endpointId,
    uid: endpoint.uid,
    url: endpoint.url,
    description: endpoint.description,
    throttleRate: endpoint.ratePerSecond,
    rateLimit: endpoint.ratePerSecond,
    disabled: endpoint.disabled,
    eventTypes: endpoint.eventTypes,
    filterTypes: endpoint.eventTypes,
    channels: endpoint.channels,
    metadata: endpoint.metadata,
    version: 1,
    createdAt: timeText(endpoint.createdAtMs),
    updatedAt: timeText(endpoint.updatedAtMs),
  };
}

export const EndpointSecretOut = z.object({ key: z.string() }).meta({ id: "EndpointSecretOut" });

export const EndpointSecretRotateIn = z
  .object({
    key: z.string().min(1).max(MAX_SECRET_CHARS).nullable().optional(),
    gracePeriodSeconds: z
      .number()
      .int()
      .min(0)
      .max(MAX_SECRET_GRACE_SECONDS)
      .nullable()
      .optional()
      .meta({ default: DEFAULT_SECRET_GRACE_SECONDS }),
  })
  .meta({ id: "EndpointSecretRotateIn" });

export const EndpointThrottleRateStatusOut = z
  .object({ status: z.enum(["Ok", "RateLimited"]), throttledSince: TimeOut.nullable() })
  .meta({ id: "EndpointThrottleRateStatusOut" });

export const EventExampleIn = z
  .object({
    eventType: z.string().min(1).max(MAX_EVENT_TYPE_CHARS).regex(NAME_PATTERN),
    exampleIndex: z
      .number()
      .int()
      .min(0)
      .optional()
      .meta({ default: 0, description: "Which of the schema's examples; of none it makes one" }),
  })
  .meta({ id: "EventExampleIn" });

export const EndpointTransformationOut = z
  .object({
    code: z.string().nullable(),
    enabled: z.boolean(),
    variables: z.record(z.string(), z.string()).nullable(),
    updatedAt: TimeOut.nullable(),
  })
  .meta({ id: "EndpointTransformationOut" });

export const EndpointTransformationPatch = z
  .object({
    code: z.string().min(MIN_TRANSFORMATION_CHARS).max(MAX_TRANSFORMATION_CHARS).nullish(),
    enabled: z.boolean().optional(),
    variables: z.record(z.string(), z.string()).nullish(),
  })
  .meta({ id: "EndpointTransformationPatch" });

export const EndpointHeadersOut = z
  .object({ headers: z.record(z.string(), z.string()), sensitive: z.array(z.string()) })
  .meta({ id: "EndpointHeadersOut" });

export const EndpointHeadersIn = z.object({ headers: HeaderMap }).meta({ id: "EndpointHeadersIn" });

export const EndpointHeadersPatchIn = z
  .object({
    headers: z.record(z.string(), z.string().nullable()).optional(),
    deleteHeaders: z.array(z.string()).max(MAX_ENDPOINT_HEADERS).optional(),
  })
  .meta({ id: "EndpointHeadersPatchIn" });
