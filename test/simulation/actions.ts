/** What people do to an endpoint while it delivers. */

import type { LoggedEvent } from "../../src/core/event.ts";
import { MAX_MANUAL_SENDS } from "../../src/core/limits/endpoint-object.ts";
import { MAX_HINT_CHARS } from "../../src/core/limits/publishing.ts";
import type { ConfigChange } from "./model-log.ts";
import type { Action } from "./plan.ts";
import type { World } from "./world.ts";

const MINUTE_MS = 60_000;

/** The plan's actions at their times, and the sweep every minute. */
export function scheduleActions(world: World): void {
  const { plan, timeline } = world;
  for (const { atMs, action } of plan.actions) {
    timeline.after(atMs, () => {
      if (!world.isCalm) ACT[action](world);
    });
  }
  const sweepLater = (inMs: number) =>
    timeline.after(inMs, () => {
      sweep(world);
      sweepLater(MINUTE_MS);
    });
  sweepLater(world.random.int(1, MINUTE_MS));
}

/** The cron: wakes the object if its endpoint is behind (src/service/upkeep.ts). */
function sweep(world: World): void {
  const { host, log, timeline, replays } = world;
  if (log.isBehind(timeline.wallMs)) host.call("sweep", (drain) => drain.catchUp());
  replays.resume();
}

const ACT: Record<Action, (world: World) => void> = {
  publish,
  crash: ({ host }) => host.crash(),
  clock: (world) => {
    const { random, plan, timeline, host } = world;
    const byMs = random.int(-plan.maxJumpMs, plan.maxJumpMs);
    world.note(() => `clocks are set by ${byMs} ms`);
    timeline.jump(byMs);
    host.planAlarm();
  },
  receiver: (world) => {
    const [first = world.mood, ...others] = world.plan.moods;
    world.mood = world.random.pick(first, ...others);
    world.note(() => "the receiver's mood changes");
  },
  url: (world) => change(world, { url: `https://receiver.example/${world.log.config.version + 1}` }),
  filter: (world) => change(world, { eventTypes: world.random.pick(null, ["a"], ["a", "b"], ["c"]) }),
  disable: (world) => change(world, { state: "disabled" }),
  enable: (world) => change(world, { state: "enabled" }),
  delete: (world) => change(world, { state: "deleted" }),
  rate: (world) => change(world, { ratePerSecond: world.random.pick(null, 1, 3, 10) }),
  order: (world) => change(world, { policy: { ordering: world.random.pick("none", "fifo") } }),
  concurrency: (world) => change(world, { policy: { concurrency: world.random.pick(1, 6, 24, 60) } }),
  resend,
  replay: ({ replays }) => replays.ask(),
  cancel: (world) => {
    const { log, random } = world;
    if (log.head > 0) announce(world, log.cancelBefore(random.int(1, log.head + 1)));
  },
  expunge: (world) => {
    const accepted = someAccepted(world);
    if (accepted === null) return;
    world.note(() => `the payload of ${accepted.event.position} is expunged`);
    accepted.payloadGone = true;
  },
  purge: (world) => {
    const { log } = world;
    // Retention ends far later than any delivery; the newest event's row stays (src/store/upkeep.ts).
    const old = log.accepted.slice(0, Math.max(0, (log.status?.position ?? 0) - 1));
    const ended = old.findIndex(({ event }) => !world.checks.isOver(event.position));
    for (const accepted of old.slice(0, ended === -1 ? old.length : ended)) accepted.purged = true;
  },
};

function publish(world: World): void {
  const { log, random, timeline } = world;
  const { config } = log;
  const added = Array.from({ length: random.int(1, 3) }, () =>
    log.append({
      createdAtMs: timeline.wallMs,
      eventType: random.pick("a", "a", "b", "c"),
      eventId: null,
      channels: null,
      tags: null,
      deliverAtMs: random.chance(0.1) ? timeline.wallMs + random.int(1, 120) * 1000 : null,
      payload: JSON.stringify({ id: log.head + 1, text: "x".repeat(random.pick(0, 10, 400)) }),
    }),
  );
  const wanted = added.filter(({ subscribed }) => subscribed).map(({ event }) => event);
  world.note(() => `accepted ${added.map(({ event }) => event.position)}`);
  if (wanted.length > 0) hint(world, config.version, wanted);
}

function hint(world: World, version: number, events: LoggedEvent[]): void {
  const { faults, random, timeline, host } = world;
  const upTo = events.at(-1)?.position ?? 0;
  const chars = events.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0);
  const told = chars <= MAX_HINT_CHARS && !random.chance(0.1) ? events : [];
  const times = random.chance(faults.hintLost)
    ? 0
    : random.chance(faults.hintRepeated)
      ? random.int(2, 3)
      : 1;
  for (let time = 0; time < times; time++) {
    const inMs = random.chance(faults.hintLate) ? random.int(100, 90_000) : random.int(1, 40);
    timeline.after(inMs, () =>
      host.call(`hint of ${events.map(({ position }) => position)}`, (drain) =>
        drain.hint(version, told, upTo),
      ),
    );
  }
}

function change(world: World, fields: ConfigChange): void {
  const { log } = world;
  if (log.config.state === "deleted") return;
  log.change(fields);
  announce(world, JSON.stringify(fields));
}

function announce(world: World, what: string): void {
  const { log, faults, random, timeline, host } = world;
  const { version } = log.config;
  world.note(() => `version ${version}: ${what}`);
  if (random.chance(faults.notifyLost)) return;
  timeline.after(random.int(1, 30), () =>
    host.call(
      "reload",
      (drain) => drain.reload(),
      () => {
        world.knownVersion = Math.max(world.knownVersion, version);
        world.note(() => `  version ${version} is in force`);
      },
    ),
  );
}

function resend(world: World): void {
  const { log, host, storage } = world;
  const accepted = someAccepted(world);
  if (accepted === null || accepted.payloadGone || log.config.state !== "enabled") return;
  const { position } = accepted.event;
  const { version } = log.config;
  host.call(
    `resend of ${position}`,
    (drain) => {
      const queued = Number(storage.exec("SELECT COUNT(*) AS n FROM manual_sends")[0]?.["n"]);
      if (queued < MAX_MANUAL_SENDS) drain.resend(position);
    },
    () => world.resends.push({ position, version }),
  );
}

function someAccepted({ log, random }: World) {
  if (log.head === 0) return null;
  const accepted = log.accepted[random.int(0, log.head - 1)];
  return accepted === undefined || accepted.purged ? null : accepted;
}
