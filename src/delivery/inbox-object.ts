import { DurableObject } from "cloudflare:workers";
import { type InboxArrival, type InboxPage, type InboxScan, pageOf, toKept } from "../core/inbox.ts";
import { INBOX_ALARM_RETRY_MS, INBOX_TTL_MS } from "../core/limits/inbox.ts";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import { ReceivedRequests } from "./queue-received.ts";

/** What came to one inbox: the newest requests, none older than a week. Who may send or look is settled before. */
export class InboxObject extends DurableObject<Env> {
  #opened: ReceivedRequests | null = null;

  /** Keeps a request that is being answered. */
  async keep(arrival: InboxArrival): Promise<void> {
    const atMs = Date.now();
    // First: what is kept without an alarm would be kept for ever.
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(atMs + INBOX_TTL_MS);
    this.ctx.storage.transactionSync(() => {
      const requests = this.#requests();
      requests.add(toKept(arrival, { id: requests.nextId(atMs), atMs }));
    });
  }

  /** Newest first. */
  list({ before, limit }: InboxScan): InboxPage {
    return pageOf(this.#requests().list(before ?? Number.MAX_SAFE_INTEGER, limit + 1), limit);
  }

  /** Forgets everything. */
  async clear(): Promise<void> {
    this.#opened = null;
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    try {
      const oldestMs = this.#requests().forget(Date.now() - INBOX_TTL_MS);
      if (oldestMs === null) await this.clear();
      else await this.ctx.storage.setAlarm(oldestMs + INBOX_TTL_MS);
    } catch (error) {
      // The platform gives up an alarm that keeps throwing: try again ourselves instead (cloudflare.md §2.3).
      logError("inbox.alarm_failed", error);
      await this.ctx.storage.setAlarm(Date.now() + INBOX_ALARM_RETRY_MS);
    }
  }

  #requests(): ReceivedRequests {
    const exec = (query: string, ...bindings: SqlStorageValue[]) =>
      this.ctx.storage.sql.exec(query, ...bindings).toArray();
    this.#opened ??= new ReceivedRequests(exec);
    return this.#opened;
  }
}
