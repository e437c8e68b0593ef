/** Publishers at a steady rate, each trying a call again under the same key until it is answered. */
import { setTimeout as sleep } from "node:timers/promises";

export type Publishers = {
  /** Message ids of what was answered with 202. */
  accepted: Set<string>;
  /** Calls that ended without an answer, or with a 503, and were made again. */
  repeated: number;
  /** Answers that no publisher should see. */
  refused: string[];
  /** Stops making new calls; resolves when the last is answered. */
  stop(): Promise<void>;
};

const AGAIN_AFTER_MS = 100;
const ANSWER_WITHIN_MS = 10_000;
const GIVE_UP_AFTER_MS = 120_000;

export type PublisherOptions = {
  server: () => { url: string; key: string };
  uid: string;
  perSecond: number;
  connections: number;
};

export function startPublishers(options: PublisherOptions): Publishers {
  const state = { accepted: new Set<string>(), repeated: 0, refused: [] as string[] };
  let isStopped = false;
  let next = 0;
  const everyMs = (1000 * options.connections) / options.perSecond;
  const publisher = async (index: number) => {
    await sleep((everyMs * index) / options.connections);
    while (!isStopped) {
      const startedAtMs = Date.now();
      await publishUntilAnswered(options, next++, state);
      await sleep(Math.max(0, startedAtMs + everyMs - Date.now()));
    }
  };
  const all = Promise.all(Array.from({ length: options.connections }, (_, index) => publisher(index)));
  return Object.assign(state, {
    stop: async () => {
      isStopped = true;
      await all;
    },
  });
}

type State = Pick<Publishers, "accepted" | "repeated" | "refused">;

async function publishUntilAnswered(options: PublisherOptions, n: number, state: State): Promise<void> {
  const deadline = Date.now() + GIVE_UP_AFTER_MS;
  while (Date.now() < deadline) {
    const answer = await publish(options, n).catch(() => null);
    if (answer?.status === 202) {
      state.accepted.add(answer.id);
      return;
    }
    if (answer !== null && answer.status !== 503) {
      state.refused.push(`message ${n}: ${answer.status}`);
      return;
    }
    state.repeated++;
    await sleep(AGAIN_AFTER_MS);
  }
  state.refused.push(`message ${n}: no answer within ${GIVE_UP_AFTER_MS} ms`);
}

async function publish(
  { server, uid }: PublisherOptions,
  n: number,
): Promise<{ status: number; id: string }> {
  const { url, key } = server();
  const response = await fetch(`${url}/api/v1/app/${uid}/msg?with_content=false`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "idempotency-key": `chaos-${n}`,
    },
    body: JSON.stringify({ eventType: "chaos.event", payload: { n } }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  const body = (await response.json()) as { id?: string };
  return { status: response.status, id: body.id ?? "" };
}
