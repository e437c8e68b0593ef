/** The hub's class with all it stands on, loaded in plain Node: what the platform gives is put in its place. */
import { registerHooks } from "node:module";
import type { HubClass } from "./hub-host.ts";
import type { FollowerSimulation } from "./run.ts";

const WORKERS = `export class DurableObject { constructor(ctx, env) { this.ctx = ctx; this.env = env; } }`;

/** Call before anything imports the sources. */
export async function loadFollowers(): Promise<FollowerSimulation> {
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== "cloudflare:workers") return next(specifier, context);
      return { url: `data:text/javascript,${encodeURIComponent(WORKERS)}`, shortCircuit: true };
    },
  });
  Object.assign(globalThis, { WebSocketRequestResponsePair: class {} });
  // What fails here fails on purpose.
  console.error = () => {};
  const { feedHubWith } = await import("../../../src/feed/hub.ts");
  const { socketFront } = await import("../../../src/http/events/socket-front.ts");
  const followers = await import("./run.ts");
  return new followers.FollowerSimulation(feedHubWith(socketFront) as unknown as HubClass);
}
