import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readProcessEnvironment } from "../../scripts/runtime/processes.ts";
import {
  endPosthornProcesses,
  type PosthornProcess,
  runPosthornToItsEnd,
  startPosthornProcess,
  temporaryDirectory,
} from "../support/posthorn-process.ts";

let dataDir: string;
let removeDataDir: () => Promise<void>;

beforeEach(async () => {
  const directory = await temporaryDirectory();
  dataDir = join(directory.path, "data");
  removeDataDir = directory.remove;
});

afterEach(async () => {
  await endPosthornProcesses();
  await removeDataDir();
});

describe("npm start", () => {
  it("serves from a bare directory, prints how to begin, and ends with 0 at SIGTERM", async () => {
    const posthorn = await startPosthornProcess({ dataDir });
    expect((await fetch(`${posthorn.url}/api/v1/health`)).status).toBe(200);
    expect(posthorn.output()).toContain(posthorn.key);
    expect(posthorn.output()).toContain(`curl ${posthorn.url}/api/v1/app`);
    expect(await posthorn.stop()).toEqual({ code: 0, signal: null });
    expect(await isListening(posthorn.port)).toBe(false);
  });

  it("refuses a request without the key and takes one with it", async () => {
    const posthorn = await startPosthornProcess({ dataDir });
    expect((await fetch(`${posthorn.url}/api/v1/app`)).status).toBe(401);
    expect((await listApplications(posthorn)).status).toBe(200);
    await posthorn.stop();
  });

  it("keeps its keys where only the owner can read them", async () => {
    const posthorn = await startPosthornProcess({ dataDir });
    for (const file of ["key", "master-key"]) {
      expect((await stat(join(dataDir, file))).mode & 0o777).toBe(0o600);
    }
    expect(Buffer.from(await readFile(join(dataDir, "master-key"), "utf8"), "base64")).toHaveLength(32);
    await posthorn.stop();
  });

  it("takes the key the environment gives and keeps none", async () => {
    const posthorn = await startPosthornProcess({ dataDir, env: { POSTHORN_KEY: "sk_given" } });
    expect((await listApplications(posthorn)).status).toBe(200);
    expect(await readdir(dataDir)).not.toContain("key");
    await posthorn.stop();
  });
});

describe("npm start after a crash", () => {
  it("starts at once on the same port and data, and still has the key and the applications", async () => {
    const first = await startPosthornProcess({ dataDir });
    await createApplication(first, "kept");
    expect((await first.kill()).signal).toBe("SIGKILL");
    const second = await startPosthornProcess({ dataDir, port: first.port });
    expect(second.key).toBe(first.key);
    expect(await (await listApplications(second)).json()).toMatchObject({ data: [{ uid: "kept" }] });
    expect((await second.stop()).code).toBe(0);
  });

  it("keeps the runtime's own files in the data directory, and no more of them after many crashes", async () => {
    for (let crash = 0; crash < 2; crash++) await (await startPosthornProcess({ dataDir })).kill();
    const posthorn = await startPosthornProcess({ dataDir });
    expect(await readdir(join(dataDir, "tmp"))).toHaveLength(1);
    expect(await childrenNamed(posthorn.pid, "esbuild")).toEqual([]);
    await posthorn.stop();
    expect(await readdir(join(dataDir, "tmp"))).toEqual([]);
  });

  it("leaves no runtime behind that holds the port, even when the data is deleted at once", async () => {
    const posthorn = await startPosthornProcess({ dataDir });
    await posthorn.kill();
    await removeDataDir();
    await expect.poll(() => isListening(posthorn.port), { timeout: 5000 }).toBe(false);
  });

  it("ends a runtime whose guard was killed too before it touches the data", async () => {
    const first = await startPosthornProcess({ dataDir });
    const runtimePid = await recordedRuntime();
    for (const guard of await childrenNamed(first.pid, "guard.sh")) process.kill(guard, "SIGKILL");
    await first.kill();
    expect(await isAlive(runtimePid)).toBe(true);
    const second = await startPosthornProcess({ dataDir, port: first.port });
    expect(await isAlive(runtimePid)).toBe(false);
    await second.stop();
  });
});

describe("npm start as npm runs it", () => {
  it("ends with npm when npm is told to stop", async () => {
    const npm = await startPosthornProcess({ dataDir, throughNpm: true });
    expect((await npm.stop()).code).toBe(0);
    await expect.poll(() => isListening(npm.port), { timeout: 5000 }).toBe(false);
  });

  it("ends when npm is killed outright, and starts again at once", async () => {
    const first = await startPosthornProcess({ dataDir, throughNpm: true });
    await first.kill();
    const second = await startPosthornProcess({ dataDir, throughNpm: true, port: first.port });
    expect(second.key).toBe(first.key);
    await second.stop();
  });
});

