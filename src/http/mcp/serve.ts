import {
  createMcpHandler,
  localhostAllowedOrigins,
  originValidationResponse,
} from "@modelcontextprotocol/server";
import { parseConfig } from "../../env.ts";
import type { HttpContext } from "../app-env.ts";
import { mcpServer } from "./server.ts";

/** Answers one request, whose caller is a consumer. */
export async function serveMcp(c: HttpContext): Promise<Response> {
  const refusal = originValidationResponse(c.req.raw, allowedHosts(c));
  return refusal ?? createMcpHandler(() => mcpServer(c)).fetch(c.req.raw);
}

/** Pages elsewhere may not call, so that one that has got hold of a name for this machine cannot either. */
function allowedHosts(c: HttpContext): string[] {
  const { publicUrl } = parseConfig(c.env);
  const own = [c.req.url, ...(publicUrl === "" ? [] : [publicUrl])].map((url) => new URL(url).hostname);
  return [...own, ...localhostAllowedOrigins()];
}
