import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type FaultyProxy, startProxy } from "../../test/support/proxy.ts";
import { offeredOperations, svixOperationOf } from "../../test/support/svix-calls.ts";
import type { Report } from "../demo/report.ts";
import { type RunningPosthorn, startPosthorn } from "../runtime/start-posthorn.ts";
import type { Language } from "./languages.ts";

/** So often is the application of this uid answered 503: the SDKs are to repeat the call. */
const TURNED_AWAY_TIMES = 2;
const TURNED_AWAY = "/api/v1/app/turned-away";
const NOT_IMPLEMENTED = 501;

/** Runs a language's program against a server of its own; false: the language is not installed. */
export async function runLanguage(language: Language, report: Report): Promise<boolean> {
  const { name, sdk, present, prepare } = language;
  report.heading(`${name}: ${sdk}`);
  const version = await outputOf(language, present).catch(() => null);
  if (version === null) {
    report.note(`${present[0]} is not installed: left out`);
    return false;
  }
  report.note(version.trim());
  for (const command of prepare) await outputOf(language, command);
  const dataDir = await mkdtemp(join(tmpdir(), "posthorn-sdks-"));
  const posthorn = await startPosthorn({ port: 0, dataDir });
  const proxy = await startProxy(() => posthorn.url);
  let turnedAway = 0;
  proxy.refuse(
    (method, path) => method === "GET" && path === TURNED_AWAY && turnedAway++ < TURNED_AWAY_TIMES,
  );
  try {
    const environment = { POSTHORN_URL: proxy.url, POSTHORN_KEY: posthorn.key };
    const code = await tellOf(language, environment, report);
    await judge(language, { proxy, posthorn, code }, report);
  } finally {
    await proxy.close();
    await posthorn.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
  return true;
}

type Ran = { proxy: FaultyProxy; posthorn: RunningPosthorn; code: number | null };

/** What the program itself cannot tell: whether it left nothing out, and what the server made of its calls. */
async function judge({ lacks }: Language, { proxy, posthorn, code }: Ran, report: Report): Promise<void> {
  report.heading("all in all");
  const document = await (await fetch(`${posthorn.url}/openapi.json`)).json();
  const expected = offeredOperations(document as Parameters<typeof offeredOperations>[0]).filter(
    (operation) => !lacks.includes(operation),
  );
  const answered = proxy.requests.filter(({ refused }) => !refused);
  const succeeded = new Set(
    answered
      .filter(({ status }) => status !== null && status < 300)
      .map(({ method, path }) => svixOperationOf(method, path.replace(/\?.*/s, ""))),
  );
  const missing = expected.filter((operation) => !succeeded.has(operation));
  const called = `${expected.length - missing.length} of ${expected.length} operations called with success`;
  report.check(missing.length === 0, [`${called}, in ${answered.length} calls`, ...missing].join("; "));
  const failed = answered.filter(
    ({ status }) => status === null || (status >= 500 && status !== NOT_IMPLEMENTED),
  );
  const told = failed.map(({ method, path, status }) => `${status} of ${method} ${path}`);
  report.check(failed.length === 0, ["no call failed on the server", ...told].join("; "));
  report.check(code === 0, `the program ended with ${code}`);
}

/** Runs the program and passes on what it says: `# heading`, `ok text`, `not ok text`. */
async function tellOf(
  language: Language,
  environment: Record<string, string>,
  report: Report,
): Promise<number | null> {
  const child = start(language, language.run, environment);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  createInterface({ input: child.stderr }).on("line", (line) => report.note(line));
  for await (const line of createInterface({ input: child.stdout })) {
    const [, kind = "", text = line] = /^(#|ok|not ok) (.*)$/.exec(line) ?? [];
    if (kind === "#") report.heading(`${language.name}: ${text}`);
    else if (kind === "") report.note(text);
    else report.check(kind === "ok", text);
  }
  return ended;
}

async function outputOf(language: Language, command: Language["run"]): Promise<string> {
  const child = start(language, command, {});
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const output = Buffer.concat(chunks).toString();
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}: ${output}`);
  return output;
}

function start(
  { directory, environment }: Language,
  [program, ...args]: Language["run"],
  more: Record<string, string>,
) {
  const env = { ...process.env, ...environment, ...more };
  return spawn(program, args, { cwd: directory, env, stdio: ["ignore", "pipe", "pipe"] });
}
