/**
 * A runner that is killed outright cannot stop its workerd, which would go on serving, delivering and writing. Three
 * things end it: `workerd.sh` records its process id, `guard.sh` kills it when the runner's end of a pipe closes, and
 * the next start kills whatever is still recorded before it touches the data.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readProcessEnvironment } from "./processes.ts";

const GONE_WITHIN_MS = 5000;
const POLL_MS = 10;

export type Guard = {
  /** For the runtime process: what `workerd.sh` reads, and what proves later whose process it is. */
  environment: Record<string, string>;
  /** Tells the guard which process to end; to be called whenever one was started. */
  watchRuntime(): Promise<void>;
  release(): Promise<void>;
};

/** Arms the guard of one runtime; to be called before workerd is started. */
export async function armGuard(runDir: string): Promise<Guard> {
  const instance = randomUUID();
  const pidFile = join(runDir, instance);
  await mkdir(runDir, { recursive: true });
  const workerd = useWrapper();
  const child = spawn("/bin/sh", [join(import.meta.dirname, "guard.sh"), pidFile, instance], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  child.unref();
  // An unreferenced pipe keeps its far end open as long as this process lives, and no longer.
  unrefPipe(child);
  return {
    environment: { POSTHORN_PID_FILE: pidFile, POSTHORN_INSTANCE: instance, POSTHORN_WORKERD: workerd },
    watchRuntime: async () => {
      child.stdin?.write(await readFile(pidFile, "utf8"));
    },
    release: async () => {
      child.kill("SIGKILL");
      await rm(pidFile, { force: true });
    },
  };
}

/** Ends every recorded runtime of earlier runners; resolves when they are gone. The caller holds the data's lock. */
export async function endOrphans(runDir: string): Promise<number> {
  const instances = await readdir(runDir).catch(() => []);
  let ended = 0;
  for (const instance of instances) {
    const path = join(runDir, instance);
    const pid = Number(await readFile(path, "utf8").catch(() => ""));
    if (await isRuntimeOf(pid, instance)) {
      ended++;
      killIfAlive(pid);
      for (
        let waitedMs = 0;
        waitedMs < GONE_WITHIN_MS && (await isRuntimeOf(pid, instance));
        waitedMs += POLL_MS
      ) {
        await sleep(POLL_MS);
      }
    }
    await rm(path, { force: true });
  }
  return ended;
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Its guard was quicker.
  }
}

/** Process ids are reused: only one whose environment names this instance is ours. */
async function isRuntimeOf(pid: number, instance: string): Promise<boolean> {
  if (!Number.isSafeInteger(pid) || pid <= 1) return false;
  return (await readProcessEnvironment(pid)).includes(`POSTHORN_INSTANCE=${instance}`);
}

/** Makes miniflare start `workerd.sh`; returns the path of the real binary. */
function useWrapper(): string {
  const wrapper = join(import.meta.dirname, "workerd.sh");
  const configured = process.env.MINIFLARE_WORKERD_PATH;
  if (configured !== undefined && configured !== wrapper) {
    process.env.POSTHORN_REAL_WORKERD = configured;
  }
  process.env.MINIFLARE_WORKERD_PATH = wrapper;
  if (process.env.POSTHORN_REAL_WORKERD !== undefined) return process.env.POSTHORN_REAL_WORKERD;
  const requireFromMiniflare = createRequire(createRequire(import.meta.url).resolve("miniflare"));
  return (requireFromMiniflare("workerd") as { default: string }).default;
}

function unrefPipe(child: ChildProcess): void {
  const pipe = child.stdin as { unref?: () => void } | null;
  pipe?.unref?.();
  child.stdin?.on("error", () => {});
}
