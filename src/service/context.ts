import type { RandomBytes } from "../core/ids.ts";
import { type Config, type Env, parseConfig } from "../env.ts";
import { type Database, openDatabase } from "../store/database.ts";

/** What every service gets: one per call into the Worker, so that one call sees one instant. */
export type ServiceContext = {
  env: Env;
  config: Config;
  db: Database;
  nowMs: number;
  random: RandomBytes;
};

/** The context of a call that starts now. */
export function createServiceContext(env: Env): ServiceContext {
  return {
    env,
    config: parseConfig(env),
    db: openDatabase(env.DB),
    nowMs: Date.now(),
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
  };
}
