import { z } from "zod";
import {
  DEFAULT_OLD_TOKEN_SECONDS,
  MAX_EXPIRE_ALL_DELAY_SECONDS,
  MAX_EXPIRE_SESSIONS,
  MAX_KEY_EXPIRY_SECONDS,
  MAX_OLD_TOKEN_SECONDS,
  MAX_PORTAL_TOKEN_SECONDS,
  MAX_ROTATED_TOKEN_SECONDS,
  MAX_TOKEN_CHARS,
  MIN_PORTAL_TOKEN_SECONDS,
} from "../core/limits/tokens.ts";
import { CAPABILITIES } from "../core/principal.ts";
import { SCOPE_TEXTS, SCOPES } from "../core/scopes.ts";
import { ApplicationIn } from "./applications.ts";
import { FeatureFlags } from "./event-types.ts";
import { listOut, NameText, TimeIn, TimeOut } from "./fields.ts";

const SCOPES_TEXT = Object.entries(SCOPE_TEXTS)
  .map(([scope, text]) => `\`${scope}\`: ${text.replace(/^./, (first) => first.toLowerCase())}`)
  .join(". ");

export const ApiKeyIn = z
  .object({
    name: NameText.nullish(),
    /** As Svix has it: left out or null, the key may do everything. */
    scopes: z
      .array(z.enum(SCOPES, { error: `must be one of ${SCOPES.join(", ")}` }))
      .min(1)
      .max(SCOPES.length)
      .nullish()
      .meta({
        description: `What it may do; left out, everything. ${SCOPES_TEXT}. No key makes one that may do more than itself`,
      }),
    expiresAt: TimeIn.nullish(),
  })
  .meta({ id: "ApiKeyIn" });

/** As Svix ends its own. */
export const ApiTokenExpireIn = z
  .object({ expiry: z.number().int().min(0).max(MAX_KEY_EXPIRY_SECONDS).nullish().meta({ default: 0 }) })
  .meta({ id: "ApiTokenExpireIn" });

/** As Svix rotates the tokens of pollers. */
export const RotateTokenIn = z
  .object({
    /** Seconds that the new token lives; for ever when left out. */
    expiry: z.number().int().min(1).max(MAX_ROTATED_TOKEN_SECONDS).nullish(),
    /** Seconds that the old one goes on. */
    oldTokenExpiry: z
      .number()
      .int()
      .min(0)
      .max(MAX_OLD_TOKEN_SECONDS)
      .nullish()
      .meta({ default: DEFAULT_OLD_TOKEN_SECONDS }),
  })
  .meta({ id: "RotateTokenIn" });

const KeyFacts = {
  id: z.string(),
  name: z.string().nullable(),
  createdAt: TimeOut,
  expiresAt: TimeOut.nullable(),
  /** Null: everything. */
  scopes: z.array(z.string()).nullable(),
  /** To the hour; null: never. */
  lastUsedAt: TimeOut.nullable(),
};

/** The only time the token itself is shown. */
export const ApiTokenOut = z.object({ token: z.string(), ...KeyFacts }).meta({ id: "ApiTokenOut" });
export type ApiTokenOut = z.output<typeof ApiTokenOut>;
export const ApiTokenCensoredOut = z
  .object({ censoredToken: z.string(), ...KeyFacts })
  .meta({ id: "ApiTokenCensoredOut" });
export type ApiTokenCensoredOut = z.output<typeof ApiTokenCensoredOut>;

export const ApiTokenList = listOut(ApiTokenCensoredOut, "ApiTokenCensoredOut");

export const KeyPath = z.object({ key_id: z.string() });

export const Capability = z.enum(CAPABILITIES).meta({ id: "AppPortalCapability" });

const SessionId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-zA-Z0-9@_-]+$/);

export const AppPortalAccessIn = z
  .object({
    /** Created on the spot when the path names no application; its uid must then be the path's. */
    application: ApplicationIn.nullish(),
    capabilities: z.array(Capability).nullish(),
    readOnly: z.boolean().nullish(),
    featureFlags: FeatureFlags.nullish(),
    expiry: z.number().int().min(MIN_PORTAL_TOKEN_SECONDS).max(MAX_PORTAL_TOKEN_SECONDS).nullish(),
    sessionId: SessionId.nullish(),
  })
  .meta({ id: "AppPortalAccessIn" });

export const AppPortalAccessOut = z
  .object({ url: z.string(), token: z.string() })
  .meta({ id: "AppPortalAccessOut" });

export const OneTimeTokenIn = z
  .object({ oneTimeToken: z.string().min(1).max(MAX_TOKEN_CHARS) })
  .meta({ id: "OneTimeTokenIn" });

export const OneTimeTokenOut = z
  .object({ token: z.string(), capabilities: z.array(z.string()) })
  .meta({ id: "OneTimeTokenOut" });

/** Who a token stands for; for a consumer also what it may do. */
export const WhoamiOut = z
  .object({
    envId: z.string().nullable(),
    appId: z.string().nullable(),
    streamAppId: z.string().nullable(),
    permissionSource: z.enum(["OidcJwt", "SvixJwt", "RegionalAuthToken", "GlobalAuthToken", "Unknown"]),
    sessionId: z.string().nullable(),
    /** Null: everything. */
    capabilities: z.array(z.string()).nullable(),
    featureFlags: z.array(z.string()).nullable(),
    /** Of a publisher's key, ours; null: everything. */
    scopes: z.array(z.string()).nullable(),
  })
  .meta({ id: "WhoamiOut" });
export type WhoamiOut = z.output<typeof WhoamiOut>;

export const ApplicationTokenExpireIn = z
  .object({
    /** Seconds until the tokens expire; now when left out. */
    expiry: z.number().int().min(0).max(MAX_EXPIRE_ALL_DELAY_SECONDS).nullish(),
    sessionIds: z.array(SessionId).max(MAX_EXPIRE_SESSIONS).nullish(),
  })
  .meta({ id: "ApplicationTokenExpireIn" });
