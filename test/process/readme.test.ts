/** Runs the README's examples, as printed but for the two ports, against a real server and real receivers. */
import { readdirSync, readFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCli } from "../support/cli-process.ts";
import {
  endPosthornProcesses,
  type PosthornProcess,
  startPosthornProcess,
  temporaryDirectory,
} from "../support/posthorn-process.ts";
import { type Program, programsOfThisFile } from "../support/programs.ts";
import { README, runnableBlocks } from "../support/readme.ts";
import { startReceiver } from "../support/receiver.ts";

const OUTPUT_WITHIN_MS = 20_000;

let posthorn: PosthornProcess;
let data: { path: string; remove(): Promise<void> };
const start = programsOfThisFile();

beforeAll(async () => {
  data = await temporaryDirectory();
  posthorn = await startPosthornProcess({ dataDir: data.path });
});

afterAll(async () => {
  await endPosthornProcesses();
  await data.remove();
});

describe("the README's examples", () => {
  const receiverPort = freePort();

  it("publish with curl to an endpoint they create, and show the attempt", async () => {
    const receiver = await startReceiver(() => ({}), await receiverPort);
    try {
      const setup = await run("setup.sh", await receiverPort);
      expect(await setup.ended, setup.output()).toBe(0);
      expect(setup.output()).toContain(`"key":"${await endpointSecret()}"`);
      const curl = await run("publish.sh", await receiverPort);
      expect(await curl.ended, curl.output()).toBe(0);
      const [request] = await receiver.waitFor(1);
      expect(request?.path).toBe("/webhooks");
      expect(request?.body.toString()).toBe('{"invoice": "inv_1", "amount": 1250}');
      expect(curl.output()).toContain(String(request?.headers["webhook-id"]));
      const attempts = async () => {
        const shown = await run("attempts.sh", await receiverPort);
        await shown.ended;
        return shown.output();
      };
      await expect.poll(attempts, { timeout: OUTPUT_WITHIN_MS }).toContain('"responseStatusCode":200');
    } finally {
      await receiver.close();
    }
  });

  it.each(["receiver.mjs", "receiver.py"])("verify in %s what publish.mjs publishes", async (name) => {
    const env = { WEBHOOK_SECRET: await endpointSecret() };
    const receiver = await run(name, await receiverPort, env);
    await untilListening(await receiverPort);
    const publisher = await run("publish.mjs", await receiverPort);
    expect(await publisher.ended, publisher.output()).toBe(0);
    const id = publisher.output().trim().replace("published ", "");
    const verified = `verified ${id} {"invoice":"inv_2","amount":990}`;
    await expect.poll(receiver.output, { timeout: OUTPUT_WITHIN_MS }).toContain(verified);
  });

  it.each(["receiver.mjs", "receiver.py"])("refuse in %s what another secret signed", async (name) => {
    const env = { WEBHOOK_SECRET: `whsec_${Buffer.alloc(24, 1).toString("base64")}` };
    const receiver = await run(name, await receiverPort, env);
    await untilListening(await receiverPort);
    await run("publish.mjs", await receiverPort);
    await expect.poll(receiver.output, { timeout: OUTPUT_WITHIN_MS }).toContain("refused");
  });

  it.each(["receiver.mjs", "receiver.py"])("answer 401 in %s to what nobody signed", async (name) => {
    const receiver = await run(name, await receiverPort, { WEBHOOK_SECRET: await endpointSecret() });
    await untilListening(await receiverPort);
    const garbled = { "webhook-id": "ü", "webhook-timestamp": "soon", "webhook-signature": "v1,ü" };
    for (const headers of [{}, garbled]) {
      const init = { method: "POST", headers, body: "{}" };
      expect((await fetch(`http://127.0.0.1:${await receiverPort}/webhooks`, init)).status).toBe(401);
    }
    expect(receiver.output()).not.toMatch(/Traceback|Error:/);
  });

  it("work from the terminal, beside the receiver that runs", async () => {
    await buildCli();
    const receiver = await run("receiver.py", await receiverPort, { WEBHOOK_SECRET: await endpointSecret() });
    await untilListening(await receiverPort);
    const terminal = await run("terminal.sh", await receiverPort);
    expect(await terminal.ended, terminal.output()).toBe(0);
    expect(terminal.output()).toMatch(/^✓ svix\.ping .* was accepted: 204/m);
    await expect
      .poll(receiver.output, { timeout: OUTPUT_WITHIN_MS })
      .toContain('{"invoice": "inv_3", "amount": 20}');
  });
});

describe("the README's claims", () => {
  it("name only limits that exist", () => {
    const named = [...README.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, name = ""]) => name);
    const constants = named.filter((name) => !name.startsWith("POSTHORN_"));
    expect(constants.length).toBeGreaterThan(10);
    const limits = join(import.meta.dirname, "../../src/core/limits");
    const stated = readdirSync(limits).map((file) => readFileSync(join(limits, file), "utf8"));
    expect(constants.filter((name) => !stated.join("").includes(`export const ${name} = `))).toEqual([]);
  });
});

async function run(name: string, receiverPort: number, env: Record<string, string> = {}): Promise<Program> {
  const shown = runnableBlocks().get(name);
  if (shown === undefined) throw new Error(`README.md has no block marked <!-- run: ${name} -->`);
  const code = shown
    .replaceAll("http://127.0.0.1:8787", posthorn.url)
    .replaceAll(/\b4000\b/g, String(receiverPort));
  return start({ name, code, env: { POSTHORN_KEY: posthorn.key, ...env } });
}

async function endpointSecret(): Promise<string> {
  const response = await fetch(`${posthorn.url}/api/v1/app/first/endpoint/billing/secret`, {
    headers: { authorization: `Bearer ${posthorn.key}` },
  });
  return ((await response.json()) as { key: string }).key;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

/** Connects and says nothing: a request would be taken for an event and refused. */
async function untilListening(port: number): Promise<void> {
  const connects = () =>
    new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: "127.0.0.1", port });
      socket.once("error", () => resolve(false));
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
    });
  await expect.poll(connects, { timeout: OUTPUT_WITHIN_MS }).toBe(true);
}
