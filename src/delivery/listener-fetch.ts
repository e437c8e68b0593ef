/** The way to a listener, as a `fetch`: whatever judges a receiver's answer judges a listener's the same way. */
import type { EndpointConfig } from "../core/endpoint.ts";
import type { LoggedEvent } from "../core/event.ts";
import { messageId } from "../core/ids.ts";
import { bodyWith } from "../core/null-body.ts";
import type { Env } from "../env.ts";
import { listenerStub } from "./stub.ts";

export function listenerFetch(env: Env, config: EndpointConfig, event: LoggedEvent): typeof fetch {
  return async (_input, init) => {
    const { appKey, dialect } = config;
    const { position, createdAtMs, eventType } = event;
    const answer = await listenerStub(env, config).forward({
      headers: Object.fromEntries(new Headers(init?.headers)),
      body: typeof init?.body === "string" ? init.body : "",
      event: { id: messageId({ appKey, position, createdAtMs }, dialect.idPrefix), type: eventType },
    });
    if (answer.kind === "failed") throw new Error(answer.reason);
    const { status, headers, body } = answer;
    return new Response(bodyWith(status, body), { status, headers });
  };
}
