import {
  createMcpHandler,
  localhostAllowedOrigins,
  originValidationResponse,
} from "@modelcontextprotocol/server";
import { parseConfig } from "../../env.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { requireMe } from "../events/me.ts";
import { mcpServer } from "./server.ts";

/**
 * `/mcp`: the Model Context Protocol over streamable HTTP, for AI agents. Nothing is kept between requests, each of
 * which has a server of its own; who `me` is says the consumer's token.
 */
export function registerMcp(app: HttpApp): void {
  app.all("/mcp", async (c) => {
    const refusal = originValidationResponse(c.req.raw, allowedHosts(c));
    if (refusal !== undefined) return refusal;
    requireMe(c);
    return createMcpHandler(() => mcpServer(c)).fetch(c.req.raw);
  });
}

/** Pages elsewhere may not call, so that one that has got hold of a name for this machine cannot either. */
function allowedHosts(c: HttpContext): string[] {
  const { publicUrl } = parseConfig(c.env);
  const own = [c.req.url, ...(publicUrl === "" ? [] : [publicUrl])].map((url) => new URL(url).hostname);
  return [...own, ...localhostAllowedOrigins()];
}
