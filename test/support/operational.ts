/** The operational log for tests: its endpoints, and what it holds. */
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { OperationalEvent } from "../../src/core/operational.ts";
import { readOperational } from "../../src/store/operational-log.ts";
import { api } from "./api.ts";
import { nowhere } from "./attempts.ts";
import type { EndpointJson } from "./endpoints.ts";

export const OPERATIONAL = "/api/v1/operational-webhook/endpoint";

export async function anOperationalEndpoint(fields: Record<string, unknown> = {}): Promise<EndpointJson> {
  const { status, body } = await api("POST", OPERATIONAL, { json: { url: nowhere(), ...fields } });
  expect(status, JSON.stringify(body)).toBe(201);
  return body as EndpointJson;
}

/** What the log holds about one application's endpoints and messages, oldest first. */
export async function toldOf(appId: string): Promise<OperationalEvent[]> {
  const entries = await readOperational(env.DB, { after: 0, limit: 1000 });
  return entries
    .map(({ event }) => event)
    .filter((event) => event.type !== "background_task.finished" && event.data.appId === appId);
}

/** So that nobody listens. */
export async function nobodyListens(): Promise<void> {
  await env.DB.batch([
    env.DB.prepare("UPDATE endpoints SET disabled = 1 WHERE app_key = 1"),
    env.DB.prepare("DELETE FROM operational_followers"),
  ]);
}
