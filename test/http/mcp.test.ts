/** Who may call `/mcp`, and what of one agent another can reach; the tools themselves: test/process/mcp.test.ts. */
import { describe, expect, it } from "vitest";
import { api, ORIGIN } from "../support/api.ts";
import { aConsumerToken, anApplication } from "../support/apps.ts";
import { aMessageOf } from "../support/attempts.ts";

const ACCEPT = { accept: "application/json, text/event-stream" };

type Answer = { result?: { isError?: boolean; content?: { text: string }[]; structuredContent?: unknown } };

/** One request of the protocol, as a client that has begun the older way sends it. */
async function request(
  method: string,
  params: object,
  { token, headers = {} }: { token: string | null; headers?: Record<string, string> },
) {
  const json = { jsonrpc: "2.0", id: 1, method, params };
  const answer = await api("POST", "/mcp", { token, json, headers: { ...ACCEPT, ...headers } });
  const [, data] = /^data: (.*)$/m.exec(answer.text) ?? [null, answer.text];
  return { ...answer, data: data === "" ? null : (JSON.parse(data) as Answer) };
}

async function anAgent(access: object = {}) {
  const { id: appId } = await anApplication();
  const token = await aConsumerToken(appId, { ...access });
  const call = async (name: string, args: object = {}) => {
    const { data } = await request("tools/call", { name, arguments: args }, { token });
    return { isError: data?.result?.isError === true, text: data?.result?.content?.[0]?.text ?? "" };
  };
  return { appId, token, call };
}

describe("who may call", () => {
  it("is nobody without a consumer's token", async () => {
    for (const token of [null, "appsk_of_nobody"]) {
      const { status, headers } = await request("tools/list", {}, { token });
      expect(status).toBe(401);
      expect(headers.get("www-authenticate")).toBe("Bearer");
    }
    const publisher = await api("POST", "/mcp", { json: {}, headers: ACCEPT });
    expect(publisher).toMatchObject({ status: 403, body: { code: "insufficient access" } });
  });

  it("is no page of another origin, but this deployment's own and those of this machine", async () => {
    const { token } = await anAgent();
    const from = async (origin: string) =>
      (await request("tools/list", {}, { token, headers: { origin } })).status;
    for (const origin of ["https://evil.example", "null", "https://posthorn.test.evil.example"])
      expect(await from(origin), origin).toBe(403);
    for (const origin of [ORIGIN, "http://localhost:6274", "http://127.0.0.1:3000"])
      expect(await from(origin), origin).toBe(200);
  });

  it("keeps no sessions: there is nothing to read or to end", async () => {
    const { token } = await anAgent();
    for (const method of ["GET", "DELETE"])
      expect((await api(method, "/mcp", { token, headers: ACCEPT })).status).toBe(405);
  });

  it("refuses what is no message of the protocol, or too large", async () => {
    const { token } = await anAgent();
    const send = async (text: string) => (await api("POST", "/mcp", { token, text, headers: ACCEPT })).status;
    for (const text of ["", "{", "[]", "null", '{"jsonrpc":"1.0"}']) expect(await send(text), text).toBe(400);
    expect(await send(`{"jsonrpc":"2.0","id":1,"method":"${"x".repeat(20 * 1024 * 1024)}"}`)).toBe(413);
  });
});

describe("what a caller reaches", () => {
  it("is its own application alone", async () => {
    const [mine, other] = [await anAgent(), await anAgent()];
    const message = await aMessageOf(mine.appId, { payload: { secret: "mine" } });
    expect((await mine.call("list_pending_events")).text).toContain("mine");
    expect((await other.call("list_pending_events")).text).not.toContain("mine");
    for (const [tool, args] of [
      ["inspect_deliveries", { event_id: message.id }],
      ["inspect_deliveries", { event_id: 1 }],
      ["acknowledge_events", { event_ids: [message.id] }],
      ["acknowledge_events", { event_ids: [1] }],
      ["resend_event", { event_id: message.id, endpoint_id: "any" }],
      ["list_pending_events", { after: message.id }],
    ] as const)
      expect(await other.call(tool, args), tool).toMatchObject({ isError: true });
  });

  it("is what its capabilities allow", async () => {
    const reader = await anAgent({ readOnly: true });
    await aMessageOf(reader.appId);
    expect(await reader.call("list_pending_events")).toMatchObject({ isError: false });
    const acked = await reader.call("acknowledge_events", { event_ids: [1] });
    expect(acked).toMatchObject({ isError: true, text: expect.stringContaining("ManageEndpoint") });
    const sender = await anAgent({ capabilities: ["CreateAttempts"] });
    await aMessageOf(sender.appId);
    const sent = await sender.call("resend_event", { event_id: 1, endpoint_id: "none" });
    expect(sent).toMatchObject({ isError: true, text: expect.stringContaining("no endpoint none") });
    expect(await sender.call("acknowledge_events", { up_to: 1 })).toMatchObject({ isError: true });
  });
});
