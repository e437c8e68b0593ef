/** The account API of ClawBook's page: its commands, as printed, and the one answer it shows. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { PROJECT_ROOT } from "./posthorn-process.ts";

type Page = { source: string; commands: string[]; webhook: Record<string, unknown> };

/** Copied from the page, so that the tests run where it is not at hand. */
export const CLAWBOOK_PAGE: Page = JSON.parse(
  readFileSync(join(PROJECT_ROOT, "test/vectors/clawbook-api.json"), "utf8"),
);

const ORIGINAL = join(PROJECT_ROOT, "../shared/seeds/clawbook.txt");

/** The commands of the page itself; null where it is not at hand. */
export function originalCommands(): string[] | null {
  if (!existsSync(ORIGINAL)) return null;
  const commands: string[] = [];
  let command = "";
  for (const line of readFileSync(ORIGINAL, "utf8").split("\n")) {
    if (command === "" && !line.startsWith("curl ")) continue;
    command += command === "" ? line : `\n${line}`;
    const isOpen = line.endsWith("\\") || (command.split("'").length - 1) % 2 === 1;
    if (isOpen) continue;
    commands.push(command);
    command = "";
  }
  return commands;
}

/** The page's command whose first line has this in it: it is the only one. */
export function commandWith(part: string): string {
  const found = CLAWBOOK_PAGE.commands.filter((command) => command.split("\n")[0]?.includes(part));
  const [command] = found;
  if (command === undefined || found.length > 1) throw new Error(`${found.length} commands have ${part}`);
  return command;
}

const run = promisify(execFile);

/** Runs a command as printed, but for the host and the key; `-w` adds the status after the answer. */
export async function runCommand(
  command: string,
  { url, token }: { url: string; token: string },
): Promise<{ status: number; body: unknown }> {
  const ready = command
    .replace(/^curl /, `curl -sS -m 20 -w '\\n%{http_code}' `)
    .replaceAll("https://your-domain.com", url)
    .replaceAll("YOUR_API_KEY", token);
  const { stdout } = await run("bash", ["-c", ready]);
  const at = stdout.lastIndexOf("\n");
  const text = stdout.slice(0, at);
  return { status: Number(stdout.slice(at + 1)), body: text === "" ? null : JSON.parse(text) };
}
