import { z } from "zod";
import { readSchema } from "../core/json-schema.ts";
import { MAX_EVENT_TYPE_CHARS, MAX_SCHEMAS_CHARS } from "../core/limits/catalogue.ts";
import { MAX_FEATURE_FLAGS } from "../core/limits/resources.ts";
import { DescriptionText, listOut, NAME_PATTERN, PageQuery, QueryFlag, shallow, TimeOut } from "./fields.ts";

/** Name of an event type, of its group, of a feature flag. */
export const EventTypeName = z.string().min(1).max(MAX_EVENT_TYPE_CHARS).regex(NAME_PATTERN);

export const FeatureFlags = z
  .array(EventTypeName)
  .min(1)
  .max(MAX_FEATURE_FLAGS)
  .refine((flags) => new Set(flags).size === flags.length, { error: "must not repeat a flag" });

const EXAMPLE_SCHEMAS = {
  "1": {
    title: "Invoice paid",
    type: "object",
    properties: { invoiceId: { type: "string" }, amount: { type: "number" } },
    required: ["invoiceId"],
    examples: [{ invoiceId: "inv_1", amount: 12.5 }],
  },
};

/** What is wrong with one of them is told at its place, once its depth is known to be bounded. */
const Schemas = shallow(z.record(z.string(), z.unknown()))
  .refine((schemas) => JSON.stringify(schemas).length <= MAX_SCHEMAS_CHARS, {
    error: `must not be longer than ${MAX_SCHEMAS_CHARS} characters as JSON`,
  })
  .superRefine((schemas, ctx) => {
    for (const [version, schema] of Object.entries(schemas)) {
      for (const { path, message } of readSchema(schema).flaws) {
        ctx.addIssue({ code: "custom", path: [version, ...path], message });
      }
    }
  })
  .meta({
    description: "By version, each a JSON Schema of the payload; the highest number is the one that applies",
    example: EXAMPLE_SCHEMAS,
  });

const Details = {
  archived: z.boolean().default(false),
  deprecated: z.boolean().default(false),
  schemas: Schemas.nullish(),
  groupName: EventTypeName.nullish(),
  featureFlags: FeatureFlags.nullish(),
  /** What older SDKs know instead of `featureFlags`. */
  featureFlag: EventTypeName.nullish(),
};

export const EventTypeIn = z
  .object({ name: EventTypeName, description: DescriptionText, ...Details })
  .meta({ id: "EventTypeIn" });
export type EventTypeIn = z.output<typeof EventTypeIn>;

export const EventTypeUpsertIn = z
  .object({ description: DescriptionText, ...Details })
  .meta({ id: "EventTypeUpsertIn" });
export type EventTypeUpsertIn = z.output<typeof EventTypeUpsertIn>;

export const EventTypePatch = z
  .object({
    ...Details,
    description: DescriptionText.optional(),
    archived: z.boolean().optional(),
    deprecated: z.boolean().optional(),
  })
  .meta({ id: "EventTypePatch" });
export type EventTypePatch = z.output<typeof EventTypePatch>;

export const EventTypeOut = z
  .object({
    name: z.string(),
    description: z.string(),
    archived: z.boolean(),
    deprecated: z.boolean(),
    schemas: z.record(z.string(), z.unknown()).nullable(),
    groupName: z.string().nullable(),
    featureFlags: z.array(z.string()).nullable(),
    featureFlag: z.string().nullable(),
    createdAt: TimeOut,
    updatedAt: TimeOut,
  })
  .meta({ id: "EventTypeOut" });
export type EventTypeOut = z.output<typeof EventTypeOut>;

export const EventTypeList = listOut(EventTypeOut, "EventTypeOut");

export const EventTypePath = z.object({ event_type_name: z.string() });

export const EventTypeListQuery = PageQuery.extend({
  include_archived: QueryFlag.optional(),
  with_content: QueryFlag.optional(),
});

export const DeleteEventTypeQuery = z.object({ expunge: QueryFlag.optional() });
