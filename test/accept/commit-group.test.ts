import { describe, expect, it } from "vitest";
import { CommitGroup } from "../../src/accept/commit-group.ts";
import { HintOutbox } from "../../src/accept/hint-outbox.ts";
import type { Hint } from "../../src/accept/hints.ts";
import { MAX_HINT_EVENTS, MAX_HINTS_AT_ONCE, MAX_PENDING_APPENDS } from "../../src/core/limits/publishing.ts";
import type { AppendCall, AppendResult } from "../../src/store/event-append.ts";
import { aNewEvent } from "../support/log.ts";

type Batch = { calls: readonly AppendCall[]; finish(): Promise<void>; fail(error: Error): Promise<void> };

function aCall(application: string, event = aNewEvent()): AppendCall {
  return { application, implicit: null, events: [event] };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** Does it, and lets what follows from it happen. */
function then(act: () => void): () => Promise<void> {
  return async () => {
    act();
    await turns();
  };
}

/** A group whose appends the test finishes. */
function aGroup(maxCalls = 0) {
  const batches: Batch[] = [];
  const looks: (() => Promise<void>)[] = [];
  const group = new CommitGroup({
    nowMs: () => 1,
    isRolledBack: (error) => String(error).includes("constraint"),
    maxCalls,
    yieldLoop: () => new Promise((resolve) => looks.push(then(resolve))),
    append: (calls) =>
      new Promise((resolve, reject) => {
        const results = calls.map(
          ({ application }): AppendResult => ({
            kind: "done",
            appKey: application.length,
            results: [],
            subscribers: [],
            isLive: false,
          }),
        );
        batches.push({
          calls,
          finish: then(() => resolve(results)),
          fail: (error) => then(() => reject(error))(),
        });
      }),
  });
  return { group, batches, looks };
}

describe("group commit", () => {
  it("writes the first call at once, and what arrives meanwhile together", async () => {
    const { group, batches } = aGroup();
    const first = group.append(aCall("a"));
    await turns();
    const others = ["b", "c", "d"].map((name) => group.append(aCall(name)));
    await turns();
    expect(batches.map(({ calls }) => calls.length)).toEqual([1]);
    await batches[0]?.finish();
    expect(batches.map(({ calls }) => calls.length)).toEqual([1, 3]);
    await batches[1]?.finish();
    expect(await Promise.all([first, ...others])).toHaveLength(4);
  });

  it("commits only so many together where deliveries share the loop, and lets it look at its sockets between", async () => {
    const { group, batches, looks } = aGroup(2);
    const calls = ["a", "b", "c"].map((name) => group.append(aCall(name)));
    await turns();
    await batches[0]?.finish();
    expect([batches.map((batch) => batch.calls.length), looks.length]).toEqual([[2], 1]);
    await looks[0]?.();
    await batches[1]?.finish();
    expect(await Promise.all(calls)).toHaveLength(3);
    expect([batches.map((batch) => batch.calls.length), looks.length]).toEqual([[2, 1], 1]);
  });

  it("answers nobody before the commit", async () => {
    const { group, batches } = aGroup();
    let answered = false;
    void group.append(aCall("a")).then(() => {
      answered = true;
    });
    await turns();
    expect(answered).toBe(false);
    await batches[0]?.finish();
    expect(answered).toBe(true);
  });

  it("keeps calls apart that may name one application twice and share a key", async () => {
    const { group, batches } = aGroup();
    const event = aNewEvent({ eventId: "same" });
    const calls = [group.append(aCall("app_1", event)), group.append(aCall("uid-of-1", event))];
    await turns();
    expect(batches.map((batch) => batch.calls.length)).toEqual([1]);
    await batches[0]?.finish();
    await batches[1]?.finish();
    await Promise.all(calls);
  });

  it("keeps calls apart of which only one has been checked", async () => {
    const { group, batches } = aGroup();
    const event = aNewEvent({ eventId: "same" });
    const checked = { ...aCall("app_1", event), checked: true };
    const calls = [group.append(aCall("app_1", event)), group.append(checked)];
    await turns();
    expect(batches.map((batch) => batch.calls.length)).toEqual([1]);
    await batches[0]?.finish();
    await batches[1]?.finish();
    await Promise.all(calls);
  });

  it("tries each call alone when one of them cannot be written", async () => {
    const { group, batches } = aGroup();
    const first = group.append(aCall("first"));
    await turns();
    const good = group.append(aCall("good"));
    const bad = group.append(aCall("bad")).catch(() => "refused");
    await batches[0]?.finish();
    await batches[1]?.fail(new Error("constraint"));
    await batches[2]?.finish();
    await batches[3]?.fail(new Error("constraint"));
    expect([await first, await good, await bad]).toMatchObject([
      { kind: "done" },
      { kind: "done" },
      "refused",
    ]);
  });

  it("does not repeat what may have been committed", async () => {
    const { group, batches } = aGroup();
    const first = group.append(aCall("first"));
    await turns();
    const others = [
      group.append(aCall("b")).catch(() => "lost"),
      group.append(aCall("c")).catch(() => "lost"),
    ];
    await batches[0]?.finish();
    await batches[1]?.fail(new Error("Network connection lost"));
    await first;
    expect(await Promise.all(others)).toEqual(["lost", "lost"]);
    expect(batches).toHaveLength(2);
  });

  it("refuses calls beyond its bound instead of piling them up", async () => {
    const { group, batches } = aGroup();
    void group.append(aCall("running"));
    await turns();
    for (let i = 0; i < MAX_PENDING_APPENDS; i++) void group.append(aCall("waits"));
    expect(await group.append(aCall("one too many"))).toEqual({ kind: "full" });
    expect(batches).toHaveLength(1);
  });
});

describe("the hint outbox", () => {
  const aHint = (upTo: number, count = 1): Hint => ({
    appKey: 1,
    endpointId: "ep",
    version: 1,
    upTo,
    events: Array.from({ length: count }, (_, i) => ({ ...aLogged, position: upTo - count + i + 1 })),
  });
  const aLogged = {
    position: 1,
    createdAtMs: 1,
    eventType: "a",
    eventId: null,
    channels: null,
    tags: null,
    deliverAtMs: null,
    payload: "{}",
  };

  /** Whose calls the test ends. */
  function anOutbox() {
    const pushed: Hint[] = [];
    const release: (() => void)[] = [];
    const push = (hint: Hint) =>
      new Promise<void>((resolve) => {
        pushed.push(hint);
        release.push(resolve);
      });
    return { pushed, release, outbox: new HintOutbox({ push, logError: () => {} }) };
  }

  it("has one call to an endpoint at a time and sends what came meanwhile together", async () => {
    const { outbox, pushed, release } = anOutbox();
    for (const upTo of [1, 2, 3]) outbox.tellAll([aHint(upTo)]);
    await turns();
    release[0]?.();
    await turns();
    expect(pushed.map(({ events }) => events.map(({ position }) => position))).toEqual([[1], [2, 3]]);
    release[1]?.();
    await turns();
    outbox.tellAll([aHint(4)]);
    expect(pushed.at(-1)?.upTo).toBe(4);
  });

  it("tells only so many endpoints at once, and each of them in the end", async () => {
    const { outbox, pushed, release } = anOutbox();
    const count = 2 * MAX_HINTS_AT_ONCE;
    outbox.tellAll(Array.from({ length: count }, (_, i) => ({ ...aHint(1), endpointId: `ep_${i}` })));
    await turns();
    expect(pushed).toHaveLength(MAX_HINTS_AT_ONCE);
    for (let i = 0; i < count; i++) {
      release[i]?.();
      await turns();
    }
    expect(new Set(pushed.map(({ endpointId }) => endpointId)).size).toBe(count);
  });

  it("asks the endpoint to read the log when too much has gathered, and goes on after a failed call", async () => {
    const pushed: Hint[] = [];
    const release: ((error?: Error) => void)[] = [];
    const outbox = new HintOutbox({
      push: (hint) =>
        new Promise((resolve, reject) => {
          pushed.push(hint);
          release.push((error) => (error ? reject(error) : resolve()));
        }),
      logError: () => {},
    });
    outbox.tellAll([aHint(1)]);
    outbox.tellAll([aHint(MAX_HINT_EVENTS + 1, MAX_HINT_EVENTS)]);
    outbox.tellAll([aHint(MAX_HINT_EVENTS + 2)]);
    await turns();
    release[0]?.(new Error("gone"));
    await turns();
    expect(pushed[1]).toMatchObject({ events: [], upTo: MAX_HINT_EVENTS + 2 });
  });
});
