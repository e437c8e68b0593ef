import type { Env } from "./env.ts";
import { feedHubWith } from "./feed/hub.ts";
import { createApp } from "./http/app.ts";
import { socketFront } from "./http/events/socket-front.ts";
import { createServiceContext } from "./service/context.ts";
import { runUpkeep } from "./service/upkeep.ts";

export { LogWriterObject } from "./accept/log-writer.ts";
export { InboxObject } from "./delivery/inbox-object.ts";
export { ListenerObject } from "./delivery/listener.ts";
export { EndpointObject } from "./delivery/object.ts";
export { SenderLane } from "./delivery/sender-lane.ts";

/** The hub reads and sends; what is said on its sockets, the front door for agents knows. */
export const FeedHub = feedHubWith(socketFront);

const app = createApp();

export default {
  fetch: app.fetch,
  scheduled: (_controller, env) => runUpkeep(createServiceContext(env)),
} satisfies ExportedHandler<Env>;
