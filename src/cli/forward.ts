/** Handing a request to a program on this machine, and what came back. */
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { MAX_RESPONSE_BYTES, MAX_TIMEOUT_SECONDS } from "../core/limits/delivery.ts";
import type { Io } from "./io.ts";
import type { LocalAnswer, TakenRequest } from "./listener.ts";

/** About the connection and the encoding, which end here. */
const NOT_PASSED_ON = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "keep-alive",
  "set-cookie",
  "transfer-encoding",
]);

/** Hands a request to a local program as it is: `fetch` would add headers of its own. */
export async function forward(
  io: Pick<Io, "nowMs">,
  target: string,
  request: TakenRequest,
): Promise<LocalAnswer> {
  const startedAtMs = io.nowMs();
  const durationMs = () => io.nowMs() - startedAtMs;
  try {
    const response = await post(target, request);
    const body = await textOf(response);
    const headers = Object.entries(response.headers).flatMap(([name, value]) =>
      NOT_PASSED_ON.has(name) || value === undefined ? [] : [[name, [value].flat().join(", ")]],
    );
    const status = response.statusCode ?? 0;
    return {
      kind: "responded",
      status,
      headers: Object.fromEntries(headers),
      body,
      durationMs: durationMs(),
    };
  } catch (error) {
    return { kind: "failed", reason: reasonOf(error), durationMs: durationMs() };
  }
}

function post(target: string, { headers, body }: TakenRequest): Promise<IncomingMessage> {
  const url = new URL(target);
  const bytes = Buffer.from(body);
  const open = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = open(url.href, {
      method: "POST",
      headers: { ...headers, "content-length": bytes.length },
      signal: AbortSignal.timeout(1000 * MAX_TIMEOUT_SECONDS),
    });
    request.on("response", resolve);
    request.on("error", reject);
    request.end(bytes);
  });
}

/** Read to its end, so that the program is not cut off; what is too much is not kept. */
async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (size < MAX_RESPONSE_BYTES) chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
  }
  return Buffer.concat(chunks).toString().slice(0, MAX_RESPONSE_BYTES);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && "code" in cause && typeof cause.code === "string") return cause.code;
  return cause instanceof Error ? cause.message : String(cause);
}
