import type { Command } from "commander";
import { createCli } from "../../src/cli/cli.ts";
import type { Io, Sink } from "../../src/cli/io.ts";
import { createProgram } from "../../src/cli/program.ts";

const NOWHERE: Sink = { write: () => {}, isTTY: false, columns: null };

/** The program's commands, to be looked at and not run. */
export function programForReading(): Command {
  const unused = () => {
    throw new Error("this program is only read");
  };
  const io: Io = {
    env: {},
    homeDir: "/nowhere",
    stdout: NOWHERE,
    stderr: NOWHERE,
    stdin: { isTTY: false, read: unused },
    askSecret: unused,
    fetch: unused,
    openSocket: unused,
    nowMs: () => 0,
    sleep: unused,
    newKey: unused,
    signal: new AbortController().signal,
  };
  return createProgram(createCli(io), { json: false });
}

export type CommandPlace = { words: string[]; command: Command };

/** Every command that people are shown and that does something, as it is called. */
export function commandsOf(parent: Command, before: string[] = []): CommandPlace[] {
  const shown = parent
    .createHelp()
    .visibleCommands(parent)
    .filter((command) => command.name() !== "help");
  return shown.flatMap((command) => {
    const words = [...before, command.name()];
    return command.commands.length === 0 ? [{ words, command }] : commandsOf(command, words);
  });
}
