/** Kills the real server at random moments under publishers and deliveries, and judges what came of it. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseMessageId } from "../../src/core/ids.ts";
import {
  type PosthornProcess,
  startPosthornProcess,
  temporaryDirectory,
} from "../../test/support/posthorn-process.ts";
import { callApi, type Endpoint } from "../bench/api.ts";
import { type Cast, RATE_PER_SECOND, startReceivers, type Target } from "./endpoints.ts";
import { type Publishers, startPublishers } from "./publishers.ts";
import { countDuplicates, countOutOfOrder, countOverRate, countUndelivered } from "./verdict.ts";

export type ChaosOptions = {
  kills: number;
  perSecond: number;
  connections: number;
  /** The server lives this long, at random, between being ready and being killed. */
  uptimeMs: [from: number, to: number];
  /** Between the attempts of what is sent to a dead receiver. */
  retrySeconds: number;
  /** After the last restart everything must have been delivered within this. */
  settledWithinMs: number;
  random: () => number;
  say: (text: string) => void;
};

export type Restart = {
  /** What was killed: the runner, whose guard then ends the runtime, or both in the same instant. */
  killed: "runner" | "runner and runtime";
  readyMs: number;
  /** From ready until the plain endpoint had all that was accepted before the kill; null: killed again before. */
  caughtUpMs: number | null;
};

export type EndpointReport = {
  kind: string;
  requests: number;
  undelivered: number;
  duplicates: number;
  altered: number;
  /** From the last restart being ready until it had everything; null: never. */
  caughtUpMs: number | null;
};

export type ChaosReport = {
  accepted: number;
  /** Events in the log; every call was repeated until it was answered, so it must equal `accepted`. */
  logged: number;
  repeatedCalls: number;
  refusedCalls: string[];
  restarts: Restart[];
  endpoints: EndpointReport[];
  fifoViolations: number;
  rateViolations: number;
  /** What broke a promise; empty: nothing did. */
  violations: string[];
};

const UID = "chaos";
const CONCURRENCY = 6;
const POLL_MS = 20;
const CRON_SECONDS = "5";
/** The dead receiver comes back when this share of the kills is over. */
const REVIVED_AFTER = 0.6;

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const data = await temporaryDirectory();
  const cast = await startReceivers(options);
  const env = { POSTHORN_CRON_SECONDS: CRON_SECONDS };
  let server = await startPosthornProcess({ dataDir: data.path, env });
  const restart = async () => {
    server = await startPosthornProcess({ dataDir: data.path, port: server.port, env });
  };
  try {
    await createEndpoints(server, cast.targets);
    const publishers = startPublishers({ ...options, uid: UID, server: () => server });
    const restarts: Restart[] = [];
    let readyAtMs = Date.now();
    for (let n = 1; n <= options.kills; n++) {
      const [from, to] = options.uptimeMs;
      await sleep(from + (to - from) * options.random());
      const before = new Set(publishers.accepted);
      const killed = options.random() < 0.5 ? "runner" : "runner and runtime";
      await kill(server, data.path, killed);
      const killedAtMs = Date.now();
      await restart();
      readyAtMs = Date.now();
      const made: Restart = { killed, readyMs: readyAtMs - killedAtMs, caughtUpMs: null };
      restarts.push(made);
      watchCatchUp({ made, before, cast, isCurrent: () => restarts.at(-1) === made });
      options.say(`kill ${n} of ${options.kills} (${killed}): ready after ${made.readyMs} ms`);
      if (n >= options.kills * REVIVED_AFTER) cast.revive();
    }
    await sleep(options.uptimeMs[0]);
    await publishers.stop();
    const caughtUp = await waitForAll(cast, publishers.accepted.size, { readyAtMs, ...options });
    const logged = await countLogged(server);
    return judge({ publishers, restarts, cast, caughtUp, logged });
  } finally {
    await server.kill();
    await cast.close();
    await data.remove();
  }
}

async function createEndpoints(server: PosthornProcess, targets: readonly Target[]): Promise<void> {
  await callApi(server, "POST", "app", { name: UID, uid: UID });
  for (const { receiver, fields, policy } of targets) {
    const path = `app/${UID}/endpoint`;
    const { id } = await callApi<Endpoint>(server, "POST", path, { url: receiver.url, ...fields });
    await callApi(server, "PUT", `${path}/${id}/delivery-policy`, policy);
  }
}

