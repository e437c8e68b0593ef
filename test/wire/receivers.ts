/** Runs the vendors' sample receivers as their pages print them, inside stand-ins for Express, Flask and Starlette. */
import { spawnSync } from "node:child_process";
import crypto from "node:crypto";
import vm from "node:vm";
import type { WireRequest } from "../../src/wire/index.ts";
import type { SampleReceiver } from "./vectors.ts";

export type Delivery = { receiver: SampleReceiver; request: WireRequest; secret: string };

type Handler = (req: object, res: object) => unknown;

/** The status a Node sample answers with. Each run is a fresh program, so that its memory of past events is empty. */
export async function nodeAnswer({ receiver, request, secret }: Delivery): Promise<number> {
  let handler: Handler | null = null;
  const app = {
    use: () => {},
    listen: () => {},
    post: (_path: string, given: Handler) => {
      handler = given;
    },
  };
  const express = Object.assign(() => app, { json: () => {} });
  const answer = { status: 0 };
  vm.runInNewContext(receiver.code.join("\n"), {
    require: (name: string) => ({ crypto, express })[name],
    app,
    Buffer,
    console: { log: () => {}, error: () => {} },
    process: { env: { CLAWBOOK_WEBHOOK_SECRET: secret, CLAWGET_WEBHOOK_SECRET: secret } },
    webhookSecret: secret,
    processEvent: async () => {},
    handleNewPurchase: async () => {},
    handleNewReview: async () => {},
  });
  await (handler as Handler | null)?.(arrived(request), responseTo(answer));
  return answer.status;
}

/** The request as Express hands it over: the bytes, the parsed body, header names in lower case. */
function arrived({ headers, body }: WireRequest): object {
  const rawBody = Buffer.from(body, "utf8");
  const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { rawBody, body: JSON.parse(rawBody.toString("utf8")), headers: Object.fromEntries(lowered) };
}

function responseTo(answer: { status: number }): object {
  let status = 200;
  const end = () => {
    answer.status = status;
  };
  const response = {
    status(code: number) {
      status = code;
      return response;
    },
    send: end,
    json: end,
  };
  return response;
}

const PYTHON_HARNESS = `
import asyncio, base64, contextlib, inspect, io, json, sys

def run(job):
    raw = base64.b64decode(job["body"])
    headers = {name.lower(): value for name, value in job["headers"].items()}
    class Headers:
        def get(self, name): return headers.get(name.lower())
    class FlaskRequest:
        headers = Headers()
        def get_data(self, as_text=False): return raw.decode("utf-8") if as_text else raw
        json = property(lambda self: json.loads(raw))
    class StarletteRequest:
        headers = Headers()
        async def body(self): return raw
    handlers = []
    class App:
        def route(self, path, methods): return handlers.append
        def post(self, path): return handlers.append
    async def process_event(event): pass
    scope = {"app": App(), "request": FlaskRequest(), "json": json, "process_event": process_event,
             "webhook_secret": job["secret"]}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(job["code"], scope)
        handler = handlers[0]
        answer = asyncio.run(handler(StarletteRequest())) if inspect.iscoroutinefunction(handler) else handler()
    return answer[1] if isinstance(answer, tuple) else 200

print(json.dumps([run(job) for job in json.load(sys.stdin)]))
`;

/** The status each Python sample answers with; throws when there is no python3 or it fails. One process for all. */
export function pythonAnswers(deliveries: Delivery[]): number[] {
  const jobs = deliveries.map(({ receiver, request: { headers, body }, secret }) => ({
    code: receiver.code.join("\n"),
    headers,
    body: Buffer.from(body, "utf8").toString("base64"),
    secret,
  }));
  const env = { ...process.env, PYTHONIOENCODING: "utf-8" };
  const run = spawnSync("python3", ["-c", PYTHON_HARNESS], {
    input: JSON.stringify(jobs),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    env,
  });
  if (run.error !== undefined)
    throw new Error("python3 must be installed to run the Python samples", { cause: run.error });
  if (run.status !== 0) throw new Error(`python3 exited with ${run.status}: ${run.stderr}`);
  return JSON.parse(run.stdout) as number[];
}
