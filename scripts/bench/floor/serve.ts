/** Serves the floor Worker on BENCH_DATA until it is killed. */
import { serveWorker } from "../worker-runtime.ts";

const url = await serveWorker({
  main: "floor/worker.ts",
  dataDir: process.env.BENCH_DATA ?? "",
  objects: { FLOOR: "FloorObject" },
  variables: {},
  ...(process.env.BENCH_INSPECTOR === undefined
    ? {}
    : { inspectorPort: Number(process.env.BENCH_INSPECTOR) }),
});
console.log(`ready on ${url}`);
