import type { Env } from "./env.ts";
import { createApp } from "./http/app.ts";

export { EndpointObject } from "./delivery/object.ts";

const app = createApp();

export default { fetch: app.fetch } satisfies ExportedHandler<Env>;
