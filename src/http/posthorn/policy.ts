import { createRoute } from "@hono/zod-openapi";
import { AppPath, EndpointPath } from "../../contract/endpoints.ts";
import {
  ApplicationPolicyIn,
  ApplicationPolicyOut,
  DeliveryPolicyIn,
  DeliveryPolicyOut,
} from "../../contract/policy.ts";
import {
  applicationPolicy,
  endpointPolicy,
  type PolicyResult,
  setApplicationPolicy,
  setEndpointPolicy,
} from "../../service/endpoints/delivery-policy.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp, requirePublisher } from "../auth.ts";
import { notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse } from "../openapi.ts";
import { refusalError } from "../refusals.ts";
import { requireEndpointName } from "../svix/require-endpoint.ts";

const APP_PATH = "/api/v1/app/{app_id}/delivery-policy";
const ENDPOINT_PATH = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/delivery-policy";
const TAGS = ["Delivery policy"];
const RESPONSES = {
  200: jsonResponse(DeliveryPolicyOut, "The policy in effect, and where each part of it comes from"),
  ...FAILURES,
};

const endpointGet = createRoute({
  method: "get",
  path: ENDPOINT_PATH,
  tags: TAGS,
  operationId: "posthorn.endpoint.get-delivery-policy",
  summary: "Get the delivery policy in effect at an endpoint",
  request: { params: EndpointPath },
  responses: RESPONSES,
});

const endpointPut = createRoute({
  method: "put",
  path: ENDPOINT_PATH,
  tags: TAGS,
  operationId: "posthorn.endpoint.set-delivery-policy",
  summary: "Replace an endpoint's delivery policy; fields left out fall back to the next wider default",
  request: { params: EndpointPath, body: jsonBody(DeliveryPolicyIn) },
  responses: RESPONSES,
});

const endpointPatch = createRoute({
  method: "patch",
  path: ENDPOINT_PATH,
  tags: TAGS,
  operationId: "posthorn.endpoint.patch-delivery-policy",
  summary: "Change parts of an endpoint's delivery policy; null falls back to the next wider default",
  request: { params: EndpointPath, body: jsonBody(DeliveryPolicyIn) },
  responses: RESPONSES,
});

const APPLICATION_RESPONSES = {
  200: jsonResponse(ApplicationPolicyOut, "The policy in effect, and where each part of it comes from"),
  ...FAILURES,
};

const applicationGet = createRoute({
  method: "get",
  path: APP_PATH,
  tags: TAGS,
  operationId: "posthorn.application.get-delivery-policy",
  summary: "Get the delivery policy of an application",
  request: { params: AppPath },
  responses: APPLICATION_RESPONSES,
});

const applicationPut = createRoute({
  method: "put",
  path: APP_PATH,
  tags: TAGS,
  operationId: "posthorn.application.set-delivery-policy",
  summary: "Replace an application's delivery policy",
  request: { params: AppPath, body: jsonBody(ApplicationPolicyIn) },
  responses: APPLICATION_RESPONSES,
});

const applicationPatch = createRoute({
  method: "patch",
  path: APP_PATH,
  tags: TAGS,
  operationId: "posthorn.application.patch-delivery-policy",
  summary: "Change parts of an application's delivery policy",
  request: { params: AppPath, body: jsonBody(ApplicationPolicyIn) },
  responses: APPLICATION_RESPONSES,
});

export function registerDeliveryPolicy(app: HttpApp): void {
  registerEndpointPolicy(app);
  registerApplicationPolicy(app);
}

function registerEndpointPolicy(app: HttpApp): void {
  app.openapi(endpointGet, async (c) => {
    const name = await requireEndpointName(c);
    const policy = await endpointPolicy(c.get("services"), name);
    if (policy === null) throw notFoundError();
    return c.json(toPolicyOut(policy), 200);
  });

  app.openapi(endpointPut, async (c) => {
    const name = await requireEndpointName(c, "ManageEndpoint");
    const change = { absent: "unset", fields: c.req.valid("json") } as const;
    return c.json(toPolicyOut(done(await setEndpointPolicy(c.get("services"), name, change))), 200);
  });

  app.openapi(endpointPatch, async (c) => {
    const name = await requireEndpointName(c, "ManageEndpoint");
    const change = { absent: "kept", fields: c.req.valid("json") } as const;
    return c.json(toPolicyOut(done(await setEndpointPolicy(c.get("services"), name, change))), 200);
  });
}

function registerApplicationPolicy(app: HttpApp): void {
  app.openapi(applicationGet, async (c) => {
    const { key } = await requireApp(c);
    const policy = await applicationPolicy(c.get("services"), key);
    if (policy === null) throw notFoundError();
    return c.json(toPolicyOut(policy), 200);
  });

  app.openapi(applicationPut, async (c) => {
    const { key } = await requireApp(c);
    requirePublisher(c);
    const change = { absent: "unset", fields: c.req.valid("json") } as const;
    return c.json(toPolicyOut(done(await setApplicationPolicy(c.get("services"), key, change))), 200);
  });

  app.openapi(applicationPatch, async (c) => {
    const { key } = await requireApp(c);
    requirePublisher(c);
    const change = { absent: "kept", fields: c.req.valid("json") } as const;
    return c.json(toPolicyOut(done(await setApplicationPolicy(c.get("services"), key, change))), 200);
  });
}

function done<Shown>(result: PolicyResult<Shown>): Shown {
  if (result.kind !== "done") throw refusalError(result);
  return result.policy;
}

function toPolicyOut<Policy, Sources>({ policy, sources }: { policy: Policy; sources: Sources }) {
  return { ...policy, sources };
}
