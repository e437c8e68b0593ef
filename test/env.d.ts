import type { D1Migration } from "@cloudflare/vitest-plugin";
import type { Env } from "../src/env.ts";
import type worker from "../src/index.ts";

declare global {
  namespace Cloudflare {
    interface Env extends Readonly<TestEnv> {}
    interface GlobalProps {
      mainModule: { default: typeof worker };
    }
  }
}

type TestEnv = Env & { TEST_MIGRATIONS: D1Migration[]; TEST_RATE: RateLimit };
