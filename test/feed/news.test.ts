import { describe, expect, it } from "vitest";
import type { LoggedEvent } from "../../src/core/event.ts";
import { MAX_NEWS_CHARS, MAX_PULL_EVENTS } from "../../src/core/limits/pull.ts";
import type { Env } from "../../src/env.ts";
import { type Audience, type News, newsFor, readNews } from "../../src/feed/news.ts";
import type { Pulled, PullQuery } from "../../src/feed/pull.ts";
import { pullNews } from "../../src/feed/pull-waiting.ts";
import { Waiters } from "../../src/feed/waiters.ts";
import type { EventLog } from "../../src/store/event-log.ts";
import type { PageQuery } from "../../src/store/event-pages.ts";

function event(position: number, eventType = "a.b", payload = "{}"): LoggedEvent {
  const header = { position, createdAtMs: 0, eventId: null, channels: null, tags: null };
  return { ...header, eventType, deliverAtMs: null, payload };
}

const query: PullQuery = {
  consumer: { appKey: 1, name: "default" },
  after: 10,
  limit: 50,
  eventTypes: null,
  leaseMs: null,
};
const seen: Pulled = {
  events: [],
  next: 10,
  hasMore: false,
  heldUntilMs: null,
  acksVersion: ".4.2",
  version: "",
};
const news: News = { after: 10, events: [11, 12, 13].map((n) => event(n)), next: 13, head: 13 };

type Row = {
  rule: string;
  query?: Partial<PullQuery>;
  seen?: number;
  news?: Partial<News>;
  is: { positions: number[]; next: number; hasMore: boolean } | null;
};

describe("of the news one is answered", () => {
  it.each<Row>([
    { rule: "all", is: { positions: [11, 12, 13], next: 13, hasMore: false } },
    { rule: "what lies beyond where it waited", seen: 12, is: { positions: [13], next: 13, hasMore: false } },
    {
      rule: "as many as it asked for, and goes on behind them",
      query: { limit: 2 },
      is: { positions: [11, 12], next: 12, hasMore: true },
    },
    {
      rule: "those of its types, and goes on behind them all",
      query: { eventTypes: ["c.d"] },
      news: { events: [event(11), event(12, "c.d"), event(13)] },
      is: { positions: [12], next: 13, hasMore: false },
    },
    {
      rule: "nothing of other types, and goes on behind them",
      query: { eventTypes: ["c.d"] },
      is: { positions: [], next: 13, hasMore: false },
    },
    {
      rule: "that there is more, where they do not reach the log's end",
      news: { head: 20 },
      is: { positions: [11, 12, 13], next: 13, hasMore: true },
    },
    { rule: "to read for itself, where they begin further on", news: { after: 11 }, is: null },
    { rule: "to read for itself, where they bring nothing", seen: 13, is: null },
    { rule: "to read for itself, where it takes leases", query: { leaseMs: 1000 }, is: null },
  ])("$rule", ({ is, ...row }) => {
    const found = newsFor(
      { ...query, ...row.query },
      { ...seen, next: row.seen ?? seen.next },
      { ...news, ...row.news },
    );
    const shown = found && {
      positions: found.events.map(({ position }) => position),
      next: found.next,
      hasMore: found.hasMore,
    };
    expect(shown).toEqual(is);
  });

  it("a version that tells the log's end, where it got to, and what was acknowledged when it asked", () => {
    expect(newsFor({ ...query, limit: 1 }, seen, news)?.version).toBe("13.11.4.2");
  });
});

it("who is given the news does not read the log", async () => {
  const hub = { wait: async () => ({ head: 13, news }) };
  const env = { FEED_HUB: { getByName: () => hub } } as unknown as Env;
  const found = await pullNews(env, query, { seen, waitMs: 1000 });
  expect(found).toMatchObject({ kind: "pulled", next: 13, events: [11, 12, 13].map((n) => event(n)) });
});

describe("the news", () => {
  function logOf(events: LoggedEvent[]) {
    const asked: PageQuery[] = [];
    const page = async (one: PageQuery) => {
      asked.push(one);
      return { events, next: 13, head: 13 };
    };
    return { log: { page } as unknown as EventLog, asked };
  }
  const audience: Audience = { after: 10, size: 4 };

  it("are one page from where those wait who wait furthest back, whatever the types", async () => {
    const { log, asked } = logOf(news.events);
    expect(await readNews(log, 7, audience)).toEqual(news);
    expect(asked).toEqual([
      {
        appKey: 7,
        after: 10,
        limit: MAX_PULL_EVENTS,
        scan: MAX_PULL_EVENTS,
        eventTypes: null,
        except: [],
      },
    ]);
  });

  it("are not handed out where all copies together would be too large", async () => {
    const quarter = "x".repeat(MAX_NEWS_CHARS / audience.size);
    expect(await readNews(logOf([event(11, "a.b", quarter)]).log, 7, audience)).not.toBeNull();
    expect(await readNews(logOf([event(11, "a.b", `${quarter}x`)]).log, 7, audience)).toBeNull();
  });
});

describe("those who wait", () => {
  it("are behind the log's end from the lowest of their positions on, until they are woken", async () => {
    const waiters = new Waiters({ after: () => () => {} });
    const waits = [9, 12, 10].map((after) => waiters.wait(after, 1000));
    expect(waiters.behind(9)).toBeNull();
    expect(waiters.behind(12)).toEqual({ after: 9, size: 2 });
    waiters.reached({ head: 12, news: null });
    expect(waiters.behind(12)).toBeNull();
    expect(waiters.behind(13)).toEqual({ after: 12, size: 1 });
    waiters.reached({ head: 13, news: null });
    expect((await Promise.all(waits)).map((woken) => woken?.head)).toEqual([12, 13, 12]);
  });
});
