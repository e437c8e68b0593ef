/** What must hold once nothing fails any more and time has passed: everything has ended, and it ended rightly. */
import { isSuccess } from "../../src/core/attempt.ts";
import { POSITION_SAVE_INTERVAL } from "../../src/core/limits/endpoint-object.ts";
import { HOUR_MS } from "../../src/core/units.ts";
import { Queue } from "../../src/delivery/queue.ts";
import { DeliveryReader } from "../../src/delivery/queue-deliveries.ts";
import { standingIn } from "../support/standing.ts";
import type { Sent } from "./deps.ts";
import type { Accepted } from "./model-log.ts";
import type { World } from "./world.ts";

type Finding = { invariant: string; message: string };

/** The first thing that is not as it must be; null when all is well. */
export function findUnfinished(world: World): Finding | null {
  return (
    stateFinding(world) ??
    waitingFinding(world) ??
    resendsFinding(world) ??
    world.replays.finding() ??
    restFinding(world) ??
    deliveriesFinding(world)
  );
}

function stateFinding({ log, storage }: World): Finding | null {
  const state = storage.exec(
    "SELECT config ->> '$.version' AS version, stop_reason, config ->> '$.state' AS state FROM state",
  )[0];
  const told = log.status?.position ?? 0;
  if (log.config.state !== "deleted" && told !== log.head)
    return { invariant: "3", message: `the position told is ${told} and the log's head ${log.head}` };
  const { position } = new Queue(storage.exec).loadState();
  if (log.config.state !== "deleted" && position <= log.head - POSITION_SAVE_INTERVAL)
    return { invariant: "3", message: `a restart would begin at ${position}, the log's head is ${log.head}` };
  if (state === undefined) return null;
  if (state["stop_reason"] !== null)
    return { invariant: "3", message: `it still is to be disabled: ${state["stop_reason"]}` };
  if (state["version"] !== log.config.version)
    return { invariant: "8", message: `version ${state["version"]} is in force, not ${log.config.version}` };
  return null;
}

function waitingFinding({ storage }: World): Finding | null {
  const waiting = storage.exec("SELECT position FROM waiting LIMIT 1")[0];
  return waiting === undefined ? null : { invariant: "3", message: `${waiting["position"]} waits for ever` };
}

function deliveriesFinding(world: World): Finding | null {
  const standing = standingIn(new DeliveryReader(world.storage.exec));
  for (const accepted of world.log.accepted) {
    const wrong = wrongEnd(world, accepted, standing.get(accepted.event.position) ?? "unknown");
    if (wrong !== null) return { invariant: "3", message: `${accepted.event.position} ${wrong}` };
  }
  return null;
}

function wrongEnd(world: World, accepted: Accepted, status: string): string | null {
  const { position } = accepted.event;
  const attempts = world.sent.filter((sent) => sent.position === position);
  const scheduled = attempts.filter(({ isManual }) => !isManual);
  if (world.replays.mayConcern(position))
    return status === "pending" || status === "sending" ? `is ${status} for ever` : null;
  if (!accepted.subscribed) return scheduled.length > 0 ? "was not for this endpoint" : null;
  switch (status) {
    case "success":
      return attempts.some(({ outcome }) => outcome !== null && isSuccess(outcome))
        ? null
        : "never succeeded";
    case "fail":
      return mayFail(world, scheduled) ? null : "failed before its schedule was over";
    case "canceled":
      return mayCancel(world, accepted) ? null : "was canceled for no reason";
    default:
      return `is ${status} for ever`;
  }
}

function mayFail({ plan }: World, scheduled: Sent[]): boolean {
  const { dialect, policy } = plan.config;
  const ended = scheduled.filter(({ outcome }) => outcome !== null);
  if (ended.some(({ attemptNumber }) => attemptNumber === policy.retrySchedule.length + 1)) return true;
  return ended.some(({ outcome }) => {
    if (outcome?.kind !== "responded") return false;
    const { statusCode, control } = outcome;
    if (dialect.deliveryControl && control !== null) return true;
    if (dialect.disableOnGone && statusCode === 410) return true;
    return !dialect.retried.statuses.some(([from, to]) => statusCode >= from && statusCode <= to);
  });
}

function mayCancel({ log }: World, { event, payloadGone }: Accepted): boolean {
  return payloadGone || event.position < log.canceledBefore(log.config.version);
}

function resendsFinding({ storage, resends, log }: World): Finding | null {
  const queued = storage.exec("SELECT position FROM manual_sends LIMIT 1")[0];
  if (queued !== undefined)
    return { invariant: "3", message: `a resend of ${queued["position"]} waits for ever` };
  const standing = resends.filter(({ version }) => !log.stops.some((stop) => stop.version > version));
  for (const { position } of standing) {
    const accepted = log.accepted[position - 1];
    if (accepted?.payloadGone || accepted?.purged) continue;
    const asked = standing.filter((resend) => resend.position === position).length;
    const made = storage.exec(
      "SELECT COUNT(*) AS n FROM attempts WHERE position = ? AND trigger = 1",
      position,
    );
    if (Number(made[0]?.["n"]) < asked)
      return { invariant: "3", message: `a resend of ${position} was promised and not made` };
  }
  return null;
}

function restFinding({ storage, log, timeline, host }: World): Finding | null {
  const { alarmAtMs } = storage;
  // One that the platform has dropped stands in the past.
  if (alarmAtMs !== null && alarmAtMs >= timeline.wallMs && alarmAtMs < timeline.wallMs + HOUR_MS)
    return { invariant: "7", message: "it wakes again though all is done" };
  if (log.isBehind(timeline.wallMs)) return { invariant: "7", message: "the sweep finds it behind for ever" };
  const inFlight = host.instance?.inFlight.length ?? 0;
  return inFlight > 0 ? { invariant: "3", message: `${inFlight} attempts never end` } : null;
}
