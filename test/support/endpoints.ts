/** Endpoints for tests, made through the API as a publisher would. */
import { expect } from "vitest";
import { type ApiAnswer, api } from "./api.ts";

export type EndpointJson = {
  id: string;
  uid: string | null;
  url: string;
  description: string;
  throttleRate: number | null;
  rateLimit: number | null;
  disabled: boolean;
  eventTypes: string[] | null;
  filterTypes: string[] | null;
  channels: string[] | null;
  metadata: Record<string, string>;
  version: number;
  createdAt: string;
  updatedAt: string;
};

export async function anEndpointOf(
  appId: string,
  fields: Record<string, unknown> = {},
): Promise<EndpointJson> {
  const { status, body } = await api("POST", `/api/v1/app/${appId}/endpoint`, {
    json: { url: "https://example.com/hook", ...fields },
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body as EndpointJson;
}

export async function anEventType(name: string): Promise<string> {
  const { status, body } = await api("POST", "/api/v1/event-type", { json: { name, description: "" } });
  expect(status, JSON.stringify(body)).toBe(201);
  return name;
}

/** Where a 422 says the request is wrong. */
export function locationsOf({ status, body }: ApiAnswer): string[][] {
  expect(status, JSON.stringify(body)).toBe(422);
  return (body as { detail: { loc: string[] }[] }).detail.map(({ loc }) => loc);
}
