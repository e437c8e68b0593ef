/** An application's consumers as its owner looks at them: the same ones that `/events/me` and the pollers move. */
import { z } from "zod";
import { DEFAULT_PULL_EVENTS, MAX_ACKED_IDS, MAX_PULL_EVENTS } from "../core/limits/pull.ts";
import { MessageOut } from "./messages.ts";
import { PositionIterator } from "./poller.ts";
import { AnyConsumerName, EventRef } from "./pull.ts";

export const AgentPath = z.object({ app_id: z.string(), consumer: AnyConsumerName });

const limit = z.coerce.number().int().min(1).max(MAX_PULL_EVENTS).default(DEFAULT_PULL_EVENTS);

export const AgentsQuery = z.object({ limit, iterator: AnyConsumerName.or(z.literal("")).optional() });

export const AgentOut = z
  .object({
    name: z.string().meta({ description: "As it calls itself; of a poller, `sink:consumer`" }),
    acknowledgedUpTo: z.number().int().meta({ description: "Every event up to this number is done" }),
    pending: z.number().int().meta({
      description: "Events that are not acknowledged; a poller whose sink takes only some counts all",
    }),
    leased: z.number().int().meta({ description: "Of these, how many one of its workers holds" }),
    oldestPending: z.string().nullable().meta({
      format: "date-time",
      description: "When the first event that is not acknowledged was accepted; null: there is none",
    }),
    lastSeen: z.string().meta({
      format: "date-time",
      description:
        "When it last acknowledged, was handed events to hold, or was moved; only reading leaves no trace",
    }),
  })
  .meta({ id: "Agent" });

export const AgentList = z
  .object({
    data: z.array(AgentOut),
    head: z.number().int().meta({ description: "The number of the newest event" }),
    iterator: z.string().nullable(),
    done: z.boolean(),
  })
  .meta({ id: "AgentList" });

export const PendingQuery = z.object({ limit, iterator: PositionIterator });

export const PendingOut = z
  .object({
    data: z.array(
      MessageOut.extend({
        position: z.number().int().meta({ description: "The event's number, as the agent sees it" }),
        leasedUntil: z.string().nullable().meta({
          format: "date-time",
          description: "A worker holds it until then; null: whoever asks next gets it",
        }),
      }).meta({ id: "PendingMessage" }),
    ),
    iterator: z.string(),
    done: z.boolean(),
  })
  .meta({ id: "AgentPending" });

export const AgentAckIn = z
  .object({
    eventIds: z.array(EventRef).min(1).max(MAX_ACKED_IDS).optional().meta({
      description: "Numbers or ids of events that are done; not for a poller, which knows only `upTo`",
    }),
    upTo: EventRef.optional().meta({ description: "All events up to and with this one are done" }),
  })
  .refine(({ eventIds, upTo }) => (eventIds === undefined) !== (upTo === undefined), {
    error: "needs either eventIds or upTo",
  })
  .meta({ id: "AgentAckIn", example: { eventIds: [1] } });

export const AgentMovedOut = z
  .object({
    acknowledgedUpTo: z.number().int().meta({ description: "Every event up to here is acknowledged" }),
  })
  .meta({ id: "AgentMoved" });
