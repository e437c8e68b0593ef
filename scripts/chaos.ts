/** `npm run chaos`: the real server killed at random moments. Exit code 0 only if no promise was broken. */
import { writeFile } from "node:fs/promises";
import { type ChaosReport, runChaos } from "./chaos/run.ts";
import { number, scriptOptions, text } from "./runtime/script-options.ts";

const values = scriptOptions(
  { name: "chaos", about: "the real server killed at random moments, and every promise checked" },
  {
    kills: number("how often it is killed", { initial: 20, least: 1, most: 1000 }),
    json: text("<file>", "write the report there too"),
  },
);
const PER_KILL_MS = 60_000;
const SETTLED_WITHIN_MS = 120_000;

async function main(): Promise<number> {
  const { kills } = values;
  setTimeout(() => giveUp(), kills * PER_KILL_MS + 2 * SETTLED_WITHIN_MS).unref();
  const startedAtMs = Date.now();
  const report = await runChaos({
    kills,
    perSecond: 30,
    connections: 6,
    uptimeMs: [500, 4000],
    retrySeconds: 15,
    settledWithinMs: SETTLED_WITHIN_MS,
    random: Math.random,
    say: console.log,
  });
  print(report, Date.now() - startedAtMs);
  if (values.json !== null) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  return report.violations.length === 0 ? 0 : 1;
}

function print(report: ChaosReport, tookMs: number): void {
  const caughtUp = report.restarts.flatMap(({ caughtUpMs }) => (caughtUpMs === null ? [] : [caughtUpMs]));
  const ready = report.restarts.map(({ readyMs }) => readyMs);
  console.log(`
killed ${report.restarts.length} times in ${Math.round(tookMs / 1000)} s
accepted                ${report.accepted} events; ${report.logged} in the log
calls made again        ${report.repeatedCalls}
kill to ready           ${spread(ready)}
ready to caught up      ${spread(caughtUp)} (plain endpoint; ${report.restarts.length - caughtUp.length} times killed before that)
FIFO violations         ${report.fifoViolations}
rate violations         ${report.rateViolations}
`);
  console.log("endpoint          requests  undelivered  duplicates  everything after the last restart");
  for (const each of report.endpoints) {
    const caughtUpText = each.caughtUpMs === null ? "never" : `${each.caughtUpMs} ms`;
    console.log(
      each.kind.padEnd(16) +
        String(each.requests).padStart(10) +
        String(each.undelivered).padStart(13) +
        String(each.duplicates).padStart(12) +
        caughtUpText.padStart(35),
    );
  }
  for (const violation of report.violations) console.log(`\nVIOLATION  ${violation}`);
  console.log(report.violations.length === 0 ? "\nno promise was broken" : "");
}

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return `p50 ${at(0.5)} ms, most ${at(1)} ms`;
}

function giveUp(): never {
  console.error("chaos: not finished in time");
  process.exit(1);
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error("chaos:", error);
    process.exit(1);
  },
);
