/** Connectors: templates of endpoints with a transformation (reference svix.md §1.12). */
import { z } from "zod";
import { CONNECTOR_ID_PREFIX } from "../core/ids.ts";
import {
  MAX_CONNECTOR_TEXT_CHARS,
  MAX_ENDPOINT_EVENT_TYPES,
  MAX_FEATURE_FLAGS,
  MAX_LOGO_URL_CHARS,
  MAX_NAME_CHARS,
  MAX_TRANSFORMATION_CHARS,
  MIN_TRANSFORMATION_CHARS,
} from "../core/limits/resources.ts";
import { EventTypeName } from "./event-types.ts";
import { DescriptionText, listOut, PageQuery, TimeOut, uidText } from "./fields.ts";

/** Every deployment is one organisation; the models of the SDKs want it to have an id. */
export const ORG_ID = `org_${"0".repeat(27)}`;

const CONNECTOR_KINDS = [
  "Custom",
  "AgenticCommerceProtocol",
  "CloseCRM",
  "CustomerIO",
  "DatadogTracing",
  "Discord",
  "GrafanaCloudTracing",
  "Hubspot",
  "Inngest",
  "Loops",
  "NewRelicTracing",
  "Otel",
  "Resend",
  "Salesforce",
  "Segment",
  "Sendgrid",
  "Slack",
  "Teams",
  "TriggerDev",
  "Windmill",
  "Zapier",
] as const;
const ConnectorKind = z.enum(CONNECTOR_KINDS).meta({ id: "ConnectorKind" });
const ConnectorProduct = z.enum(["Dispatch", "Stream"]).meta({ id: "ConnectorProduct" });

export const ConnectorPath = z.object({ connector_id: z.string() });
export const ConnectorListQuery = PageQuery.extend({ product_type: ConnectorProduct.optional() });

const EventTypes = z
  .array(EventTypeName)
  .min(1)
  .max(MAX_ENDPOINT_EVENT_TYPES)
  .transform((names) => [...new Set(names)])
  .meta({ type: "array", items: { type: "string" }, uniqueItems: true });
const Flags = z.array(EventTypeName).max(MAX_FEATURE_FLAGS);
const Transformation = z.string().min(MIN_TRANSFORMATION_CHARS).max(MAX_TRANSFORMATION_CHARS);
const Logo = z.url().max(MAX_LOGO_URL_CHARS);
const Text = DescriptionText.max(MAX_CONNECTOR_TEXT_CHARS);

const Details = {
  logo: Logo.nullish(),
  description: Text.optional(),
  kind: ConnectorKind.optional(),
  instructions: Text.optional(),
  allowedEventTypes: EventTypes.nullish(),
  featureFlags: Flags.nullish(),
};
const Name = DescriptionText.max(MAX_NAME_CHARS);

export const ConnectorUid = uidText(CONNECTOR_ID_PREFIX);

export const ConnectorIn = z
  .object({
    name: Name,
    uid: ConnectorUid.nullish(),
    ...Details,
    transformation: Transformation,
    productType: ConnectorProduct.nullish(),
  })
  .meta({ id: "ConnectorIn" });
export type ConnectorIn = z.output<typeof ConnectorIn>;

export const ConnectorUpsertIn = z
  .object({ name: Name.optional(), ...Details, transformation: Transformation })
  .meta({ id: "ConnectorUpsertIn" });
export type ConnectorUpsertIn = z.output<typeof ConnectorUpsertIn>;

export const ConnectorPatch = z
  .object({ name: Name.optional(), ...Details, transformation: Transformation.optional() })
  .meta({ id: "ConnectorPatch" });
export type ConnectorPatch = z.output<typeof ConnectorPatch>;

export const ConnectorOut = z
  .object({
    id: z.string(),
    orgId: z.string(),
    uid: z.string().nullable(),
    kind: z.string(),
    name: z.string(),
    logo: z.string().nullable(),
    description: z.string(),
    instructions: z.string(),
    allowedEventTypes: z.array(z.string()).nullable(),
    transformation: z.string(),
    featureFlags: z.array(z.string()).nullable(),
    productType: z.string(),
    createdAt: TimeOut,
    updatedAt: TimeOut,
    transformationUpdatedAt: TimeOut,
  })
  .meta({ id: "ConnectorOut" });
export type ConnectorOut = z.output<typeof ConnectorOut>;

export const ConnectorListOut = listOut(ConnectorOut, "ConnectorOut");
