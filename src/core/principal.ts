/** Who is calling, once the token has been checked. */
export type Principal =
  /** The deployment's own key. */
  | { kind: "root" }
  /** `scopes`: all that it may do (core/scopes.ts); null: everything. */
  | { kind: "publisher"; keyId: string; scopes: readonly string[] | null }
  /** Reaches exactly one application, and there only what its capabilities allow. */
  | {
      kind: "consumer";
      keyId: string;
      appKey: number;
      capabilities: string[];
      featureFlags: string[];
      /** By which its tokens can be ended together; null: by none. */
      sessionId?: string | null;
    };

/** What a consumer token may do beside reading (reference svix.md §1.18). */
export const CAPABILITIES = [
  "ViewBase",
  "ViewEndpointSecret",
  "ManageEndpointSecret",
  "ManageTransformations",
  "CreateAttempts",
  "ManageEndpoint",
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Capabilities that bring others with them: who may manage an endpoint may see and rotate its secret too. */
const IMPLIED_BY: Partial<Record<Capability, readonly Capability[]>> = {
  ViewEndpointSecret: ["ManageEndpointSecret", "ManageEndpoint"],
  ManageEndpointSecret: ["ManageEndpoint"],
};

/** Whether the caller may do what needs `capability`; publishers may do everything. */
export function mayUse(principal: Principal, capability: Capability): boolean {
  if (principal.kind !== "consumer") return true;
  const enough = [capability, ...(IMPLIED_BY[capability] ?? [])];
  return enough.some((name) => principal.capabilities.includes(name));
}

/** Whether the caller may know that the application exists at all. */
export function mayReach(principal: Principal, appKey: number): boolean {
  return principal.kind !== "consumer" || principal.appKey === appKey;
}

/** Feature flags of a token are kept among its capabilities; no capability's name begins like this. */
const FLAG_PREFIX = "flag:";

/** The list a token is stored with. */
export function packGrants(capabilities: readonly Capability[], featureFlags: readonly string[]): string[] {
  return [...capabilities, ...featureFlags.map((flag) => FLAG_PREFIX + flag)];
}

/** The two lists behind {@link packGrants}. */
export function unpackGrants(grants: readonly string[]): { capabilities: string[]; featureFlags: string[] } {
  return {
    capabilities: grants.filter((grant) => !grant.startsWith(FLAG_PREFIX)),
    featureFlags: grants
      .filter((grant) => grant.startsWith(FLAG_PREFIX))
      .map((grant) => grant.slice(FLAG_PREFIX.length)),
  };
}

/**
 * What a new consumer token may do: everything unless told otherwise, never less than look, and nothing but look when
 * it is read-only.
 */
export function grantedCapabilities(asked: readonly Capability[] | null, readOnly: boolean): Capability[] {
  const wanted = asked === null ? (readOnly ? [] : CAPABILITIES) : asked;
  const all = new Set<Capability>(["ViewBase", ...wanted]);
  return CAPABILITIES.filter((name) => all.has(name) && (!readOnly || name.startsWith("View")));
}
