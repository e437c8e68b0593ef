import type { Dialect } from "./dialect.ts";
import type { SubscriptionSpan } from "./matching.ts";
import type { ToldEndpoint } from "./operational.ts";
import type { EffectivePolicy } from "./policy.ts";

/** Enough to reach an endpoint's object and its rows. */
export type EndpointAddress = { appKey: number; endpointKey: number; endpointId: string };

/** A signing secret; one with `expiresAtMs` was rotated away and signs beside the current one until then. */
export type EndpointSecret = { value: string; expiresAtMs: number | null };

export type EndpointState = "enabled" | "disabled" | "deleted";

/**
 * All that delivering to an endpoint needs, resolved: the narrowest policy, the dialect's definition, the secrets still
 * sealed (the object opens them when it signs, so they are never at rest in the clear).
 */
export type EndpointConfig = EndpointAddress & {
  /** Grows with every change that delivery must notice (its own, its application's or its dialect's). */
  version: number;
  state: EndpointState;
  url: string;
  spans: SubscriptionSpan[];
  ratePerSecond: number | null;
  sealedSecrets: string | null;
  sealedHeaders: string | null;
  policy: EffectivePolicy;
  dialect: Dialect;
  /**
   * What the operational log is told of the endpoint beside what is here; null while nobody listens to it. Configurations
   * that objects stored before there was one lack it.
   */
  told?: Omit<ToldEndpoint, "endpointId" | "url"> | null;
};
