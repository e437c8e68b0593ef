/** The built program as a real process against a real server. */
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCli, type CliOptions, type CliResult, startCli } from "../support/cli-process.ts";
import { commandsOf, programForReading } from "../support/cli-program.ts";
import {
  endPosthornProcesses,
  type PosthornProcess,
  PROJECT_ROOT,
  startPosthornProcess,
  temporaryDirectory,
} from "../support/posthorn-process.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";

const WITHIN_MS = 20_000;

let data: { path: string; remove(): Promise<void> };
let posthorn: PosthornProcess;
let receiver: Receiver;
let env: Record<string, string>;

beforeAll(async () => {
  data = await temporaryDirectory();
  await buildCli();
  receiver = await startReceiver();
  posthorn = await startPosthornProcess({ dataDir: `${data.path}/server` });
  env = { POSTHORN_URL: posthorn.url, POSTHORN_KEY: posthorn.key };
});

afterAll(async () => {
  await endPosthornProcesses();
  await receiver.close();
  await data.remove();
});

const run = (args: string[], options: CliOptions = {}): Promise<CliResult> =>
  startCli(args, { ...options, env: { ...env, ...options.env } }).ended;

async function json<Shape>(...args: string[]): Promise<Shape> {
  const result = await run([...args, "--json"]);
  expect(result, `${args.join(" ")}: ${result.stderr}`).toMatchObject({ code: 0, stderr: "" });
  return JSON.parse(result.stdout);
}

/** Each prints one JSON value and nothing else; `{name}` is what an earlier one found. */
const WALK: [line: string, keep?: [name: string, field: string]][] = [
  ["whoami"],
  ["apps create walk --name Walk --metadata a=b"],
  ["apps list"],
  ["apps get walk"],
  ["apps update walk --name Walked --dialect clawget"],
  ["event-types import --catalogue clawbook"],
  ["event-types create walk.step --description one"],
  ["event-types update walk.step --description two"],
  ["event-types list"],
  ["event-types get walk.step"],
  ["event-types export"],
  ["event-types delete walk.step"],
  ["webhooks create walk --uid hook --url {receiver} --description x --rate 50"],
  ["webhooks list walk"],
  ["webhooks get walk hook"],
  ["webhooks update walk hook --description y --header x-a=1 --rate none"],
  ["webhooks secret walk hook --rotate"],
  ["webhooks test walk hook --type message.sent"],
  ["events send walk walk.step {payload} --id step-1 --tags t"],
  ["events list walk --tag t"],
  ["events get walk step-1", ["event", "id"]],
  ["events resend walk {event} hook"],
  ["events tail walk --last 1 --count 1"],
  ["events recover walk hook --since 1h", ["task", "id"]],
  ["events replay walk hook --since 1h --type walk.step"],
  ["webhooks logs walk hook"],
  ["webhooks status walk hook"],
  ["tasks list"],
  ["tasks get {task}"],
  ["tasks wait {task}"],
  ["stats"],
  ["stats walk"],
  ["alerts create walk --metric webhook-exhausted --threshold 1 --window 1d", ["alert", "id"]],
  ["alerts list walk"],
  ["alerts email walk a@example.com"],
  ["alerts delete walk {alert}"],
  ['dialects define mine {"idPrefix":"walk_"}'],
  ["dialects list"],
  ["dialects get mine"],
  ["dialects preview mine --type a.b"],
  ["dialects delete mine"],
  ["keys create ci", ["key", "id"]],
  ["keys list"],
  ["keys rotate {key} --grace 0", ["newKey", "id"]],
  ["keys revoke {newKey}"],
  ["keys consumer walk --read-only"],
  ["openapi"],
  ["completion bash"],
  ["webhooks delete walk hook"],
  ["apps delete walk"],
];

/** These have tests of their own. */
const ELSEWHERE = ["listen", "login", "logout", "profiles list", "profiles use", "verify"];

describe("every command", () => {
  it("is walked through, or has a test of its own", () => {
    const walked = WALK.map(([line]) => line);
    const missing = commandsOf(programForReading())
      .map(({ words }) => words.join(" "))
      .filter(
        (name) => !ELSEWHERE.includes(name) && !walked.some((line) => `${line} `.startsWith(`${name} `)),
      );
    expect(missing).toEqual([]);
  });

  it("prints with --json one JSON value, and nothing beside it", async () => {
    const found = new Map([
      ["receiver", receiver.url],
      ["payload", '{"n":12345678901234567890}'],
    ]);
    for (const [line, keep] of WALK) {
      const args = line
        .split(" ")
        .map((word) => word.replace(/^\{(\w+)\}$/, (_, name) => found.get(name) ?? name));
      const value = await json<Record<string, string>>(...args);
      if (keep !== undefined) found.set(keep[0], value[keep[1]] ?? "");
    }
    expect(receiver.requests.length).toBeGreaterThanOrEqual(3);
  }, 120_000);

  it("keeps a payload's digits on the way to the log and back", async () => {
    const payload = '{"n":12345678901234567890}';
    await run(["events", "send", "digits", "a.b", "-", "--id", "e1"], { stdin: payload });
    const result = await run(["events", "get", "digits", "e1", "--json"]);
    expect(result.stdout).toContain('"n": 12345678901234567890');
  });
});

