/** The process: real terminal, real network, signals. */
import { randomUUID } from "node:crypto";
import { homedir } from "node:os";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Io, OpenSocket, Sink, SocketHandlers } from "./io.ts";
import { runCli } from "./program.ts";

const stop = new AbortController();
process.once("SIGINT", () => {
  stop.abort();
  // A second one ends it at once.
  process.once("SIGINT", () => process.exit(130));
});
process.once("SIGTERM", () => stop.abort());

// `posthorn events list | head` closes our stdout: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const io: Io = {
  env: process.env,
  homeDir: homedir(),
  stdout: sinkOf(process.stdout),
  stderr: sinkOf(process.stderr),
  stdin: { isTTY: process.stdin.isTTY === true, read: readStdin },
  askSecret,
  fetch,
  openSocket: typeof WebSocket === "undefined" ? null : openSocket,
  nowMs: Date.now,
  sleep,
  newKey: randomUUID,
  signal: stop.signal,
};

const exitCode = await runCli(process.argv.slice(2), io);
// Not before all is written; and then at once: a socket may take seconds to close.
process.stdout.write("", () => process.stderr.write("", () => process.exit(exitCode)));

function sinkOf(stream: NodeJS.WriteStream): Sink {
  return {
    write: (text) => {
      stream.write(text);
    },
    isTTY: stream.isTTY === true,
    columns: stream.isTTY ? stream.columns : null,
  };
}

/** Unlike a browser's, Node's WebSocket takes headers, so that no key is in an address. */
type SocketConstructor = new (url: string, init: { headers: Record<string, string> }) => WebSocket;

function openSocket(url: string, headers: Record<string, string>, handlers: SocketHandlers): OpenSocket {
  const socket = new (WebSocket as unknown as SocketConstructor)(url, { headers });
  socket.addEventListener("open", () => handlers.opened());
  socket.addEventListener("message", ({ data }) => handlers.heard(String(data)));
  socket.addEventListener("close", ({ code }) => handlers.closed(code));
  // A close follows.
  socket.addEventListener("error", () => {});
  return {
    send: (text) => socket.send(text),
    close: () => socket.close(),
  };
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** Ends early when the person wants to stop. */
function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stop.signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, delayMs);
    stop.signal.addEventListener("abort", end);
  });
}

async function askSecret(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await lines.question("", { signal: stop.signal });
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}
