import type { HttpApp } from "../app-env.ts";
import { requireMe } from "../events/me.ts";

/**
 * `/mcp`: the Model Context Protocol over streamable HTTP, for AI agents. Nothing is kept between requests, each of
 * which has a server of its own; who `me` is says the consumer's token.
 */
export function registerMcp(app: HttpApp): void {
  app.all("/mcp", async (c) => {
    requireMe(c);
    // Loaded when asked for: its schemas take a fifth of a Worker's start, and most isolates never need them.
    const { serveMcp } = await import("./serve.ts");
    return serveMcp(c);
  });
}
