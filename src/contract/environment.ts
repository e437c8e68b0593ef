/** A deployment's configuration as one document (reference svix.md §1.10), and what portals may know of it. */
import { z } from "zod";
import { MAX_IMPORTED_EVENT_TYPES } from "../core/limits/catalogue.ts";
import { MAX_IMPORTED_CONNECTORS, MAX_SETTINGS_BYTES } from "../core/limits/resources.ts";
import { ConnectorIn, ConnectorOut } from "./connectors.ts";
import { EventTypeIn, EventTypeOut } from "./event-types.ts";
import { shallow, TimeOut } from "./fields.ts";

const Settings = shallow(z.record(z.string(), z.unknown())).refine(
  (settings) => new TextEncoder().encode(JSON.stringify(settings)).length <= MAX_SETTINGS_BYTES,
  {
    error: `must not be larger than ${MAX_SETTINGS_BYTES} bytes as JSON`,
  },
);

export const EnvironmentIn = z
  .object({
    eventTypes: z.array(EventTypeIn).max(MAX_IMPORTED_EVENT_TYPES).nullish(),
    settings: Settings.nullish(),
    connectors: z.array(ConnectorIn).max(MAX_IMPORTED_CONNECTORS).nullish(),
  })
  .meta({ id: "EnvironmentIn" });
export type EnvironmentIn = z.output<typeof EnvironmentIn>;

export const EnvironmentOut = z
  .object({
    version: z.number().int(),
    createdAt: TimeOut,
    eventTypes: z.array(EventTypeOut),
    settings: z.record(z.string(), z.unknown()).nullable(),
    connectors: z.array(ConnectorOut),
  })
  .meta({ id: "EnvironmentOut" });

const Text = z.string().nullable();
const Part = z.record(z.string(), z.unknown()).nullable();
const SHOWN = {
  displayName: Text,
  customColor: Text,
  logoUrl: Text,
  customLogoUrl: Text,
  customFontFamily: Text,
  customFontFamilyUrl: Text,
  customThemeOverride: Part,
  customStringsOverride: Part,
  colorPaletteLight: Part,
  colorPaletteDark: Part,
  enableChannels: z.boolean(),
  requireEndpointFilterTypes: z.boolean(),
  enableMessageTags: z.boolean(),
  enableMessageStream: z.boolean(),
  enableIntegrationManagement: z.boolean(),
  enableTransformations: z.boolean(),
  enableEndpointOauthConfig: z.boolean(),
  enableEndpointMtlsConfig: z.boolean(),
  showUseSvixPlay: z.boolean(),
  showSvixBrandFooter: z.boolean(),
  wipeSuccessfulPayload: z.boolean(),
  showFeatureTooltips: z.boolean(),
  advancedEndpointTypes: z.array(z.string()),
};

/** What a portal may read of the settings. */
export const EnvironmentSettingsOut = z.object(SHOWN).meta({ id: "EnvironmentSettingsOut" });
export type EnvironmentSettingsOut = z.output<typeof EnvironmentSettingsOut>;

/** Channels and tags are there without being asked for; who subscribes chooses to what, unless told otherwise. */
const DEFAULTS: EnvironmentSettingsOut = {
  displayName: null,
  customColor: null,
  logoUrl: null,
  customLogoUrl: null,
  customFontFamily: null,
  customFontFamilyUrl: null,
  customThemeOverride: null,
  customStringsOverride: null,
  colorPaletteLight: null,
  colorPaletteDark: null,
  enableChannels: true,
  requireEndpointFilterTypes: true,
  enableMessageTags: true,
  enableMessageStream: false,
  enableIntegrationManagement: false,
  enableTransformations: false,
  enableEndpointOauthConfig: false,
  enableEndpointMtlsConfig: false,
  showUseSvixPlay: false,
  showSvixBrandFooter: false,
  wipeSuccessfulPayload: false,
  showFeatureTooltips: false,
  advancedEndpointTypes: [],
};

/** A stored value that does not fit is shown as its default. */
export function toEnvironmentSettingsOut(stored: Record<string, unknown>): EnvironmentSettingsOut {
  const fitting = Object.entries(SHOWN).filter(([name, schema]) => schema.safeParse(stored[name]).success);
  return { ...DEFAULTS, ...Object.fromEntries(fitting.map(([name]) => [name, stored[name]])) };
}
