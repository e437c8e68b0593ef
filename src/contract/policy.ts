/** Delivery policies of applications and endpoints. */
import { z } from "zod";
import { DEFAULT_BREAKER } from "../core/breaker.ts";
import {
  MAX_BREAKER_FAILURES,
  MAX_BREAKER_PROBE_SECONDS,
  MAX_BREAKER_SPAN_SECONDS,
  MAX_CONCURRENCY,
  MAX_RETRIES,
  MAX_RETRY_DELAY_SECONDS,
  MAX_TIMEOUT_SECONDS,
} from "../core/limits/delivery.ts";

/** Also the pattern of the names publishers give theirs. */
export const DialectName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, {
  error: "must be 1 to 64 lower-case letters, digits and hyphens, not starting with a hyphen",
});

export const RetrySchedule = z.array(z.number().min(0).max(MAX_RETRY_DELAY_SECONDS)).max(MAX_RETRIES);
export const TimeoutSeconds = z.number().int().min(1).max(MAX_TIMEOUT_SECONDS);
const ORDERINGS = ["none", "fifo"] as const;

const ProbeSeconds = z.number().int().min(1).max(MAX_BREAKER_PROBE_SECONDS);

/** Taken as a whole: what an object leaves out is the deployment's default, not the application's. */
const BreakerIn = z
  .object({
    failures: z.number().int().min(1).max(MAX_BREAKER_FAILURES).default(DEFAULT_BREAKER.failures).meta({
      description: "Timeouts, network errors and 5xx answers in a row, no other answer in between …",
    }),
    minSpanSeconds: z
      .number()
      .int()
      .min(0)
      .max(MAX_BREAKER_SPAN_SECONDS)
      .default(DEFAULT_BREAKER.minSpanSeconds)
      .meta({ description: "… over at least this long say that the receiver is down" }),
    firstProbeSeconds: ProbeSeconds.default(DEFAULT_BREAKER.firstProbeSeconds).meta({
      description:
        "Then nothing is sent for this long, and after that one request; it doubles each time that fails …",
    }),
    maxProbeSeconds: ProbeSeconds.default(DEFAULT_BREAKER.maxProbeSeconds).meta({
      description: "… up to this, until any answer below 500 closes the breaker",
    }),
  })
  .refine(({ firstProbeSeconds, maxProbeSeconds }) => firstProbeSeconds <= maxProbeSeconds, {
    path: ["maxProbeSeconds"],
    error: "must not be less than firstProbeSeconds",
  });

const BREAKER_DESCRIPTION =
  "The circuit breaker: when a receiver counts as down and is probed instead of being sent everything; `off`: never";

/**
 * `null` takes the value from the next wider place: application, dialect, deployment. So does leaving a field out of a
 * PUT; left out of a PATCH it stays as it is.
 */
export const DeliveryPolicyIn = z
  .object({
    dialect: DialectName.nullable().optional().meta({
      description:
        "A move is refused while an endpoint it moves has a secret that the dialect cannot use, or a header of its own that the dialect sends itself",
    }),
    retrySchedule: RetrySchedule.nullable().optional(),
    timeoutSeconds: TimeoutSeconds.nullable().optional(),
    concurrency: z.number().int().min(1).max(MAX_CONCURRENCY).nullable().optional(),
    ordering: z.enum(ORDERINGS).nullable().optional(),
    jitter: z.boolean().nullable().optional(),
    breaker: z
      .union([z.literal("off"), BreakerIn], {
        error: 'must be "off" or an object of thresholds within their limits',
      })
      .nullable()
      .optional()
      .meta({ description: BREAKER_DESCRIPTION }),
  })
  .meta({ id: "DeliveryPolicyIn" });
export type DeliveryPolicyIn = z.output<typeof DeliveryPolicyIn>;

const Source = z.enum(["endpoint", "application", "dialect", "deployment"]);

/** The policy in effect, and where each part of it was set. */
export const DeliveryPolicyOut = z
  .object({
    dialect: z.string(),
    retrySchedule: z.array(z.number()),
    timeoutSeconds: z.number().int(),
    concurrency: z.number().int(),
    ordering: z.enum(ORDERINGS),
    jitter: z.boolean(),
    breaker: z
      .union([
        z.literal("off"),
        z.object({
          failures: z.number().int(),
          minSpanSeconds: z.number().int(),
          firstProbeSeconds: z.number().int(),
          maxProbeSeconds: z.number().int(),
        }),
      ])
      .meta({ description: BREAKER_DESCRIPTION }),
    sources: z.object({
      dialect: Source,
      retrySchedule: Source,
      timeoutSeconds: Source,
      concurrency: Source,
      ordering: Source,
      jitter: Source,
      breaker: Source,
    }),
  })
  .meta({ id: "DeliveryPolicyOut" });
export type DeliveryPolicyOut = z.output<typeof DeliveryPolicyOut>;

const ValidatePayloads = z.boolean().meta({
  description:
    "Whether a message is accepted only if its payload fits the newest schema of its event type; a type without schemas takes anything",
});

/** An application's: the policy of its endpoints, and what it asks of its publisher. */
export const ApplicationPolicyIn = DeliveryPolicyIn.extend({
  validatePayloads: ValidatePayloads.nullable().optional(),
}).meta({ id: "ApplicationPolicyIn" });
export type ApplicationPolicyIn = z.output<typeof ApplicationPolicyIn>;

export const ApplicationPolicyOut = DeliveryPolicyOut.extend({
  validatePayloads: ValidatePayloads,
  sources: DeliveryPolicyOut.shape.sources.extend({
    validatePayloads: z.enum(["application", "deployment"]),
  }),
}).meta({ id: "ApplicationPolicyOut" });
export type ApplicationPolicyOut = z.output<typeof ApplicationPolicyOut>;
