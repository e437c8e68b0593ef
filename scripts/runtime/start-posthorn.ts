import { join, resolve } from "node:path";
import type { Miniflare, MiniflareOptions } from "miniflare";
import { RATE_LIMIT_PERIOD_SECONDS } from "../../src/core/limits/requests.ts";
import { settingProblems } from "../../src/env.ts";
import { bundleWorker } from "./bundle.ts";
import { createMiniflare } from "./create-miniflare.ts";
import { type Cron, startCron } from "./cron.ts";
import { generateKey, generateMasterKey, type KeptText, openDataDirectory } from "./data-directory.ts";
import { mailDrop } from "./mail-drop.ts";
import { applyMigrations, missesMigrations, rememberMigrations } from "./migrate.ts";
import { armGuard, endOrphans, type Guard } from "./orphans.ts";
import { requireFreePort } from "./port.ts";
import { portalAssets } from "./portal-assets.ts";
import { readWorkerConfig, type WorkerConfig } from "./worker-config.ts";
import { isRuntimeNoise, type WorkerLog } from "./worker-log.ts";

export type StartOptions = {
  /** 0 picks a free port. */
  port: number;
  dataDir: string;
  host?: string;
  /** The publisher key; by default the one kept in the data directory. */
  key?: string;
  /** Base64 of 32 bytes; by default the one kept in the data directory. */
  masterKey?: string;
  /** Variables and secrets of the Worker beside the keys; they win over the local defaults. */
  variables?: Record<string, string>;
  /** Requests in 10 seconds by the binding that counts them (`env.ts`); none is limited without. */
  rates?: Record<string, number>;
  cronSeconds?: number;
  onLog?: (log: WorkerLog) => void;
};

export type RunningPosthorn = {
  url: string;
  key: string;
  /** Migrations this start applied. */
  migrated: string[];
  stop(): Promise<void>;
};

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_CRON_SECONDS = 60;
/** Of `env.ts`: receivers are reached without miniflare's interceptor, which takes a third of a delivery's time. */
const OUTBOUND_BINDING = "OUTBOUND";
/** Of `env.ts`: mail becomes files. */
const MAIL_BINDING = "MAIL_DROP";
/** Of `env.ts`: the portal's files, as they were when we started. */
const ASSETS_BINDING = "ASSETS";
const PROJECT_ROOT = resolve(import.meta.dirname, "../..");
/** On one machine endpoints may be anything; the production configuration sets neither. */
const LOCAL_VARIABLES = {
  POSTHORN_ALLOW_HTTP_TARGETS: "true",
  POSTHORN_ALLOW_PRIVATE_TARGETS: "true",
  // With one event loop for all: enough to share commits, few enough for deliveries to make progress between them.
  POSTHORN_PUBLISHES_AT_ONCE: "10",
  POSTHORN_MAIL_FROM: "posthorn@localhost",
};

/** What would otherwise start and then fail every call. */
function keptSetting(variable: "POSTHORN_KEY" | "POSTHORN_MASTER_KEY", create: () => string): KeptText {
  return { create, problemOf: (text) => settingProblems({ [variable]: text })[0]?.reason ?? null };
}

/** Runs the Worker on workerd with its data in a directory; resolves once it serves. */
export async function startPosthorn(options: StartOptions): Promise<RunningPosthorn> {
  const host = options.host ?? DEFAULT_HOST;
  const data = await openDataDirectory(options.dataDir);
  const undo: (() => Promise<void> | void)[] = [data.unlock];
  try {
    await endOrphans(data.runPath);
    await requireFreePort(host, options.port);
    const key = options.key ?? (await data.keep("key", keptSetting("POSTHORN_KEY", generateKey)));
    const masterKey =
      options.masterKey ??
      (await data.keep("master-key", keptSetting("POSTHORN_MASTER_KEY", generateMasterKey)));
    const config = await readWorkerConfig(PROJECT_ROOT);
    const code = await bundleWorker(config.main);
    const assets = await portalAssets(config.assetsPath);
    const guard = await armGuard(data.runPath);
    undo.push(guard.release);
    const variables = {
      ...LOCAL_VARIABLES,
      ...options.variables,
      POSTHORN_KEY: key,
      POSTHORN_MASTER_KEY: masterKey,
    };
    const parts = { ...options, config, code, assets, variables, guard, host, data };
    const migrated = await migrate(parts);
    const runtime = createRuntime(parts);
    undo.push(() => runtime.dispose());
    await runtime.ready;
    await guard.watchRuntime();
    const url = (await runtime.unsafeGetDirectURL()).origin;
    const cron = startCrons(runtime, config, options);
    undo.push(cron.stop);
    return { url, key, migrated, stop: once(() => undoAll(undo)) };
  } catch (error) {
    await undoAll(undo);
    throw error;
  }
}

type RuntimeParts = {
  config: WorkerConfig;
  code: string;
  assets: Awaited<ReturnType<typeof portalAssets>>;
  variables: Record<string, string>;
  guard: Guard;
  host: string;
  port: number;
  data: { path: string; statePath: string; temporaryPath: string };
  rates?: Record<string, number>;
  /** Without it the runtime serves nobody. */
  isPublic?: boolean;
  onLog?: (log: WorkerLog) => void;
};

