import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { HANDOVER_MS } from "./data-directory.ts";
import { RunnerError } from "./runner-error.ts";

const POLL_MS = 50;

/** Fails with a sentence where workerd would fail with a stack; 0 is always free. */
export async function requireFreePort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const deadline = Date.now() + HANDOVER_MS;
  for (;;) {
    const code = await tryListening(host, port);
    if (code === null) return;
    if (code !== "EADDRINUSE") throw new RunnerError(`Cannot listen on ${host}:${port} (${code}).`);
    if (Date.now() >= deadline) {
      throw new RunnerError(
        `Port ${port} on ${host} is already in use. Stop what listens there, or set PORT to another port (0 picks a free one).`,
      );
    }
    await sleep(POLL_MS);
  }
}

function tryListening(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