async function kill(server: PosthornProcess, dataDir: string, killed: Restart["killed"]): Promise<void> {
  if (killed === "runner and runtime") {
    const run = join(dataDir, "run");
    for (const name of await readdir(run)) {
      const pid = Number(await readFile(join(run, name), "utf8").catch(() => ""));
      if (Number.isSafeInteger(pid) && pid > 1) process.kill(pid, "SIGKILL");
    }
  }
  await server.kill();
}

type CatchUp = { made: Restart; before: ReadonlySet<string>; cast: Cast; isCurrent: () => boolean };

function watchCatchUp({ made, before, cast, isCurrent }: CatchUp): void {
  const plain = cast.targets.find(({ kind }) => kind === "plain");
  const wanted = [...before].map(positionOf);
  const startedAtMs = Date.now();
  const timer = setInterval(() => {
    if (!isCurrent()) clearInterval(timer);
    else if (wanted.every((position) => plain?.delivered.has(position))) {
      made.caughtUpMs = Date.now() - startedAtMs;
      clearInterval(timer);
    }
  }, POLL_MS);
  timer.unref();
}

function positionOf(messageId: string): number {
  return parseMessageId(messageId)?.position ?? 0;
}

/** When each endpoint had everything, in ms since the last restart; null for those that never did. */
async function waitForAll(
  cast: Cast,
  count: number,
  limits: { readyAtMs: number; settledWithinMs: number },
): Promise<Map<Target, number | null>> {
  const caughtUp = new Map<Target, number | null>(cast.targets.map((target) => [target, null]));
  const deadline = Date.now() + limits.settledWithinMs;
  while ([...caughtUp.values()].includes(null) && Date.now() < deadline) {
    for (const [target, atMs] of caughtUp) {
      if (atMs === null && target.delivered.size >= count)
        caughtUp.set(target, Date.now() - limits.readyAtMs);
    }
    await sleep(POLL_MS);
  }
  return caughtUp;
}

async function countLogged(server: PosthornProcess): Promise<number> {
  const page = await callApi<{ data: { id: string }[] }>(server, "GET", `app/${UID}/msg?limit=1`);
  return positionOf(page.data[0]?.id ?? "");
}

type Evidence = {
  publishers: Publishers;
  restarts: Restart[];
  cast: Cast;
  caughtUp: Map<Target, number | null>;
  logged: number;
};

function judge({ publishers, restarts, cast, caughtUp, logged }: Evidence): ChaosReport {
  const accepted = publishers.accepted.size;
  const arrivalsOf = (kind: string) => cast.targets.find((target) => target.kind === kind)?.arrivals ?? [];
  const endpoints = cast.targets.map((target) => ({
    kind: target.kind,
    requests: target.arrivals.length,
    undelivered: countUndelivered(target.arrivals, accepted),
    duplicates: countDuplicates(target.arrivals),
    altered: target.altered,
    caughtUpMs: caughtUp.get(target) ?? null,
  }));
  const fifoViolations = countOutOfOrder(arrivalsOf("fifo"));
  const rateViolations = countOverRate(arrivalsOf("rate-limited"), {
    perSecond: RATE_PER_SECOND,
    inFlight: CONCURRENCY,
  });
  const violations = [
    ...(logged === accepted ? [] : [`${accepted} events were accepted, ${logged} are in the log`]),
    ...publishers.refused.map((refusal) => `a publisher was refused: ${refusal}`),
    ...endpoints.flatMap(({ kind, undelivered }) =>
      undelivered === 0 ? [] : [`${kind}: ${undelivered} accepted events were never delivered`],
    ),
    ...endpoints.flatMap(({ kind, altered }) =>
      altered === 0 ? [] : [`${kind}: ${altered} requests differ from the event's other requests`],
    ),
    ...(fifoViolations === 0 ? [] : [`fifo: ${fifoViolations} requests out of order`]),
    ...(rateViolations === 0 ? [] : [`rate-limited: ${rateViolations} requests beyond the rate`]),
  ];
  return {
    accepted,
    logged,
    repeatedCalls: publishers.repeated,
    refusedCalls: publishers.refused,
    restarts,
    endpoints,
    fifoViolations,
    rateViolations,
    violations,
  };
}