describe("a second npm start", () => {
  it("on a taken port says so and ends", async () => {
    const first = await startPosthornProcess({ dataDir });
    const second = await runPosthornToItsEnd({ dataDir: `${dataDir}-other`, port: first.port });
    expect(second.code).toBe(1);
    expect(second.output).toContain(`Port ${first.port} on 127.0.0.1 is already in use`);
    expect((await fetch(`${first.url}/api/v1/health`)).status).toBe(200);
    await first.stop();
  });

  it("on a data directory in use says so and ends", async () => {
    const first = await startPosthornProcess({ dataDir });
    const second = await runPosthornToItsEnd({ dataDir });
    expect(second.code).toBe(1);
    expect(second.output).toContain("is in use by another Posthorn");
    expect((await fetch(`${first.url}/api/v1/health`)).status).toBe(200);
    await first.stop();
  });

  it.each([
    ["key", "sk_x"],
    ["key", null],
    ["master-key", "rubbish"],
  ])("on a data directory whose file %s holds %j names the file and ends", async (name, text) => {
    const path = join(dataDir, name);
    await mkdir(dataDir, { recursive: true });
    await (text === null ? mkdir(path) : writeFile(path, text));
    const { code, output } = await runPosthornToItsEnd({ dataDir });
    expect(code).toBe(1);
    expect(output).toContain(`file ${path} `);
    expect(output).not.toContain("    at ");
    if (text !== null) expect(output).not.toContain(text);
  });

  it("on a data directory that it may not write in says so and ends", async () => {
    await mkdir(join(dataDir, "lock"), { recursive: true });
    const { code, output } = await runPosthornToItsEnd({ dataDir });
    expect(code).toBe(1);
    expect(output).toContain(`The data directory ${dataDir} cannot be used`);
    expect(output).not.toContain("    at ");
  });

  it.each([
    ["POSTHORN_KEY", "with a space"],
    ["POSTHORN_MASTER_KEY", "c2hvcnQ="],
    ["POSTHORN_DEFAULT_DIALECT", "no such/name"],
    ["POSTHORN_CRON_SECONDS", "0"],
    ["POSTHORN_LOG_WRITERS", "many"],
    ["POSTHORN_PUBLISHES_AT_ONCE", "-1"],
    ["POSTHORN_PUBLISHER_RATE", "0"],
  ])("with a %s that cannot work names it and ends", async (name, value) => {
    const { code, output } = await runPosthornToItsEnd({ dataDir, env: { [name]: value } });
    expect(code).toBe(1);
    expect(output).toContain(name);
  });

  it("with a port that is no number says so and ends", async () => {
    const { code, output } = await runPosthornToItsEnd({ dataDir, env: { PORT: "http" } });
    expect(code).toBe(1);
    expect(output).toContain('PORT must be a whole number from 0 to 65535, not "http"');
  });
});

function authorized(posthorn: PosthornProcess): Record<string, string> {
  return { authorization: `Bearer ${posthorn.key}`, "content-type": "application/json" };
}

function listApplications(posthorn: PosthornProcess): Promise<Response> {
  return fetch(`${posthorn.url}/api/v1/app`, { headers: authorized(posthorn) });
}

async function createApplication(posthorn: PosthornProcess, uid: string): Promise<void> {
  const response = await fetch(`${posthorn.url}/api/v1/app`, {
    method: "POST",
    headers: authorized(posthorn),
    body: JSON.stringify({ name: uid, uid }),
  });
  expect(response.status).toBe(201);
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

async function recordedRuntime(): Promise<number> {
  const [instance = ""] = await readdir(join(dataDir, "run"));
  return Number(await readFile(join(dataDir, "run", instance), "utf8"));
}

async function childrenNamed(parent: number, name: string): Promise<number[]> {
  const pids = (await readFile(`/proc/${parent}/task/${parent}/children`, "utf8"))
    .trim()
    .split(" ")
    .map(Number);
  const named = await Promise.all(
    pids.map(async (pid) => (await readFile(`/proc/${pid}/cmdline`, "utf8")).includes(name)),
  );
  return pids.filter((_, index) => named[index]);
}

/** A killed process nobody has waited for yet has an id still, but no environment. */
async function isAlive(pid: number): Promise<boolean> {
  return (await readProcessEnvironment(pid)) !== "";
}
