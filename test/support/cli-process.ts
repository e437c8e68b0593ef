/** The built command-line program as a process of its own, and the commands of SwiftClaw's page. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { PROJECT_ROOT } from "./posthorn-process.ts";

const PROGRAM = join(PROJECT_ROOT, ".build/cli/posthorn.js");
const NODE_DIR = dirname(process.execPath);

export type CliResult = { code: number | null; stdout: string; stderr: string };
export type CliOptions = { env?: Record<string, string>; stdin?: string };
export type CliProcess = {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  ended: Promise<CliResult>;
};

export async function buildCli(): Promise<void> {
  await promisify(execFile)(process.execPath, ["scripts/build-cli.ts"], { cwd: PROJECT_ROOT });
}

/** Nothing of ours is inherited: a config file only where a test puts one. */
export function startCli(args: readonly string[], { env = {}, stdin }: CliOptions = {}): CliProcess {
  return watched(
    spawn(PROGRAM, args, {
      env: { PATH: `${NODE_DIR}:${process.env.PATH}`, HOME: "/nowhere", ...env },
      stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    }),
    stdin,
  );
}

/** A line as a person types it, with `posthorn` in the path. */
export function startLine(
  line: string,
  { bin, env = {} }: { bin: string; env?: Record<string, string> },
): CliProcess {
  return watched(
    spawn("bash", ["-c", line], {
      env: { PATH: `${bin}:${NODE_DIR}:${process.env.PATH}`, HOME: "/nowhere", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    }),
    undefined,
  );
}

/** A directory with nothing but `posthorn` in it. */
export async function binDirectory(parent: string): Promise<string> {
  const bin = join(parent, "bin");
  await mkdir(bin, { recursive: true });
  await symlink(PROGRAM, join(bin, "posthorn"));
  return bin;
}

function watched(child: ChildProcess, stdin: string | undefined): CliProcess {
  const text = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk: Buffer) => {
    text.stdout += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    text.stderr += chunk.toString();
  });
  if (stdin !== undefined) child.stdin?.end(stdin);
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...text }));
  });
  return { child, stdout: () => text.stdout, stderr: () => text.stderr, ended };
}

/** Copied from the page, so that the tests run where it is not at hand. */
export const SWIFTCLAW_COMMANDS: string[] = JSON.parse(
  readFileSync(join(PROJECT_ROOT, "test/vectors/swiftclaw-commands.json"), "utf8"),
).commands;

const ORIGINAL = join(PROJECT_ROOT, "../shared/seeds/swiftclaw.txt");

/** The commands of the page itself; null where it is not at hand. */
export function originalCommands(): string[] | null {
  if (!existsSync(ORIGINAL)) return null;
  const page = readFileSync(ORIGINAL, "utf8");
  const commands = [...page.matchAll(/^swiftclaw (?:.*\\\n)*.*$/gm)].map(([command]) => command);
  // The next heading is glued to a command's end; no command has a capital letter.
  return commands.map((command) => command.replace(/[A-Z].*$/, ""));
}

/** The page's only command that has this in it and none of those. */
export function swiftClawCommand(part: string, ...without: string[]): string {
  const found = SWIFTCLAW_COMMANDS.filter(
    (command) => command.includes(part) && !without.some((other) => command.includes(other)),
  );
  const [command] = found;
  if (command === undefined || found.length > 1) throw new Error(`${found.length} commands have ${part}`);
  return command;
}
