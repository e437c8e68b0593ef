/** Serves the metered Posthorn on BENCH_DATA until it is killed. */
import { serveWorker } from "../worker-runtime.ts";

const url = await serveWorker({
  main: "metered/worker.ts",
  dataDir: process.env.BENCH_DATA ?? "",
  objects: "as configured",
  variables: {
    POSTHORN_ALLOW_HTTP_TARGETS: "true",
    POSTHORN_ALLOW_PRIVATE_TARGETS: "true",
    POSTHORN_KEY: process.env.POSTHORN_KEY ?? "",
    POSTHORN_MASTER_KEY: Buffer.alloc(32, "bench").toString("base64"),
  },
});
console.log(`ready on ${url}`);
