import { z } from "zod";
import { FeatureFlags } from "./event-types.ts";
import { listOut, NameText, TimeOut } from "./fields.ts";

export const IntegrationPath = z.object({ app_id: z.string(), integ_id: z.string() });

const Fields = { name: NameText, featureFlags: FeatureFlags.nullish() };

export const IntegrationIn = z.object(Fields).meta({ id: "IntegrationIn" });
export const IntegrationUpdate = z.object(Fields).meta({ id: "IntegrationUpdate" });

export const IntegrationOut = z
  .object({
    id: z.string(),
    name: z.string(),
    featureFlags: z.array(z.string()),
    createdAt: TimeOut,
    updatedAt: TimeOut,
  })
  .meta({ id: "IntegrationOut" });
export type IntegrationOut = z.output<typeof IntegrationOut>;

export const IntegrationListOut = listOut(IntegrationOut, "IntegrationOut");

export const IntegrationKeyOut = z.object({ key: z.string() }).meta({ id: "IntegrationKeyOut" });
