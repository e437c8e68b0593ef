/** Applications and tokens for tests, made through the API as a publisher would. */
import { expect } from "vitest";
import { api } from "./api.ts";

export type AppJson = {
  id: string;
  uid: string | null;
  name: string;
  throttleRate: number | null;
  rateLimit: number | null;
  metadata: Record<string, string>;
  createdAt: string;
  updatedAt: string;
};

/** A text that no other test uses. */
export function unique(prefix: string): string {
  return `${prefix}-${crypto.randomUUID()}`;
}

export async function anApplication(fields: Record<string, unknown> = {}): Promise<AppJson> {
  const { status, body } = await api("POST", "/api/v1/app", { json: { name: "An application", ...fields } });
  expect(status, JSON.stringify(body)).toBe(201);
  return body as AppJson;
}

/** A consumer token of the application; with every capability unless told otherwise. */
export async function aConsumerToken(appId: string, access: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await api("POST", `/api/v1/auth/app-portal-access/${appId}`, { json: access });
  expect(status, JSON.stringify(body)).toBe(200);
  return (body as { token: string }).token;
}

/** A publisher key other than the root key. */
export async function aPublisherKey(
  fields: Record<string, unknown> = {},
): Promise<{ id: string; token: string }> {
  const { status, body } = await api("POST", "/api/v1/api-key", { json: fields });
  expect(status, JSON.stringify(body)).toBe(201);
  return body as { id: string; token: string };
}

/** The one-time token inside a portal link. */
export async function aOneTimeToken(appId: string, access: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await api("POST", `/api/v1/auth/app-portal-access/${appId}`, { json: access });
  expect(status, JSON.stringify(body)).toBe(200);
  const [, key = ""] = (body as { url: string }).url.split("#key=");
  return (JSON.parse(atob(key)) as { oneTimeToken: string }).oneTimeToken;
}
