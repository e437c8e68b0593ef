/** How it ends when it does not go well: exit codes, and what people are told to do. */
import { describe, expect, it } from "vitest";
import { cliRun, type Replier } from "../support/cli-io.ts";

function refusing(status: number, body: unknown = { code: "x", detail: "no" }): Replier {
  return () => ({ status, body });
}

describe("exit codes", () => {
  it.each<[string, number, Replier]>([
    ["1 for what the server refuses", 1, refusing(409, { code: "conflict", detail: "There is one already" })],
    ["1 for what is not valid", 1, refusing(422, { detail: [] })],
    ["3 for a deployment that is out of order", 3, refusing(500)],
    [
      "3 for a deployment that is not there",
      3,
      () => new TypeError("fetch failed", { cause: new Error("refused") }),
    ],
    ["3 for something that is not Posthorn", 3, () => ({ status: 302 })],
    ["4 for a wrong key", 4, refusing(401)],
    ["4 for a key that may not", 4, refusing(403)],
    ["5 for what is not there", 5, refusing(404)],
  ])("%s", async (_name, exitCode, reply) => {
    const run = await cliRun(["apps", "create", "x"], { reply });
    expect(run).toMatchObject({ exitCode, stdout: "" });
    expect(run.stderr).toContain("✗");
  });

  it.each([
    [["nonsense"]],
    [["webhooks", "creat"]],
    [["webhooks", "create", "x"]],
    [["webhooks", "list"]],
    [["webhooks", "update", "x", "y"]],
    [["apps", "update", "x"]],
    [["event-types", "update", "x"]],
    [["keys", "rotate", "x", "--grace", "soon"]],
    [["webhooks", "update", "x", "y", "--rate", "0"]],
    [["webhooks", "list", "x", "y"]],
    [["webhooks", "list", "x", "--limit", "0"]],
    [["webhooks", "list", "x", "--nonsense"]],
    [["events", "list", "x", "--since", "5"]],
    [["events", "replay", "x", "y", "--since", "1h", "--status", "bad"]],
    [["events", "replay", "x", "y", "--since", "1h", "--missing", "--type", "a"]],
    [["event-types", "import"]],
    [["apps", "list", "--server", "posthorn"]],
    [["apps", "list", "--profile", "nope"]],
    [["completion", "tcsh"]],
    [["verify", "--secret", "x", "/nowhere"]],
    [[]],
  ])("2 for the command line %j, before anything is sent", async (args) => {
    expect(await cliRun(args)).toMatchObject({ exitCode: 2, requests: [], stdout: "" });
    const json = await cliRun([...args, "--json"]);
    expect(json).toMatchObject({ exitCode: 2, stdout: "" });
    if (args.length > 0) expect(JSON.parse(json.stderr).error).toMatchObject({ code: "usage", exitCode: 2 });
  });

  it.each([[["--help"]], [["webhooks", "--help"]], [["help", "webhooks"]], [["--version"]]])(
    "0 for %j, on stdout",
    async (args) => {
      const run = await cliRun(args);
      expect(run).toMatchObject({ exitCode: 0, stderr: "", requests: [] });
      expect(run.stdout).not.toBe("");
    },
  );
});

