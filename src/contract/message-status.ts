/** How messages stand over all endpoints. */
import { z } from "zod";
import { MAX_STANDING_ENDPOINTS } from "../core/limits/requests.ts";
import { OVERALL } from "../core/standing.ts";
import { listOut, PageQuery } from "./fields.ts";
import { EventQuery, MessageOut } from "./messages.ts";

const Overall = z.enum(OVERALL).meta({
  description:
    "`failed`: an endpoint was given up. Else `pending`: one is still sent it. Else `unknown`: one cannot be asked now. Else `delivered`, `canceled`, or `nowhere`: for no endpoint",
});

export const MessageStatusQuery = PageQuery.omit({ order: true }).extend({
  ...EventQuery.omit({ with_content: true }).shape,
  overall: Overall.optional().meta({ description: "Only messages that stand so over all endpoints" }),
});

const Count = z.number().int();

const MessageStandingOut = MessageOut.omit({ payload: true })
  .extend({
    overall: Overall,
    endpoints: z
      .object({
        delivered: Count,
        failed: Count,
        sending: Count.meta({ description: "Tried, and to be tried again" }),
        waiting: Count.meta({ description: "Not tried yet" }),
        canceled: Count,
        unknown: Count.meta({ description: "Cannot be asked now" }),
      })
      .meta({ description: "With how many endpoints it stands so" }),
  })
  .meta({ id: "MessageStanding" });

export const MessageStatusList = listOut(MessageStandingOut, "MessageStanding")
  .extend({
    endpointsAsked: Count.meta({
      description: `The newest of the application's endpoints, at most ${MAX_STANDING_ENDPOINTS}`,
    }),
    endpointsTotal: Count.meta({ description: "How many endpoints the application has" }),
    partial: z.boolean().meta({ description: "There are more endpoints, which do not count here" }),
    unreachable: z
      .array(z.string())
      .meta({ description: "Endpoints that cannot be asked now: what only they know is missing" }),
  })
  .meta({ id: "MessageStatusList" });
