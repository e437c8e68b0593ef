/** `npm run bench`: starts everything itself, measures about three minutes, prints each figure beside its floor. */
import { writeFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { measureAccept } from "./bench/accept.ts";
import { measureCost } from "./bench/cost.ts";
import { measureDelivery } from "./bench/delivery.ts";
import { judge } from "./bench/figures.ts";
import { measureFloors } from "./bench/floors.ts";
import { measureGrowth } from "./bench/growth.ts";
import { measureLatency } from "./bench/latency.ts";
import { reportMemory } from "./bench/memory.ts";
import { measureOutage } from "./bench/outage.ts";
import { measureOverload } from "./bench/overload.ts";
import { measureSlowReceiver } from "./bench/slow.ts";
import { Stage } from "./bench/stage.ts";
import { measurePullGrowth, measureWaiting } from "./bench/waiting.ts";
import { flag, scriptOptions, someOf, text } from "./runtime/script-options.ts";

const ALL_WITHIN_MS = 900_000;
/** Short windows: good enough to see that everything runs, not to compare. */
const QUICK_PACE = 0.15;

const SECTIONS: Record<string, (stage: Stage) => Promise<void>> = {
  floors: measureFloors,
  accept: measureAccept,
  delivery: measureDelivery,
  slow: measureSlowReceiver,
  latency: measureLatency,
  waiting: measureWaiting,
  outage: measureOutage,
  overload: measureOverload,
  cost: measureCost,
  growth: async (stage) => {
    await measureGrowth(stage, values.full ? [100_000, 1_000_000] : [100_000]);
    await measurePullGrowth(stage, values.full ? [10_000, 1_000_000] : [10_000]);
  },
};

const values = scriptOptions(
  { name: "bench", about: "starts everything itself, measures, and prints each figure beside its floor" },
  {
    quick: flag("short windows: to see that everything runs, not to compare"),
    full: flag("growth up to a million events, not a hundred thousand"),
    only: someOf("these sections alone, separated by commas", Object.keys(SECTIONS)),
    json: text("<file>", "write the figures there too"),
  },
);

async function main(): Promise<void> {
  setTimeout(giveUp, ALL_WITHIN_MS).unref();
  const names = values.only ?? Object.keys(SECTIONS);
  const startedAtMs = Date.now();
  const [load = 0] = loadavg();
  console.log(
    `${availableParallelism()} processors, load ${load.toFixed(2)} before the start, Node ${process.version}`,
  );
  const stage = await Stage.open(values.quick ? QUICK_PACE : 1);
  try {
    for (const name of names) await SECTIONS[name]?.(stage);
    reportMemory(stage);
  } finally {
    await stage.close();
  }
  const figures = judge(stage.figures);
  const judged = figures.filter(({ met }) => met !== null);
  const missed = judged.filter(({ met }) => met === false);
  const seconds = Math.round((Date.now() - startedAtMs) / 1000);
  console.log(
    `\n${figures.length} figures in ${seconds} s; ${judged.length - missed.length} of ${judged.length} targets met`,
  );
  if (values.json !== null) {
    const run = {
      at: new Date(startedAtMs).toISOString(),
      quick: values.quick,
      processors: availableParallelism(),
      load,
    };
    await writeFile(values.json, `${JSON.stringify({ ...run, figures }, null, 2)}\n`);
  }
}

function giveUp(): never {
  console.error(`bench: not finished within ${ALL_WITHIN_MS} ms`);
  process.exit(1);
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error("bench:", error);
    process.exit(1);
  },
);
