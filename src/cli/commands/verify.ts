/** `posthorn verify`: check a signature offline. */
import type { Command } from "commander";
import { type Dialect, signatureHeaderNames } from "../../core/dialect.ts";
import { isObject, parseObject } from "../../core/json-object.ts";
import {
  BUILT_IN_DIALECTS,
  SIGNATURE_TOLERANCE_SECONDS,
  type Verdict,
  type VerifyInput,
  verifySignature,
} from "../../wire/index.ts";
import type { Cli } from "../cli.ts";
import { EXIT, usageFailure } from "../failure.ts";
import { readBytes, readText } from "../files.ts";
import { repeated, wholeNumber } from "../options.ts";
import { clean } from "../view.ts";

type VerifyOptions = {
  secret?: string;
  header: string[];
  headers?: string;
  dialect?: string;
  definition?: string;
  tolerance: number;
  ignoreTime?: boolean;
};

export function registerVerify(program: Command, cli: Cli): void {
  const verify = program
    .command("verify [body]")
    .description("check a request's signature, offline; the body is a file, or stdin")
    .option("--secret <secret>", "the webhook's secret, or whpk_… of a key pair; left out, POSTHORN_SECRET")
    .option("-H, --header <line>", "a header of the request, 'Name: value'; may be repeated", repeated, [])
    .option("--headers <file>", "a file of headers: lines of 'Name: value', or a JSON object")
    .option("--dialect <name>", "which dialect; left out, the one whose headers are there")
    .option("--definition <file>", "a dialect of your own: what `posthorn dialects get NAME --json` prints")
    .option(
      "--tolerance <seconds>",
      "how far its time may be from now",
      wholeNumber(0),
      SIGNATURE_TOLERANCE_SECONDS,
    )
    .option("--ignore-time", "however old it is");
  verify.action((file: string | undefined, options: VerifyOptions) =>
    cli.run(verify, async ({ io }) => {
      const secret = options.secret ?? io.env.POSTHORN_SECRET;
      if (!secret) throw usageFailure("Signed with which secret? Give --secret, or set POSTHORN_SECRET");
      const lines =
        options.headers === undefined
          ? options.header
          : [...options.header, await readText(io, options.headers)];
      const headers = parseHeaders(lines);
      const dialect = chooseDialect(headers, options, await definedDialect(io, options.definition));
      const input: VerifyInput = {
        headers,
        body: await readBytes(io, file ?? "-"),
        secret,
        nowMs: io.nowMs(),
        toleranceSeconds: options.ignoreTime === true ? null : options.tolerance,
      };
      const verdict = await verifySignature(dialect.signature, input);
      const reason = await reasonOf(dialect, verdict, input);
      const valid = verdict.kind === "valid";
      return {
        json: { valid, dialect: dialect.name, verdict: verdict.kind, reason },
        exitCode: valid ? EXIT.ok : EXIT.failed,
        text: ({ paint }) =>
          valid
            ? `${paint("green", "✓")} The signature is valid (${dialect.name})`
            : `${paint("red", "✗")} The signature is not valid (${dialect.name}): ${clean(reason ?? "")}`,
      };
    }),
  );
}

/** Lines of `Name: value`, or JSON. */
export function parseHeaders(texts: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const text of texts) {
    const json = jsonHeaders(text);
    if (json !== null) {
      Object.assign(headers, json);
      continue;
    }
    for (const line of text.split(/\r?\n/)) {
      const at = line.indexOf(":");
      // A request's first line and curl's `> ` are no headers.
      const name = line
        .slice(0, Math.max(at, 0))
        .replace(/^[<>]\s*/, "")
        .trim();
      if (/^[\w!#$%&'*+.^`|~-]+$/.test(name)) headers[name] = line.slice(at + 1).trim();
    }
  }
  return headers;
}

function jsonHeaders(text: string): Record<string, string> | null {
  const value = parseObject(text);
  if (value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, String(each)]));
}

type Signing = Pick<Dialect, "name" | "signature">;

async function definedDialect(io: Cli["io"], file: string | undefined): Promise<Signing | null> {
  if (file === undefined) return null;
  const text = await readText(io, file);
  const value = parseObject(text);
  if (value !== null && isSignature(value.signature)) {
    return { name: String(value.name ?? file), signature: value.signature };
  }
  throw usageFailure(`${file} is not a dialect`, "`posthorn dialects get NAME --json` prints one");
}

function isSignature(value: unknown): value is Dialect["signature"] {
  if (!isObject(value)) return false;
  if (value.scheme === "standard") return typeof value.headerPrefix === "string";
  return (
    value.scheme === "body-hmac" &&
    typeof value.header === "string" &&
    typeof value.valuePrefix === "string" &&
    (value.encoding === "hex" || value.encoding === "base64")
  );
}

/** The one that is named; otherwise the one all of whose headers are there. */
function chooseDialect(
  headers: Readonly<Record<string, string>>,
  { dialect: name }: { dialect?: string },
  defined: Signing | null = null,
): Signing {
  if (defined !== null) return defined;
  const names = [...BUILT_IN_DIALECTS.keys()].join(", ");
  if (name !== undefined) {
    const named = BUILT_IN_DIALECTS.get(name);
    if (named !== undefined) return named;
    throw usageFailure(`${name} is none of ${names}`, "Of a dialect of your own, give --definition");
  }
  const there = new Set(Object.keys(headers).map((header) => header.toLowerCase()));
  for (const dialect of BUILT_IN_DIALECTS.values()) {
    if (signatureHeaderNames(dialect.signature).every((header) => there.has(header.toLowerCase())))
      return dialect;
  }
  const wanted = [...BUILT_IN_DIALECTS.values()]
    .map(({ signature }) => signatureHeaderNames(signature).at(-1)?.toLowerCase())
    .join(", ");
  throw usageFailure(
    `No dialect's signature is among these headers`,
    `Give one of ${wanted} with -H or --headers`,
  );
}

/** Null when it is valid. */
async function reasonOf(
  { signature }: Signing,
  verdict: Verdict,
  input: VerifyInput,
): Promise<string | null> {
  switch (verdict.kind) {
    case "valid":
      return null;
    case "missing_header":
      return `the header ${verdict.header} is missing`;
    case "bad_timestamp":
      return `"${verdict.text}" is not a time in Unix seconds`;
    case "out_of_time": {
      const { ageSeconds } = verdict;
      const when = ageSeconds < 0 ? `${-ageSeconds} s in the future` : `${ageSeconds} s old`;
      return `it is signed right, but ${when}; --ignore-time looks past that`;
    }
    case "bad_secret":
      return verdict.reason;
    case "mismatch": {
      const like = await likeness(signature, input);
      if (like !== null) return `it would be ${like}; give the bytes exactly as they arrived`;
      const expected = verdict.expected === null ? "" : `, this secret makes ${verdict.expected}`;
      return `the header says ${verdict.given}${expected}: another secret, or another body`;
    }
  }
}

/** What is most often done to a body on its way into a file. */
async function likeness(signature: Dialect["signature"], input: VerifyInput): Promise<string | null> {
  const text = new TextDecoder().decode(input.body);
  const variants: [string, string | null][] = [
    ["without the line break at the end", text.replace(/\r?\n$/, "")],
    ["with the JSON written compactly", compact(text)],
  ];
  for (const [words, variant] of variants) {
    if (variant === null || variant === text) continue;
    const verdict = await verifySignature(signature, { ...input, body: new TextEncoder().encode(variant) });
    if (verdict.kind === "valid" || verdict.kind === "out_of_time") return words;
  }
  return null;
}

function compact(text: string): string | null {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return null;
  }
}
