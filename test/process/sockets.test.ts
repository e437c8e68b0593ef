/** Agents on WebSockets against the real server, with the client that is built into Node and browsers. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  callApi,
  endPosthornProcesses,
  type PosthornProcess,
  startPosthornProcess,
  temporaryDirectory,
} from "../support/posthorn-process.ts";

const SOON = { timeout: 20_000, interval: 20 };

let data: { path: string; remove(): Promise<void> };
let posthorn: PosthornProcess;

beforeAll(async () => {
  data = await temporaryDirectory();
  posthorn = await startPosthornProcess({ dataDir: data.path });
});
afterAll(async () => {
  await endPosthornProcesses();
  await data.remove();
});

function post<Body>(path: string, body: object): Promise<Body> {
  return callApi<Body>(posthorn, `POST ${path}`, body);
}

async function anAgent() {
  const { id: appId } = await post<{ id: string }>("app", { name: "Agents" });
  const { token } = await post<{ token: string }>(`auth/app-portal-access/${appId}`, {});
  const publish = (n: number) => post(`app/${appId}/msg`, { eventType: "a.b", payload: { n } });
  return { appId, token, publish };
}

type Frame = { type: string; events?: { event_id: number; payload: { n: number } }[]; next?: number };

/** Acknowledges every event after having taken it, as its only worker. */
function workingAgent(token: string, taken: number[]) {
  const socket = new WebSocket(`${posthorn.url.replace("http", "ws")}/events/me/socket`, ["posthorn", token]);
  const frames: Frame[] = [];
  const closed = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
  socket.addEventListener("message", ({ data: text }) => {
    const frame: Frame = JSON.parse(String(text));
    frames.push(frame);
    for (const { event_id: id, payload } of frame.events ?? []) {
      taken.push(payload.n);
      socket.send(JSON.stringify({ type: "ack", event_ids: [id] }));
    }
  });
  return { socket, frames, closed };
}

describe("an agent on a WebSocket", () => {
  it("takes what is published, and after the server was killed goes on behind what it acknowledged", async () => {
    const { token, publish } = await anAgent();
    const taken: number[] = [];
    const first = workingAgent(token, taken);
    for (const n of [1, 2, 3]) await publish(n);
    await expect.poll(() => taken, SOON).toEqual([1, 2, 3]);
    expect(first.socket.protocol).toBe("posthorn");
    await expect.poll(() => first.frames.filter(({ type }) => type === "acked").length, SOON).toBe(3);

    await posthorn.kill();
    await first.closed;
    posthorn = await startPosthornProcess({ dataDir: data.path, port: posthorn.port });
    await publish(4);
    const second = workingAgent(token, taken);
    await publish(5);
    await expect.poll(() => taken, SOON).toEqual([1, 2, 3, 4, 5]);
    second.socket.send('{"type":"ping"}');
    // Answered by the runtime itself, so the last events' acks may come after it.
    await expect.poll(() => second.frames.some(({ type }) => type === "pong"), SOON).toBe(true);
    second.socket.close(1000);
    await second.closed;
  });

  it("is refused without a token", async () => {
    const socket = new WebSocket(`${posthorn.url.replace("http", "ws")}/events/me/socket`);
    const failed = new Promise<string>((resolve) => {
      socket.addEventListener("error", () => resolve("refused"));
      socket.addEventListener("open", () => resolve("open"));
    });
    expect(await failed).toBe("refused");
  });
});
