import type { Receiver } from "../receiver.ts";
import type { Refusal } from "../svix-sdks.ts";
import type { Generation, SvixSurface } from "../svix-surface.ts";

/** What the sections stand on; `svix` and `receiver` are there once the tests run. */
export type Stage = {
  generation: Generation;
  svix(): SvixSurface;
  /** The same SDK with another token. */
  as(token: string): SvixSurface;
  /** Where the SDKs are pointed to, and with which key. */
  server(): { url: string; key: string };
  receiver(): Receiver;
  refusalOf(call: Promise<unknown>): Promise<Refusal>;
  /** A new application's id. */
  anApp(): Promise<string>;
};

export const NOT_FOUND = { code: 404, body: { code: "not_found", detail: "Entity not found" } };

/** Where nobody listens. */
export const NOWHERE = "http://127.0.0.1:9/hook";

/** Where a 422 says that the request is wrong. */
export function placesOf({ code, body }: Refusal): string[] {
  if (code !== 422) throw new Error(`${code} is no 422: ${JSON.stringify(body)}`);
  return (body as { detail: { loc: string[] }[] }).detail.map(({ loc }) => loc.join("."));
}
