/** Mistakes that would lose, repeat or keep back events of agents. The simulation of followers must notice each of them. */
import type { Mutant } from "../mutants.ts";

export const FOLLOWER_MUTANTS: readonly Mutant[] = [
  {
    name: "what a socket has been sent is forgotten while its hub sleeps",
    edits: [{ file: "src/feed/hub.ts", find: "      ws.serializeAttachment(next);\n", replace: "" }],
  },
  {
    name: "the rest of a page that does not fit is skipped",
    edits: [
      {
        file: "src/feed/sockets.ts",
        find: "const next = count < page.texts.length ? (positions.at(-1) ?? page.next) : page.next;",
        replace: "const next = page.next;",
      },
    ],
  },
  {
    name: "nobody finds what a sleeping hub was not told",
    edits: [
      {
        file: "src/service/pull/tell-hubs.ts",
        find: "const untold = await listUntold(env.DB, MAX_TOLD_HUBS);",
        replace: "const untold = (await listUntold(env.DB, MAX_TOLD_HUBS)).slice(0, 0);",
      },
    ],
  },
  {
    name: "one worker's acknowledgement undoes another's",
    edits: [
      {
        file: "src/store/consumers.ts",
        find: "AND acked_up_to = ?7 AND acked_beyond = ?8 AND leases = ?9",
        replace: "AND (TRUE OR acked_up_to = ?7 OR acked_beyond = ?8 OR leases = ?9)",
      },
    ],
  },
  {
    name: "an acknowledgement beyond the newest event is taken",
    edits: [
      {
        file: "src/service/pull/acknowledge-events.ts",
        find: 'if (highest > head) return { kind: "beyond_end", head };',
        replace: "",
      },
    ],
  },
  {
    name: "a hub goes on looking at the log when nobody waits any more",
    edits: [
      {
        file: "src/feed/hub.ts",
        find: "if (this.#recheck !== null || this.#waiters.size === 0) return;",
        replace: "if (this.#recheck !== null) return;",
      },
    ],
  },
  {
    name: "news beyond what one asked for at once are skipped",
    edits: [
      {
        file: "src/feed/news.ts",
        find: "const next = events.length < wanted.length && last !== undefined ? last.position : news.next;",
        replace: "const next = last === undefined ? news.next : news.next;",
      },
    ],
  },
];
