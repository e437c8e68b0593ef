import { setTimeout as sleep } from "node:timers/promises";
import { type MessageAttemptOut, Svix } from "svix";
import { type Behaviour, type Receiver, startReceiver } from "../../test/support/receiver.ts";
import type { RunningPosthorn } from "../runtime/start-posthorn.ts";
import type { Report } from "./report.ts";

const POLL_MS = 100;
const CALL_WITHIN_MS = 10_000;

export type Publication = { eventType: string; payload: Record<string, unknown> };

/** An application with one endpoint that points at a receiver of its own. */
export type Scene = {
  appId: string;
  endpointId: string;
  receiver: Receiver;
  secret: string;
  publish(event: Publication): Promise<string>;
};

export type SceneOptions = {
  name: string;
  policy: Record<string, unknown>;
  secret?: string | undefined;
  behaviour?: Behaviour;
};

/** What every part of the demo stands on: the server, the official client, and the receivers to close. */
export class Stage {
  readonly #posthorn: RunningPosthorn;
  readonly #client: Svix;
  readonly #receivers: Receiver[] = [];
  readonly #report: Report;

  constructor(posthorn: RunningPosthorn, report: Report) {
    this.#posthorn = posthorn;
    this.#client = new Svix(posthorn.key, { serverUrl: posthorn.url, requestTimeout: CALL_WITHIN_MS });
    this.#report = report;
  }

  async scene({ name, policy, secret, behaviour }: SceneOptions): Promise<Scene> {
    const receiver = await startReceiver(behaviour);
    this.#receivers.push(receiver);
    const { id: appId } = await this.#client.application.create({ name, uid: name });
    await this.#setPolicy(appId, policy);
    const endpoint = await this.#client.endpoint.create(appId, {
      url: `${receiver.url}webhooks/${name}`,
      ...(secret === undefined ? {} : { secret }),
    });
    const { key } = await this.#client.endpoint.getSecret(appId, endpoint.id);
    return {
      appId,
      endpointId: endpoint.id,
      receiver,
      secret: key,
      publish: async (event) => (await this.#client.message.create(appId, event)).id,
    };
  }

  /** The endpoint's attempts, oldest first, once there are `count` of them. */
  async attempts(scene: Scene, count: number, withinMs: number): Promise<MessageAttemptOut[]> {
    this.#report.note(`waiting for ${count} attempts in the log (up to ${withinMs / 1000} s) …`);
    const deadline = Date.now() + withinMs;
    for (;;) {
      const { data } = await this.#client.messageAttempt.listByEndpoint(scene.appId, scene.endpointId);
      if (data.length >= count) return data.reverse();
      if (Date.now() > deadline) throw new Error(`the attempt log shows ${data.length} of ${count} attempts`);
      await sleep(POLL_MS);
    }
  }

  async close(): Promise<void> {
    for (const receiver of this.#receivers) await receiver.close();
  }

  /** Ours beside Svix's API, so the official client does not know it. */
  async #setPolicy(appId: string, policy: Record<string, unknown>): Promise<void> {
    const response = await fetch(`${this.#posthorn.url}/api/v1/app/${appId}/delivery-policy`, {
      method: "PUT",
      headers: { authorization: `Bearer ${this.#posthorn.key}`, "content-type": "application/json" },
      body: JSON.stringify(policy),
      signal: AbortSignal.timeout(CALL_WITHIN_MS),
    });
    if (!response.ok) throw new Error(`PUT delivery-policy: ${response.status} ${await response.text()}`);
  }
}
