/** What a tool says: a value, or what went wrong and what to do about it. */
import type { CallToolResult } from "@modelcontextprotocol/server";
import type { HttpContext } from "../app-env.ts";
import { errorResponse } from "../errors.ts";

type Refusal = { code?: string; detail: string | { loc: string[]; msg: string }[] };

/** By the code of an error: what the model that reads it should do. */
const ADVICE: Record<string, string> = {
  "insufficient access":
    "Do not try again. Tell the user that this needs a token with that capability: a read-only token can only look.",
  not_found:
    "Check the id: list_pending_events shows those of events, inspect_deliveries those of endpoints.",
  missing_payload: "The payload is not kept any more: this event cannot be sent again.",
  endpoint_disabled: "Tell the user that the endpoint is disabled; once it is enabled, try again.",
  unavailable: "Wait a few seconds and call again.",
  limit_reached: "Acknowledge what is done, or wait a minute, and call again.",
  server_error: "Call again once; if it fails again, tell the user.",
};
const DEFAULT_ADVICE = "Correct the arguments and call again.";

export async function toolAnswer(
  c: HttpContext,
  work: () => Promise<Record<string, unknown>>,
): Promise<CallToolResult> {
  try {
    const value = await work();
    return { content: [{ type: "text", text: JSON.stringify(value) }], structuredContent: value };
  } catch (error) {
    return { isError: true, content: [{ type: "text", text: await textOf(c, error) }] };
  }
}

/** The error as every other route shows it, in words. */
async function textOf(c: HttpContext, error: unknown): Promise<string> {
  const known = error instanceof Error ? error : new Error(String(error));
  const { code, detail } = (await errorResponse(known, c).json()) as Refusal;
  const what =
    typeof detail === "string" ? detail : detail.map(({ loc, msg }) => `${loc.at(-1)} ${msg}`).join("; ");
  return `${what.replace(/\.$/, "")}. ${ADVICE[code ?? ""] ?? DEFAULT_ADVICE}`;
}
