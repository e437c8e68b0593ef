import { type BreakerPolicy, DEFAULT_BREAKER } from "./breaker.ts";
import type { Dialect } from "./dialect.ts";
import { DEFAULT_CONCURRENCY } from "./limits/delivery.ts";

/** A delivery policy as stored on an application or an endpoint: only what was set there. */
export type DeliveryPolicy = {
  dialect?: string;
  retrySchedule?: number[];
  timeoutSeconds?: number;
  concurrency?: number;
  ordering?: Ordering;
  jitter?: boolean;
  breaker?: BreakerPolicy;
};

/** What an application sets beside its endpoints' policy. */
export type ApplicationPolicy = DeliveryPolicy & {
  /** Whether payloads must fit their type's schema to be accepted; unset: as the deployment says. */
  validatePayloads?: boolean;
};

export type Ordering = "none" | "fifo";

/** Where an effective value comes from, narrowest first. */
export type PolicySource = "endpoint" | "application" | "dialect" | "deployment";

export type EffectivePolicy = Required<DeliveryPolicy>;

/** The dialect's name that applies: endpoint over application over deployment. */
export function effectiveDialectName(
  endpoint: DeliveryPolicy,
  application: DeliveryPolicy,
  deploymentDialect: string,
): string {
  return endpoint.dialect ?? application.dialect ?? deploymentDialect;
}

/** Endpoint over application over the dialect's own (schedule, timeout, jitter) or the deployment's defaults. */
export function effectivePolicy(
  endpoint: DeliveryPolicy,
  application: DeliveryPolicy,
  dialect: Dialect,
): { policy: EffectivePolicy; sources: Record<keyof EffectivePolicy, PolicySource> } {
  const fallback: EffectivePolicy = {
    dialect: dialect.name,
    retrySchedule: dialect.retrySchedule,
    timeoutSeconds: dialect.timeoutSeconds,
    jitter: dialect.jitter,
    concurrency: DEFAULT_CONCURRENCY,
    ordering: "none",
    breaker: DEFAULT_BREAKER,
  };
  const source = (key: keyof EffectivePolicy): PolicySource => {
    if (endpoint[key] !== undefined) return "endpoint";
    if (application[key] !== undefined) return "application";
    return key === "retrySchedule" || key === "timeoutSeconds" || key === "jitter" ? "dialect" : "deployment";
  };
  return {
    policy: { ...fallback, ...deliveryOnly(application, fallback), ...deliveryOnly(endpoint, fallback) },
    sources: {
      dialect: source("dialect"),
      retrySchedule: source("retrySchedule"),
      timeoutSeconds: source("timeoutSeconds"),
      jitter: source("jitter"),
      concurrency: source("concurrency"),
      ordering: source("ordering"),
      breaker: source("breaker"),
    },
  };
}

/** What is set, without what an application sets for itself alone. */
function deliveryOnly(policy: DeliveryPolicy, known: EffectivePolicy): DeliveryPolicy {
  return Object.fromEntries(
    Object.entries(policy).filter(([key, value]) => value !== undefined && key in known),
  );
}
