import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT_MEANINGS } from "../../src/cli/failure.ts";
import { commandsOf, programForReading } from "../support/cli-program.ts";

const DOCS = readFileSync(join(import.meta.dirname, "../../docs/cli.md"), "utf8");
const program = programForReading();
const commands = commandsOf(program).map(({ words, command }) => ({ line: words.join(" "), command }));

describe("docs/cli.md", () => {
  it.each(commands)("has $line with its arguments, and its options", ({ line, command }) => {
    const args = command.registeredArguments.map((argument) =>
      argument.required ? ` <${argument.name()}>` : ` [${argument.name()}]`,
    );
    expect(DOCS).toContain(`\`posthorn ${line}${args.join("")}\``);
    const missing = command.options
      .map(({ long }) => long ?? "")
      .filter((option) => !new RegExp(`${option}(?![\\w-])`).test(DOCS));
    expect(missing).toEqual([]);
  });

  it("names no command that there is not", () => {
    const named = [...DOCS.matchAll(/^\| `posthorn ([a-z -]+?)(?: [<[].*)?` +\|/gm)].map(([, line]) => line);
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((line) => !commands.some((command) => command.line === line))).toEqual([]);
  });

  it("has the options that every command takes", () => {
    const missing = program.options.flatMap(({ long }) =>
      long == null || DOCS.includes(long) ? [] : [long],
    );
    expect(missing.filter((long) => long !== "--version")).toEqual([]);
  });

  it("has the exit codes and what they mean", () => {
    for (const [code, meaning] of EXIT_MEANINGS) {
      expect(DOCS.replaceAll(/ +/g, " ")).toContain(`| ${code} | ${meaning} |`);
    }
  });
});