describe("exit codes", () => {
  it.each<[string, number, string[], Record<string, string>]>([
    ["a wrong key", 4, ["apps", "list"], { POSTHORN_KEY: "sk_wrong" }],
    ["no key", 4, ["apps", "list"], { POSTHORN_KEY: "" }],
    ["a server that is not there", 3, ["apps", "list"], { POSTHORN_URL: "http://127.0.0.1:4" }],
    ["bad usage", 2, ["webhooks", "create", "x"], {}],
    ["what is not there", 5, ["apps", "get", "nope"], {}],
    ["what the server refuses", 1, ["webhooks", "create", "refused", "--url", "ftp://x"], {}],
  ])("%s is %i, told on stderr alone", async (_name, code, args, more) => {
    const plain = await run(args, { env: more });
    expect(plain).toMatchObject({ code, stdout: "" });
    expect(plain.stderr).toMatch(/^✗ /m);
    const machine = await run([...args, "--json"], { env: more });
    expect(machine).toMatchObject({ code, stdout: "" });
    expect(JSON.parse(machine.stderr).error).toMatchObject({ exitCode: code });
  });

  it("an interruption while waiting ends it", async () => {
    const tail = startCli(["events", "tail", "digits"], { env });
    await expect.poll(tail.stderr, { timeout: WITHIN_MS }).toContain("Waiting for events");
    tail.child.kill("SIGINT");
    expect(await tail.ended).toMatchObject({ code: 0 });
  });
});

describe("login", () => {
  it("keeps a key that works, for its owner's eyes only, and no other", async () => {
    const home = join(data.path, "home");
    await mkdir(home);
    const bare = { POSTHORN_URL: "", POSTHORN_KEY: "", HOME: home, XDG_CONFIG_HOME: "" };
    const file = join(home, ".config/posthorn/config.json");
    const login = (key: string, ...args: string[]) =>
      run(["login", "--server", posthorn.url, ...args], { env: bare, stdin: `${key}\n` });

    expect(await login("sk_wrong")).toMatchObject({ code: 4 });
    await expect(stat(file)).rejects.toThrow();

    expect(await login(posthorn.key)).toMatchObject({ code: 0, stderr: "" });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(home, ".config/posthorn"))).toEqual(["config.json"]);
    expect(await run(["whoami", "--json"], { env: bare })).toMatchObject({ code: 0 });

    expect(await login(posthorn.key, "--profile", "second")).toMatchObject({ code: 0 });
    const { stdout } = await run(["profiles", "list", "--json"], { env: bare });
    expect(JSON.parse(stdout)).toMatchObject([
      { name: "default", current: false },
      { name: "second", current: true },
    ]);
    expect(await run(["profiles", "use", "default"], { env: bare })).toMatchObject({ code: 0 });
    expect(await run(["logout", "--profile", "second"], { env: bare })).toMatchObject({ code: 0 });
    expect(await run(["logout"], { env: bare })).toMatchObject({ code: 0 });
    expect(JSON.parse(await readFile(file, "utf8")).profiles).toEqual({});
    expect(await run(["whoami"], { env: { ...bare, POSTHORN_URL: posthorn.url } })).toMatchObject({
      code: 4,
    });
  });
});

describe("verify", () => {
  it.each(["standard", "svix", "clawlabor", "clawbook", "clawget", "swiftclaw"])(
    "accepts what was really delivered under %s, and nothing that was changed",
    async (dialect) => {
      const args = ["webhooks", "create", `verify-${dialect}`, "--url", `${receiver.url}${dialect}`];
      const { secret } = await json<{ secret: string | null }>(
        ...args,
        "--dialect",
        dialect,
        "--secret",
        SECRET,
      );
      expect(secret).toBe(SECRET);
      await json("events", "send", `verify-${dialect}`, "a.b", '{"text":"é"}');
      const arrived = () => receiver.requests.find(({ path }) => path.endsWith(dialect));
      await expect.poll(arrived, { timeout: WITHIN_MS }).toBeDefined();
      const file = join(data.path, `${dialect}.body`);
      const headers = join(data.path, `${dialect}.headers`);
      await writeFile(file, arrived()?.body ?? "");
      await writeFile(headers, JSON.stringify(arrived()?.headers));
      const offline = { env: { POSTHORN_URL: "http://127.0.0.1:4", POSTHORN_SECRET: SECRET } };
      const verify = await run(["verify", file, "--headers", headers], offline);
      expect(verify).toMatchObject({ code: 0, stdout: `✓ The signature is valid (${dialect})\n` });
      await writeFile(file, `${arrived()?.body}!`);
      expect(await run(["verify", file, "--headers", headers], offline)).toMatchObject({ code: 1 });
    },
  );
});

