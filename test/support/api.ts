/** The API as a caller meets it: through the Worker's own `fetch`, in the real runtime. */
import { env, exports } from "cloudflare:workers";

export const ORIGIN = "https://posthorn.test";

export type ApiRequest = {
  /** A bearer token; null sends none. The root key when left out. */
  token?: string | null;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  text?: string;
  headers?: Record<string, string>;
};

export type ApiAnswer = { status: number; headers: Headers; text: string; body: unknown };

/** One call; the body parsed when it is JSON. */
export async function api(method: string, path: string, request: ApiRequest = {}): Promise<ApiAnswer> {
  const token = request.token === undefined ? env.POSTHORN_KEY : request.token;
  const headers = new Headers(request.headers);
  if (token !== null) headers.set("authorization", `Bearer ${token}`);
  const body = request.text ?? (request.json === undefined ? undefined : JSON.stringify(request.json));
  if (request.json !== undefined) headers.set("content-type", "application/json");
  const response = await exports.default.fetch(
    new Request(ORIGIN + path, { method, headers, ...(body === undefined ? {} : { body }) }),
  );
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson(response) && text !== "" ? JSON.parse(text) : undefined,
  };
}

function isJson({ headers }: Response): boolean {
  return headers.get("content-type")?.includes("json") === true;
}
