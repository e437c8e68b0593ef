import { createRoute } from "@hono/zod-openapi";
import {
  ApplicationIn,
  ApplicationList,
  ApplicationOut,
  ApplicationPatch,
  AppPath,
  CreateApplicationQuery,
  ListApplicationsQuery,
  rateIn,
} from "../../contract/applications.ts";
import { timeText } from "../../contract/fields.ts";
import { APP_ID_PREFIX, idPattern } from "../../core/ids.ts";
import {
  type ApplicationFields,
  changeApplication,
  createApplication,
  deleteApplication,
  getOrCreateApplication,
  type SaveOutcome,
  upsertApplication,
} from "../../service/applications.ts";
import { type Application, type ApplicationChanges, listApplications } from "../../store/applications.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp, requirePublisher } from "../auth.ts";
import { ApiError, notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";
import { listPage, pageRequest } from "../pages.ts";

const tags = ["Application"];
const path = "/api/v1/app";
const itemPath = "/api/v1/app/{app_id}";

const list = createRoute({
  method: "get",
  path,
  tags,
  operationId: "v1.application.list",
  summary: "List applications",
  request: { query: ListApplicationsQuery },
  responses: { 200: jsonResponse(ApplicationList, "A page of applications"), ...FAILURES },
});

const create = createRoute({
  method: "post",
  path,
  tags,
  operationId: "v1.application.create",
  summary: "Create an application",
  request: { query: CreateApplicationQuery, body: jsonBody(ApplicationIn) },
  responses: {
    200: jsonResponse(ApplicationOut, "It existed already"),
    201: jsonResponse(ApplicationOut, "Created"),
    ...FAILURES,
  },
});

const get = createRoute({
  method: "get",
  path: itemPath,
  tags,
  operationId: "v1.application.get",
  summary: "Get an application",
  request: { params: AppPath },
  responses: { 200: jsonResponse(ApplicationOut, "The application"), ...FAILURES },
});

const upsert = createRoute({
  method: "put",
  path: itemPath,
  tags,
  operationId: "v1.application.upsert",
  summary: "Replace an application, or create one",
  request: { params: AppPath, body: jsonBody(ApplicationIn) },
  responses: {
    200: jsonResponse(ApplicationOut, "Replaced"),
    201: jsonResponse(ApplicationOut, "Created"),
    ...FAILURES,
  },
});

const patch = createRoute({
  method: "patch",
  path: itemPath,
  tags,
  operationId: "v1.application.patch",
  summary: "Change parts of an application",
  request: { params: AppPath, body: jsonBody(ApplicationPatch) },
  responses: { 200: jsonResponse(ApplicationOut, "Changed"), ...FAILURES },
});

const remove = createRoute({
  method: "delete",
  path: itemPath,
  tags,
  operationId: "v1.application.delete",
  summary: "Delete an application and its endpoints",
  request: { params: AppPath },
  responses: { ...NO_CONTENT, ...FAILURES },
});

/** `/api/v1/app` and `/api/v1/app/{app_id}` (reference svix.md §1.1). */
export function registerApplications(app: HttpApp): void {
  app.openapi(list, async (c) => {
    requirePublisher(c);
    const query = c.req.valid("query");
    const request = pageRequest(query, {
      defaultOrder: "ascending",
      idPattern: idPattern(APP_ID_PREFIX),
    });
    const { db } = c.get("services");
    const filter = {
      withEndpoints: query.exclude_apps_with_no_endpoints,
      withoutDisabled: query.exclude_apps_with_disabled_endpoints,
    };
    const body = await listPage(request, (scan) => listApplications(db, scan, filter), {
      idOf: (row) => row.id,
      toDto: toApplicationOut,
    });
    return c.json(body, 200);
  });

  app.openapi(create, async (c) => {
    requirePublisher(c);
    const save = c.req.valid("query").get_if_exists ? getOrCreateApplication : createApplication;
    const { application, created } = saved(
      await save(c.get("services"), applicationFields(c.req.valid("json"))),
    );
    if (!created) c.set("unchanged", true);
    return c.json(toApplicationOut(application), created ? 201 : 200);
  });

  app.openapi(get, async (c) => c.json(toApplicationOut(await requireApp(c)), 200));

  app.openapi(upsert, async (c) => {
    requirePublisher(c);
    const fields = applicationFields(c.req.valid("json"));
    const outcome = await upsertApplication(c.get("services"), c.req.valid("param").app_id, fields);
    const { application, created } = saved(outcome);
    return c.json(toApplicationOut(application), created ? 201 : 200);
  });

  app.openapi(patch, async (c) => {
    requirePublisher(c);
    const { key } = await requireApp(c);
    const outcome = await changeApplication(c.get("services"), key, changesIn(c.req.valid("json")));
    return c.json(toApplicationOut(saved(outcome).application), 200);
  });

  app.openapi(remove, async (c) => {
    requirePublisher(c);
    const { key } = await requireApp(c);
    if ((await deleteApplication(c.get("services"), key)) === null) throw notFoundError();
    return c.body(null, 204);
  });
}

function saved(outcome: SaveOutcome): { application: Application; created: boolean } {
  switch (outcome.kind) {
    case "uid_taken":
      throw new ApiError("conflict", "An application with this uid already exists");
    case "gone":
      throw notFoundError();
    default:
      return { application: outcome.application, created: outcome.kind === "created" };
  }
}

/** All fields of an application a body describes; what it leaves out is unset. */
export function applicationFields(body: ApplicationIn): ApplicationFields {
  return {
    name: body.name,
    uid: body.uid ?? null,
    ratePerSecond: rateIn(body) ?? null,
    metadata: body.metadata ?? {},
  };
}

function changesIn(body: ApplicationPatch): ApplicationChanges {
  const ratePerSecond = rateIn(body);
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(body.uid === undefined ? {} : { uid: body.uid }),
    ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
  };
}

function toApplicationOut(application: Application): ApplicationOut {
  return {
    id: application.id,
    uid: application.uid,
    name: application.name,
    throttleRate: application.ratePerSecond,
    rateLimit: application.ratePerSecond,
    metadata: application.metadata,
    createdAt: timeText(application.createdAt),
    updatedAt: timeText(application.updatedAt),
  };
}
