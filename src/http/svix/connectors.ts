import { createRoute } from "@hono/zod-openapi";
import {
  ConnectorIn,
  ConnectorListOut,
  ConnectorListQuery,
  ConnectorOut,
  ConnectorPatch,
  ConnectorPath,
  ConnectorUid,
  ConnectorUpsertIn,
  ORG_ID,
} from "../../contract/connectors.ts";
import { timeText } from "../../contract/fields.ts";
import { CONNECTOR_ID_PREFIX, idPattern } from "../../core/ids.ts";
import { MAX_CONNECTORS } from "../../core/limits/resources.ts";
import {
  type ConnectorFields,
  type ConnectorOutcome,
  changeConnector,
  createConnector,
  upsertConnector,
} from "../../service/connectors.ts";
import {
  type Connector,
  type ConnectorChanges,
  deleteConnector,
  getConnector,
  listConnectors,
} from "../../store/connectors.ts";
import type { HttpApp } from "../app-env.ts";
import { requirePublisher } from "../auth.ts";
import { ApiError, invalidAt, notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";
import { listPage, pageRequest } from "../pages.ts";

const COLLECTION = "/api/v1/connector";
const ITEM = "/api/v1/connector/{connector_id}";
const tags = ["Connector"];

const listRoute = createRoute({
  method: "get",
  path: COLLECTION,
  tags,
  operationId: "v1.connector.list",
  summary: "List connectors",
  request: { query: ConnectorListQuery },
  responses: { 200: jsonResponse(ConnectorListOut, "A page of connectors"), ...FAILURES },
});

const createConnectorRoute = createRoute({
  method: "post",
  path: COLLECTION,
  tags,
  operationId: "v1.connector.create",
  summary: "Create a connector",
  request: { body: jsonBody(ConnectorIn) },
  responses: { 201: jsonResponse(ConnectorOut, "Created"), ...FAILURES },
});

const getRoute = createRoute({
  method: "get",
  path: ITEM,
  tags,
  operationId: "v1.connector.get",
  summary: "Get a connector",
  request: { params: ConnectorPath },
  responses: { 200: jsonResponse(ConnectorOut, "The connector"), ...FAILURES },
});

const upsertRoute = createRoute({
  method: "put",
  path: ITEM,
  tags,
  operationId: "v1.connector.upsert",
  summary: "Replace a connector, or create it under the uid of the path",
  request: { params: ConnectorPath, body: jsonBody(ConnectorUpsertIn) },
  responses: {
    200: jsonResponse(ConnectorOut, "Replaced"),
    201: jsonResponse(ConnectorOut, "Created"),
    ...FAILURES,
  },
});

const patchRoute = createRoute({
  method: "patch",
  path: ITEM,
  tags,
  operationId: "v1.connector.patch",
  summary: "Change parts of a connector",
  request: { params: ConnectorPath, body: jsonBody(ConnectorPatch) },
  responses: { 200: jsonResponse(ConnectorOut, "Changed"), ...FAILURES },
});

const deleteRoute = createRoute({
  method: "delete",
  path: ITEM,
  tags,
  operationId: "v1.connector.delete",
  summary: "Delete a connector",
  request: { params: ConnectorPath },
  responses: { ...NO_CONTENT, ...FAILURES },
});

/** `/api/v1/connector…` (reference svix.md §1.12). Consumers may look; what their flags do not open stays unseen. */
export function registerConnectors(app: HttpApp): void {
  registerReads(app);

  app.openapi(createConnectorRoute, async (c) => {
    requirePublisher(c);
    const outcome = await createConnector(c.get("services"), connectorFields(c.req.valid("json")));
    return c.json(toConnectorOut(written(outcome)), 201);
  });

  app.openapi(upsertRoute, async (c) => {
    requirePublisher(c);
    const name = c.req.valid("param").connector_id;
    // The body has no uid: of the path a name of the caller's own is adopted, so that a repeat finds what it made.
    const uid = ConnectorUid.safeParse(name);
    if (!uid.success && !idPattern(CONNECTOR_ID_PREFIX).test(name)) {
      throw invalidAt(["path", "connector_id"], "Neither a connector's id nor a valid uid");
    }
    const json = c.req.valid("json");
    const body = { ...json, name: json.name ?? "", uid: uid.data ?? null };
    const outcome = await upsertConnector(c.get("services"), name, connectorFields(body));
    return c.json(toConnectorOut(written(outcome)), outcome.kind === "created" ? 201 : 200);
  });

  app.openapi(patchRoute, async (c) => {
    requirePublisher(c);
    const changes = changesIn(c.req.valid("json"));
    const changed = await changeConnector(c.get("services"), c.req.valid("param").connector_id, changes);
    if (changed === null) throw notFoundError();
    return c.json(toConnectorOut(changed), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    requirePublisher(c);
    const { db } = c.get("services");
    if (!(await deleteConnector(db, c.req.valid("param").connector_id))) throw notFoundError();
    return c.body(null, 204);
  });
}

function registerReads(app: HttpApp): void {
  app.openapi(listRoute, async (c) => {
    const query = c.req.valid("query");
    const options = { defaultOrder: "ascending", idPattern: idPattern(CONNECTOR_ID_PREFIX) } as const;
    const { db, flags } = c.get("services");
    const filter = { productType: query.product_type ?? null, flags };
    const body = await listPage(pageRequest(query, options), (scan) => listConnectors(db, scan, filter), {
      idOf: ({ id }: Connector) => id,
      toDto: toConnectorOut,
    });
    return c.json(body, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { db, flags } = c.get("services");
    const found = await getConnector(db, c.req.valid("param").connector_id, flags);
    if (found === null) throw notFoundError();
    return c.json(toConnectorOut(found), 200);
  });
}

function written(outcome: ConnectorOutcome): Connector {
  switch (outcome.kind) {
    case "uid_taken":
      throw new ApiError("conflict", "A connector with this uid already exists");
    case "limit_reached":
      throw new ApiError("limit_reached", `There may be ${MAX_CONNECTORS} connectors`);
    default:
      return outcome.connector;
  }
}

/** All fields of a connector, those left out at their defaults. */
export function connectorFields(body: ConnectorIn): ConnectorFields {
  return {
    name: body.name,
    uid: body.uid ?? null,
    kind: body.kind ?? "Custom",
    logo: body.logo ?? null,
    description: body.description ?? "",
    instructions: body.instructions ?? "",
    allowedEventTypes: body.allowedEventTypes ?? null,
    transformation: body.transformation,
    featureFlags: nullIfEmpty(body.featureFlags),
    productType: body.productType ?? "Dispatch",
  };
}

function nullIfEmpty(flags: string[] | null | undefined): string[] | null {
  return flags === undefined || flags?.length === 0 ? null : flags;
}

function changesIn(body: ConnectorPatch): ConnectorChanges {
  const { featureFlags, ...rest } = body;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { ...given, ...(featureFlags === undefined ? {} : { featureFlags: nullIfEmpty(featureFlags) }) };
}

export function toConnectorOut(connector: Connector): ConnectorOut {
  return {
    id: connector.id,
    orgId: ORG_ID,
    uid: connector.uid,
    kind: connector.kind,
    name: connector.name,
    logo: connector.logo,
    description: connector.description,
    instructions: connector.instructions,
    allowedEventTypes: connector.allowedEventTypes ?? null,
    transformation: connector.transformation,
    featureFlags: connector.featureFlags ?? null,
    productType: connector.productType,
    createdAt: timeText(connector.createdAt),
    updatedAt: timeText(connector.updatedAt),
    transformationUpdatedAt: timeText(connector.transformationUpdatedAt),
  };
}
