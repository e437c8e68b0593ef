import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { RunnerError } from "./runner-error.ts";

/** A runner that was told to stop, or killed, a moment ago gets this long to let go of what we need. */
export const HANDOVER_MS = 3000;
const POLL_MS = 50;

export type DataDirectory = {
  path: string;
  /** Where the runtime keeps D1 and the objects. */
  statePath: string;
  runPath: string;
  /** Empty at each start: a runner that was killed leaves its files here, and not in the system's directory. */
  temporaryPath: string;
  /** The text kept in a file only the owner can read; made the first time. */
  keep(name: string, kind: KeptText): Promise<string>;
  unlock(): void;
};

export type KeptText = {
  create(): string;
  /** What is wrong with a text that was found; null: nothing. */
  problemOf(text: string): string | null;
};

/** Opens, or makes, the directory and holds it for this process alone. */
export async function openDataDirectory(directory: string): Promise<DataDirectory> {
  const path = resolve(directory);
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: Error) => {
    throw new RunnerError(`The data directory ${path} cannot be created: ${error.message}`);
  });
  const unlock = await lock(path);
  const temporaryPath = join(path, "tmp");
  // Retried: an orphan of the runner before, which is ended only next, may still write there.
  await rm(temporaryPath, { recursive: true, force: true, maxRetries: 5 });
  await mkdir(temporaryPath);
  return {
    temporaryPath,
    path,
    statePath: join(path, "state"),
    runPath: join(path, "run"),
    keep: (name, kind) => keepPrivateFile(join(path, name), kind),
    unlock,
  };
}

export function generateKey(): string {
  return `sk_${randomBytes(24).toString("base64url").replaceAll(/[-_]/g, "0")}`;
}

export function generateMasterKey(): string {
  return randomBytes(32).toString("base64");
}

/** An SQLite file lock: the system drops it with the process, so no crash leaves a stale one. */
async function lock(path: string): Promise<() => void> {
  const deadline = Date.now() + HANDOVER_MS;
  for (;;) {
    const database = openLock(path);
    try {
      database.exec("PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE");
      return () => database.close();
    } catch (error) {
      database.close();
      if (!String(error).includes("database is locked")) {
        throw unusable(path, error);
      }
      if (Date.now() >= deadline) {
        throw new RunnerError(
          `The data directory ${path} is in use by another Posthorn. Stop that one, or set POSTHORN_DATA to another directory.`,
        );
      }
    }
    await sleep(POLL_MS);
  }
}

function openLock(path: string): DatabaseSync {
  try {
    return new DatabaseSync(join(path, "lock"));
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, error: unknown): RunnerError {
  return new RunnerError(`The data directory ${path} cannot be used: ${(error as Error).message}`);
}

async function readKept(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new RunnerError(`The file ${path} cannot be read: ${(error as Error).message}`);
  }
}

/** Written beside and renamed, so that a crash leaves either the whole key or none. */
async function keepPrivateFile(path: string, { create, problemOf }: KeptText): Promise<string> {
  const kept = await readKept(path);
  if (kept !== "") {
    const problem = problemOf(kept);
    if (problem !== null) throw new RunnerError(`What the file ${path} holds ${problem}.`);
    await chmod(path, 0o600);
    return kept;
  }
  const text = create();
  await rm(`${path}.new`, { force: true });
  const file = await open(`${path}.new`, "wx", 0o600);
  try {
    await file.writeFile(`${text}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  return text;
}
