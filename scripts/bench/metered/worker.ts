/** Posthorn with every written row counted: the Worker and its objects share one isolate here, so one meter sees all. */

import type { LoggedEvent } from "../../../src/core/event.ts";
import type { Env } from "../../../src/env.ts";
import worker, { EndpointObject as Endpoint, LogWriterObject as LogWriter } from "../../../src/index.ts";
import type { AppendCall } from "../../../src/store/event-append.ts";
import type { Meter } from "./meter.ts";
import { meteredD1 } from "./metered-d1.ts";

export * from "../../../src/index.ts";

const meter: Meter = {
  roundTrips: 0,
  rowsRead: 0,
  rowsWritten: 0,
  objectRows: 0,
  alarmsSet: 0,
  alarmsDeleted: 0,
  hints: 0,
  alarms: 0,
  appends: 0,
};

/** Replaces a method of one object of the runtime by one that also tells. */
function observe<Name extends string, Result>(
  target: Record<Name, (...args: never[]) => Result>,
  name: Name,
  told: (result: Result) => void,
): void {
  const original = target[name].bind(target) as (...args: unknown[]) => Result;
  const observed = (...args: unknown[]) => {
    const result = original(...args);
    told(result);
    return result;
  };
  Object.defineProperty(target, name, { value: observed });
}

export class EndpointObject extends Endpoint {
  constructor(ctx: DurableObjectState, env: Env) {
    const sql = ctx.storage.sql as unknown as Record<"exec", () => { rowsWritten: number }>;
    observe(sql, "exec", (cursor) => queueMicrotask(() => (meter.objectRows += cursor.rowsWritten)));
    observe(ctx.storage as unknown as Record<"setAlarm", () => unknown>, "setAlarm", () => meter.alarmsSet++);
    observe(
      ctx.storage as unknown as Record<"deleteAlarm", () => unknown>,
      "deleteAlarm",
      () => meter.alarmsDeleted++,
    );
    super(ctx, { ...env, DB: meteredD1(env.DB, meter) });
  }

  override async hint(version: number, events: LoggedEvent[], upTo: number): Promise<void> {
    meter.hints++;
    await super.hint(version, events, upTo);
  }

  override async alarm(): Promise<void> {
    meter.alarms++;
    await super.alarm();
  }
}

export class LogWriterObject extends LogWriter {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, { ...env, DB: meteredD1(env.DB, meter) });
  }

  override append(call: AppendCall): ReturnType<LogWriter["append"]> {
    meter.appends++;
    return super.append(call);
  }
}

export default {
  fetch: (request, env, ctx) => {
    if (new URL(request.url).pathname === "/bench/meter") return Response.json(meter);
    return worker.fetch(request, { ...env, DB: meteredD1(env.DB, meter) }, ctx);
  },
} satisfies ExportedHandler<Env>;
