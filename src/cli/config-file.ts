import { chmod, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { usageFailure } from "./failure.ts";
import type { Io } from "./io.ts";
import { type Config, EMPTY_CONFIG, parseConfig } from "./settings.ts";

const OWNER_ONLY = 0o600;
const OWNER_ONLY_DIRECTORY = 0o700;
const OTHERS = 0o077;

/** `$XDG_CONFIG_HOME/posthorn/config.json`; POSTHORN_CONFIG names another file. */
export function configPath({ env, homeDir }: Pick<Io, "env" | "homeDir">): string {
  if (env.POSTHORN_CONFIG) return env.POSTHORN_CONFIG;
  return join(env.XDG_CONFIG_HOME || join(homeDir, ".config"), "posthorn", "config.json");
}

export async function readConfig(path: string): Promise<Config> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw usageFailure(`${path} cannot be read (${error.code})`);
  });
  if (text === null) return EMPTY_CONFIG;
  const config = parseConfig(text);
  if (config === null) throw usageFailure(`${path} is damaged`, "Delete it and run `posthorn login` again");
  return config;
}

/** Whether others on this machine may read the keys in it. */
export async function isReadByOthers(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && process.platform !== "win32" && (found.mode & OTHERS) !== 0;
}

/** In one step, so that nobody ever reads half a file, and for the owner's eyes only. */
export async function writeConfig(path: string, config: Config): Promise<void> {
  const next = `${path}.${process.pid}.new`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: OWNER_ONLY_DIRECTORY });
    await writeFile(next, `${JSON.stringify(config, null, 2)}\n`, { mode: OWNER_ONLY });
    await chmod(next, OWNER_ONLY);
    await rename(next, path);
  } catch (error) {
    throw usageFailure(`${path} cannot be written (${error instanceof Error ? error.message : error})`);
  }
}
