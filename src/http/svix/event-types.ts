import { createRoute } from "@hono/zod-openapi";
import {
  DeleteEventTypeQuery,
  EventTypeIn,
  EventTypeList,
  EventTypeListQuery,
  EventTypeOut,
  EventTypePatch,
  EventTypePath,
  EventTypeUpsertIn,
} from "../../contract/event-types.ts";
import { NAME_PATTERN, timeText } from "../../contract/fields.ts";
import {
  changeEventType,
  createEventType,
  deleteEventType,
  replaceEventType,
} from "../../service/catalogue/event-types.ts";
import {
  type EventType,
  type EventTypeChanges,
  type EventTypeFields,
  getEventType,
  listEventTypes,
} from "../../store/event-types.ts";
import type { HttpApp } from "../app-env.ts";
import { requirePublisher } from "../auth.ts";
import { ApiError, invalidAt, notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";
import { listPage, pageRequest } from "../pages.ts";

const tags = ["Event Type"];
const path = "/api/v1/event-type";
const itemPath = "/api/v1/event-type/{event_type_name}";

const list = createRoute({
  method: "get",
  path,
  tags,
  operationId: "v1.event-type.list",
  summary: "List event types",
  request: { query: EventTypeListQuery },
  responses: { 200: jsonResponse(EventTypeList, "A page of event types"), ...FAILURES },
});

const create = createRoute({
  method: "post",
  path,
  tags,
  operationId: "v1.event-type.create",
  summary: "Create an event type, or bring an archived one back",
  request: { body: jsonBody(EventTypeIn) },
  responses: { 201: jsonResponse(EventTypeOut, "Created"), ...FAILURES },
});

const get = createRoute({
  method: "get",
  path: itemPath,
  tags,
  operationId: "v1.event-type.get",
  summary: "Get an event type",
  request: { params: EventTypePath },
  responses: { 200: jsonResponse(EventTypeOut, "The event type"), ...FAILURES },
});

const upsert = createRoute({
  method: "put",
  path: itemPath,
  tags,
  operationId: "v1.event-type.upsert",
  summary: "Replace an event type, or create it",
  request: { params: EventTypePath, body: jsonBody(EventTypeUpsertIn) },
  responses: {
    200: jsonResponse(EventTypeOut, "Replaced"),
    201: jsonResponse(EventTypeOut, "Created"),
    ...FAILURES,
  },
});

const patch = createRoute({
  method: "patch",
  path: itemPath,
  tags,
  operationId: "v1.event-type.patch",
  summary: "Change parts of an event type",
  request: { params: EventTypePath, body: jsonBody(EventTypePatch) },
  responses: { 200: jsonResponse(EventTypeOut, "Changed"), ...FAILURES },
});

const remove = createRoute({
  method: "delete",
  path: itemPath,
  tags,
  operationId: "v1.event-type.delete",
  summary: "Archive an event type, or remove it with `expunge=true`",
  request: { params: EventTypePath, query: DeleteEventTypeQuery },
  responses: { ...NO_CONTENT, ...FAILURES },
});

/** `/api/v1/event-type…` (reference svix.md §1.3). Consumers may look; what their flags do not open stays unseen. */
export function registerEventTypes(app: HttpApp): void {
  registerReads(app);

  app.openapi(create, async (c) => {
    requirePublisher(c);
    const body = c.req.valid("json");
    const eventType = await createEventType(c.get("services"), body.name, eventTypeFields(body));
    if (eventType === null) {
      throw new ApiError("event_type_exists", `An event type named ${body.name} already exists`);
    }
    return c.json(toEventTypeOut(eventType), 201);
  });

  app.openapi(upsert, async (c) => {
    requirePublisher(c);
    const name = c.req.valid("param").event_type_name;
    if (!EventTypeIn.shape.name.safeParse(name).success) {
      throw invalidAt(["path", "event_type_name"], "Not a valid event type name");
    }
    const fields = eventTypeFields(c.req.valid("json"));
    const { eventType, created } = await replaceEventType(c.get("services"), name, fields);
    return c.json(toEventTypeOut(eventType), created ? 201 : 200);
  });

  app.openapi(patch, async (c) => {
    requirePublisher(c);
    const changes = changesIn(c.req.valid("json"));
    const eventType = await changeEventType(c.get("services"), c.req.valid("param").event_type_name, changes);
    if (eventType === null) throw notFoundError();
    return c.json(toEventTypeOut(eventType), 200);
  });

  app.openapi(remove, async (c) => {
    requirePublisher(c);
    const expunge = c.req.valid("query").expunge ?? false;
    const name = c.req.valid("param").event_type_name;
    if (!(await deleteEventType(c.get("services"), name, expunge))) throw notFoundError();
    return c.body(null, 204);
  });
}

function registerReads(app: HttpApp): void {
  app.openapi(list, async (c) => {
    const query = c.req.valid("query");
    const request = pageRequest(query, { defaultOrder: "ascending", idPattern: NAME_PATTERN });
    const filter = {
      includeArchived: query.include_archived ?? false,
      withContent: query.with_content ?? false,
      flags: c.get("services").flags,
    };
    const { db } = c.get("services");
    const body = await listPage(request, (scan) => listEventTypes(db, scan, filter), {
      idOf: (row) => row.name,
      toDto: toEventTypeOut,
    });
    return c.json(body, 200);
  });

  app.openapi(get, async (c) => {
    const name = c.req.valid("param").event_type_name;
    const { db, flags } = c.get("services");
    const eventType = await getEventType(db, name, flags);
    if (eventType === null) throw notFoundError();
    return c.json(toEventTypeOut(eventType), 200);
  });
}

function flagsIn(body: Pick<EventTypePatch, "featureFlags" | "featureFlag">): string[] | null | undefined {
  if (body.featureFlags !== undefined) return body.featureFlags;
  return typeof body.featureFlag === "string" ? [body.featureFlag] : body.featureFlag;
}

/** All fields of an event type, those left out at their defaults. */
export function eventTypeFields(body: EventTypeUpsertIn): EventTypeFields {
  return {
    description: body.description,
    archived: body.archived,
    deprecated: body.deprecated,
    schemas: body.schemas ?? null,
    groupName: body.groupName ?? null,
    featureFlags: flagsIn(body) ?? null,
  };
}

function changesIn(body: EventTypePatch): EventTypeChanges {
  const featureFlags = flagsIn(body);
  return {
    ...(body.description === undefined ? {} : { description: body.description }),
    ...(body.archived === undefined ? {} : { archived: body.archived }),
    ...(body.deprecated === undefined ? {} : { deprecated: body.deprecated }),
    ...(body.schemas === undefined ? {} : { schemas: body.schemas }),
    ...(body.groupName === undefined ? {} : { groupName: body.groupName }),
    ...(featureFlags === undefined ? {} : { featureFlags }),
  };
}

export function toEventTypeOut(eventType: EventType): EventTypeOut {
  return {
    name: eventType.name,
    description: eventType.description,
    archived: eventType.archived,
    deprecated: eventType.deprecated,
    schemas: eventType.schemas,
    groupName: eventType.groupName,
    featureFlags: eventType.featureFlags,
    featureFlag: eventType.featureFlags?.[0] ?? null,
    createdAt: timeText(eventType.createdAt),
    updatedAt: timeText(eventType.updatedAt),
  };
}
