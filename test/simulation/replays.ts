/** Replays as the world knows them: D1's tasks, the calls that begin them, and what must have come of each. */
import type { TaskStatus } from "../../src/core/background-task.ts";
import { TASK_STALE_MS } from "../../src/core/limits/tasks.ts";
import { matchesFilter } from "../../src/core/matching.ts";
import { ANY_DELIVERY, type ReplayKind, type ReplayNews, type ReplayOrder } from "../../src/core/replay.ts";
import type { Sent } from "./deps.ts";
import type { World } from "./world.ts";

type Asked = {
  order: ReplayOrder;
  status: TaskStatus;
  updatedAtMs: number;
  /** The endpoint's version when it was asked for, and when it ended. */
  version: number;
  endedVersion: number | null;
  /** What had to be sent by it, as all stood when it was asked for. */
  meant: number[];
  /** Attempts before it was asked for. */
  sentBefore: number;
  skipped: number;
};

export class Replays {
  readonly #world: World;
  readonly #asked: Asked[] = [];
  readonly #touched = new Set<number>();

  constructor(world: World) {
    this.#world = world;
  }

  /**
   * It may be attempted though it was never for the endpoint, had ended, or was canceled. What is delayed is put among
   * what waits before it is first sent.
   */
  mayConcern(position: number): boolean {
    const isDelayed = this.#world.event(position)?.deliverAtMs !== null;
    return (
      this.#touched.has(position) || (isDelayed && this.#asked.some(({ order }) => isIn(order, position)))
    );
  }

  ask(): void {
    const { log, random, timeline, sent } = this.#world;
    const { state, version } = log.config;
    if (state !== "enabled" || log.head === 0) return;
    const kind = random.pick<ReplayKind>("endpoint.recover", "endpoint.replay", "endpoint.bulk-replay");
    const upTo = random.int(1, log.head);
    const after = random.chance(0.7) ? 0 : random.int(0, upTo);
    const order = { taskId: `task${this.#asked.length}`, kind, after, upTo, filter: ANY_DELIVERY };
    const meant = this.#meant(order);
    const asked: Asked = {
      ...{ order, version, meant, status: "running", updatedAtMs: timeline.wallMs },
      ...{ endedVersion: null, sentBefore: sent.length, skipped: 0 },
    };
    this.#asked.push(asked);
    this.#world.note(() => `${kind} of ${after + 1} to ${upTo}, which means ${meant}`);
    this.#tell(asked);
  }

  /** The cron: tells the object again of what nothing has been heard of (src/service/tasks/replay.ts). */
  resume(): void {
    const beforeMs = this.#world.timeline.wallMs - TASK_STALE_MS;
    for (const asked of this.#asked)
      if (asked.status === "running" && asked.updatedAtMs < beforeMs) this.#tell(asked);
  }

  saved(news: readonly ReplayNews[]): void {
    for (const { taskId, status, data } of news) {
      const asked = this.#asked.find(({ order }) => order.taskId === taskId);
      if (asked === undefined || asked.status !== "running") continue;
      asked.status = status;
      asked.updatedAtMs = this.#world.timeline.wallMs;
      asked.skipped = data.messagesSkipped;
      if (status !== "running") asked.endedVersion = this.#world.log.config.version;
      if (data.progress.done > data.progress.total)
        this.#world.violated("9", `${taskId} has done ${data.progress.done} of ${data.progress.total}`);
    }
  }

  /** An attempt of a replay begins. */
  sends({ position, config }: Sent, replayId: string): void {
    this.#touched.add(position);
    const { storage, sent } = this.#world;
    const others = storage.exec("SELECT position FROM waiting WHERE position <> ?", position)[0];
    if (config.policy.ordering === "fifo" && others !== undefined)
      this.#world.violated("5", `${position} is replayed and ${others["position"]} waits`);
    const made = storage.exec(
      `SELECT 1 FROM attempts a JOIN replays r ON a.key >= r.since_key
       WHERE r.task_id = ? AND a.position = ? AND a.trigger = 1`,
      replayId,
      position,
    );
    // What was sent by hand meanwhile looks the same.
    const byHand = sent.some((other) => other.isManual && other.position === position);
    const byOther = this.#asked.length > 1;
    if (made.length > 0 && !byHand && !byOther)
      this.#world.violated("3", `${position} is replayed by ${replayId} and was so before`);
  }

  /** The first that has not ended, or ended without what it had to do. */
  finding(): { invariant: string; message: string } | null {
    for (const asked of this.#asked) {
      const { order, status, version, endedVersion } = asked;
      if (status === "running") return { invariant: "3", message: `${order.taskId} runs for ever` };
      const isUndisturbed = endedVersion === version;
      if (isUndisturbed && status === "failed")
        return { invariant: "3", message: `${order.taskId} has failed for no reason` };
      const left = isUndisturbed
        ? asked.meant.find((position) => this.#isLeftOut(position, asked))
        : undefined;
      if (left !== undefined)
        return { invariant: "1", message: `${order.taskId} has ended, and ${left} was not replayed` };
    }
    return null;
  }

  #tell({ order }: Asked): void {
    this.#world.host.call(`replay ${order.taskId}`, (drain) => drain.replay(order));
  }

  #isLeftOut(position: number, { sentBefore }: Asked): boolean {
    const { log, sent } = this.#world;
    const accepted = log.accepted[position - 1];
    if (accepted === undefined || accepted.payloadGone || accepted.purged) return false;
    return !sent.slice(sentBefore).some((other) => other.position === position);
  }

  #meant({ kind, after, upTo }: ReplayOrder): number[] {
    const { log, storage, sent, host } = this.#world;
    const filter = log.config.spans.at(-1)?.filter ?? null;
    const positions = log.accepted.slice(after, upTo).map(({ event }) => event.position);
    return positions.filter((position) => {
      const has = (query: string) => storage.exec(query, position).length > 0;
      if (has("SELECT 1 FROM waiting WHERE position = ?")) return false;
      if (log.accepted[position - 1]?.event.deliverAtMs !== null) return false;
      // An attempt under way is one too.
      if (host.instance?.inFlight.some((other) => other.position === position)) return false;
      const wasAttempted = sent.some((other) => other.position === position);
      const isAttempted =
        has("SELECT 1 FROM attempts WHERE position = ?") ||
        has("SELECT 1 FROM first_tries WHERE position = ?");
      const hasSucceeded =
        has("SELECT 1 FROM attempts WHERE position = ? AND status = 0") ||
        has("SELECT 1 FROM first_tries WHERE position = ?");
      const event = log.accepted[position - 1]?.event;
      if (kind === "endpoint.recover") return isAttempted && !hasSucceeded;
      if (kind === "endpoint.bulk-replay") return isAttempted;
      return !wasAttempted && event !== undefined && matchesFilter(filter, event);
    });
  }
}

function isIn({ after, upTo }: ReplayOrder, position: number): boolean {
  return after < position && position <= upTo;
}
