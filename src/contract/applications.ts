import { z } from "zod";
import { APP_ID_PREFIX } from "../core/ids.ts";
import {
  listOut,
  MetadataIn,
  MetadataOut,
  NameText,
  PageQuery,
  QueryFlag,
  Rate,
  TimeOut,
  uidText,
} from "./fields.ts";

const AppUid = uidText(APP_ID_PREFIX).nullish();

/** `rateLimit` is what older SDKs call `throttleRate` (reference svix.md §1.18). */
const RateFields = { throttleRate: Rate.nullish(), rateLimit: Rate.nullish() };

export const ApplicationIn = z
  .object({ name: NameText, uid: AppUid, ...RateFields, metadata: MetadataIn.optional() })
  .meta({ id: "ApplicationIn" });
export type ApplicationIn = z.output<typeof ApplicationIn>;

export const ApplicationPatch = z
  .object({ name: NameText.optional(), uid: AppUid, ...RateFields, metadata: MetadataIn.optional() })
  .meta({ id: "ApplicationPatch" });
export type ApplicationPatch = z.output<typeof ApplicationPatch>;

export const ApplicationOut = z
  .object({
    id: z.string(),
    uid: z.string().nullable(),
    name: z.string(),
    throttleRate: z.number().int().nullable(),
    rateLimit: z.number().int().nullable(),
    metadata: MetadataOut,
    createdAt: TimeOut,
    updatedAt: TimeOut,
  })
  .meta({ id: "ApplicationOut" });
export type ApplicationOut = z.output<typeof ApplicationOut>;

export const ApplicationList = listOut(ApplicationOut, "ApplicationOut");

export const CreateApplicationQuery = z.object({ get_if_exists: QueryFlag.optional() });

export const ListApplicationsQuery = PageQuery.extend({
  exclude_apps_with_no_endpoints: QueryFlag.default(false),
  exclude_apps_with_disabled_endpoints: QueryFlag.default(false).meta({
    description: "Leave out applications all of whose endpoints are disabled",
  }),
  exclude_apps_with_svix_play_endpoints: QueryFlag.default(false).meta({
    description: "Changes nothing: no endpoint is one of Svix Play",
  }),
});

export const AppPath = z.object({ app_id: z.string().meta({ description: "The application's id or uid" }) });

/** The rate a body sets: null unsets, undefined leaves; `throttleRate` wins over its older name. */
export function rateIn(body: {
  throttleRate?: number | null | undefined;
  rateLimit?: number | null | undefined;
}): number | null | undefined {
  return body.throttleRate !== undefined ? body.throttleRate : body.rateLimit;
}
