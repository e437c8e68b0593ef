/** The agents that docs/agents.md shows, as printed but for the address, against the real server. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  endPosthornProcesses,
  type PosthornProcess,
  startPosthornProcess,
  temporaryDirectory,
} from "../support/posthorn-process.ts";
import { type Program, programsOfThisFile } from "../support/programs.ts";
import { type FaultyProxy, startProxy } from "../support/proxy.ts";
import { document, README, runnableBlocks } from "../support/readme.ts";

const AGENTS = ["agent.mjs", "agent.py", "agent.sh"];
const MAX_LINES = 15;
const WITHIN = { timeout: 40_000 };

const shown = runnableBlocks(document("docs/agents.md"));
const run = programsOfThisFile();
let data: { path: string; remove(): Promise<void> };
let posthorn: PosthornProcess;
let proxy: FaultyProxy;
let made = 0;

type Account = { app: string; token: string };

beforeAll(async () => {
  data = await temporaryDirectory();
  posthorn = await startPosthornProcess({ dataDir: data.path });
  proxy = await startProxy(() => posthorn.url);
});

afterEach(() => proxy.refuse(() => false));

afterAll(async () => {
  await proxy.close();
  await endPosthornProcesses();
  await data.remove();
});

async function call(path: string, token: string, body?: object): Promise<unknown> {
  const response = await fetch(`${posthorn.url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return text === "" ? null : JSON.parse(text);
}

async function anAccount(): Promise<Account> {
  const app = `app-${++made}`;
  await call("/api/v1/app", posthorn.key, { name: app, uid: app });
  const access = await call(`/api/v1/auth/app-portal-access/${app}`, posthorn.key, {});
  return { app, token: (access as { token: string }).token };
}

async function publish({ app }: Account, count: number): Promise<void> {
  for (let n = 0; n < count; n++)
    await call(`/api/v1/app/${app}/msg`, posthorn.key, { eventType: "order.received", payload: { n } });
}

function agent(name: string, { token }: Account): Promise<Program> {
  const code = (shown.get(name) ?? "").replaceAll("http://127.0.0.1:8787", proxy.url);
  return run({ name, code, env: { POSTHORN_TOKEN: token } });
}

/** The events it has worked on, in order, repetitions too. */
function worked(program: Program): number[] {
  return [...program.output().matchAll(/^working on (\d+) .*$/gm)].map(([, id]) => Number(id));
}

async function lag({ token }: Account): Promise<number | null> {
  const { consumers } = (await call("/events/me/consumers", token)) as { consumers: { lag: number }[] };
  return consumers[0]?.lag ?? null;
}

const isAck = (_method: string, path: string) => path.endsWith("/ack");

describe.each(AGENTS)("%s", (name) => {
  it(`is at most ${MAX_LINES} lines long, and the same in the README`, () => {
    const code = shown.get(name) ?? "";
    expect(code.split("\n").filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(MAX_LINES);
    expect(code).toContain("working on");
    expect(runnableBlocks(README).get(name)).toBe(code);
  });

  it("takes what is there and what comes, and acknowledges each event after its work", async () => {
    const account = await anAccount();
    await publish(account, 3);
    const program = await agent(name, account);
    await expect.poll(() => worked(program), WITHIN).toEqual([1, 2, 3]);
    await expect.poll(() => lag(account), WITHIN).toBe(0);
    await publish(account, 2);
    await expect.poll(() => worked(program), WITHIN).toEqual([1, 2, 3, 4, 5]);
    await expect.poll(() => lag(account), WITHIN).toBe(0);
    expect(program.output()).toContain("order.received");
    expect(program.output()).toMatch(/"n": ?1\b/);
  });

  it("killed before it has acknowledged an event, gets that one again and none it had acknowledged", async () => {
    const account = await anAccount();
    await publish(account, 3);
    let acks = 0;
    proxy.refuse((method, path) => isAck(method, path) && ++acks > 1);
    const killed = await agent(name, account);
    await expect.poll(() => worked(killed), WITHIN).toContain(2);
    await expect.poll(() => acks, WITHIN).toBeGreaterThan(1);
    await killed.end();
    proxy.refuse(() => false);
    const next = await agent(name, account);
    await expect.poll(() => lag(account), WITHIN).toBe(0);
    expect(worked(next)).toEqual([2, 3]);
  });

  it("takes an event again, later, when the acknowledgement fails, and not those before it", async () => {
    const account = await anAccount();
    await publish(account, 3);
    let acks = 0;
    proxy.refuse((method, path) => isAck(method, path) && ++acks === 2);
    const program = await agent(name, account);
    await expect.poll(() => lag(account), WITHIN).toBe(0);
    expect(worked(program)).toEqual([1, 2, 2, 3]);
  });
});

describe("all of them", () => {
  it("wait longer and longer while everything is refused, then go on", async () => {
    proxy.refuse(() => true);
    const agents = await Promise.all(
      AGENTS.map(async (name) => {
        const account = await anAccount();
        await publish(account, 1);
        return { account, program: await agent(name, account) };
      }),
    );
    for (const { account } of agents) {
      const refused = () =>
        proxy.requests.filter(({ authorization }) => authorization.endsWith(account.token));
      await expect.poll(() => refused().length, WITHIN).toBeGreaterThanOrEqual(3);
      const [first, , third] = refused();
      expect((third?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(2900);
    }
    proxy.refuse(() => false);
    for (const { program } of agents) await expect.poll(() => worked(program), WITHIN).toEqual([1]);
  });

  it("go on when the server is killed and comes back", async () => {
    const agents = await Promise.all(
      AGENTS.map(async (name) => {
        const account = await anAccount();
        await publish(account, 2);
        return { account, program: await agent(name, account) };
      }),
    );
    for (const { account } of agents) await expect.poll(() => lag(account), WITHIN).toBe(0);
    await posthorn.kill();
    posthorn = await startPosthornProcess({ dataDir: data.path });
    for (const { account } of agents) await publish(account, 2);
    for (const { account, program } of agents) {
      await expect.poll(() => worked(program), WITHIN).toEqual([1, 2, 3, 4]);
      await expect.poll(() => lag(account), WITHIN).toBe(0);
    }
  });

  it("take their token from what the page's first command answers, or from an integration", async () => {
    await call("/api/v1/app", posthorn.key, { name: "first", uid: "first" });
    const code = (shown.get("token.sh") ?? "").replaceAll("http://127.0.0.1:8787", posthorn.url);
    const printed = await run({ name: "token.sh", code, env: { POSTHORN_KEY: posthorn.key } });
    expect(await printed.ended, printed.output()).toBe(0);
    const token = /"token":"([^"]+)"/.exec(printed.output())?.[1] ?? "";
    const made = await call("/api/v1/app/first/integration", posthorn.key, { name: "agent" });
    const path = `/api/v1/app/first/integration/${(made as { id: string }).id}/key`;
    const { key } = (await call(path, posthorn.key)) as { key: string };
    await publish({ app: "first", token }, 2);
    for (const [index, secret] of [token, key].entries()) {
      await call("/events/me/events/ack", secret, { event_ids: [index + 1] });
      const { events } = (await call("/events/me/events", secret)) as { events: unknown[] };
      expect(events).toHaveLength(1 - index);
    }
  });
});
