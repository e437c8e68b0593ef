import { z } from "zod";
import { TimeIn, TimeOut } from "./fields.ts";

export const OverviewQuery = z.object({ since: TimeIn.optional(), until: TimeIn.optional() });

const Count = z.number().int();
const COUNTED_ANEW = "null: counting began anew meanwhile";
const DELIVERY =
  "from the moment an event was accepted to its delivery, in milliseconds; null: nothing was delivered";

/** What happened in a stretch of time. */
const Activity = {
  accepted: Count.nullable().meta({ description: `Events accepted; ${COUNTED_ANEW}` }),
  succeeded: Count.nullable().meta({ description: `Attempts that succeeded; ${COUNTED_ANEW}` }),
  failed: Count.nullable().meta({ description: `Attempts that failed; ${COUNTED_ANEW}` }),
  latencyP50Ms: z
    .number()
    .nullable()
    .meta({ description: `Half of the deliveries took no longer ${DELIVERY}` }),
  latencyP95Ms: z
    .number()
    .nullable()
    .meta({ description: `95 % of the deliveries took no longer ${DELIVERY}` }),
};

const Load = {
  backlog: Count.meta({ description: "Deliveries not attempted yet" }),
  waiting: Count.meta({ description: "Deliveries that wait for a retry, or for their time" }),
};

export const DeploymentOverviewOut = z
  .object({
    current: z
      .object({
        at: TimeOut.meta({ description: "When these figures were taken" }),
        endpoints: Count.meta({ description: "Endpoints there are" }),
        disabled: Count.meta({ description: "Those that are disabled" }),
        failing: Count.meta({ description: "Those whose last attempt failed" }),
        ...Load,
      })
      .nullable()
      .meta({ description: "How the deployment stands; null: it is still being counted for the first time" }),
    total: z.object(Activity).meta({ description: "Over the whole range" }),
    stepSeconds: Count.meta({ description: "How far apart the points of the series are meant to be" }),
    series: z
      .array(
        z.object({
          from: TimeOut.meta({ description: "Where the stretch begins" }),
          at: TimeOut.meta({ description: "Where it ends" }),
          ...Activity,
          ...Load,
        }),
      )
      .meta({ description: "Stretch by stretch" }),
    worst: z
      .array(
        z.object({
          appId: z.string().meta({ description: "Its application's id" }),
          appUid: z.string().nullable().meta({ description: "Its application's uid" }),
          appName: z.string().meta({ description: "Its application's name" }),
          endpointId: z.string().meta({ description: "The endpoint's id" }),
          url: z.string().meta({ description: "Where it is sent to" }),
          disabled: z.boolean().meta({ description: "Whether it is disabled" }),
          succeeded: Count.meta({
            description: "Attempts that succeeded in this hour of the clock and the last",
          }),
          failed: Count.meta({ description: "Attempts that failed in this hour of the clock and the last" }),
          failingSince: TimeOut.nullable().meta({ description: "Start of its current run of failures" }),
          backlog: Count.meta({ description: "Deliveries not attempted yet, or waiting for a retry" }),
        }),
      )
      .meta({ description: "Endpoints in trouble: most failures first, then most to do" }),
  })
  .meta({ id: "DeploymentOverviewOut" });
export type DeploymentOverviewOut = z.output<typeof DeploymentOverviewOut>;
