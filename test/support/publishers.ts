/** Publishers as a platform runs them: several at once, each trying a call again until it has an answer. */
import { setTimeout as sleep } from "node:timers/promises";

export type PublishersOptions = {
  /** Where and with which key; asked for every call, because the server may have been started anew. */
  server: () => { url: string; key: string };
  appId: string;
  count: number;
  connections: number;
  withinMs: number;
  /** Told of every 202, in the order of the answers. */
  onAccepted?: (accepted: number) => void;
};

export type Published = {
  /** Message ids by number. */
  accepted: Map<number, string>;
  /** Calls that ended without an answer and were made again. */
  unanswered: number;
};

const RETRY_AFTER_MS = 100;
const ANSWER_WITHIN_MS = 10_000;

/** Publishes `{"n":0}` to `{"n":count-1}`, each under an idempotency key of its own. */
export async function publishAll(options: PublishersOptions): Promise<Published> {
  const published: Published = { accepted: new Map(), unanswered: 0 };
  const deadline = Date.now() + options.withinMs;
  let next = 0;
  const publisher = async () => {
    while (next < options.count) {
      const n = next++;
      for (;;) {
        const answer = await publishOnce(options, n).catch(() => null);
        if (answer !== null && answer.status === 202) {
          published.accepted.set(n, ((await answer.json()) as { id: string }).id);
          options.onAccepted?.(published.accepted.size);
          break;
        }
        if (answer !== null) throw new Error(`message ${n}: ${answer.status} ${await answer.text()}`);
        if (Date.now() > deadline) throw new Error(`message ${n}: no answer within ${options.withinMs} ms`);
        published.unanswered++;
        await sleep(RETRY_AFTER_MS);
      }
    }
  };
  await Promise.all(Array.from({ length: options.connections }, publisher));
  return published;
}

function publishOnce({ server, appId }: PublishersOptions, n: number): Promise<Response> {
  const { url, key } = server();
  return fetch(`${url}/api/v1/app/${appId}/msg?with_content=false`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "idempotency-key": `message-${n}`,
    },
    body: JSON.stringify({ eventType: "test.event", payload: { n } }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
}
