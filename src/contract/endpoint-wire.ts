/** What a consumer has to know of its endpoint to receive what it is sent. */
import { z } from "zod";
import { DialectOut } from "./dialects.ts";

const WIRE = {
  dialect: DialectOut.meta({ description: "The dialect in effect: envelope, signature, schedule" }),
  disabledReason: z
    .enum(["failures", "gone"])
    .nullable()
    .meta({ description: "Why the service itself disabled it; null: it did not" }),
};

export const EndpointWireOut = z
  .object({
    ...WIRE,
    dialects: z.array(z.string()).meta({
      description:
        "Dialects that its policy may name: to a consumer the built-in ones and its own, to the publisher all",
    }),
  })
  .meta({ id: "EndpointWireOut" });
export type EndpointWireOut = z.output<typeof EndpointWireOut>;

/** An operational endpoint has no policy of its own to name a dialect in. */
export const OperationalWireOut = z.object(WIRE).meta({ id: "OperationalWireOut" });

export const DeliveryBodyOut = z
  .object({ body: z.string().meta({ description: "The bytes that are signed and sent, as text" }) })
  .meta({ id: "DeliveryBodyOut" });
