/** D1 as an array: the log, the endpoint's row and its status, with the semantics of src/store. */
import type { EndpointConfig, EndpointState } from "../../src/core/endpoint.ts";
import type { EventHeader, LoggedEvent } from "../../src/core/event.ts";
import { LOG_FETCH_BYTES } from "../../src/core/limits/database.ts";
import { SWEEP_MIN_LAG_MS } from "../../src/core/limits/upkeep.ts";
import { cancelBefore, changeSubscription, type SubscriptionFilter } from "../../src/core/matching.ts";
import type { EndpointReport } from "../../src/delivery/ledger.ts";

export type ConfigChange = Partial<
  Pick<EndpointConfig, "url" | "state" | "ratePerSecond"> & {
    policy: Partial<EndpointConfig["policy"]>;
    eventTypes: string[] | null;
  }
>;

/** What the world knows of an accepted event, whatever anybody else thinks. */
export type Accepted = {
  event: LoggedEvent & { payload: string };
  subscribed: boolean;
  payloadGone: boolean;
  purged: boolean;
};

export class ModelLog {
  readonly accepted: Accepted[] = [];
  config: EndpointConfig;
  status: (EndpointReport & { updatedAtMs: number }) | null = null;
  /** For each disabling or deletion: the version it made and the events it cancelled. */
  readonly stops: { version: number; before: number }[] = [];
  #eventTypes: string[] | null;

  constructor(config: EndpointConfig, eventTypes: string[] | null) {
    this.config = config;
    this.#eventTypes = eventTypes;
  }

  get head(): number {
    return this.accepted.length;
  }

  append(event: Omit<LoggedEvent, "position"> & { payload: string }): Accepted {
    const { state } = this.config;
    const subscribed =
      state === "enabled" && (this.#eventTypes === null || this.#eventTypes.includes(event.eventType));
    const position = this.head + 1;
    const added = { event: { ...event, position }, subscribed, payloadGone: false, purged: false };
    this.accepted.push(added);
    return added;
  }

  appendAt(createdAtMs: number): void {
    const unset = { eventId: null, channels: null, tags: null, deliverAtMs: null };
    this.append({ ...unset, createdAtMs, eventType: "a", payload: "{}" });
  }

  /** The endpoint exists only from now on: what was accepted before was never for it. */
  createEndpointNow(): void {
    this.config = { ...this.config, spans: [{ from: this.head + 1, filter: this.#filter() }] };
    for (const accepted of this.accepted) accepted.subscribed = false;
  }

  change(change: ConfigChange): void {
    const { eventTypes, policy, ...fields } = change;
    const before = this.config;
    if (eventTypes !== undefined) this.#eventTypes = eventTypes;
    const state: EndpointState = fields.state ?? before.state;
    const version = before.version + 1;
    this.config = { ...before, ...fields, version, policy: { ...before.policy, ...policy } };
    const filter = state === "enabled" ? this.#filter() : null;
    if (JSON.stringify(before.spans.at(-1)?.filter) === JSON.stringify(filter)) return;
    const settled = this.status?.position ?? 0;
    const distinct = before.spans.filter(
      (span, index) => span.filter === null || before.spans[index + 1]?.from !== span.from,
    );
    const spans = changeSubscription(distinct, { from: Number.MAX_SAFE_INTEGER, filter }, settled);
    this.config = { ...this.config, spans: [...spans.slice(0, -1), { from: this.head + 1, filter }] };
    if (filter === null) this.stops.push({ version, before: this.head + 1 });
  }

  /** Cancels what is pending of events before a position (src/store/cancel-messages.ts). */
  cancelBefore(before: number): string {
    const version = this.config.version + 1;
    const spans = cancelBefore(this.config.spans, before, this.status?.position ?? 0);
    this.config = { ...this.config, version, spans };
    this.stops.push({ version, before });
    return `events before ${before} are canceled`;
  }

  /** As the service does on its own account; false: changed meanwhile, or disabled already. */
  disable(version: number): boolean {
    if (version !== this.config.version || this.config.state !== "enabled") return false;
    const spans = [...this.config.spans, { from: this.head + 1, filter: null }];
    this.config = { ...this.config, state: "disabled", version: version + 1, spans };
    this.stops.push({ version: version + 1, before: this.head + 1 });
    return true;
  }

  readLog(after: number, limit: number): { config: EndpointConfig; events: EventHeader[] } {
    const events = this.accepted
      .slice(after)
      .filter(({ purged }) => !purged)
      .slice(0, limit)
      .map(({ event: { payload: _, ...header } }) => header);
    return { config: this.config, events };
  }

  readEvents(positions: readonly number[]): LoggedEvent[] {
    const found: LoggedEvent[] = [];
    let chars = 0;
    for (const position of positions.toSorted((a, b) => a - b)) {
      const accepted = this.accepted[position - 1];
      if (accepted === undefined || accepted.purged || found.at(-1)?.position === position) continue;
      const payload = accepted.payloadGone ? null : accepted.event.payload;
      chars += payload?.length ?? 0;
      if (chars > LOG_FETCH_BYTES && found.length > 0) break;
      found.push({ ...accepted.event, payload });
    }
    return found;
  }

  /** Whether the sweep finds the endpoint behind its log (store/endpoint-status.ts). */
  isBehind(nowMs: number): boolean {
    const { status, config } = this;
    const beforeMs = nowMs - SWEEP_MIN_LAG_MS;
    if ((status?.updatedAtMs ?? 0) >= beforeMs) return false;
    const isOld = (status?.configVersion ?? 0) < config.version;
    const isOverdue = (status?.dueAtMs ?? beforeMs) < beforeMs;
    if (config.state === "deleted") return isOld || isOverdue;
    return isOld || isOverdue || (status?.position ?? (config.spans[0]?.from ?? 1) - 1) < this.head;
  }

  /** Events before this position were cancelled by a change that this version knows. */
  canceledBefore(version: number): number {
    return Math.max(0, ...this.stops.filter((stop) => stop.version <= version).map(({ before }) => before));
  }

  #filter(): SubscriptionFilter {
    return { eventTypes: this.#eventTypes, channels: null };
  }
}
