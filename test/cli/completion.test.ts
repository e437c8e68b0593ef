import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { completions } from "../../src/cli/complete.ts";
import { cliRun } from "../support/cli-io.ts";
import { commandsOf, programForReading } from "../support/cli-program.ts";

const program: Command = programForReading();

describe("what may come next", () => {
  it.each<[string[], string[]]>([
    [["web"], ["webhooks"]],
    [
      ["webhooks", "l"],
      ["list", "logs"],
    ],
    [
      ["endpoints", "l"],
      ["list", "logs"],
    ],
    [["--profile", "x", "webhooks", "te"], ["test"]],
    [["alerts", "create", "--th"], ["--threshold"]],
    [["webhooks", "list", "my-agent", "--js"], ["--json"]],
    [
      ["completion", ""],
      ["bash", "fish", "zsh"],
    ],
    [["webhooks", "list", ""], []],
    [["webhooks", "create", "x", "--url", ""], []],
  ])("after %j is %j", (words, found) => {
    expect(completions(program, words)).toEqual(found);
  });

  it("at the beginning is every command", () => {
    const names = program.commands.map((command) => command.name()).filter((name) => name !== "complete");
    expect(completions(program, [""])).toEqual([...names, "help"].sort());
  });

  it("is what the scripts ask for, options and all", async () => {
    const run = await cliRun(["complete", "--", "webhooks", "create", "x", "--ur"]);
    expect(run.stdout).toBe("--url\n");
  });

  it.each(["bash", "zsh", "fish"])("is asked for by the script for %s", async (shell) => {
    const run = await cliRun(["completion", shell]);
    expect(run).toMatchObject({ exitCode: 0, requests: [] });
    expect(run.stdout).toContain("posthorn complete --");
  });
});

describe("help", () => {
  it.each(commandsOf(program).map(({ words }) => [words.join(" ")]))(
    "of %s says what it does",
    async (words) => {
      const run = await cliRun([...words.split(" "), "--help"]);
      expect(run).toMatchObject({ exitCode: 0, stderr: "" });
      expect(run.stdout).toContain(`posthorn ${words.split(" ")[0]}`);
    },
  );
});
