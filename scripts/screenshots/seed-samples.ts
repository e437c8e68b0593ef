/** A month of samples of the deployment, written into the files of a server that is stopped. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { withLatency } from "../../src/core/latency.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/core/units.ts";

/** What a minute brings: more by day, with an outage of a receiver some hours ago. */
function minuteAt(
  agoMs: number,
  atMs: number,
): { accepted: number; failed: number; waiting: number; ms: number } {
  const wave = 1 + Math.sin((atMs / DAY_MS) * 2 * Math.PI) * 0.5 + Math.sin(atMs / 400_000) * 0.12;
  const isOutage = agoMs > 18 * MINUTE_MS && agoMs < 31 * MINUTE_MS;
  const accepted = Math.round(240 * wave);
  const spread = Math.sin(atMs / 100_000) + 1.2;
  if (!isOutage)
    return { accepted, failed: Math.floor(spread), waiting: Math.floor(3 * spread), ms: 20 + 15 * spread };
  return {
    accepted,
    failed: Math.round(accepted / 6),
    waiting: 500 - Math.round(agoMs / HOUR_MS) * 10,
    ms: 900,
  };
}

/** Sums that end with nothing, so that what the server counts itself goes on from there. */
export async function seedSamples(dataDir: string, nowMs: number): Promise<void> {
  const database = new DatabaseSync(await databaseIn(join(dataDir, "state")));
  const insert = database.prepare("INSERT INTO deployment_samples (at, figures, worst) VALUES (?, ?, '[]')");
  const times = Array.from({ length: 30 * 24 }, (_, hour) => nowMs - (30 * 24 - hour) * HOUR_MS)
    .filter((atMs) => nowMs - atMs > DAY_MS)
    .concat(Array.from({ length: 24 * 60 }, (_, minute) => nowMs - (24 * 60 - minute) * MINUTE_MS));
  let figures = { accepted: 0, succeeded: 0, failed: 0, latency: Array.from({ length: 60 }, () => 0) };
  database.exec("BEGIN");
  for (const [index, atMs] of times.toReversed().entries()) {
    const { accepted, failed, waiting, ms } = minuteAt(nowMs - atMs, atMs);
    const gauges = {
      backlog: waiting === 0 ? 0 : Math.round(waiting / 4),
      waiting,
      endpoints: 3,
      disabled: 1,
      failing: 1,
    };
    insert.run(Math.round(atMs), JSON.stringify({ ...figures, ...gauges }));
    const minutes = index < 24 * 60 ? 1 : 60;
    const [quick, slow] = [withLatency([], ms), withLatency([], ms * 30)];
    figures = {
      accepted: figures.accepted - accepted * minutes,
      succeeded: figures.succeeded - (accepted - failed) * minutes,
      failed: figures.failed - failed * minutes,
      latency: figures.latency.map(
        (count, bucket) => count - 90 * (quick[bucket] ?? 0) - 10 * (slow[bucket] ?? 0),
      ),
    };
  }
  database.exec("COMMIT");
  database.close();
}

async function databaseIn(state: string): Promise<string> {
  for (const name of await readdir(state, { recursive: true })) {
    if (!name.endsWith(".sqlite")) continue;
    const database = new DatabaseSync(join(state, name));
    const found = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'deployment_samples'").get();
    database.close();
    if (found !== undefined) return join(state, name);
  }
  throw new Error("the server has no database yet");
}
