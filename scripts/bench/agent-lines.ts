/** Agents that wait for events, each in its own way, and say of each when it has come. */

export type Arrived = (text: string) => void;
export type Line = { close(): void };
export type Access = { url: string; token: string };

const WAIT_SECONDS = 20;

/** Asks with `wait`, and again as soon as it is answered. */
export function longPoll({ url, token }: Access, arrived: Arrived): Line {
  const ended = new AbortController();
  const run = async () => {
    for (let after = 0; !ended.signal.aborted; ) {
      const answer = await fetch(`${url}/events/me/events?after=${after}&wait=${WAIT_SECONDS}`, {
        headers: { authorization: `Bearer ${token}` },
        signal: ended.signal,
      });
      const text = await answer.text();
      arrived(text);
      after = JSON.parse(text).next;
    }
  };
  run().catch(() => {});
  return { close: () => ended.abort() };
}

export function eventStream({ url, token }: Access, arrived: Arrived): Line {
  const ended = new AbortController();
  const run = async () => {
    const answer = await fetch(`${url}/events/me/stream?after=0`, {
      headers: { authorization: `Bearer ${token}` },
      signal: ended.signal,
    });
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) arrived(decoder.decode(chunk, { stream: true }));
  };
  run().catch(() => {});
  return { close: () => ended.abort() };
}

export function webSocket({ url, token }: Access, arrived: Arrived): Line {
  const socket = new WebSocket(`${url.replace("http", "ws")}/events/me/socket?after=0`, ["posthorn", token]);
  socket.addEventListener("message", ({ data }) => arrived(String(data)));
  return { close: () => socket.close() };
}
