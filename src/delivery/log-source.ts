import type { EndpointConfig } from "../core/endpoint.ts";
import type { EventHeader, LoggedEvent } from "../core/event.ts";
import { disableEndpoint } from "../store/endpoint-changes.ts";
import { saveEndpointStatus } from "../store/endpoint-status.ts";
import {
  type DialectScope,
  type EndpointConfigRow,
  loadEndpointConfigStatement,
  toEndpointConfig,
} from "../store/endpoints.ts";
import { EventLog } from "../store/event-log.ts";
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

  #configStatement(): D1PreparedStatement {
    return loadEndpointConfigStatement(this.#db, this.#keys, this.#dialects.deploymentDialect);
  }
}
