/** A measured server in a process of its own, with data of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const PROJECT_ROOT = resolve(import.meta.dirname, "../..");
const READY_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 10_000;
export const BENCH_KEY = "sk_benchbenchbenchbenchbenchbenchbench0000";

export type ServerProcess = {
  url: string;
  dataDir: string;
  pid: number;
  /** What it has printed. */
  output(): string;
  /** Ends the process; the data stays. */
  stop(): Promise<void>;
  /** Starts it again on the same data. */
  restart(): Promise<ServerProcess>;
  /** Ends it and removes the data. */
  remove(): Promise<void>;
};

/** Runs `scripts/<script>` and resolves when it says that it is ready. */
export async function startServer(script: string, env: Record<string, string> = {}): Promise<ServerProcess> {
  return start({ script, env, dataDir: await mkdtemp(join(tmpdir(), "posthorn-bench-")) });
}

type Start = { script: string; env: Record<string, string>; dataDir: string };

async function start(options: Start): Promise<ServerProcess> {
  const { script, env, dataDir } = options;
  const child = spawn(process.execPath, [join(PROJECT_ROOT, "scripts", script)], {
    cwd: PROJECT_ROOT,
    env: {
      ...withoutOwnSettings(),
      PORT: "0",
      POSTHORN_DATA: dataDir,
      POSTHORN_KEY: BENCH_KEY,
      BENCH_DATA: dataDir,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${script} is not ready:\n${output}`)), READY_WITHIN_MS);
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const ready = /ready on (http:\/\/\S+)$/m.exec(output)?.[1];
      if (ready !== undefined) resolve(ready);
      if (ready !== undefined) clearTimeout(timer);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`${script} ended with ${signal ?? code}:\n${output}`));
    });
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOPPED_WITHIN_MS);
    await exited;
    clearTimeout(timer);
  };
  return {
    url,
    dataDir,
    pid: child.pid ?? 0,
    output: () => output,
    stop,
    restart: async () => {
      await stop();
      return start(options);
    },
    remove: async () => {
      await stop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A start in the bench equals a start in a bare shell. */
function withoutOwnSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|POSTHORN_|PORT$|HOST$|MINIFLARE_)/.test(name)),
  );
}

type ProcessStatus = { pid: number; name: string; cpuMs: number };

/** A process and all below it; empty where there is no `/proc`. */
async function processesBelow(pid: number): Promise<ProcessStatus[]> {
  const all = new Map<number, ProcessStatus & { parent: number }>();
  for (const entry of await readdir("/proc").catch(() => [])) {
    const stat = /^\d+$/.test(entry) ? await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "") : "";
    // The name stands in parentheses and may hold anything; fields count on from behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    const ticks = Number(fields[11]) + Number(fields[12]);
    if (stat !== "")
      all.set(Number(entry), { pid: Number(entry), name, parent: Number(fields[1]), cpuMs: ticks * TICK_MS });
  }
  const isBelow = (child: number): boolean =>
    child === pid || (child > 1 && isBelow(all.get(child)?.parent ?? 0));
  return [...all.values()].filter((each) => isBelow(each.pid));
}

/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

/** Processor time that the processes of that name below `pid` have used. */
export async function cpuMs(pid: number, name: string): Promise<number> {
  const processes = await processesBelow(pid);
  return processes.filter((each) => each.name === name).reduce((sum, each) => sum + each.cpuMs, 0);
}

/** Resident memory of a process (`runner`) and of those below it, in MiB by name. */
export async function residentMiB(pid: number): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const each of await processesBelow(pid)) {
    const status = await readFile(`/proc/${each.pid}/status`, "utf8").catch(() => "");
    const name = each.pid === pid ? "runner" : each.name;
    sizes[name] = (sizes[name] ?? 0) + Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
  }
  return sizes;
}
