import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";

/** How a process ended: an exit code, or the signal that killed it. */
export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type PosthornProcess = {
  pid: number;
  url: string;
  port: number;
  key: string;
  output(): string;
  exited: Promise<Exit>;
  /** SIGTERM, and how it ended. */
  stop(): Promise<Exit>;
  /** SIGKILL, as a crash would. */
  kill(): Promise<Exit>;
};

export type ProcessOptions = {
  dataDir: string;
  port?: number;
  env?: Record<string, string>;
  /** Runs `npm start` instead of the script itself; `pid`, `stop` and `kill` then mean npm. */
  throughNpm?: boolean;
};

export const PROJECT_ROOT = join(import.meta.dirname, "../..");
const READY_WITHIN_MS = 45_000;
const running = new Set<ChildProcess>();

/** A directory of its own under the system's temporary one; `remove` after the process has ended. */
export async function temporaryDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "posthorn-test-"));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Runs `scripts/start.ts` as `npm start` does; resolves when it says that it is ready, rejects when it ends first. */
export async function startPosthornProcess(options: ProcessOptions): Promise<PosthornProcess> {
  const started = spawnPosthorn(options);
  const { url, port } = await started.ready;
  const key = options.env?.POSTHORN_KEY ?? (await readFile(join(options.dataDir, "key"), "utf8")).trim();
  const end = (signal: NodeJS.Signals) => {
    started.child.kill(signal);
    return started.exited;
  };
  return {
    pid: started.child.pid ?? 0,
    url,
    port,
    key,
    output: started.output,
    exited: started.exited,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

/** A call like `POST app` below `/api/v1`, with the publisher's key: what it was answered with. It must succeed. */
export async function callApi<Answer = unknown>(
  posthorn: Pick<PosthornProcess, "url" | "key">,
  request: `${string} ${string}`,
  json?: unknown,
): Promise<Answer> {
  const [method = "", path = ""] = request.split(" ");
  const response = await fetch(`${posthorn.url}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${posthorn.key}`, "content-type": "application/json" },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  expect(response.ok, `${request}: ${response.status} ${text}`).toBe(true);
  return JSON.parse(text === "" ? "null" : text);
}

/** For a start that must fail: how it ended and what it said. */
export async function runPosthornToItsEnd(options: ProcessOptions): Promise<Exit & { output: string }> {
  const started = spawnPosthorn(options);
  started.ready.catch(() => {});
  const exit = await started.exited;
  await started.closed;
  return { ...exit, output: started.output() };
}

/** Ends what a failed test left running; for `afterEach`. */
export async function endPosthornProcesses(): Promise<void> {
  for (const child of running) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }
}

type Spawned = {
  child: ChildProcess;
  output(): string;
  exited: Promise<Exit>;
  /** Ended, and all of its output read. */
  closed: Promise<void>;
  ready: Promise<{ url: string; port: number }>;
};

function spawnPosthorn({ dataDir, port = 0, env = {}, throughNpm = false }: ProcessOptions): Spawned {
  const [command, ...args] = throughNpm ? ["npm", "start"] : [process.execPath, "scripts/start.ts"];
  const child = spawn(command, args, {
    cwd: PROJECT_ROOT,
    env: { ...inheritedEnvironment(), PORT: String(port), POSTHORN_DATA: dataDir, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let text = "";
  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const ready = new Promise<{ url: string; port: number }>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`not ready within ${READY_WITHIN_MS} ms:\n${text}`)),
      READY_WITHIN_MS,
    );
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      const line = /^posthorn ready on (http:\/\/\S+:(\d+))$/m.exec(text);
      if (line === null) return;
      clearTimeout(timer);
      resolve({ url: line[1] ?? "", port: Number(line[2]) });
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    void Promise.all([exited, closed]).then(([{ code, signal }]) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${signal ?? code} before it was ready:\n${text}`));
    });
  });
  return { child, output: () => text, exited, closed, ready };
}

/** Without our own settings and npm's, so that a start in a test equals a start in a bare shell. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|POSTHORN_|VITEST|PORT$|HOST$|NODE_OPTIONS$|MINIFLARE_)/.test(name),
    ),
  );
}
