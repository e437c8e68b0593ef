import { createRoute } from "@hono/zod-openapi";
import { AppPath } from "../../contract/applications.ts";
import { PageQuery, timeText } from "../../contract/fields.ts";
import {
  IntegrationIn,
  IntegrationKeyOut,
  IntegrationListOut,
  IntegrationOut,
  IntegrationPath,
  IntegrationUpdate,
} from "../../contract/integrations.ts";
import { INTEGRATION_ID_PREFIX, idPattern } from "../../core/ids.ts";
import { MAX_INTEGRATIONS_PER_APP } from "../../core/limits/resources.ts";
import {
  changeIntegration,
  createIntegration,
  integrationKey,
  removeIntegration,
  rotateIntegrationKey,
} from "../../service/access/integrations.ts";
import { getIntegration, type Integration, listIntegrations } from "../../store/integrations.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp, requirePublisher } from "../auth.ts";
import { ApiError, notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";
import { listPage, pageRequest } from "../pages.ts";

const COLLECTION = "/api/v1/app/{app_id}/integration";
const ITEM = "/api/v1/app/{app_id}/integration/{integ_id}";
const tags = ["Integration"];

const listRoute = createRoute({
  method: "get",
  path: COLLECTION,
  tags,
  operationId: "v1.integration.list",
  summary: "List an application's integrations",
  request: { params: AppPath, query: PageQuery },
  responses: { 200: jsonResponse(IntegrationListOut, "A page of integrations"), ...FAILURES },
});

const createIntegrationRoute = createRoute({
  method: "post",
  path: COLLECTION,
  tags,
  operationId: "v1.integration.create",
  summary: "Create an integration: a key that manages the application's endpoints",
  request: { params: AppPath, body: jsonBody(IntegrationIn) },
  responses: { 201: jsonResponse(IntegrationOut, "Created"), ...FAILURES },
});

const getRoute = createRoute({
  method: "get",
  path: ITEM,
  tags,
  operationId: "v1.integration.get",
  summary: "Get an integration",
  request: { params: IntegrationPath },
  responses: { 200: jsonResponse(IntegrationOut, "The integration"), ...FAILURES },
});

const updateRoute = createRoute({
  method: "put",
  path: ITEM,
  tags,
  operationId: "v1.integration.update",
  summary: "Replace an integration's name and feature flags",
  request: { params: IntegrationPath, body: jsonBody(IntegrationUpdate) },
  responses: { 200: jsonResponse(IntegrationOut, "Replaced"), ...FAILURES },
});

const deleteRoute = createRoute({
  method: "delete",
  path: ITEM,
  tags,
  operationId: "v1.integration.delete",
  summary: "Delete an integration and end its key",
  request: { params: IntegrationPath },
  responses: { ...NO_CONTENT, ...FAILURES },
});

const keyRoute = createRoute({
  method: "get",
  path: `${ITEM}/key`,
  tags,
  operationId: "v1.integration.get-key",
  summary: "Get an integration's key, as SDKs before 2.0 do",
  request: { params: IntegrationPath },
  responses: { 200: jsonResponse(IntegrationKeyOut, "The key"), ...FAILURES },
});

const rotateRoute = createRoute({
  method: "post",
  path: `${ITEM}/key/rotate`,
  tags,
  operationId: "v1.integration.rotate-key",
  summary: "Give an integration a new key; the old one ends at once",
  request: { params: IntegrationPath },
  responses: { 200: jsonResponse(IntegrationKeyOut, "The new key"), ...FAILURES },
});

/** `/api/v1/app/{app_id}/integration…` (reference svix.md §1.13, §1.17). Its keys outlive a consumer's session, so
 * consumers see what there is and nothing more. */
export function registerIntegrations(app: HttpApp): void {
  registerReads(app);
  registerKey(app);

  app.openapi(createIntegrationRoute, async (c) => {
    const { key } = await requireApp(c);
    requirePublisher(c);
    const created = await createIntegration(c.get("services"), key, fieldsIn(c.req.valid("json")));
    if (created === null) {
      const limit = `An application may have ${MAX_INTEGRATIONS_PER_APP} integrations`;
      throw new ApiError("limit_reached", limit);
    }
    return c.json(toIntegrationOut(created), 201);
  });

  app.openapi(updateRoute, async (c) => {
    const { key: appKey } = await requireApp(c);
    requirePublisher(c);
    const name = { appKey, id: c.req.valid("param").integ_id };
    const changed = await changeIntegration(c.get("services"), name, fieldsIn(c.req.valid("json")));
    if (changed === null) throw notFoundError();
    return c.json(toIntegrationOut(changed), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const { key: appKey } = await requireApp(c);
    requirePublisher(c);
    const name = { appKey, id: c.req.valid("param").integ_id };
    if (!(await removeIntegration(c.get("services"), name))) throw notFoundError();
    return c.body(null, 204);
  });
}

function registerReads(app: HttpApp): void {
  app.openapi(listRoute, async (c) => {
    const { key } = await requireApp(c);
    const options = { defaultOrder: "ascending", idPattern: idPattern(INTEGRATION_ID_PREFIX) } as const;
    const request = pageRequest(c.req.valid("query"), options);
    const body = await listPage(request, (scan) => listIntegrations(c.get("services").db, key, scan), {
      idOf: ({ id }: Integration) => id,
      toDto: toIntegrationOut,
    });
    return c.json(body, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { key } = await requireApp(c);
    const found = await getIntegration(c.get("services").db, key, c.req.valid("param").integ_id);
    if (found === null) throw notFoundError();
    return c.json(toIntegrationOut(found), 200);
  });
}

function registerKey(app: HttpApp): void {
  app.openapi(keyRoute, async (c) => {
    const { key: appKey } = await requireApp(c);
    requirePublisher(c);
    const key = await integrationKey(c.get("services"), { appKey, id: c.req.valid("param").integ_id });
    if (key === null) throw notFoundError();
    return c.json({ key }, 200);
  });

  app.openapi(rotateRoute, async (c) => {
    const { key: appKey } = await requireApp(c);
    requirePublisher(c);
    const key = await rotateIntegrationKey(c.get("services"), { appKey, id: c.req.valid("param").integ_id });
    if (key === null) throw notFoundError();
    return c.json({ key }, 200);
  });
}

function fieldsIn({ name, featureFlags }: { name: string; featureFlags?: string[] | null | undefined }) {
  return { name, featureFlags: featureFlags ?? [] };
}

function toIntegrationOut({ id, name, featureFlags, createdAt, updatedAt }: Integration): IntegrationOut {
  return { id, name, featureFlags, createdAt: timeText(createdAt), updatedAt: timeText(updatedAt) };
}
