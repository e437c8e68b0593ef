import type { EndpointConfig } from "../core/endpoint.ts";
import type { EventHeader, LoggedEvent } from "../core/event.ts";
import type { ReplayNews } from "../core/replay.ts";
import { saveReplayStatement } from "../store/background-tasks.ts";
import { disableEndpoint } from "../store/endpoint-changes.ts";
import { saveEndpointStatus } from "../store/endpoint-status.ts";
import {
  type DialectScope,
  type EndpointConfigRow,
  loadEndpointConfigStatement,
  toEndpointConfig,
} from "../store/endpoints.ts";
import { EventLog } from "../store/event-log.ts";
import { appendOperational, doesSomebodyListen, type Told } from "../store/operational-log.ts";
import type { EndpointReport } from "./ledger.ts";
import type { StopReason } from "./queue.ts";

export type EndpointKeys = { appKey: number; endpointKey: number };

/** What one endpoint's object reads and writes in D1. */
export class LogSource {
  readonly #db: D1Database;
  readonly #log: EventLog;
  readonly #keys: EndpointKeys;
  readonly #dialects: DialectScope;

  constructor(db: D1Database, keys: EndpointKeys, dialects: DialectScope) {
    this.#db = db;
    this.#log = new EventLog(db);
    this.#keys = keys;
    this.#dialects = dialects;
  }

  async readConfig(): Promise<EndpointConfig | null> {
    const row = await this.#configStatement().first<EndpointConfigRow>();
    return row === null ? null : toEndpointConfig(row, this.#dialects);
  }

  /** Configuration and events of one instant: what was matched is judged by the spans that held then. */
  async readLog(
    afterPosition: number,
    limit: number,
  ): Promise<{ config: EndpointConfig | null; events: EventHeader[] }> {
    const [config, events] = await this.#db.batch<unknown>([
      this.#configStatement(),
      this.#log.headersAfter(this.#keys.appKey, afterPosition, limit),
    ]);
    const row = config?.results[0] as EndpointConfigRow | undefined;
    return {
      config: row === undefined ? null : toEndpointConfig(row, this.#dialects),
      events: (events?.results ?? []).map((event) => this.#log.toHeader(event)),
    };
  }

  readEvents(positions: number[], nowMs: number): Promise<LoggedEvent[]> {
    return this.#log.read(this.#keys.appKey, positions, nowMs);
  }

  async disable(reason: StopReason, version: number, atMs: number): Promise<void> {
    await disableEndpoint(this.#db, { ...this.#keys, version, reason, atMs });
  }

  report(report: EndpointReport, atMs: number): Promise<void> {
    return saveEndpointStatus(this.#db, { ...this.#keys, ...report, updatedAtMs: atMs });
  }

  /** Of a replay's end the operational log is told first, so that no crash can keep it from being told. */
  async reportReplays(news: readonly ReplayNews[], atMs: number): Promise<void> {
    const ended = news.filter(({ status }) => status !== "running");
    if (ended.length > 0 && (await doesSomebodyListen(this.#db)))
      await appendOperational(this.#db, ended.map(toldOf), atMs);
    await this.#db.batch(news.map((one) => saveReplayStatement(this.#db, one, atMs)));
  }

  #configStatement(): D1PreparedStatement {
    return loadEndpointConfigStatement(this.#db, this.#keys, this.#dialects.deploymentDialect);
  }
}

function toldOf({ taskId, kind, status, data }: ReplayNews): Told {
  return {
    id: `background_task.finished.${taskId}`,
    event: { type: "background_task.finished", data: { taskId, task: kind, status, data } },
  };
}
