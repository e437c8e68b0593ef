/** `npm run soak`: agents on the real server while it is killed. Exit code 0 only if nothing was lost or repeated. */
import { writeFile } from "node:fs/promises";
import { number, scriptOptions, text } from "./runtime/script-options.ts";
import { KINDS } from "./soak/lines.ts";
import { runSoak, type SoakReport } from "./soak/run.ts";

const values = scriptOptions(
  { name: "soak", about: "agents on the real server while it is killed, and every event accounted for" },
  {
    agents: number("how many of each kind", { initial: 200, least: 1, most: 2000 }),
    kills: number("how often the server is killed", { initial: 3, least: 0, most: 100 }),
    seconds: number("how long events are published", { initial: 240, least: 1, most: 86_400 }),
    "per-second": number("events a second and application", {
      ...{ initial: 0.2, least: 0.01, most: 1000 },
      fraction: true,
    }),
    json: text("<file>", "write the report there too"),
  },
);
const SETTLED_WITHIN_MS = 180_000;
const PER_KILL_MS = 60_000;

async function main(): Promise<number> {
  const { agents, kills, seconds } = values;
  const giveUpMs = 1000 * seconds + kills * PER_KILL_MS + 2 * SETTLED_WITHIN_MS;
  setTimeout(() => giveUp(), giveUpMs).unref();
  const report = await runSoak({
    ...{ agents, kills, seconds, perSecond: values["per-second"] },
    settledWithinMs: SETTLED_WITHIN_MS,
    random: Math.random,
    say: console.log,
  });
  print(report);
  if (values.json !== null) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  return report.violations.length === 0 ? 0 : 1;
}

function print(report: SoakReport): void {
  const memory = Object.entries(report.peakMiB).map(([name, size]) => `${name} ${size} MiB`);
  console.log(`
events              ${report.logged} in ${report.applications} applications, for ${report.consumers} consumers
calls answered 202  ${report.accepted}; made again ${report.repeatedCalls} times, never answered ${report.unansweredCalls}
kill to ready       ${report.restartsMs.join(", ")} ms
all acknowledged    ${report.settledMs === null ? "never" : `${report.settledMs} ms after the last event`}
most memory         ${memory.join(", ")}
`);
  const columns = [
    "agents",
    "lines",
    "cut",
    "forgot",
    "arrivals",
    "repeats",
    "lost",
    "repeatedAfterAck",
  ] as const;
  console.log(`        ${columns.map((name) => name.padStart(Math.max(9, name.length + 1))).join("")}`);
  for (const kind of KINDS) {
    const cells = columns.map((name) =>
      String(report.kinds[kind][name]).padStart(Math.max(9, name.length + 1)),
    );
    console.log(kind.padEnd(8) + cells.join(""));
  }
  for (const [text, count] of Object.entries(report.failures)) console.log(`\n${count} ×  ${text}`);
  for (const violation of report.violations) console.log(`\nVIOLATION  ${violation}`);
  console.log(
    report.violations.length === 0
      ? "\nnothing was lost, and nothing repeated after its acknowledgement"
      : "",
  );
}

function giveUp(): never {
  console.error("soak: not finished in time");
  process.exit(1);
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error("soak:", error);
    process.exit(1);
  },
);
