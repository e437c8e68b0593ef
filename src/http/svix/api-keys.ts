import { createRoute } from "@hono/zod-openapi";
import {
  ApiKeyIn,
  type ApiTokenCensoredOut,
  ApiTokenExpireIn,
  ApiTokenList,
  ApiTokenOut,
  KeyPath,
  RotateTokenIn,
} from "../../contract/api-keys.ts";
import { PageQuery, timeText } from "../../contract/fields.ts";
import { idPattern, KEY_ID_PREFIX } from "../../core/ids.ts";
import { DEFAULT_OLD_TOKEN_SECONDS } from "../../core/limits/tokens.ts";
import { SCOPES, type Scope, scopesToGrant } from "../../core/scopes.ts";
import {
  createPublisherKey,
  endPublisherKey,
  revokePublisherKey,
  rotatePublisherKey,
} from "../../service/access/api-keys.ts";
import { TOKEN_PREFIXES } from "../../service/access/tokens.ts";
import { type ApiKey, getPublisherKey, listPublisherKeys } from "../../store/api-keys.ts";
import type { HttpApp } from "../app-env.ts";
import { requirePublisher, requireScopes } from "../auth.ts";
import { invalidAt, notFoundError } from "../errors.ts";
import { FAILURES, jsonResponse, NO_CONTENT, optionalJsonBody } from "../openapi.ts";
import { listPage, pageRequest } from "../pages.ts";

const tags = ["Key"];
const path = "/api/v1/api-key";

const list = createRoute({
  method: "get",
  path,
  tags,
  operationId: "v1.api-key.list",
  summary: "List publisher keys",
  request: { query: PageQuery },
  responses: { 200: jsonResponse(ApiTokenList, "A page of keys, without their tokens"), ...FAILURES },
});

const create = createRoute({
  method: "post",
  path,
  tags,
  operationId: "v1.api-key.create",
  summary: "Create a publisher key; its token is shown this once",
  request: { body: optionalJsonBody(ApiKeyIn) },
  responses: { 201: jsonResponse(ApiTokenOut, "Created"), ...FAILURES },
});

const revoke = createRoute({
  method: "delete",
  path: "/api/v1/api-key/{key_id}",
  tags,
  operationId: "v1.api-key.revoke",
  summary: "Revoke a publisher key",
  request: { params: KeyPath },
  responses: { ...NO_CONTENT, ...FAILURES },
});

const expire = createRoute({
  method: "post",
  path: "/api/v1/api-key/{key_id}/expire",
  tags,
  operationId: "v1.api-key.expire",
  summary: "Let a publisher key end, now or within three days, unless it ends sooner",
  request: { params: KeyPath, body: optionalJsonBody(ApiTokenExpireIn) },
  responses: { ...NO_CONTENT, ...FAILURES },
});

const rotate = createRoute({
  method: "post",
  path: "/api/v1/api-key/{key_id}/rotate",
  tags,
  operationId: "v1.api-key.rotate",
  summary: "Make a key in a publisher key's place; the old one goes on for five minutes, or as told",
  request: { params: KeyPath, body: optionalJsonBody(RotateTokenIn) },
  responses: { 201: jsonResponse(ApiTokenOut, "The new key; its token is shown this once"), ...FAILURES },
});

/** `/api/v1/api-key…`: our own routes, for publishers only. */
export function registerApiKeys(app: HttpApp): void {
  app.openapi(list, async (c) => {
    requirePublisher(c);
    const request = pageRequest(c.req.valid("query"), {
      defaultOrder: "ascending",
      idPattern: idPattern(KEY_ID_PREFIX),
    });
    const { db } = c.get("services");
    const body = await listPage(request, (scan) => listPublisherKeys(db, scan), {
      idOf: (row) => row.id,
      toDto: toCensoredOut,
    });
    return c.json(body, 200);
  });

  app.openapi(create, async (c) => {
    requirePublisher(c);
    const services = c.get("services");
    const { name, scopes: asked = null, expiresAt } = c.req.valid("json");
    const scopes = knownScopes(asked);
    requireScopes(c, scopesToGrant(scopes));
    if (typeof expiresAt === "number" && expiresAt <= services.nowMs) {
      throw invalidAt(["body", "expiresAt"], "must be in the future");
    }
    const input = { name: name ?? null, scopes, expiresAtMs: expiresAt ?? null };
    const { key, token } = await createPublisherKey(services, input);
    return c.json({ token, ...keyFacts(key) }, 201);
  });

  registerEnds(app);
}

function registerEnds(app: HttpApp): void {
  app.openapi(rotate, async (c) => {
    requirePublisher(c);
    const services = c.get("services");
    const id = c.req.valid("param").key_id;
    const { expiry, oldTokenExpiry } = c.req.valid("json");
    const old = await getPublisherKey(services.db, id);
    if (old === null) throw notFoundError();
    // The new token would be in the hands of who asks, with all that the old one may do.
    requireScopes(c, scopesToGrant(knownScopes(old.scopes)));
    const rotated = await rotatePublisherKey(services, {
      id,
      expirySeconds: expiry ?? null,
      oldSeconds: oldTokenExpiry ?? DEFAULT_OLD_TOKEN_SECONDS,
    });
    if (rotated === null) throw notFoundError();
    return c.json({ token: rotated.token, ...keyFacts(rotated.key) }, 201);
  });

  app.openapi(expire, async (c) => {
    requirePublisher(c);
    const ended = await endPublisherKey(c.get("services"), {
      id: c.req.valid("param").key_id,
      delaySeconds: c.req.valid("json").expiry ?? 0,
    });
    if (!ended) throw notFoundError();
    return c.body(null, 204);
  });

  app.openapi(revoke, async (c) => {
    requirePublisher(c);
    const { key_id } = c.req.valid("param");
    if (!(await revokePublisherKey(c.get("services"), key_id))) throw notFoundError();
    return c.body(null, 204);
  });
}

/** Without names that no version of ours knows, which open nothing. */
function knownScopes(scopes: readonly string[] | null): Scope[] | null {
  return scopes === null ? null : SCOPES.filter((scope) => scopes.includes(scope));
}

function keyFacts(key: ApiKey): Omit<ApiTokenCensoredOut, "censoredToken"> {
  return {
    id: key.id,
    name: key.name,
    createdAt: timeText(key.createdAt),
    expiresAt: key.expiresAt === null ? null : timeText(key.expiresAt),
    scopes: key.scopes,
    lastUsedAt: key.lastUsedAt === null ? null : timeText(key.lastUsedAt),
  };
}

/** Only the hash is stored, so there is nothing of the token to show but its prefix. */
function toCensoredOut(key: ApiKey): ApiTokenCensoredOut {
  return { censoredToken: `${TOKEN_PREFIXES.publisher}…`, ...keyFacts(key) };
}