describe("what is said", () => {
  it("names the application when that is what is not there, and how to see what is", async () => {
    const run = await cliRun(["webhooks", "get", "nope", "w"], { reply: refusing(404) });
    expect(run.stderr).toBe("✗ There is no application nope\n  See `posthorn apps list`\n");
  });

  it("names the webhook when the application is there", async () => {
    const reply: Replier = ({ path }) => (path === "/api/v1/app/a" ? {} : { status: 404 });
    const run = await cliRun(["webhooks", "delete", "a", "nope"], { reply });
    expect(run.stderr).toBe(
      "✗ There is no webhook nope in application a\n  See `posthorn webhooks list a`\n",
    );
  });

  it("passes on what the server says is missing, and asks for nothing more", async () => {
    const reply = refusing(404, { code: "not_found", detail: "There is no event type nope.nope" });
    const run = await cliRun(["webhooks", "test", "a", "w", "--type", "nope.nope"], { reply });
    expect(run).toMatchObject({ exitCode: 5, stderr: "✗ There is no event type nope.nope\n" });
    expect(run.requests).toHaveLength(1);
  });

  it("names the application whose consumer cannot be given a token", async () => {
    const run = await cliRun(["keys", "consumer", "nope"], { reply: refusing(404) });
    expect(run.stderr).toBe("✗ There is no application nope\n  See `posthorn apps list`\n");
  });

  it("names each thing that is not valid by its place", async () => {
    const detail = [
      { loc: ["body", "url"], msg: "is no URL", type: "value_error" },
      { loc: ["body", "eventTypes", "[1]"], msg: "too long", type: "value_error" },
    ];
    const run = await cliRun(["apps", "create", "x"], { reply: refusing(422, { detail }) });
    expect(run.stderr).toBe("✗ Not valid:\n  url: is no URL\n  eventTypes[1]: too long\n");
  });

  it("says where a key that is not accepted came from", async () => {
    const run = await cliRun(["apps", "list"], { reply: refusing(401) });
    expect(run.stderr).toContain("http://posthorn.test does not accept this key (from POSTHORN_KEY)");
  });

  it("asks for a key when there is none, and sends nothing", async () => {
    const run = await cliRun(["apps", "list"], { env: { POSTHORN_KEY: "" } });
    expect(run).toMatchObject({ exitCode: 4, requests: [] });
    expect(run.stderr).toContain("posthorn login");
  });

  it("is JSON on stderr with --json, and nothing on stdout", async () => {
    const run = await cliRun(["apps", "get", "x", "--json"], { reply: refusing(404) });
    expect(run.stdout).toBe("");
    expect(JSON.parse(run.stderr).error).toMatchObject({ exitCode: 5, message: "There is no application x" });
  });

  it("asks for nothing that is not Posthorn's: an empty answer is none", async () => {
    for (const reply of [() => ({ status: 204 }), () => ({ body: null }), () => ({ body: "hello" })]) {
      for (const args of [
        ["whoami"],
        ["apps", "list"],
        ["webhooks", "create", "x", "--url", "https://a.example"],
      ]) {
        const run = await cliRun(args, { reply });
        expect(run).toMatchObject({ exitCode: 3, stdout: "" });
        expect(run.stderr).toContain("http://posthorn.test did not answer as Posthorn does (status 20");
        expect(run.stderr).toContain("Check POSTHORN_URL");
      }
    }
    for (const args of [["apps", "list"], ["whoami"], ["login"]]) {
      expect(await cliRun(args, { reply: () => ({ body: {} }) })).toMatchObject({ exitCode: 3, stdout: "" });
    }
  });

  it.each([
    ["cut short, as documentation shows it", "sk_…", "is cut short"],
    ["in two lines", "sk_secretOne\nsk_secretTwo", "has a space, a line break or a special character in it"],
    [
      "with a letter of another alphabet",
      "sk_secretOnе",
      "has a space, a line break or a special character in it",
    ],
  ])("says that a key is %s, sends nothing and does not show it", async (_how, key, what) => {
    const runs = [
      await cliRun(["apps", "list"], { env: { POSTHORN_KEY: key } }),
      await cliRun(["login"], { env: { POSTHORN_KEY: key } }),
      await cliRun(["login"], { env: { POSTHORN_KEY: "" }, stdin: `${key}\n` }),
    ];
    for (const run of runs) {
      expect(run).toMatchObject({ exitCode: 4, requests: [], stdout: "" });
      expect(run.stderr).toContain(what);
      expect(run.stderr).not.toContain("secret");
    }
  });

  it("suggests the command that was meant", async () => {
    expect((await cliRun(["webhook"])).stderr).toContain("Did you mean webhooks?");
  });

  it("cannot steer the terminal, whatever the server says", async () => {
    const reply = refusing(409, { code: "conflict", detail: "\u001b[2Jgone\u202e" });
    expect((await cliRun(["apps", "create", "x"], { reply })).stderr).toBe("✗ �[2Jgone�\n");
  });
});

describe("a server that asks to come back later", () => {
  it("is asked again after that time, under the same idempotency key", async () => {
    const reply: Replier = (_request, index) =>
      index < 2
        ? { status: 503, headers: { "retry-after": "2" } }
        : { body: { id: "app_1", uid: "x", name: "x", throttleRate: null, createdAt: "", metadata: {} } };
    const run = await cliRun(["apps", "create", "x"], { reply });
    expect(run).toMatchObject({ exitCode: 0, sleptMs: [2000, 2000] });
    expect(new Set(run.requests.map(({ headers }) => headers.get("idempotency-key")))).toEqual(
      new Set(["key-1"]),
    );
  });

  it("is given up on after a few times", async () => {
    const reply: Replier = () => ({
      status: 429,
      headers: { "retry-after": "1" },
      body: { code: "rate_limited" },
    });
    const run = await cliRun(["apps", "create", "x"], { reply });
    expect(run.exitCode).toBe(1);
    expect(run.requests).toHaveLength(4);
  });
});
