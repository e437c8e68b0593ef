import { DurableObject } from "cloudflare:workers";
import type {
  AttemptCount,
  AttemptExchange,
  AttemptFilter,
  AttemptPage,
  AttemptQuery,
  AttemptRow,
  AttemptStats,
  DeliveryPage,
  DeliveryQuery,
  DeliveryStats,
} from "../core/attempt-log.ts";
import type { DeliveryStatus } from "../core/delivery-status.ts";
import type { LoggedEvent } from "../core/event.ts";
import { ENDPOINT_ID_PREFIX, keyOfId } from "../core/ids.ts";
import { invariant } from "../core/invariant.ts";
import { MAX_MANUAL_SENDS } from "../core/limits/endpoint-object.ts";
import type { KnownDelivery, ReplayOrder } from "../core/replay.ts";
import { type Env, parseConfig } from "../env.ts";
import { logError } from "../log.ts";
import { withGuardedDatabase } from "../store/guarded-database.ts";
import { appendOperational, type Told } from "../store/operational-log.ts";
import { BUILT_IN_DIALECTS } from "../wire/index.ts";
import { createSender } from "./attempt.ts";
import { Deadlines, systemClock } from "./deadlines.ts";
import { Drain } from "./drain.ts";
import { LanePool } from "./lane-pool.ts";
import { LogSource } from "./log-source.ts";
import { Notices } from "./notices.ts";
import { Queue } from "./queue.ts";
import { AttemptReader } from "./queue-attempts.ts";
import { DeliveryReader } from "./queue-deliveries.ts";
import { NoticeQueue } from "./queue-notices.ts";
import type { SqlExec } from "./queue-schema.ts";
import { laneStub, wakeOperational } from "./stub.ts";

