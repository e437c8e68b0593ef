import { describe, expect, it } from "vitest";
import { payloadCheck } from "../../src/catalogue/payload-check.ts";
import { CATALOGUES } from "../../src/catalogue/vendors/registry.ts";
import { readSchema } from "../../src/core/json-schema.ts";

/** What each vendor's page lists, with its own words (seeds/…). */
const PAGES: Record<string, string[]> = {
  clawbook: [
    "message.received | New inbound message received",
    "message.sent | Outbound message sent",
    "message.delivered | Message delivery confirmed",
    "message.failed | Message delivery failed",
    "integration.connected | Platform connected",
    "integration.disconnected | Platform disconnected",
    "integration.error | Integration error occurred",
    "ai.request | AI request sent",
    "ai.response | AI response received",
    "ai.error | AI provider error",
    "ai.rate_limited | Rate limit hit",
    "system.health | Health status change",
    "backup.completed | Backup finished",
    "backup.failed | Backup failed",
  ],
  clawget: [
    "purchase.completed | Fired when a user completes a purchase.",
    "review.created | Fired when a user leaves a review.",
    "subscription.cancelled | Fired when a subscription is cancelled.",
    "payout.completed | Fired when a payout is sent.",
  ],
  swiftclaw: [
    "agent.invoked | Agent received request",
    "agent.completed | Agent finished processing",
    "agent.failed | Agent encountered error",
    "agent.timeout | Agent exceeded time limit",
    "deployment.started | Deployment initiated",
    "deployment.completed | Deployment successful",
    "deployment.failed | Deployment failed",
    "system.maintenance | Scheduled maintenance",
    "system.incident | System incident",
  ],
};

const eventTypes = CATALOGUES.flatMap(({ name, eventTypes: types }) =>
  types.map((type) => ({ ...type, title: `${name} ${type.name}` })),
);

describe("built-in catalogues", () => {
  it.each(Object.entries(PAGES))("%s has the types of its page, in its words and its order", (name, page) => {
    const catalogue = CATALOGUES.find((one) => one.name === name);
    expect(catalogue?.eventTypes.map((type) => `${type.name} | ${type.description}`)).toEqual(page);
  });

  it("are those of four vendors, each with types", () => {
    expect(CATALOGUES.map(({ name }) => name)).toEqual(["clawbook", "clawget", "clazar", "swiftclaw"]);
    expect(CATALOGUES.every((catalogue) => catalogue.eventTypes.length > 0)).toBe(true);
  });

  it.each(eventTypes)("$title has a schema that its example fits", ({ schema }) => {
    expect(readSchema(schema).flaws).toEqual([]);
    const examples = schema["examples"];
    expect(examples).toHaveLength(1);
    const check = payloadCheck({ ...schema, additionalProperties: false });
    for (const example of examples as unknown[]) expect(check?.(example)).toEqual([]);
    expect(check?.("no object")).not.toEqual([]);
  });
});
