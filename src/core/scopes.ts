/** What a publisher's key may do, when it may not do everything. */
import { CAPABILITIES, type Capability, type Principal } from "./principal.ts";

/** By name, with what it is for; a key without a list of them may do everything. */
export const SCOPE_TEXTS = {
  read: "Look at everything except secrets",
  publish: "Publish messages and cancel them",
  replay: "Send again: resend, recover, replay, examples",
  manage: "Change applications, endpoints, event types and all other configuration; see signing secrets",
  portal: "Make links, tokens and integrations for consumers, and end them",
  keys: "Make and end publisher keys",
} as const;
export type Scope = keyof typeof SCOPE_TEXTS;
export const SCOPES = ["read", "publish", "replay", "manage", "portal", "keys"] as const satisfies Scope[];

/** Those of `needed` that the caller's key lacks. Consumers have capabilities instead, which handlers ask for. */
export function missingScopes(principal: Principal, needed: readonly Scope[]): Scope[] {
  if (principal.kind !== "publisher") return [];
  return missingAmong(principal.scopes, needed);
}

/** The same of the list that a key is stored with: null lacks nothing. */
export function missingAmong(held: readonly string[] | null, needed: readonly Scope[]): Scope[] {
  return held === null ? [] : needed.filter((scope) => !held.includes(scope));
}

/** What a caller needs who makes a key with these scopes (null: all), so that no key makes one that may do more. */
export function scopesToGrant(scopes: readonly Scope[] | null): readonly Scope[] {
  return scopes ?? SCOPES;
}

const NEEDED_TO_GRANT: Record<Capability, Scope> = {
  ViewBase: "read",
  ViewEndpointSecret: "manage",
  ManageEndpointSecret: "manage",
  ManageTransformations: "manage",
  CreateAttempts: "replay",
  ManageEndpoint: "manage",
};

/** What a caller needs who gives a consumer these capabilities: they are as good as doing it oneself. */
export function scopesToLend(capabilities: readonly Capability[]): Scope[] {
  const needed = new Set(capabilities.map((capability) => NEEDED_TO_GRANT[capability]));
  return SCOPES.filter((scope) => needed.has(scope));
}

/** What a key with these scopes may do within an application; null: everything. */
export function capabilitiesOf(scopes: readonly string[] | null): Capability[] | null {
  if (scopes === null) return null;
  return CAPABILITIES.filter((capability) => scopes.includes(NEEDED_TO_GRANT[capability]));
}

/** To make an integration's key, or to see it, which may do all that a consumer may. */
export const INTEGRATION_KEY_SCOPES: readonly Scope[] = ["portal", ...scopesToLend(CAPABILITIES)];
