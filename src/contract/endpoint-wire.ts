/** What a consumer has to know of its endpoint to receive what it is sent. */
import { z } from "zod";
import { DialectOut } from "./dialects.ts";

export const EndpointWireOut = z
  .object({
    dialect: DialectOut.meta({ description: "The dialect in effect: envelope, signature, schedule" }),
    disabledReason: z
      .enum(["failures", "gone"])
      .nullable()
      .meta({ description: "Why the service itself disabled it; null: it did not" }),
  })
  .meta({ id: "EndpointWireOut" });
export type EndpointWireOut = z.output<typeof EndpointWireOut>;

export const DeliveryBodyOut = z
  .object({ body: z.string().meta({ description: "The bytes that are signed and sent, as text" }) })
  .meta({ id: "DeliveryBodyOut" });
