import { createRoute } from "@hono/zod-openapi";
import {
  AlertRuleIn,
  AlertRuleList,
  AlertRuleOut,
  AlertRulePath,
  toAlertRuleOut,
} from "../../contract/alerts.ts";
import { AppPath } from "../../contract/applications.ts";
import { PageQuery } from "../../contract/fields.ts";
import { ALERT_ID_PREFIX, idPattern } from "../../core/ids.ts";
import { createAlert, removeAlert } from "../../service/alerting/alerts.ts";
import { type AlertRuleRecord, findAlertRule, listAlertRules } from "../../store/alerts.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { ApiError, invalidAt, notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";
import { listPage, pageRequest } from "../pages.ts";

const COLLECTION = "/api/v1/app/{app_id}/alert";
const ITEM = "/api/v1/app/{app_id}/alert/{alert_id}";
const tags = ["Alert rule"];

const create = createRoute({
  method: "post",
  path: COLLECTION,
  tags,
  operationId: "posthorn.alert.create",
  summary: "Create an alert rule; it counts from now on",
  description:
    "When the threshold is reached an `alert.fired` operational event is told, and a mail sent to the application's alert e-mail: once a window.",
  request: { params: AppPath, body: jsonBody(AlertRuleIn) },
  responses: { 201: jsonResponse(AlertRuleOut, "Created"), ...FAILURES },
});

const list = createRoute({
  method: "get",
  path: COLLECTION,
  tags,
  operationId: "posthorn.alert.list",
  summary: "List alert rules, newest first",
  request: { params: AppPath, query: PageQuery },
  responses: { 200: jsonResponse(AlertRuleList, "A page of alert rules"), ...FAILURES },
});

const get = createRoute({
  method: "get",
  path: ITEM,
  tags,
  operationId: "posthorn.alert.get",
  summary: "Get an alert rule, with when it last fired",
  request: { params: AlertRulePath },
  responses: { 200: jsonResponse(AlertRuleOut, "The rule"), ...FAILURES },
});

const remove = createRoute({
  method: "delete",
  path: ITEM,
  tags,
  operationId: "posthorn.alert.delete",
  summary: "Delete an alert rule",
  request: { params: AlertRulePath },
  responses: { ...NO_CONTENT, ...FAILURES },
});

/** Ours: thresholds at which an application's owner wants to know (seeds/swiftclaw, "Monitor Failures"). */
export function registerAlerts(app: HttpApp): void {
  app.openapi(create, async (c) => {
    const { key: appKey } = await requireApp(c, "ManageEndpoint");
    const { name = null, metric, threshold, window, endpointId = null } = c.req.valid("json");
    const alert = { appKey, name, metric, threshold, windowSeconds: window, endpointNamed: endpointId };
    const outcome = await createAlert(c.get("services"), alert);
    switch (outcome.kind) {
      case "created":
        return c.json(toAlertRuleOut(outcome.rule), 201);
      case "no_endpoint":
        throw invalidAt(["body", "endpointId"], "there is no such endpoint");
      case "limit_reached":
        throw new ApiError("limit_reached", outcome.reason);
    }
  });

  app.openapi(list, async (c) => {
    const { key } = await requireApp(c);
    const options = { defaultOrder: "descending", idPattern: idPattern(ALERT_ID_PREFIX) } as const;
    const request = pageRequest(c.req.valid("query"), options);
    const { DB } = c.get("services").env;
    const body = await listPage(request, (scan) => listAlertRules(DB, key, scan), {
      idOf: ({ id }: AlertRuleRecord) => id,
      toDto: toAlertRuleOut,
    });
    return c.json(body, 200);
  });

  app.openapi(get, async (c) => {
    const { key } = await requireApp(c);
    const rule = await findAlertRule(c.get("services").env.DB, key, c.req.valid("param").alert_id);
    if (rule === null) throw notFoundError();
    return c.json(toAlertRuleOut(rule), 200);
  });

  app.openapi(remove, async (c) => {
    const { key } = await requireApp(c, "ManageEndpoint");
    if (!(await removeAlert(c.get("services"), key, c.req.valid("param").alert_id))) throw notFoundError();
    return c.body(null, 204);
  });
}
