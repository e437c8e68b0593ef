import { describe, expect, it } from "vitest";
import {
  flag,
  number,
  oneOf,
  readScriptOptions,
  someOf,
  text,
} from "../../scripts/runtime/script-options.ts";

const SCRIPT = { name: "chaos", about: "kills" };
const OPTIONS = {
  kills: number("how often", { initial: 20, least: 1, most: 1000 }),
  rate: number("a second", { initial: 0.2, least: 0.01, most: 10, fraction: true }),
  world: oneOf("which", ["delivery", "followers"], "delivery"),
  only: someOf("these", ["accept", "cost"]),
  quick: flag("short"),
  json: text("<file>", "the report"),
};
const read = (...args: string[]) => readScriptOptions(SCRIPT, OPTIONS, args);

describe("a script's options", () => {
  it("have values of their own when nothing is given", () => {
    const values = { kills: 20, rate: 0.2, world: "delivery", only: null, quick: false, json: null };
    expect(read()).toEqual({ kind: "values", values });
  });

  it("are read", () => {
    const given = ["--kills=3", "--rate", "0.5", "--world", "followers", "--only", "cost", "--quick"];
    expect(read(...given)).toMatchObject({
      values: { kills: 3, rate: 0.5, world: "followers", only: ["cost"], quick: true },
    });
  });

  it.each([
    [["--kills", "0"], '--kills must be a whole number from 1 to 1000, not "0"'],
    [["--kills", "1.5"], '--kills must be a whole number from 1 to 1000, not "1.5"'],
    [["--kills", "many"], '--kills must be a whole number from 1 to 1000, not "many"'],
    [["--kills="], '--kills must be a whole number from 1 to 1000, not ""'],
    [["--rate", "11"], '--rate must be a number from 0.01 to 10, not "11"'],
    [["--world", "x"], '--world must be one of delivery, followers, not "x"'],
    [["--only", "cost,x"], '--only must be of accept, cost, not "cost,x"'],
    [["--nonsense"], "Unknown option '--nonsense'"],
    [["--kills"], "Option '--kills <value>' argument missing"],
    [["extra"], "Unexpected argument 'extra'"],
  ])("end it with what is wrong and the usage: %j", (args, problem) => {
    const outcome = read(...args);
    expect(outcome.kind).toBe("wrong");
    expect(outcome).toMatchObject({ text: expect.stringContaining(`chaos: ${problem}`) });
    expect(outcome).toMatchObject({ text: expect.stringContaining("--kills <n>") });
  });

  it("are all in its help, with what they are otherwise", () => {
    const outcome = read("--help", "--quick");
    expect(outcome.kind).toBe("help");
    const { text: help } = outcome as { text: string };
    for (const name of [...Object.keys(OPTIONS), "help"]) expect(help).toContain(`--${name}`);
    expect(help).toMatch(/--kills <n> +how often \(20\)/);
  });
});
