/** What people are shown of what the server tells. */
import { describe, expect, it } from "vitest";
import { type CannedReply, cliRun, type Replier } from "../support/cli-io.ts";
import { commandsOf, programForReading } from "../support/cli-program.ts";

const ENDPOINT = {
  ...{ id: "ep_1", uid: null, url: "https://a.example/", description: "", disabled: true, createdAt: "" },
  ...{ eventTypes: null, channels: null, throttleRate: null },
};

function page(...data: unknown[]): CannedReply {
  return { body: { data, iterator: null, done: true } };
}

describe("webhooks get", () => {
  const reply =
    (disabledReason: string | null): Replier =>
    ({ path }) => {
      if (path.endsWith("/wire")) return { body: { disabledReason } };
      if (path.endsWith("/delivery-policy"))
        return { body: { dialect: "standard", retrySchedule: [5, 90, 300, 1800, 7200, 36_000] } };
      return { body: ENDPOINT };
    };

  it.each([
    ["gone", "your server answered 410 Gone"],
    ["failures", "it failed for days without a break"],
    [null, "somebody switched it off"],
  ])("says why it is disabled: %s", async (reason, said) => {
    const run = await cliRun(["webhooks", "get", "a", "w"], { reply: reply(reason) });
    expect(run.stdout).toMatch(new RegExp(`^disabled because +${said}$`, "m"));
  });

  it("shows the schedule as the documentation writes it", async () => {
    const run = await cliRun(["webhooks", "get", "a", "w"], { reply: reply(null) });
    expect(run.stdout).toMatch(/^retries after +5s 90s 5m 30m 2h 10h$/m);
  });
});

describe("webhooks status", () => {
  const status = {
    ...{ waiting: 0, inFlight: 0, succeeded: 3, failed: 0, failingSince: null },
    breaker: { state: "closed", nextProbe: null },
  };

  it.each([
    [0, 3, "at most 3 of 3 events"],
    [3, 3, "nothing"],
  ])("does not take the position %i for a count of what was sent", async (position, head, said) => {
    const reply = () => ({ body: { ...status, position, head } });
    const run = await cliRun(["webhooks", "status", "a", "w"], { reply });
    expect(run.stdout).toMatch(new RegExp(`^not taken yet +${said}$`, "m"));
  });
});

describe("webhooks logs", () => {
  it.each([
    [[], "Nothing has been sent yet"],
    [["--failed"], "No attempt has failed"],
    [["--since", "2030-01-01"], "No attempt is like that"],
    [["--type", "a.b", "--failed"], "No such attempt has failed"],
  ])("says of none with %j only what it knows", async (options, said) => {
    const run = await cliRun(["webhooks", "logs", "a", "w", ...options], { reply: () => page() });
    expect(run.stdout).toBe(`${said}\n`);
  });
});

describe("keys list", () => {
  it.each([
    ["2026-03-10T12:00:00.000Z", "expired"],
    ["2026-03-10T10:00:00.000Z", "expired"],
    ["2026-03-10T14:00:00.000Z", "in 2h"],
  ])("says of a key that ends at %s: %s", async (expiresAt, said) => {
    const key = { id: "key_1", name: null, scopes: null, createdAt: expiresAt, expiresAt, lastUsedAt: null };
    const run = await cliRun(["keys", "list"], { reply: () => page(key) });
    expect(run.stdout).toMatch(new RegExp(` ${said} +never$`, "m"));
  });
});

describe("a hint", () => {
  it("after a duplicate event type names a command that there is", async () => {
    const reply = () => ({ status: 409, body: { code: "event_type_exists", detail: "There is one" } });
    const { stderr } = await cliRun(["event-types", "create", "a.b"], { reply });
    const [, command] = /`posthorn ([a-z -]+)`/.exec(stderr) ?? [];
    const commands = commandsOf(programForReading()).map(({ words }) => words.join(" "));
    expect(commands).toContain(command);
  });
});
