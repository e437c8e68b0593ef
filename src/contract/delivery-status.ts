import { z } from "zod";
import { FAILURE_KINDS } from "../core/tally.ts";
import { TimeOut } from "./fields.ts";

export const DeliveryStatusOut = z
  .object({
    position: z.number().int().meta({
      description:
        "Every event up to this position of the log has been taken. It is where a restart begins, and moved on only now and then: later events may have been taken too, so this is no count of what is waiting",
    }),
    head: z.number().int().meta({ description: "Position of the application's newest event" }),
    waiting: z.number().int().meta({ description: "Deliveries that wait for a retry or for their time" }),
    inFlight: z.number().int().meta({ description: "Requests under way" }),
    succeeded: z.number().int().meta({ description: "Attempts that succeeded, ever" }),
    failed: z.number().int().meta({ description: "Attempts that failed, ever" }),
    failingSince: TimeOut.nullable().meta({ description: "Start of the current run of failures" }),
    breaker: z.object({
      state: z.enum(["closed", "open", "probing"]),
      failures: z.number().int().meta({ description: "Failures in a row that say the receiver is down" }),
      nextProbe: TimeOut.nullable().meta({ description: "Until then nothing is sent" }),
    }),
    hours: z
      .array(
        z.object({
          succeeded: z.number().int().meta({ description: "Attempts of that hour that succeeded" }),
          failed: z.number().int().meta({ description: "Attempts of that hour that failed" }),
        }),
      )
      .meta({ description: "The last 24 hours of the clock; the last one has only begun" }),
    lastError: z
      .object({
        at: TimeOut.meta({ description: "When it ended" }),
        status: z.number().int().meta({ description: "What was answered; 0: nothing" }),
        reason: z.enum(FAILURE_KINDS).meta({
          description:
            "The answer's status, no answer in time, no connection, or an address that is not allowed",
        }),
      })
      .nullable()
      .meta({ description: "The newest attempt that failed" }),
  })
  .meta({ id: "DeliveryStatusOut" });
export type DeliveryStatusOut = z.output<typeof DeliveryStatusOut>;
