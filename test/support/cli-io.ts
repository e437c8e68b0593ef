/** The command-line program inside a test: no terminal, no network, every request recorded. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Io, Sink } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/program.ts";

export const NOW_MS = Date.parse("2026-03-10T12:00:00.000Z");

export type SentRequest = {
  method: string;
  url: string;
  path: string;
  headers: Headers;
  body: unknown;
  text: string;
};
export type CannedReply = { status?: number; body?: unknown; headers?: Record<string, string> };
export type Replier = (request: SentRequest, index: number) => CannedReply | Error;

export type CliRun = {
  exitCode: number;
  stdout: string;
  stderr: string;
  requests: SentRequest[];
  sleptMs: number[];
};

type Options = {
  reply?: Replier;
  env?: Record<string, string>;
  stdin?: string;
  tty?: boolean;
  columns?: number;
};

/** Runs one command line. Without a replier every answer is an empty object. */
export async function cliRun(args: readonly string[], options: Options = {}): Promise<CliRun> {
  const { reply = () => ({}), stdin, tty = false, columns = 100 } = options;
  const env = { POSTHORN_URL: "http://posthorn.test", POSTHORN_KEY: "sk_test", ...options.env };
  const requests: SentRequest[] = [];
  const sleptMs: number[] = [];
  const output = { stdout: "", stderr: "" };
  let keys = 0;
  const sink = (name: keyof typeof output): Sink => ({
    write: (text) => {
      output[name] += text;
    },
    isTTY: tty,
    columns: tty ? columns : null,
  });
  const io: Io = {
    env,
    homeDir: mkdtempSync(join(tmpdir(), "posthorn-cli-")),
    stdout: sink("stdout"),
    stderr: sink("stderr"),
    stdin: { isTTY: stdin === undefined, read: async () => new TextEncoder().encode(stdin ?? "") },
    askSecret: async () => "sk_typed",
    fetch: async (input, init) => {
      const request = await recorded(new Request(input as URL, init as RequestInit));
      requests.push(request);
      return respond(reply(request, requests.length - 1));
    },
    openSocket: () => {
      throw new Error("no test opens a socket without a process");
    },
    nowMs: () => NOW_MS,
    sleep: async (delayMs) => {
      sleptMs.push(delayMs);
    },
    newKey: () => `key-${++keys}`,
    signal: new AbortController().signal,
  };
  const exitCode = await runCli(args, io);
  return { exitCode, ...output, requests, sleptMs };
}

async function recorded(request: Request): Promise<SentRequest> {
  const text = await request.text();
  const { method, url, headers } = request;
  return {
    method,
    url,
    path: url.slice(new URL(url).origin.length),
    headers: headers as unknown as Headers,
    body: text === "" ? undefined : JSON.parse(text),
    text,
  };
}

function respond(reply: CannedReply | Error): Response {
  if (reply instanceof Error) throw reply;
  const { status = 200, body = {}, headers = {} } = reply;
  return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
}
