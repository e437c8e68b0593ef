import type { Env } from "./env.ts";
import { createApp } from "./http/app.ts";
import { createServiceContext } from "./service/context.ts";
import { runUpkeep } from "./service/upkeep.ts";

export { LogWriterObject } from "./accept/log-writer.ts";
export { EndpointObject } from "./delivery/object.ts";
export { SenderLane } from "./delivery/sender-lane.ts";
export { FeedHub } from "./feed/hub.ts";

const app = createApp();

export default {
  fetch: app.fetch,
  scheduled: (_controller, env) => runUpkeep(createServiceContext(env)),
} satisfies ExportedHandler<Env>;