const SECRET = `whsec_${Buffer.alloc(24, 3).toString("base64")}`;

describe("events tail", () => {
  it("goes on where it was when the server was killed, without a loss or a repetition", async () => {
    const dataDir = `${data.path}/killed`;
    let server = await startPosthornProcess({ dataDir });
    const its = { POSTHORN_URL: server.url, POSTHORN_KEY: server.key };
    const send = async (n: number) =>
      expect(await run(["events", "send", "tailed", "a.b", `{"n":${n}}`], { env: its })).toMatchObject({
        code: 0,
      });
    await send(0);
    const tail = startCli(["events", "tail", "tailed", "--count", "4", "--json"], { env: its });
    const seen = () =>
      tail
        .stdout()
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line).event.payload.n);
    // It begins at the newest event of the moment it asks, so the first ones are sent until one is seen.
    await expect
      .poll(
        async () => {
          if (seen().length === 0) await send(1);
          return seen().length;
        },
        { timeout: WITHIN_MS, interval: 500 },
      )
      .toBeGreaterThan(0);
    const before = seen().length;
    await server.kill();
    server = await startPosthornProcess({ dataDir, port: server.port });
    for (let n = before; n < 4; n += 1) await send(10 + n);
    expect(await tail.ended).toMatchObject({ code: 0 });
    const positions = tail
      .stdout()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).position);
    expect(positions).toEqual(positions.map((_, index) => positions[0] + index));
    await server.stop();
  }, 90_000);
});

describe("the package", () => {
  it("installs from what is published, and runs", async () => {
    const exec = promisify(execFile);
    const to = join(data.path, "installed");
    await mkdir(to);
    const cwd = { cwd: to };
    const { stdout } = await exec("npm", ["pack", join(PROJECT_ROOT, ".build/cli"), "--silent"], cwd);
    await writeFile(join(to, "package.json"), '{"private":true}');
    await exec("npm", ["install", `./${stdout.trim()}`, "--offline", "--no-audit", "--no-fund"], cwd);
    const version = JSON.parse(await readFile(join(PROJECT_ROOT, "package.json"), "utf8")).version;
    const path = `${join(process.execPath, "..")}:${process.env.PATH}`;
    const ran = await exec(join(to, "node_modules/.bin/posthorn"), ["--version"], { env: { PATH: path } });
    expect(ran.stdout).toBe(`${version}\n`);
  });

  it("is what npx runs in this checkout", async () => {
    const { stdout } = await promisify(execFile)("npx", ["--offline", "posthorn", "--help"], {
      cwd: PROJECT_ROOT,
    });
    expect(stdout).toContain("Usage: posthorn [options] [command]");
  });

  it("ends quietly when nobody reads on", async () => {
    const line = ".build/cli/posthorn.js openapi | head -1";
    const { stdout, stderr } = await promisify(execFile)("bash", ["-o", "pipefail", "-c", line], {
      cwd: PROJECT_ROOT,
      env: { ...env, PATH: `${join(process.execPath, "..")}:${process.env.PATH}`, HOME: "/nowhere" },
    });
    expect({ stdout, stderr }).toEqual({ stdout: "{\n", stderr: "" });
  });
});

describe("a key that may only publish", () => {
  it("publishes into an application that is there, and is told what it may not", async () => {
    await json("apps", "create", "published-to");
    const { token } = await json<{ token: string }>("keys", "create", "publisher", "--scopes", "publish");
    const own = { env: { POSTHORN_KEY: token } };
    expect(await run(["events", "send", "published-to", "a.b", '{"n":1}'], own)).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect((await run(["whoami"], own)).stdout).toMatch(/^may +publish$/m);
    const none = await run(["events", "send", "nobody-there", "a.b"], own);
    expect(none).toMatchObject({ code: 5, stdout: "" });
    expect(none.stderr).toContain("There is no application nobody-there\n  This key may not create it");
  });
});

describe("what is refused", () => {
  it.each([
    ["a url that is none", ["--url", "foo", "--events", "never.heard"]],
    ["a header that the dialect sends", ["--url", "https://a.example", "--header", "webhook-id=x"]],
    ["a dialect that there is not", ["--url", "https://a.example", "--dialect", "nope"]],
  ])("leaves no application and no event type behind: %s", async (_what, args) => {
    expect(await run(["webhooks", "create", "refused", ...args])).toMatchObject({ code: 1 });
    expect(await run(["apps", "get", "refused"])).toMatchObject({ code: 5 });
    expect(await run(["event-types", "get", "never.heard"])).toMatchObject({ code: 5 });
    expect(await run(["apps", "create", "refused", "--dialect", "nope"])).toMatchObject({ code: 1 });
    expect(await run(["apps", "get", "refused"])).toMatchObject({ code: 5 });
  });
});
