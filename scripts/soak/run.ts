/** Agents of every kind on the real server, cut off at random, while it is killed; and what came of it. */
import { setTimeout as sleep } from "node:timers/promises";
import { parseMessageId } from "../../src/core/ids.ts";
import {
  type PosthornProcess,
  startPosthornProcess,
  temporaryDirectory,
} from "../../test/support/posthorn-process.ts";
import { callApi } from "../bench/api.ts";
import { residentMiB } from "../bench/server-process.ts";
import { type Publishers, startPublishers } from "../chaos/publishers.ts";
import { Agent } from "./agent.ts";
import { Book, type BookReport } from "./book.ts";
import { KINDS, type Kind } from "./lines.ts";

export type SoakOptions = {
  /** Agents of each kind. */
  agents: number;
  kills: number;
  /** How long is published, restarts included. */
  seconds: number;
  /** Events, in all applications together. */
  perSecond: number;
  /** After the last event everything must have been acknowledged within this. */
  settledWithinMs: number;
  random: () => number;
  say: (text: string) => void;
};

export type KindReport = BookReport & {
  agents: number;
  lines: number;
  cut: number;
  forgot: number;
  lost: number;
};

export type SoakReport = {
  accepted: number;
  /** Events in the log: also those whose publisher got no answer in time. */
  logged: number;
  /** Calls that were not answered within two minutes, which only a server with too much to do leaves so. */
  unansweredCalls: number;
  applications: number;
  consumers: number;
  kinds: Record<Kind, KindReport>;
  /** Kill to ready. */
  restartsMs: number[];
  /** From the last event until every consumer had acknowledged everything; null: not in time. */
  settledMs: number | null;
  repeatedCalls: number;
  /** The most that was resident, of the server's processes and of this one. */
  peakMiB: Record<string, number>;
  /** What agents failed with beside being cut off; kills are among it. */
  failures: Record<string, number>;
  violations: string[];
};

type Account = {
  uid: string;
  token: string;
  /** Events in its log, once nobody publishes any more. */
  logged: number;
  publishers: Publishers;
  books: Map<string, Book>;
  agents: { kind: Kind; agent: Agent }[];
};

const AGENTS_AN_APPLICATION = 20;
const LEASE_SECONDS = 3;
const BEGIN_WITHIN_MS = 5000;
const LOOK_EVERY_MS = 5000;
const SETTLE_POLL_MS = 500;

export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const data = await temporaryDirectory();
  const peakMiB: Record<string, number> = {};
  let server = await startPosthornProcess({ dataDir: data.path });
  let watch: ReturnType<typeof setInterval> | undefined;
  const accounts: Account[] = [];
  try {
    const count = Math.ceil(options.agents / AGENTS_AN_APPLICATION);
    for (let index = 0; index < count; index++) {
      const share = Math.floor((options.agents + index) / count);
      accounts.push(await anAccount(options, { index, count, share, server: () => server }));
    }
    const startedAtMs = Date.now();
    watch = setInterval(
      () => look(accounts, { server, startedAtMs, peakMiB, say: options.say }),
      LOOK_EVERY_MS,
    );
    const running = accounts.flatMap(({ agents }) => agents.map(({ agent }) => begin(agent, options.random)));
    const restartsMs: number[] = [];
    for (let n = 1; n <= options.kills; n++) {
      await sleep((1000 * options.seconds) / (options.kills + 1));
      const killedAtMs = Date.now();
      await server.kill();
      server = await startPosthornProcess({ dataDir: data.path, port: server.port });
      restartsMs.push(Date.now() - killedAtMs);
      options.say(`kill ${n} of ${options.kills}: ready after ${restartsMs.at(-1)} ms`);
    }
    await sleep((1000 * options.seconds) / (options.kills + 1));
    await Promise.all(accounts.map(({ publishers }) => publishers.stop()));
    const settledMs = await settle(accounts, server, options.settledWithinMs);
    for (const { agents } of accounts) for (const { agent } of agents) agent.stop();
    await Promise.all(running);
    return judge(accounts, { restartsMs, settledMs, peakMiB });
  } finally {
    clearInterval(watch);
    for (const { agents, publishers } of accounts) {
      for (const { agent } of agents) agent.stop();
      void publishers.stop();
    }
    await server.kill();
    await data.remove();
  }
}

