import type { Env } from "./env.ts";

export { EndpointObject } from "./delivery/object.ts";

export default {
  fetch: () => new Response("not yet", { status: 503 }),
} satisfies ExportedHandler<Env>;
