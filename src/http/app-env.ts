import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Principal } from "../core/principal.ts";
import type { Env } from "../env.ts";
import type { ServiceContext } from "../service/context.ts";
import type { Application } from "../store/applications.ts";

/** What a handler finds on its context. `principal` is set on every path that is not public. */
export type AppEnv = {
  Bindings: Env;
  Variables: {
    principal: Principal;
    services: ServiceContext;
    /** That of the path, once a handler has read it. */
    application?: Application;
    /** A call that could have changed something has only answered what is there: the audit log does not tell of it. */
    unchanged?: true;
  };
};

export type HttpApp = OpenAPIHono<AppEnv>;
export type HttpContext = Context<AppEnv>;
