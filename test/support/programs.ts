/** The programs that documents show, run as printed but for the address and a port. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import { PROJECT_ROOT } from "./posthorn-process.ts";

export type Program = { output(): string; ended: Promise<number | null>; end(): Promise<void> };

/** What to run: a block's name, whose ending says with what, and its code. */
export type Shown = { name: string; code: string; env?: Record<string, string> };

const COMMANDS: Record<string, string> = { sh: "bash", mjs: process.execPath, py: "python3" };

/** A directory of the test file's own to run programs in; those that still run are ended after each test. */
export function programsOfThisFile(): (shown: Shown) => Promise<Program> {
  const running = new Set<Program>();
  let directory = "";
  beforeAll(async () => {
    // Inside the project, so that the examples find the packages as a reader's own project would.
    await mkdir(join(PROJECT_ROOT, ".build"), { recursive: true });
    directory = await mkdtemp(join(PROJECT_ROOT, ".build", "programs-"));
  });
  afterEach(async () => {
    for (const program of running) await program.end();
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));
  return async (shown) => {
    const file = join(directory, shown.name);
    await writeFile(file, shown.code);
    const program = start(file, { cwd: directory, env: shown.env ?? {} });
    running.add(program);
    void program.ended.then(() => running.delete(program));
    return program;
  };
}

function start(file: string, { cwd, env }: { cwd: string; env: Record<string, string> }): Program {
  const command = COMMANDS[file.split(".").at(-1) ?? ""] ?? "";
  const child = spawn(command, command === "bash" ? ["-e", file] : [file], {
    cwd,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // Its own group: what a shell has started ends with it.
    detached: true,
  });
  let text = "";
  const read = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("close", (code) => resolve(code));
    child.once("error", reject);
  });
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
      process.kill(-child.pid, "SIGKILL");
    await ended;
  };
  return { output: () => text, ended, end };
}
