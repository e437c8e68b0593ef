/** What a script takes: `--help` shows it, and what is wrong ends the script with 2 before it has begun. */
import { parseArgs } from "node:util";

/** `shown`: how its value is written; null: it has none. */
export type ScriptOption<Value> = {
  shown: string | null;
  what: string;
  initial: Value;
  /** A text: what it must be. */
  read(text: string): { value: Value } | string;
};

export type Script = { name: string; about: string };
type Options = Record<string, ScriptOption<unknown>>;
type Values<Taken extends Options> = {
  [Name in keyof Taken]: Taken[Name] extends ScriptOption<infer Value> ? Value : never;
};
type Outcome<Taken extends Options> =
  | { kind: "values"; values: Values<Taken> }
  | { kind: "help"; text: string }
  | { kind: "wrong"; text: string };

/** The values; or the end of the process. */
export function scriptOptions<Taken extends Options>(script: Script, options: Taken): Values<Taken> {
  const outcome = readScriptOptions(script, options, process.argv.slice(2));
  if (outcome.kind === "values") return outcome.values;
  if (outcome.kind === "help") console.log(outcome.text);
  else console.error(outcome.text);
  process.exit(outcome.kind === "help" ? 0 : 2);
}

/** The same without an end. */
export function readScriptOptions<Taken extends Options>(
  script: Script,
  options: Taken,
  args: string[],
): Outcome<Taken> {
  const usage = usageOf(script, options);
  const wrong = (problem: string): Outcome<Taken> => ({
    kind: "wrong",
    text: `${script.name}: ${problem}\n\n${usage}`,
  });
  const given = parsed(options, args);
  if (typeof given === "string") return wrong(given);
  if (given.help === true) return { kind: "help", text: usage };
  const values: Record<string, unknown> = {};
  for (const [name, { initial, read }] of Object.entries(options)) {
    const text = given[name];
    const found = typeof text === "string" ? read(text) : { value: text ?? initial };
    if (typeof found === "string") return wrong(`--${name} must be ${found}, not ${JSON.stringify(text)}`);
    values[name] = found.value;
  }
  return { kind: "values", values: values as Values<Taken> };
}

function parsed(options: Options, args: string[]): Record<string, unknown> | string {
  const types = Object.entries(options).map(
    ([name, { shown }]) => [name, { type: shown === null ? "boolean" : "string" }] as const,
  );
  try {
    const config = { ...Object.fromEntries(types), help: { type: "boolean", short: "h" } } as const;
    return parseArgs({ args, options: config }).values;
  } catch (error) {
    const [problem = ""] = (error instanceof Error ? error.message : String(error)).split(". ");
    return problem;
  }
}

function usageOf({ name, about }: Script, options: Options): string {
  const rows = Object.entries(options).map(([option, { shown, what, initial }]) => {
    const otherwise = typeof initial === "string" || typeof initial === "number" ? ` (${initial})` : "";
    return [`--${option}${shown === null ? "" : ` ${shown}`}`, `${what}${otherwise}`] as const;
  });
  const all = [...rows, ["--help", "show this"] as const];
  const width = Math.max(...all.map(([head]) => head.length));
  const lines = all.map(([head, what]) => `  ${head.padEnd(width)}  ${what}`);
  return [`npm run ${name}: ${about}`, "", ...lines].join("\n");
}

export function flag(what: string): ScriptOption<boolean> {
  return { shown: null, what, initial: false, read: () => ({ value: true }) };
}

export function text(shown: string, what: string): ScriptOption<string | null> {
  return { shown, what, initial: null, read: (value) => (value === "" ? "something" : { value }) };
}

type Range<Initial> = { initial: Initial; least: number; most: number; fraction?: true };

export function number<Initial extends number | null>(
  what: string,
  { initial, least, most, fraction }: Range<Initial>,
): ScriptOption<number | Initial> {
  const kind = fraction === true ? "a number" : "a whole number";
  return {
    shown: "<n>",
    what,
    initial,
    read(given) {
      const value = Number(given);
      const isNumber = given.trim() !== "" && (fraction === true || Number.isSafeInteger(value));
      return isNumber && value >= least && value <= most ? { value } : `${kind} from ${least} to ${most}`;
    },
  };
}

export function oneOf<Name extends string>(
  what: string,
  names: readonly Name[],
  initial: NoInfer<Name>,
): ScriptOption<Name> {
  return {
    shown: `<${names.join("|")}>`,
    what,
    initial,
    read(given) {
      const value = names.find((name) => name === given);
      return value === undefined ? `one of ${names.join(", ")}` : { value };
    },
  };
}

/** Some of them, separated by commas; null: all. */
export function someOf(what: string, names: readonly string[]): ScriptOption<string[] | null> {
  return {
    shown: "<names>",
    what: `${what}: ${names.join(", ")}`,
    initial: null,
    read(given) {
      const value = given.split(",");
      return value.every((name) => names.includes(name)) ? { value } : `of ${names.join(", ")}`;
    },
  };
}
