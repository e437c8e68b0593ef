import type { RandomBytes } from "../core/ids.ts";
import { type Config, type Env, parseConfig } from "../env.ts";
import { type Database, openDatabase } from "../store/database.ts";
import type { FlagView } from "../store/event-types.ts";
import { withGuardedDatabase } from "../store/guarded-database.ts";

/** What every service gets: one per call into the Worker, so that one call sees one instant. */
export type ServiceContext = {
  env: Env;
  config: Config;
  db: Database;
  nowMs: number;
  random: RandomBytes;
  /** Which event types the caller may know of; null: all. */
  flags: FlagView;
};

/** The context of a call that starts now. Its database is guarded, also the one inside `env`. */
export function createServiceContext(bindings: Env): ServiceContext {
  const env = withGuardedDatabase(bindings);
  return {
    env,
    config: parseConfig(env),
    db: openDatabase(env.DB),
    flags: null,
    nowMs: Date.now(),
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
  };
}
