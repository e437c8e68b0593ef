/** `npm start`: serves Posthorn on this machine until it is told to stop. */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { styleText } from "node:util";
import { settingProblems } from "../src/env.ts";
import { isPortalBuilt } from "./portal/build.ts";
import { RunnerError } from "./runtime/runner-error.ts";
import { type RunningPosthorn, type StartOptions, startPosthorn } from "./runtime/start-posthorn.ts";

const PARENT_POLL_MS = 200;
const STOP_WITHIN_MS = 5000;
const PASSED_THROUGH = [
  "POSTHORN_ALLOW_HTTP_TARGETS",
  "POSTHORN_ALLOW_PRIVATE_TARGETS",
  "POSTHORN_DEFAULT_DIALECT",
  "POSTHORN_DEFAULT_SIGNATURE",
  "POSTHORN_LOG_WRITERS",
  "POSTHORN_PUBLISHES_AT_ONCE",
  "POSTHORN_VALIDATE_PAYLOADS",
  "POSTHORN_PUBLISH_CATALOGUE",
  "POSTHORN_MAIL_FROM",
  "POSTHORN_PUBLIC_URL",
  "POSTHORN_EGRESS_RANGES",
  "POSTHORN_PORTAL_FRAME_ANCESTORS",
] as const;

let posthorn: Promise<RunningPosthorn> | undefined;
let stopping = false;

async function main(): Promise<void> {
  const options = optionsFrom(process.env);
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  process.on("SIGHUP", stop);
  stopWithNpm();
  await buildPortal();
  if (stopping) process.exit(0);
  posthorn = startPosthorn(options);
  const { url, key } = await posthorn;
  if (stopping) return;
  console.log(greeting(url, key));
  console.log(`posthorn ready on ${url}`);
}

/** In a process of its own: the bundler's memory would be ours for as long as we serve. */
async function buildPortal(): Promise<void> {
  if (await isPortalBuilt().catch(() => false)) return;
  const script = join(import.meta.dirname, "build-portal.ts");
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
  // Webhooks are delivered without a portal too.
  if (status !== 0) console.error(`posthorn: the portal could not be built:\n${stderr}`);
}

function optionsFrom(env: NodeJS.ProcessEnv): StartOptions {
  const variables: Record<string, string> = {};
  for (const name of PASSED_THROUGH) {
    const value = env[name];
    if (value !== undefined) variables[name] = value;
  }
  checkSettings(env);
  return {
    port: wholeNumber("PORT", env.PORT || "8787", [0, 65_535]),
    host: env.HOST || "127.0.0.1",
    dataDir: env.POSTHORN_DATA || ".posthorn",
    cronSeconds: wholeNumber("POSTHORN_CRON_SECONDS", env.POSTHORN_CRON_SECONDS || "60", [1, 86_400]),
    variables,
    rates: ratesFrom(env),
    ...(env.POSTHORN_KEY ? { key: env.POSTHORN_KEY } : {}),
    ...(env.POSTHORN_MASTER_KEY ? { masterKey: env.POSTHORN_MASTER_KEY } : {}),
    onLog: ({ level, message }) => (level === "error" ? console.error(message) : console.log(message)),
  };
}

const RATES = {
  POSTHORN_PUBLISHER_RATE: "PUBLISHER_RATE",
  POSTHORN_CONSUMER_RATE: "CONSUMER_RATE",
  POSTHORN_ANONYMOUS_RATE: "ANONYMOUS_RATE",
} as const;

function ratesFrom(env: NodeJS.ProcessEnv): Record<string, number> {
  return Object.fromEntries(
    Object.entries(RATES).flatMap(([name, binding]) => {
      const text = env[name];
      return text ? [[binding, wholeNumber(name, text, [1, 1_000_000_000])]] : [];
    }),
  );
}

function wholeNumber(name: string, text: string, [min, max]: [min: number, max: number]): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new RunnerError(`${name} must be a whole number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}

/** What would otherwise start and then fail every call. Says what is wrong, never the value of a secret. */
function checkSettings(env: NodeJS.ProcessEnv): void {
  const [problem] = settingProblems(env);
  if (problem !== undefined) throw new RunnerError(`${problem.variable} ${problem.reason}.`);
}

function greeting(url: string, key: string): string {
  const paint = (style: "bold" | "dim" | "cyan", text: string) =>
    styleText(style, text, { stream: process.stdout, validateStream: true });
  return `
${paint("bold", "Posthorn")} is listening on ${paint("cyan", url)}
publisher key: ${paint("cyan", key)}
portal, signed in: ${paint("cyan", portalLink(url, key))}

${paint("dim", "Create your first application:")}

  curl ${url}/api/v1/app \\
    -H 'Authorization: Bearer ${key}' \\
    -H 'Content-Type: application/json' \\
    -d '{"name": "My first application", "uid": "first"}'
`;
}

/** The key travels in the fragment, which no server sees. */
function portalLink(url: string, key: string): string {
  return `${url}/portal/login#key=${Buffer.from(JSON.stringify({ token: key })).toString("base64")}`;
}

/** Ends the runtime, also one still starting; a second signal, or a runtime that hangs, ends us at once. */
async function stop(): Promise<void> {
  if (stopping) process.exit(1);
  stopping = true;
  setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
  const running = await posthorn?.catch(() => undefined);
  await running?.stop().catch(fail);
  process.exit(0);
}

/** npm killed outright would leave us serving with nobody to stop us, so under npm we end when our parent does. */
function stopWithNpm(): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent && !stopping) void stop();
  }, PARENT_POLL_MS).unref();
}

function fail(error: unknown): never {
  if (error instanceof RunnerError) console.error(`posthorn: ${error.message}`);
  else console.error("posthorn could not start:", error);
  process.exit(1);
}

main().catch((error) => {
  if (!stopping) fail(error);
});
