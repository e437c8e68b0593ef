import { type Catalogue, named, text, time } from "./catalogue.ts";

const contract = {
  contract_id: text("The contract's id"),
  buyer_id: text("Whose contract it is"),
  cloud: text("The marketplace it was made on"),
};
const aContract = { contract_id: "con_abc123", buyer_id: "buy_xyz789", cloud: "aws" };

/**
 * seeds/clazar: its page describes a catalogue (a definition, the payload's structure and types, an example) and names
 * no type; these are the two events it speaks of, as a start.
 */
export const clazar: Catalogue = {
  name: "clazar",
  title: "Clazar",
  description: "Contracts on cloud marketplaces; a start, because Clazar's page names no types",
  eventTypes: [
    named({
      name: "contract.modified",
      description: "A buyer modified their contract on the marketplace",
      fields: { ...contract, modified_at: time("When it was modified") },
      example: { ...aContract, modified_at: "2026-02-01T09:30:00Z" },
    }),
    named({
      name: "contract.cancelled",
      description: "A buyer cancelled their contract on the marketplace",
      fields: { ...contract, cancelled_at: time("When it was cancelled") },
      example: { ...aContract, cancelled_at: "2026-02-01T09:30:00Z" },
    }),
  ],
};
