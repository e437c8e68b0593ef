import { afterEach, describe, expect, it, vi } from "vitest";
import { Deadlines, systemClock } from "../../src/delivery/deadlines.ts";
import { type SendRequest, sendAttempt } from "../../src/delivery/send.ts";

const deadlines = new Deadlines(systemClock());
const PRODUCTION = { allowHttp: false, allowPrivate: false };
const ONE_MACHINE = { allowHttp: true, allowPrivate: true };
/** Far beyond any test: only what must end by itself ends. */
const LONG_MS = 600_000;
const NEVER = new Promise<never>(() => {});

type Fetch = typeof fetch;
type Sent = { url: string; init: RequestInit };

function aRequest(overrides: Partial<SendRequest> = {}): SendRequest {
  const headers = { "content-type": "application/json", "webhook-id": "msg_1" };
  return { url: "https://example.com/hook", headers, body: '{"a":1}', timeoutMs: LONG_MS, ...overrides };
}

/** Sends once to a receiver that answers with `answer`; what was sent is in `sent`. */
async function send(answer: () => Response | Promise<Response>, overrides: Partial<SendRequest> = {}) {
  const sent: Sent[] = [];
  const stub = (async (url: string, init: RequestInit) => {
    sent.push({ url, init });
    return await answer();
  }) as Fetch;
  const deps = { fetch: stub, nowMs: () => Date.now(), rules: PRODUCTION, deadlines };
  const { outcome, durationMs } = await sendAttempt(aRequest(overrides), deps);
  return { outcome, durationMs, sent };
}

function failing(error: unknown) {
  return () => Promise.reject(error);
}

/** A body of these chunks; `then` decides how it goes on after them. */
function aBody(chunks: (string | Uint8Array)[], then: "ends" | "hangs" | "breaks", onCancel = () => {}) {
  const encoder = new TextEncoder();
  const rest = chunks.map((chunk) => (typeof chunk === "string" ? encoder.encode(chunk) : chunk));
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = rest.shift();
      if (chunk !== undefined) controller.enqueue(chunk);
      else if (then === "ends") controller.close();
      else if (then === "breaks") controller.error(new Error("connection reset"));
      else return NEVER;
    },
    cancel: onCancel,
  });
}

describe("sending one attempt", () => {
  it("posts body and headers to the normalised URL without following redirects", async () => {
    const { sent, outcome } = await send(() => new Response("ok"), { url: "https://EXAMPLE.com:443/hook" });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      url: "https://example.com/hook",
      init: {
        method: "POST",
        redirect: "manual",
        body: '{"a":1}',
        headers: { "content-type": "application/json", "webhook-id": "msg_1" },
      },
    });
    expect(outcome).toMatchObject({
      kind: "responded",
      statusCode: 200,
      body: "ok",
      retryAfter: null,
      control: null,
    });
  });

  it.each([201, 302, 308, 404, 410, 500, 599])("reports the answer %i as it is", async (status) => {
    const headers = { location: "https://example.com/elsewhere" };
    const { outcome, sent } = await send(() => new Response("body", { status, headers }));
    expect(outcome).toMatchObject({ kind: "responded", statusCode: status, body: "body", headers });
    expect(sent).toHaveLength(1);
  });

  it("reports an answer without a body", async () => {
    const { outcome } = await send(() => new Response(null, { status: 204 }));
    expect(outcome).toMatchObject({ kind: "responded", statusCode: 204, body: "" });
  });

  it("sends nothing to a blocked target", async () => {
    for (const url of ["https://127.0.0.1/hook", "http://example.com/hook", "https://[::1]/", "nonsense"]) {
      const { outcome, sent } = await send(() => new Response("ok"), { url });
      expect(outcome).toMatchObject({ kind: "blocked" });
      expect(sent).toEqual([]);
    }
  });

  it("measures by the clock it is given, never below zero", async () => {
    const times = [5000, 5120, 9000, 8000];
    const nowMs = () => times.shift() ?? 0;
    const stub = (async () => new Response("ok")) as Fetch;
    const deps = { fetch: stub, nowMs, rules: PRODUCTION, deadlines };
    expect((await sendAttempt(aRequest(), deps)).durationMs).toBe(120);
    expect((await sendAttempt(aRequest(), deps)).durationMs).toBe(0);
  });

  it("works with the runtime's own fetch: nothing listens on port 1", async () => {
    const deps = { fetch, nowMs: () => Date.now(), rules: ONE_MACHINE, deadlines };
    const { outcome } = await sendAttempt(aRequest({ url: "http://127.0.0.1:1/", timeoutMs: 10_000 }), deps);
    expect(outcome.kind).toBe("network");
    expect(outcome).not.toMatchObject({ reason: expect.stringContaining("Illegal invocation") });
  });
});