type Place = { index: number; count: number; share: number; server: () => PosthornProcess };

/** An application with `share` agents of each kind. */
async function anAccount(options: SoakOptions, { index, count, share, server }: Place): Promise<Account> {
  const uid = `soak-${index}`;
  await callApi(server(), "POST", "app", { name: uid, uid });
  const path = `auth/app-portal-access/${uid}`;
  const { token } = await callApi<{ token: string }>(server(), "POST", path, {});
  const books = new Map<string, Book>();
  const agents = KINDS.flatMap((kind) =>
    Array.from({ length: share }, (_, n) => {
      const { consumer, leaseSeconds } = placeOf(kind, n);
      const book = books.get(consumer) ?? new Book();
      books.set(consumer, book);
      const url = () => server().url;
      const agent = new Agent({ kind, url, token, consumer, book, leaseSeconds, random: options.random });
      return { kind, agent };
    }),
  );
  const perSecond = options.perSecond / count;
  const publishers = startPublishers({ server, uid, perSecond, connections: 1 });
  return { uid, token, logged: 0, publishers, books, agents };
}

/** Two of five pollers are workers of one consumer, with leases; every other agent has a consumer of its own. */
function placeOf(kind: Kind, n: number): { consumer: string; leaseSeconds: number | null } {
  if (kind !== "poll" || n % 5 < 3) return { consumer: `${kind}-${n}`, leaseSeconds: null };
  return { consumer: `${kind}-pair-${Math.floor(n / 5)}`, leaseSeconds: LEASE_SECONDS };
}

async function begin(agent: Agent, random: () => number): Promise<void> {
  await sleep(BEGIN_WITHIN_MS * random());
  await agent.run();
}

type Look = {
  server: PosthornProcess;
  startedAtMs: number;
  peakMiB: Record<string, number>;
  say: (text: string) => void;
};

function look(accounts: readonly Account[], { server, startedAtMs, peakMiB, say }: Look): void {
  const keep = (name: string, size: number) => {
    peakMiB[name] = Math.max(peakMiB[name] ?? 0, Math.round(size));
  };
  keep("soak", process.memoryUsage().rss / 2 ** 20);
  residentMiB(server.pid)
    .then((sizes) => {
      for (const [name, size] of Object.entries(sizes)) keep(name, size);
    })
    .catch(() => {});
  const accepted = sum(accounts.map(({ publishers }) => publishers.accepted.size));
  const reports = accounts.flatMap(({ books }) => [...books.values()].map(({ report }) => report));
  const given = sum(reports.map(({ arrivals, repeats }) => arrivals - repeats));
  const due = sum(accounts.map(({ books, publishers }) => books.size * publishers.accepted.size));
  const seconds = String(Math.round((Date.now() - startedAtMs) / 1000)).padStart(4);
  say(`${seconds} s  ${accepted} events accepted, ${given} of ${due} with their agents`);
}

/** Nothing is cut any more; how long until the server says that no consumer has anything left. Null: too long. */
async function settle(
  accounts: readonly Account[],
  server: PosthornProcess,
  withinMs: number,
): Promise<number | null> {
  const startedAtMs = Date.now();
  for (const account of accounts) {
    for (const { agent } of account.agents) agent.calm();
    account.logged = await countLogged(server, account.uid);
  }
  while (Date.now() - startedAtMs < withinMs) {
    const open = await Promise.all(accounts.map((account) => unsettled(account, server)));
    if (sum(open) === 0) return Date.now() - startedAtMs;
    await sleep(SETTLE_POLL_MS);
  }
  return null;
}

async function countLogged(server: PosthornProcess, uid: string): Promise<number> {
  const page = await callApi<{ data: { id: string }[] }>(server, "GET", `app/${uid}/msg?limit=1`);
  return parseMessageId(page.data[0]?.id ?? "")?.position ?? 0;
}

