/** Runs any Worker on the runtime the way the runner runs Posthorn: same options, same migrations, same kind of socket. */
import { join, resolve } from "node:path";
import type { MiniflareOptions } from "miniflare";
import { bundleWorker } from "../runtime/bundle.ts";
import { createMiniflare } from "../runtime/create-miniflare.ts";
import { openDataDirectory } from "../runtime/data-directory.ts";
import { applyMigrations } from "../runtime/migrate.ts";
import { armGuard } from "../runtime/orphans.ts";
import { readWorkerConfig } from "../runtime/worker-config.ts";
import { isRuntimeNoise } from "../runtime/worker-log.ts";

export type WorkerOptions = {
  /** The Worker's module, from this folder. */
  main: string;
  dataDir: string;
  /** Binding name to exported class; or those of `wrangler.toml`. */
  objects: Record<string, string> | "as configured";
  variables: Record<string, string>;
  inspectorPort?: number;
};

const PROJECT_ROOT = resolve(import.meta.dirname, "../..");
const HOST = "127.0.0.1";

/** Serves until the process ends; answers the address. */
export async function serveWorker(options: WorkerOptions): Promise<string> {
  const data = await openDataDirectory(options.dataDir);
  const config = await readWorkerConfig(PROJECT_ROOT);
  const code = await bundleWorker(join(import.meta.dirname, options.main));
  const guard = await armGuard(data.runPath);
  const entries =
    options.objects === "as configured"
      ? config.objects.map(({ binding, className }): [string, string] => [binding, className])
      : Object.entries(options.objects);
  const miniflareOptions: MiniflareOptions = {
    host: HOST,
    port: 0,
    cf: false,
    enableDevRegistry: false,
    telemetry: { enabled: false },
    logRequests: false,
    unsafeTriggerHandlers: true,
    unsafeRuntimeEnv: guard.environment,
    resourcePersistencePath: data.statePath,
    handleStructuredLogs: (log) => {
      if (!isRuntimeNoise(log)) console.error(log.message);
    },
    ...(options.inspectorPort === undefined ? {} : { inspectorPort: options.inspectorPort }),
    workers: [
      {
        config: {
          name: "bench",
          compatibilityDate: config.compatibilityDate,
          compatibilityFlags: config.compatibilityFlags,
          manifest: {
            mainModule: "worker.js",
            modulesRoot: join(PROJECT_ROOT, ".build"),
            modules: { "worker.js": { type: "esm", contents: code } },
          },
          env: {
            DB: { type: "d1", id: "DB" },
            ...Object.fromEntries(
              Object.entries(options.variables).map(([name, value]) => [
                name,
                { type: "text" as const, value },
              ]),
            ),
            ...Object.fromEntries(
              entries.map(([binding, exportName]) => [
                binding,
                { type: "durable-object" as const, worker: "bench", exportName },
              ]),
            ),
          },
          exports: Object.fromEntries(
            entries.map(([, className]) => [
              className,
              { type: "durable-object" as const, storage: "sqlite" as const },
            ]),
          ),
        },
        dev: { unsafeDirectSockets: [{ host: HOST, port: 0 }] },
      },
    ],
  };
  const runtime = createMiniflare(miniflareOptions, data.temporaryPath);
  await runtime.ready;
  await guard.watchRuntime();
  for (const { migrationsDir } of config.d1) {
    await applyMigrations(await runtime.getD1Database("DB"), migrationsDir);
  }
  return (await runtime.unsafeGetDirectURL()).origin;
}
