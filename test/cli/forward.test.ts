/** A request handed to a local program, against a real server. */
import { expect, it } from "vitest";
import { forward } from "../../src/cli/forward.ts";
import { startReceiver } from "../support/receiver.ts";

const REQUEST = {
  id: "1",
  headers: { "content-type": "application/json", "webhook-id": "msg_1", "user-agent": "Posthorn" },
  body: '{"name":"Zoë"}',
  event: { id: "msg_1", type: "a.b" },
};
const io = { nowMs: () => 0 };

it("is what it was, with nothing added but what HTTP needs", async () => {
  const receiver = await startReceiver(() => ({ status: 202, body: "taken" }));
  try {
    const answer = await forward(io, `${receiver.url}/hook?a=1`, REQUEST);
    expect(answer).toMatchObject({ kind: "responded", status: 202, body: "taken", durationMs: 0 });
    const [request] = await receiver.waitFor(1);
    expect(request?.body.toString()).toBe(REQUEST.body);
    const names = Object.keys(request?.headers ?? {}).sort();
    expect(names).toEqual([
      "connection",
      "content-length",
      "content-type",
      "host",
      "user-agent",
      "webhook-id",
    ]);
  } finally {
    await receiver.close();
  }
});

it("tells why nobody answered", async () => {
  const gone = await startReceiver();
  await gone.close();
  expect(await forward(io, gone.url, REQUEST)).toMatchObject({ kind: "failed", reason: "ECONNREFUSED" });
});