type ConsumerJson = { name: string; lag: number; acknowledged_up_to: number };

/** How many of the account's consumers have something left. */
async function unsettled({ token, books, logged }: Account, { url }: PosthornProcess): Promise<number> {
  const response = await fetch(`${url}/events/me/consumers?limit=100`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) return books.size;
  const { consumers } = (await response.json()) as { consumers: ConsumerJson[] };
  const done = consumers.filter(
    ({ name, lag, acknowledged_up_to: upTo }) => books.has(name) && lag === 0 && upTo === logged,
  );
  return books.size - done.length;
}

type Outcome = Pick<SoakReport, "restartsMs" | "settledMs" | "peakMiB">;

function judge(accounts: readonly Account[], outcome: Outcome): SoakReport {
  const kinds = Object.fromEntries(
    KINDS.map((kind) => [kind, kindReport(accounts, kind)]),
  ) as SoakReport["kinds"];
  const refused = accounts.flatMap(({ publishers }) => publishers.refused);
  const unanswered = refused.filter((refusal) => refusal.includes("no answer"));
  const failures: Record<string, number> = {};
  for (const { agent } of accounts.flatMap(({ agents }) => agents))
    for (const [text, count] of agent.counts.failures) failures[text] = (failures[text] ?? 0) + count;
  const violations = [
    ...KINDS.flatMap((kind) => violationsOf(kind, kinds[kind])),
    ...accounts.flatMap(({ uid, logged, publishers }) =>
      [...publishers.accepted].every((id) => (parseMessageId(id)?.position ?? 0) <= logged)
        ? []
        : [`${uid}: an accepted event is not in the log`],
    ),
    ...refused
      .filter((refusal) => !unanswered.includes(refusal))
      .map((refusal) => `a publisher was refused: ${refusal}`),
    ...(outcome.settledMs === null ? ["some consumers have not acknowledged everything in time"] : []),
  ];
  return {
    accepted: sum(accounts.map(({ publishers }) => publishers.accepted.size)),
    logged: sum(accounts.map(({ logged }) => logged)),
    unansweredCalls: unanswered.length,
    applications: accounts.length,
    consumers: sum(accounts.map(({ books }) => books.size)),
    kinds,
    ...outcome,
    repeatedCalls: sum(accounts.map(({ publishers }) => publishers.repeated)),
    failures,
    violations,
  };
}

function kindReport(accounts: readonly Account[], kind: Kind): KindReport {
  const own = accounts.flatMap(({ books, logged }) =>
    [...books]
      .filter(([consumer]) => consumer.startsWith(kind))
      .map(([, book]) => ({ ...book.report, lost: book.lost(logged) })),
  );
  const counts = accounts.flatMap(({ agents }) =>
    agents.filter((one) => one.kind === kind).map(({ agent }) => agent.counts),
  );
  const all = (name: keyof (typeof own)[number]) => sum(own.map((book) => book[name]));
  return {
    agents: counts.length,
    lines: sum(counts.map(({ lines }) => lines)),
    cut: sum(counts.map(({ cut }) => cut)),
    forgot: sum(counts.map(({ forgot }) => forgot)),
    arrivals: all("arrivals"),
    repeats: all("repeats"),
    repeatedAfterAck: all("repeatedAfterAck"),
    outOfOrder: all("outOfOrder"),
    altered: all("altered"),
    lost: all("lost"),
  };
}

const PROMISES = {
  lost: "events never came to a consumer",
  repeatedAfterAck: "events came again after their acknowledgement",
  outOfOrder: "events came out of order, or twice, on one line",
  altered: "events came with another content than before",
} as const;

function violationsOf(kind: Kind, report: KindReport): string[] {
  return Object.entries(PROMISES).flatMap(([name, broken]) => {
    const count = report[name as keyof typeof PROMISES];
    return count === 0 ? [] : [`${kind}: ${count} ${broken}`];
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