describe("an answer that does not come", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is a timeout, and aborts the request", async () => {
    const { outcome, sent } = await send(() => NEVER, { timeoutMs: 20 });
    expect(outcome).toEqual({ kind: "timeout", timeoutMs: 20 });
    expect(sent[0]?.init.signal?.aborted).toBe(true);
  });

  it("is dropped when it arrives after the timeout, and so is its failure", async () => {
    const canceled = Promise.withResolvers<void>();
    const late = Promise.withResolvers<Response>();
    expect((await send(() => late.promise, { timeoutMs: 20 })).outcome.kind).toBe("timeout");
    late.resolve(new Response(aBody(["late"], "hangs", canceled.resolve)));
    await canceled.promise;
    const failed = Promise.withResolvers<Response>();
    expect((await send(() => failed.promise, { timeoutMs: 20 })).outcome.kind).toBe("timeout");
    failed.reject(new Error("late failure"));
  });

  it("leaves no timer running, however the attempt ends", async () => {
    vi.useFakeTimers();
    await send(() => new Response("ok"));
    await send(() => new Response("x".repeat(100_000)));
    await send(() => new Response(aBody(["part"], "breaks")));
    await send(failing(new Error("refused")));
    await send(() => new Response("ok"), { url: "https://localhost/" });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("an answer whose body misbehaves", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([200, 410, 500])(
    "is still the answer %i when the body stalls until the timeout",
    async (status) => {
      const canceled = vi.fn();
      const { outcome } = await send(() => new Response(aBody(["part"], "hangs", canceled), { status }), {
        timeoutMs: 50,
      });
      expect(outcome).toMatchObject({ kind: "responded", statusCode: status, body: "part" });
      expect(canceled).toHaveBeenCalledOnce();
    },
  );

  it("is waited for no longer than two seconds", async () => {
    vi.useFakeTimers();
    const settled = vi.fn();
    const attempt = send(() => new Response(aBody(["part"], "hangs"))).then((result) => {
      settled();
      return result;
    });
    await vi.advanceTimersByTimeAsync(1999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect((await attempt).outcome).toMatchObject({ statusCode: 200, body: "part" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("keeps what came before the body broke off", async () => {
    const { outcome } = await send(() => new Response(aBody(["part"], "breaks")));
    expect(outcome).toMatchObject({ kind: "responded", statusCode: 200, body: "part" });
  });

  it("ends although cancelling the body never ends or fails", async () => {
    for (const cancel of [() => NEVER, () => Promise.reject(new Error("cancel failed"))]) {
      const body = new ReadableStream<Uint8Array>({ pull: () => NEVER, cancel });
      const { outcome } = await send(() => new Response(body), { timeoutMs: 20 });
      expect(outcome).toMatchObject({ kind: "responded", statusCode: 200, body: "" });
    }
  });
});

describe("what is kept of an answer", () => {
  it("is at most 16 KiB of body; the rest is not read", async () => {
    const canceled = vi.fn();
    const chunk = "x".repeat(10_000);
    const { outcome } = await send(
      () => new Response(aBody([chunk, chunk, chunk, chunk], "hangs", canceled)),
    );
    expect(outcome).toMatchObject({ body: "x".repeat(16_384) });
    expect(canceled).toHaveBeenCalledOnce();
  });

  it("is text: characters split over chunks are joined, one cut by the limit is left out", async () => {
    const bytes = new TextEncoder().encode("aé€😀");
    const split = [...bytes].map((byte) => Uint8Array.of(byte));
    expect((await send(() => new Response(aBody(split, "ends")))).outcome).toMatchObject({ body: "aé€😀" });
    const long = `a${"é".repeat(20_000)}`;
    expect((await send(() => new Response(long))).outcome).toMatchObject({ body: `a${"é".repeat(8191)}` });
  });

  it("is bounded as it will be stored, and holds no NUL, when the body is no text", async () => {
    expect((await send(() => new Response("a\0b"))).outcome).toMatchObject({ body: "a\uFFFDb" });
    const { outcome } = await send(() => new Response(new Uint8Array(20_000).fill(0xff)));
    const body = outcome.kind === "responded" ? outcome.body : "";
    expect(body).toBe("\uFFFD".repeat(Math.floor(16_384 / 3)));
  });

  it("is every header that fits into 4 KiB together, without cookies", async () => {
    const headers = { "x-a": "1", "x-big": "v".repeat(4000), "x-bigger": "v".repeat(200), "x-z": "2" };
    const { outcome } = await send(
      () => new Response("", { headers: { ...headers, "set-cookie": "sid=secret" } }),
    );
    expect(outcome).toMatchObject({ headers: { "x-a": "1", "x-big": headers["x-big"], "x-z": "2" } });
    expect(JSON.stringify(outcome)).not.toContain("sid=secret");
    expect(JSON.stringify(outcome)).not.toContain("x-bigger");
  });

  it("is Retry-After and webhook-delivery as sent, even where other headers did not fit", async () => {
    const headers = { "a-big": "v".repeat(4090), "Retry-After": "2.5", "Webhook-Delivery": "abort-message" };
    const { outcome } = await send(() => new Response("", { status: 503, headers }));
    expect(outcome).toMatchObject({ retryAfter: "2.5", control: "abort-message" });
    const long = { "retry-after": "1".repeat(200), "webhook-delivery": "x".repeat(200) };
    const ignored = await send(() => new Response("", { status: 503, headers: long }));
    expect(ignored.outcome).toMatchObject({ retryAfter: null, control: null });
  });
});

describe("a request that fails", () => {
  async function reasonOf(error: unknown, overrides: Partial<SendRequest> = {}): Promise<string> {
    const { outcome } = await send(failing(error), overrides);
    if (outcome.kind !== "network") throw new Error(`not a network error: ${outcome.kind}`);
    return outcome.reason;
  }

  it("is a network error with the runtime's words on one bounded line", async () => {
    expect(await reasonOf(new Error("Network connection lost."))).toBe("Network connection lost.");
    expect(await reasonOf(new TypeError(" a\r\n\tb\0c\u001b[0m "))).toBe("a b c [0m");
    expect(await reasonOf(new Error("x".repeat(10_000)))).toHaveLength(200);
  });

  it("has a reason in plain words where the runtime gives none", async () => {
    expect(await reasonOf(new Error("internal error; reference = abc"))).toContain("could not be resolved");
    for (const thrown of ["text", null, undefined, Object.create(null), new Error("")]) {
      expect(await reasonOf(thrown)).toBe("the request failed");
    }
  });

  it("never repeats the URL, its path or a header's value, even cut short", async () => {
    const url = "https://example.com/services/T00/hunter2?token=hunter2";
    const secret = `hunter2${"-long".repeat(200)}`;
    const headers = { authorization: "Bearer hunter2", "x-key": secret };
    for (const message of [
      `cannot load ${url}`,
      "bad path /services/T00/hunter2?token=hunter2",
      `Invalid header value: "Bearer hunter2"`,
      `Invalid header value: ${secret}`,
    ]) {
      expect(await reasonOf(new TypeError(message), { url, headers })).not.toContain("hunter2");
    }
  });

  it("does not throw when fetch throws at once", async () => {
    const stub = (() => {
      throw new TypeError("Invalid header name.");
    }) as Fetch;
    const { outcome } = await sendAttempt(aRequest(), {
      fetch: stub,
      nowMs: () => 0,
      rules: PRODUCTION,
      deadlines,
    });
    expect(outcome).toEqual({ kind: "network", reason: "Invalid header name." });
  });
});
