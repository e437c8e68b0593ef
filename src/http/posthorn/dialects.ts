import { createRoute } from "@hono/zod-openapi";
import {
  DialectIn,
  DialectListOut,
  DialectOut,
  DialectPath,
  DialectPreviewIn,
  DialectPreviewOut,
  NewDialectPath,
  toDialectOut,
} from "../../contract/dialects.ts";
import { MAX_CUSTOM_DIALECTS } from "../../core/limits/resources.ts";
import {
  allDialects,
  completedDialect,
  type DefineResult,
  defineDialect,
  EXAMPLE,
  oneDialect,
  previewRequest,
  type RemoveResult,
  removeDialect,
} from "../../service/dialects/custom-dialects.ts";
import type { HttpApp } from "../app-env.ts";
import { requirePublisher } from "../auth.ts";
import { ApiError, invalidAt, notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT, optionalJsonBody } from "../openapi.ts";

const COLLECTION = "/api/v1/dialect";
const ITEM = "/api/v1/dialect/{name}";
const TAGS = ["Dialect"];

const listRoute = createRoute({
  method: "get",
  path: COLLECTION,
  tags: TAGS,
  operationId: "posthorn.dialect.list",
  summary: "List all dialects, the built-in ones first",
  responses: { 200: jsonResponse(DialectListOut, "The dialects"), ...FAILURES },
});

const getRoute = createRoute({
  method: "get",
  path: ITEM,
  tags: TAGS,
  operationId: "posthorn.dialect.get",
  summary: "Get a dialect",
  request: { params: DialectPath },
  responses: { 200: jsonResponse(DialectOut, "The dialect"), ...FAILURES },
});

const putRoute = createRoute({
  method: "put",
  path: ITEM,
  tags: TAGS,
  operationId: "posthorn.dialect.set",
  summary: "Define a dialect; what is left out is as in `standard`",
  request: { params: NewDialectPath, body: jsonBody(DialectIn) },
  responses: {
    200: jsonResponse(DialectOut, "Replaced; in force from the next attempt"),
    201: jsonResponse(DialectOut, "Created"),
    ...FAILURES,
  },
});

const deleteRoute = createRoute({
  method: "delete",
  path: ITEM,
  tags: TAGS,
  operationId: "posthorn.dialect.delete",
  summary: "Delete a dialect that nothing uses",
  request: { params: DialectPath },
  responses: { ...NO_CONTENT, ...FAILURES },
});

const previewRoute = createRoute({
  method: "post",
  path: `${ITEM}/preview`,
  tags: TAGS,
  operationId: "posthorn.dialect.preview",
  summary: "Show the exact request an example event would be delivered with",
  description: `Without a secret the request is signed with ${EXAMPLE.secret}, unless the dialect makes signing optional.`,
  request: { params: DialectPath, body: optionalJsonBody(DialectPreviewIn) },
  responses: { 200: jsonResponse(DialectPreviewOut, "The request"), ...FAILURES },
});

export function registerDialects(app: HttpApp): void {
  registerReads(app);

  app.openapi(putRoute, async (c) => {
    requirePublisher(c);
    const { name } = c.req.valid("param");
    const result = await defineDialect(c.get("services"), name, c.req.valid("json"));
    if (result.kind !== "created" && result.kind !== "replaced") throw defineError(result.kind);
    return c.json(toDialectOut(result.dialect, false), result.kind === "created" ? 201 : 200);
  });

  app.openapi(deleteRoute, async (c) => {
    requirePublisher(c);
    const result = await removeDialect(c.get("services"), c.req.valid("param").name);
    if (result !== "deleted") throw removeError(result);
    return c.body(null, 204);
  });

  app.openapi(previewRoute, async (c) => {
    requirePublisher(c);
    const { eventType, payload, secret, timestamp: atMs, definition } = c.req.valid("json");
    const { name } = c.req.valid("param");
    const dialect = definition
      ? completedDialect(name, definition)
      : (await oneDialect(c.get("services"), name))?.dialect;
    if (dialect === undefined) throw notFoundError();
    const preview = await previewRequest(dialect, { eventType, payload, secret, atMs });
    if (preview.kind === "invalid") throw invalidAt(["body", "secret"], preview.reason);
    return c.json({ method: "POST" as const, ...preview.request }, 200);
  });
}

function registerReads(app: HttpApp): void {
  app.openapi(listRoute, async (c) => {
    requirePublisher(c);
    const all = await allDialects(c.get("services"));
    const data = all.map(({ dialect, builtIn }) => toDialectOut(dialect, builtIn));
    return c.json({ data, iterator: null, prevIterator: null, done: true }, 200);
  });

  app.openapi(getRoute, async (c) => {
    requirePublisher(c);
    const found = await oneDialect(c.get("services"), c.req.valid("param").name);
    if (found === null) throw notFoundError();
    return c.json(toDialectOut(found.dialect, found.builtIn), 200);
  });
}

const BUILT_IN = "A built-in dialect can be neither replaced nor deleted; choose another name";

function defineError(kind: Exclude<DefineResult["kind"], "created" | "replaced">): ApiError {
  switch (kind) {
    case "built_in":
      return new ApiError("conflict", BUILT_IN);
    case "limit_reached":
      return new ApiError("limit_reached", `There may be ${MAX_CUSTOM_DIALECTS} dialects`);
    case "secrets_missing":
      return new ApiError("conflict", "Endpoints without a secret use it: signing must stay optional");
    case "secrets_unfit":
      return new ApiError(
        "conflict",
        "Endpoints with secrets of any text use it; define another dialect and move them there, rotating the secrets",
      );
  }
}

function removeError(result: Exclude<RemoveResult, "deleted">): ApiError {
  switch (result) {
    case "built_in":
      return new ApiError("conflict", BUILT_IN);
    case "in_use":
      return new ApiError("conflict", "An application, an endpoint or the deployment uses this dialect");
    case "not_found":
      return notFoundError();
  }
}
