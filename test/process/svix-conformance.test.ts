/**
 * Every operation of Svix's that this service offers, called through the official SDKs of both majors against the real
 * server, as a publisher's own program would. docs/svix-compatibility.md says what differs.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { posthornForThisFile, unique } from "../support/sdk-stage.ts";
import { offeredOperations } from "../support/svix-calls.ts";
import { accessSection } from "../support/svix-conformance/access.ts";
import { applicationsSection } from "../support/svix-conformance/applications.ts";
import { attemptsSection } from "../support/svix-conformance/attempts.ts";
import { endpointsSection } from "../support/svix-conformance/endpoints.ts";
import { eventTypesSection } from "../support/svix-conformance/event-types.ts";
import { messagesSection } from "../support/svix-conformance/messages.ts";
import { operationsSection } from "../support/svix-conformance/operations.ts";
import { pollersSection } from "../support/svix-conformance/pollers.ts";
import type { Stage } from "../support/svix-conformance/stage.ts";
import { tasksSection } from "../support/svix-conformance/tasks.ts";
import { ourDocument } from "../support/svix-contract.ts";
import { GENERATIONS, type SvixSurface, watchCalls } from "../support/svix-surface.ts";

const posthorn = posthornForThisFile();

describe.each(GENERATIONS)("$sdk.name", (generation) => {
  let svix: SvixSurface | null = null;
  let receiver: Receiver | null = null;
  let calls: ReturnType<typeof watchCalls> | null = null;

  beforeAll(async () => {
    calls = watchCalls();
    svix = generation.surface(posthorn().key, posthorn().url);
    receiver = await startReceiver();
  });
  afterAll(async () => {
    calls?.stop();
    await receiver?.close();
  });

  const started = <Thing>(thing: Thing | null): Thing => {
    if (thing === null) throw new Error("the stage is not there yet");
    return thing;
  };
  const stage: Stage = {
    generation,
    svix: () => started(svix),
    as: (token) => generation.surface(token, posthorn().url),
    server: () => posthorn(),
    receiver: () => started(receiver),
    refusalOf: generation.sdk.refusalOf,
    anApp: async () =>
      (await started(svix).application.create({ name: "An application", uid: unique("app") })).id,
  };

  describe("applications", () => applicationsSection(stage));
  describe("endpoints", () => endpointsSection(stage));
  describe("event types", () => eventTypesSection(stage));
  describe("messages", () => messagesSection(stage));
  describe("pollers", () => pollersSection(stage));
  describe("attempts", () => attemptsSection(stage));
  describe("background tasks", () => tasksSection(stage));
  describe("access", () => accessSection(stage));
  describe("the deployment itself", () => operationsSection(stage));

  it("has called every operation that is offered, each with success", () => {
    const expected = offeredOperations(ourDocument()).filter((name) => !generation.lacks.includes(name));
    expect(expected.length).toBeGreaterThan(60);
    expect(expected.filter((name) => calls?.succeeded.has(name) !== true)).toEqual([]);
  });
});
