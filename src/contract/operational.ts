/** Endpoints of the operational log: as other endpoints, but without channels and of no application (reference svix.md §1.8). */
import { z } from "zod";
import { MAX_SECRET_CHARS } from "../core/limits/secrets.ts";
import {
  BOTH_NAMES,
  COMMON_FIELDS,
  EndpointHeadersIn,
  EndpointHeadersOut,
  EndpointOut,
  EndpointSecretOut,
  EndpointSecretRotateIn,
  type EndpointSource,
  HeaderMap,
  hasOneFilter,
  toEndpointOut,
  UrlText,
  withoutAliases,
} from "./endpoints.ts";
import { listOut } from "./fields.ts";

const { channels: _, ...FIELDS } = COMMON_FIELDS;

export const OperationalEndpointPath = z.object({ endpoint_id: z.string() });

export const OperationalWebhookEndpointIn = z
  .object({
    url: UrlText,
    ...FIELDS,
    secret: z.string().min(1).max(MAX_SECRET_CHARS).nullable().optional(),
    headers: HeaderMap.nullable().optional(),
  })
  .refine(hasOneFilter, BOTH_NAMES)
  .transform(withoutAliases)
  .meta({ id: "OperationalWebhookEndpointIn" });
export type OperationalWebhookEndpointIn = z.output<typeof OperationalWebhookEndpointIn>;

export const OperationalWebhookEndpointUpsertIn = z
  .object({ url: UrlText, ...FIELDS })
  .refine(hasOneFilter, BOTH_NAMES)
  .transform(withoutAliases)
  .meta({ id: "OperationalWebhookEndpointUpsertIn" });
export type OperationalWebhookEndpointUpsertIn = z.output<typeof OperationalWebhookEndpointUpsertIn>;

export const OperationalWebhookEndpointOut = EndpointOut.omit({ channels: true, version: true }).meta({
  id: "OperationalWebhookEndpointOut",
});
export type OperationalWebhookEndpointOut = z.output<typeof OperationalWebhookEndpointOut>;

export const OperationalWebhookEndpointListOut = listOut(
  OperationalWebhookEndpointOut,
  "OperationalWebhookEndpointOut",
);

export function toOperationalEndpointOut(endpoint: EndpointSource): OperationalWebhookEndpointOut {
  const { channels: _channels, version: _version, ...out } = toEndpointOut(endpoint);
  return out;
}

export const OperationalWebhookEndpointSecretOut = EndpointSecretOut.meta({
  id: "OperationalWebhookEndpointSecretOut",
});
export const OperationalWebhookEndpointSecretIn = EndpointSecretRotateIn.meta({
  id: "OperationalWebhookEndpointSecretIn",
});
export const OperationalWebhookEndpointHeadersOut = EndpointHeadersOut.meta({
  id: "OperationalWebhookEndpointHeadersOut",
});
export const OperationalWebhookEndpointHeadersIn = EndpointHeadersIn.meta({
  id: "OperationalWebhookEndpointHeadersIn",
});
