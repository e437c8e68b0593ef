/** `posthorn listen` as a process: a local program gets what an endpoint would get, and its answers count. */
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildCli, type CliProcess, startCli } from "../support/cli-process.ts";
import {
  endPosthornProcesses,
  type PosthornProcess,
  startPosthornProcess,
  temporaryDirectory,
} from "../support/posthorn-process.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";

const SECRET = `whsec_${Buffer.alloc(24, 5).toString("base64")}`;
const SOON = { timeout: 40_000, interval: 100 };

let data: { path: string; remove(): Promise<void> };
let posthorn: PosthornProcess;
let program: Receiver;
let env: Record<string, string>;
const started = new Set<CliProcess>();

beforeAll(async () => {
  data = await temporaryDirectory();
  await buildCli();
  program = await startReceiver();
  posthorn = await startPosthornProcess({ dataDir: `${data.path}/server` });
  env = { POSTHORN_URL: posthorn.url, POSTHORN_KEY: posthorn.key };
});

afterEach(async () => {
  for (const { child, ended } of started) {
    child.kill("SIGKILL");
    await ended;
  }
  started.clear();
  program.behave(() => ({}));
  program.requests.length = 0;
});

afterAll(async () => {
  await endPosthornProcesses();
  await program.close();
  await data.remove();
});

async function listening(app: string, ...args: string[]): Promise<CliProcess> {
  const cli = startCli(["listen", app, ...args], { env });
  started.add(cli);
  await expect.poll(cli.stderr, SOON).toContain("Listening for events");
  return cli;
}

async function json<Shape>(...args: string[]): Promise<Shape> {
  const result = await startCli([...args, "--json"], { env }).ended;
  expect(result, `${args.join(" ")}: ${result.stderr}`).toMatchObject({ code: 0 });
  return JSON.parse(result.stdout);
}

const send = (app: string, n: number) => json<{ id: string }>("events", "send", app, "a.b", `{"n":${n}}`);
const bodies = () => program.requests.map(({ body }) => body.toString());

describe("listen", () => {
  it("hands requests on as an endpoint would get them, and the program's answers are the outcomes", async () => {
    program.behave((_request, index) => ({ status: index === 0 ? 500 : 201, body: `answer ${index}` }));
    const target = `${program.url}hook?x=1`;
    const cli = await listening(
      "outcomes",
      "--forward-to",
      target,
      "--uid",
      "mine",
      "--secret",
      SECRET,
      "--count",
      "2",
    );
    const { id } = await send("outcomes", 1);
    expect(await cli.ended).toMatchObject({ code: 0 });
    const [first, second] = program.requests;
    expect(first?.path).toBe("/hook?x=1");
    expect(first?.body.equals(second?.body ?? Buffer.alloc(0))).toBe(true);
    for (const request of program.requests) {
      expect(request.headers["webhook-id"]).toBe(id);
      expect(() =>
        new Webhook(SECRET).verify(request.body, request.headers as Record<string, string>),
      ).not.toThrow();
    }
    const attempts = () => json<unknown[]>("webhooks", "logs", "outcomes", "mine");
    await expect.poll(attempts, SOON).toMatchObject([
      { msgId: id, responseStatusCode: 201, response: "answer 1", failure: null },
      { msgId: id, responseStatusCode: 500, response: "answer 0", failure: "status" },
    ]);
    expect(cli.stdout()).toMatch(/^TIME +TYPE +ANSWER +TOOK +EVENT\n.* a\.b +500 .*\n.* a\.b +201 .*\n$/);
  });

  it("prints requests as JSON lines, takes only what it was asked to, and needs no program for that", async () => {
    // A filter names event types that there are.
    await json("event-types", "create", "c.d");
    const cli = startCli(
      ["listen", "printed", "--json", "--type", "c.d", "--dialect", "clawget", "--count", "1"],
      { env },
    );
    started.add(cli);
    const webhooks = () => startCli(["webhooks", "list", "printed", "--json"], { env }).ended;
    await expect.poll(async () => (await webhooks()).stdout, SOON).toContain("listen.posthorn.invalid");
    await send("printed", 1);
    // The webhook is there before somebody listens at it: it is sent until it is taken.
    await json("events", "send", "printed", "c.d", '{"n":2}');
    expect(await cli.ended).toMatchObject({ code: 0, stderr: "" });
    const line = JSON.parse(cli.stdout());
    expect(line).toMatchObject({ event: { type: "c.d" }, accepted: true, answer: { status: 200 } });
    expect(JSON.parse(line.body)).toMatchObject({ type: "c.d", data: { n: 2 } });
  });

  it("leaves no webhook behind when it is stopped", async () => {
    const cli = await listening("stopped", "--forward-to", program.url);
    await send("stopped", 1);
    await expect.poll(bodies, SOON).toEqual(['{"n":1}']);
    cli.child.kill("SIGINT");
    expect(await cli.ended).toMatchObject({ code: 0 });
    expect(await json("webhooks", "list", "stopped")).toEqual([]);
  });

  it("gets later what came while nobody listened, when its webhook stays", async () => {
    const args = ["--forward-to", program.url, "--uid", "mine"];
    const before = await listening("resumed", ...args);
    before.child.kill("SIGKILL");
    await before.ended;
    await send("resumed", 1);
    await listening("resumed", ...args);
    await expect.poll(bodies, SOON).toEqual(['{"n":1}']);
  });

  it("says when its target is not there, and goes on when it is", async () => {
    const gone = await startReceiver();
    await gone.close();
    const cli = await listening("absent", "--forward-to", gone.url, "--uid", "mine");
    await send("absent", 1);
    await expect.poll(cli.stdout, SOON).toContain("ECONNREFUSED");
    const back = await startReceiver(() => ({}), gone.port);
    try {
      await back.waitFor(1, SOON.timeout);
    } finally {
      await back.close();
    }
  });

  it("makes way for a newer listener of its webhook", async () => {
    const args = ["--forward-to", program.url, "--uid", "mine"];
    const before = await listening("replaced", ...args);
    await listening("replaced", ...args);
    expect(await before.ended).toMatchObject({ code: 1 });
    expect(before.stderr()).toContain("Somebody else listens at this webhook now");
    await send("replaced", 1);
    await expect.poll(bodies, SOON).toEqual(['{"n":1}']);
  });

  it.each([
    [["--forward-to", "localhost:3000"]],
    [["--forward-to", "http://localhost:3000", "--recover", "1h"]],
    [[]],
  ])("is bad usage with %j", async (args) => {
    expect(await startCli(["listen", "x", ...args], { env }).ended).toMatchObject({ code: 2, stdout: "" });
  });

  it("comes back when the server was killed", async () => {
    const cli = await listening("killed", "--forward-to", program.url);
    const { port } = posthorn;
    await posthorn.kill();
    await expect.poll(cli.stderr, SOON).toContain("The connection is lost");
    posthorn = await startPosthornProcess({ dataDir: `${data.path}/server`, port });
    await send("killed", 1);
    await expect.poll(bodies, SOON).toEqual(['{"n":1}']);
  }, 120_000);
});

describe("a Node without WebSockets", () => {
  it("is told that `listen` needs a newer one, and nothing is made", async () => {
    const old = { ...env, NODE_OPTIONS: "--no-experimental-websocket" };
    const { code, stderr } = await startCli(["listen", "too-old", "--print"], { env: old }).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^✗ `posthorn listen` needs Node 22 or newer; this is v\d/);
    expect(await startCli(["apps", "get", "too-old"], { env }).ended).toMatchObject({ code: 5 });
  });
});