function createRuntime(parts: RuntimeParts): Miniflare {
  const { config, onLog } = parts;
  const options: MiniflareOptions = {
    // The public socket is the Worker's own (below): no proxy Worker in front of it, no debugging routes on it.
    host: DEFAULT_HOST,
    port: 0,
    cf: false,
    enableDevRegistry: false,
    telemetry: { enabled: false },
    logRequests: false,
    unsafeTriggerHandlers: true,
    unsafeRuntimeEnv: parts.guard.environment,
    unsafeHandleRuntimeRestart: parts.guard.watchRuntime,
    resourcePersistencePath: parts.data.statePath,
    handleStructuredLogs: (log) => {
      if (!isRuntimeNoise(log)) onLog?.(log);
    },
    workers: [
      {
        config: {
          name: config.name,
          compatibilityDate: config.compatibilityDate,
          compatibilityFlags: config.compatibilityFlags,
          manifest: {
            mainModule: "worker.js",
            modulesRoot: join(PROJECT_ROOT, ".build"),
            modules: { "worker.js": { type: "esm", contents: parts.code } },
          },
          env: {
            [OUTBOUND_BINDING]: networkFor(parts.variables),
            [ASSETS_BINDING]: parts.assets,
            [MAIL_BINDING]: mailDrop(join(parts.data.path, "mail")),
            ...rateLimits(parts.rates ?? {}),
            ...Object.fromEntries(
              Object.entries(parts.variables).map(([name, value]) => [
                name,
                { type: "text" as const, value },
              ]),
            ),
            ...Object.fromEntries(
              config.d1.map(({ binding }) => [binding, { type: "d1" as const, id: binding }]),
            ),
            ...Object.fromEntries(
              config.objects.map(({ binding, className }) => [
                binding,
                { type: "durable-object" as const, worker: config.name, exportName: className },
              ]),
            ),
          },
          exports: Object.fromEntries(
            config.objects.map(({ className }) => [
              className,
              { type: "durable-object" as const, storage: "sqlite" as const },
            ]),
          ),
        },
        dev: {
          unsafeDirectSockets: parts.isPublic === false ? [] : [{ host: parts.host, port: parts.port }],
        },
      },
    ],
  };
  return withoutSignalHandlers(() => createMiniflare(options, parts.data.temporaryPath));
}

/** What endpoints may be reached: the addresses are judged once more here, when names have been resolved. */
function networkFor(variables: Record<string, string>) {
  const allowPrivate = variables["POSTHORN_ALLOW_PRIVATE_TARGETS"] === "true";
  return {
    type: "network" as const,
    allow: allowPrivate ? ["public", "private"] : ["public"],
    tlsOptions: { trustBrowserCas: true },
  };
}

/** Counted on disk here, at some cost for each request: so only when asked for. */
function rateLimits(rates: Record<string, number>) {
  return Object.fromEntries(
    Object.entries(rates).map(([binding, limit]) => [
      binding,
      {
        type: "rate-limit" as const,
        namespace: binding,
        simple: { limit, period: RATE_LIMIT_PERIOD_SECONDS },
      },
    ]),
  );
}

/** Miniflare ends the process on its own at a signal; when to stop is our caller's to say. */
function withoutSignalHandlers<T>(make: () => T): T {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const before = signals.map((signal) => new Set(process.listeners(signal)));
  const made = make();
  signals.forEach((signal, index) => {
    for (const listener of process.listeners(signal)) {
      if (!before[index]?.has(listener)) process.removeListener(signal, listener);
    }
  });
  return made;
}

const NO_WORKER = "export default { fetch: () => new Response(null, { status: 503 }) };";

/**
 * Applies what is missing on a runtime of its own that serves nobody and has no objects: a request or an alarm must not
 * meet a database without tables. Most starts find nothing missing and skip it.
 */
async function migrate(parts: RuntimeParts): Promise<string[]> {
  const missing = await Promise.all(
    parts.config.d1.map(({ migrationsDir }) => missesMigrations(parts.data.statePath, migrationsDir)),
  );
  if (!missing.includes(true)) return [];
  const config = { ...parts.config, objects: [] };
  const runtime = createRuntime({ ...parts, config, code: NO_WORKER, isPublic: false });
  try {
    await runtime.ready;
    await parts.guard.watchRuntime();
    const applied: string[] = [];
    for (const { binding, migrationsDir } of config.d1) {
      applied.push(...(await applyMigrations(await runtime.getD1Database(binding), migrationsDir)));
      await rememberMigrations(parts.data.statePath, migrationsDir);
    }
    return applied;
  } finally {
    await runtime.dispose();
  }
}

function startCrons(runtime: Miniflare, config: WorkerConfig, options: StartOptions): Cron {
  const everyMs = (options.cronSeconds ?? DEFAULT_CRON_SECONDS) * 1000;
  const report = (error: unknown) => {
    options.onLog?.({ timestamp: Date.now(), level: "error", message: `cron failed: ${String(error)}` });
  };
  const crons = config.crons.map((cron) => startCron(runtime, cron, everyMs, report));
  return {
    stop: () => {
      for (const cron of crons) cron.stop();
    },
  };
}

async function undoAll(steps: (() => Promise<void> | void)[]): Promise<void> {
  for (const step of steps.splice(0).reverse()) await step();
}

function once(run: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | null = null;
  return () => {
    result ??= run();
    return result;
  };
}
