import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseHeaders } from "../../src/cli/commands/verify.ts";
import { BUILT_IN_DIALECTS, signatureHeaders } from "../../src/wire/index.ts";
import { cliRun, NOW_MS } from "../support/cli-io.ts";

const SECRET = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const BODY = '{"id":"evt_1","type":"a.b"}';

async function headersOf(name: string): Promise<string[]> {
  const format = BUILT_IN_DIALECTS.get(name)?.signature;
  if (format === undefined) throw new Error(name);
  const secrets = [{ value: SECRET, expiresAtMs: null }];
  const headers = await signatureHeaders(format, { id: "msg_1", body: BODY, secrets, nowMs: NOW_MS });
  return Object.entries(headers).flatMap(([key, value]) => ["-H", `${key}: ${value}`]);
}

describe("verify", () => {
  it.each([...BUILT_IN_DIALECTS.keys()])("finds out by itself that a request is of %s", async (name) => {
    const args = ["verify", ...(await headersOf(name)), "--secret", SECRET];
    const run = await cliRun(args, { stdin: BODY });
    expect(run).toMatchObject({ exitCode: 0, requests: [] });
    expect(run.stdout).toBe(`✓ The signature is valid (${name})\n`);
  });

  it("takes the secret from the environment, where no process list shows it", async () => {
    const args = ["verify", ...(await headersOf("swiftclaw")), "--json"];
    const run = await cliRun(args, { stdin: BODY, env: { POSTHORN_SECRET: SECRET } });
    expect(JSON.parse(run.stdout)).toEqual({
      valid: true,
      dialect: "swiftclaw",
      verdict: "valid",
      reason: null,
    });
  });

  it.each([
    ["a line break at the end", `${BODY}\n`, "without the line break at the end"],
    ["spaces", JSON.stringify(JSON.parse(BODY), null, 2), "with the JSON written compactly"],
  ])("exits with 1 and says that the body was changed by %s", async (_name, stdin, words) => {
    const run = await cliRun(["verify", ...(await headersOf("clawbook")), "--secret", SECRET], { stdin });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain(words);
  });

  it("verifies a dialect of one's own by its definition", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "posthorn-cli-")), "mine.json");
    const swiftclaw = BUILT_IN_DIALECTS.get("swiftclaw");
    const signature = { ...swiftclaw?.signature, header: "X-Mine" };
    writeFileSync(file, JSON.stringify({ ...swiftclaw, name: "mine", signature }));
    const [, line = ""] = await headersOf("swiftclaw");
    const header = line.replace(/^[^:]+/, "x-mine");
    const run = await cliRun(["verify", "-H", header, "--definition", file, "--secret", SECRET], {
      stdin: BODY,
    });
    expect(run.stdout).toBe("✓ The signature is valid (mine)\n");
  });

  it.each([
    ["no header that signs", ["-H", "content-type: text/plain", "--secret", "x"]],
    ["no secret", ["-H", "webhook-id: 1"]],
    ["an unknown dialect", ["--dialect", "mine", "--secret", "x"]],
  ])("is bad usage with %s", async (_name, args) => {
    expect(await cliRun(["verify", ...args], { stdin: BODY })).toMatchObject({ exitCode: 2, stdout: "" });
  });
});

describe("headers", () => {
  it("are read from lines, from curl's output and from JSON", () => {
    expect(parseHeaders(["A: 1\r\nB:2:3", "POST /x HTTP/1.1\n> C: 4", '{"D": 5}'])).toEqual({
      A: "1",
      B: "2:3",
      C: "4",
      D: "5",
    });
  });
});