/** One endpoint: owner of its deliveries. Wires storage, clock, fetch and alarm to {@link Drain}; decides nothing. */
export class EndpointObject extends DurableObject<Env> {
  readonly #queue: Queue;
  readonly #attempts: AttemptReader;
  readonly #deliveries: DeliveryReader;
  readonly #noticeQueue: NoticeQueue;
  readonly #endpointId: string;
  #drain: Drain | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, withGuardedDatabase(env));
    const exec: SqlExec = (query, ...bindings) => ctx.storage.sql.exec(query, ...bindings).toArray();
    this.#queue = ctx.storage.transactionSync(() => new Queue(exec));
    this.#noticeQueue = new NoticeQueue(exec);
    this.#attempts = new AttemptReader(exec);
    this.#deliveries = new DeliveryReader(exec);
    this.#endpointId = ctx.id.name ?? "";
  }

  /** Events just accepted for this endpoint (none: read the log); see {@link Drain.hint}. */
  async hint(version: number, events: LoggedEvent[], upTo: number): Promise<void> {
    await (await this.#start(false)).hint(version, events, upTo);
  }

  /** The endpoint's configuration changed. */
  async reload(): Promise<void> {
    await (await this.#start(false)).reload();
  }

  /** The sweep found this endpoint behind its log. */
  async settle(): Promise<void> {
    await (await this.#start(false)).catchUp();
  }

  /** Queues one attempt by hand, durably once this answers; false: too many are queued already. */
  async resend(position: number): Promise<boolean> {
    const drain = await this.#start(false);
    if (this.#queue.countManualSends() >= MAX_MANUAL_SENDS) return false;
    drain.resend(position);
    return true;
  }

  /** Reads an older stretch of the log again; see {@link Drain.replay}. */
  async replay(order: ReplayOrder): Promise<void> {
    await (await this.#start(false)).replay(order);
  }

  listAttempts(query: AttemptQuery): AttemptPage {
    return this.#attempts.list(query);
  }

  countAttempts(filter: AttemptFilter): AttemptCount {
    return this.#attempts.count(filter);
  }

  getAttempt(key: number, position: number): (AttemptRow & AttemptExchange) | null {
    return this.#attempts.get(key, position);
  }

  expungeAttempt(key: number, position: number): boolean {
    return this.#attempts.expunge(key, position);
  }

  /** Which of these events the receiver has accepted. */
  succeededAmong(positions: number[]): number[] {
    return this.#deliveries.succeededAmong(positions);
  }

  /** What it has on record of the deliveries in a stretch of the log. */
  knownDeliveries(from: number, to: number): (KnownDelivery & { position: number })[] {
    const { deliveries } = this.#queue.replays.known(from, to, Number.MAX_SAFE_INTEGER);
    return [...deliveries].map(([position, delivery]) => ({ ...delivery, position }));
  }

  /** How each of these events stands here, as far as it has recorded them. */
  statusesAmong(positions: number[]): { position: number; status: number }[] {
    return this.#deliveries.statusesAmong(positions);
  }

  /** The agent has the events in these stretches: they are not retried here any more. */
  async acknowledged(stretches: [from: number, to: number][]): Promise<void> {
    (await this.#start(false)).acknowledged(stretches);
  }

  listDeliveries(query: DeliveryQuery): DeliveryPage {
    return this.#deliveries.list(query);
  }

  attemptStats(sinceMs: number, untilMs: number): AttemptStats {
    const canceled = this.#deliveries.canceled(sinceMs, untilMs);
    return { ...this.#attempts.stats(sinceMs, untilMs), canceled };
  }

  /** What it has recorded, and as pending what the log still holds for it. */
  async stats(sinceMs: number, untilMs: number): Promise<DeliveryStats> {
    const backlog = await (await this.#start(false)).backlog();
    const stats = this.#deliveries.stats(sinceMs, untilMs);
    return { ...stats, pending: stats.pending + backlog };
  }

  async deliveryStatus(): Promise<DeliveryStatus> {
    return (await this.#start(false)).status();
  }

  override async alarm(): Promise<void> {
    try {
      const drain = await this.#start(true);
      drain.alarmFired();
      await drain.wake();
    } catch (error) {
      // The platform gives up an alarm that keeps throwing: try again ourselves instead (cloudflare.md §2.3).
      logError("endpoint.alarm_failed", error, { endpoint: this.#endpointId });
      await this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS);
    }
  }

  async #start(byAlarm: boolean): Promise<Drain> {
    if (this.#drain !== null) return this.#drain;
    const armedAtMs = await this.ctx.storage.getAlarm();
    this.#drain ??= this.#newDrain({ byAlarm, armedAtMs });
    return this.#drain;
  }

  #newDrain(woken: { byAlarm: boolean; armedAtMs: number | null }): Drain {
    const { env, ctx } = this;
    const config = parseConfig(env);
    const source = new LogSource(env.DB, this.#keys(), {
      deploymentDialect: config.defaultDialect,
      builtInDialects: BUILT_IN_DIALECTS,
    });
    const nowMs = () => Date.now();
    const logOwnError = (event: string, error: unknown) =>
      logError(event, error, { endpoint: this.#endpointId });
    const sender = createSender(env);
    const lanes = new LanePool({
      sendHere: (event, endpoint) => sender.send(event, endpoint),
      callLane: (lane, call) =>
        laneStub(env, this.#endpointId, lane).send(call.config, call.events, call.report),
      deadlines: new Deadlines(systemClock()),
      nowMs,
    });
    return new Drain(
      {
        queue: this.#queue,
        nowMs,
        random: () => Math.random(),
        after: (delayMs, work) => void setTimeout(work, delayMs),
        armAlarm: (atMs) => void ctx.storage.setAlarm(atMs),
        disarmAlarm: () => void ctx.storage.deleteAlarm(),
        readConfig: () => source.readConfig(),
        readLog: (afterPosition, limit) => source.readLog(afterPosition, limit),
        readEvents: (positions) => source.readEvents(positions, nowMs()),
        canSend: (concurrency) => lanes.canSend(concurrency),
        send: (event, endpoint) => lanes.send(event, endpoint),
        report: (report) => source.report(report, nowMs()),
        reportReplays: async (news) => {
          await source.reportReplays(news, nowMs());
          if (news.some(({ status }) => status !== "running")) await wakeOperational(env);
        },
        disable: async (reason, version) => {
          await source.disable(reason, version, nowMs());
          await wakeOperational(env);
        },
        notices: new Notices(this.#noticeQueue, { tell: (told) => this.#tell(told), logError: logOwnError }),
        logError: logOwnError,
      },
      woken,
    );
  }

  async #tell(told: readonly Told[]): Promise<void> {
    await appendOperational(this.env.DB, told, Date.now());
    await wakeOperational(this.env);
  }

  /** The object's name is `<application key>.<endpoint id>` (stub.ts). */
  #keys(): { appKey: number; endpointKey: number } {
    const [appKey, endpointId] = this.#endpointId.split(".");
    const endpointKey = keyOfId(ENDPOINT_ID_PREFIX, endpointId ?? "");
    invariant(appKey !== undefined && endpointKey !== null, `delivery/object: name ${this.#endpointId}`);
    return { appKey: Number(appKey), endpointKey };
  }
}

const ALARM_RETRY_MS = 5000;
