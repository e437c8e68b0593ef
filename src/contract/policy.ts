/** Delivery policies of applications and endpoints. */
import { z } from "zod";
import {
  MAX_CONCURRENCY,
  MAX_RETRIES,
  MAX_RETRY_DELAY_SECONDS,
  MAX_TIMEOUT_SECONDS,
} from "../core/limits.ts";

/** Also the pattern of the names publishers give theirs. */
export const DialectName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, {
  error: "must be 1 to 64 lower-case letters, digits and hyphens, not starting with a hyphen",
});

export const RetrySchedule = z.array(z.number().min(0).max(MAX_RETRY_DELAY_SECONDS)).max(MAX_RETRIES);
export const TimeoutSeconds = z.number().int().min(1).max(MAX_TIMEOUT_SECONDS);
const ORDERINGS = ["none", "fifo"] as const;

/**
 * `null` takes the value from the next wider place: application, dialect, deployment. So does leaving a field out of a
 * PUT; left out of a PATCH it stays as it is.
 */
export const DeliveryPolicyIn = z
  .object({
    dialect: DialectName.nullable().optional(),
    retrySchedule: RetrySchedule.nullable().optional(),
    timeoutSeconds: TimeoutSeconds.nullable().optional(),
    concurrency: z.number().int().min(1).max(MAX_CONCURRENCY).nullable().optional(),
    ordering: z.enum(ORDERINGS).nullable().optional(),
    jitter: z.boolean().nullable().optional(),
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
    sources: z.object({
      dialect: Source,
      retrySchedule: Source,
      timeoutSeconds: Source,
      concurrency: Source,
      ordering: Source,
      jitter: Source,
    }),
  })
  .meta({ id: "DeliveryPolicyOut" });
export type DeliveryPolicyOut = z.output<typeof DeliveryPolicyOut>;
