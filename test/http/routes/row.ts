import type { Capability } from "../../../src/core/principal.ts";

/** A request to make: `path` with its ids filled in, `json` as its body; `token`: only that one will do. */
export type Call = { path: string; json?: unknown; token?: string; headers?: Record<string, string> };

/** One registered route and what must hold for it; `routes.test.ts` checks every row in the same way. */
export type RouteRow = {
  /** As `/openapi.json` has it: `POST /api/v1/app/{app_id}/endpoint`. */
  route: string;
  /**
   * Who may call it: everybody; any valid token; publishers (consumers get 403); or also consumers of the application
   * in the path (foreign ones get 404); or consumers alone, whose token says of which application (publishers get 403).
   */
  access: "public" | "token" | "publisher" | "app" | "consumer";
  /** With access `app` or `consumer`: what a consumer needs beyond looking; without it 403. */
  capability?: Capability;
  /** With access `consumer`: it is about one thing of the application, which no other consumer can name. */
  ofOne?: boolean;
  /** The status of a good call. */
  ok: number;
  /** Makes whatever the call needs, afresh each time; `appId` is the application it is about. */
  good: () => Promise<Call & { appId?: string }>;
  /** A call with bad input and the status that refuses it; null where there is no input to get wrong. */
  bad: ((good: Call) => Call & { status: number }) | null;
};

/** Bad input: the good call with this body, refused with 422. */
export function badBody(json: unknown): RouteRow["bad"] {
  return (good) => ({ ...good, json, status: 422 });
}

/** Bad input: the good call with this query, refused with 422. */
export function badQuery(query: string): RouteRow["bad"] {
  return (good) => ({ ...good, path: `${good.path}?${query}`, status: 422 });
}

/** Bad input: the last id of the path replaced by one that names nothing, refused with 404. */
export const unknownId: RouteRow["bad"] = (good) => ({
  ...good,
  path: good.path.replace(/[^/]+$/, "none-such"),
  status: 404,
});
