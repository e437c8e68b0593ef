import { existsSync } from "node:fs";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { buildPortal, PORTAL_DIRECTORY } from "./scripts/portal/build.ts";

// The runtime of the tests, like a deployment, wants the directory of `[assets]`; `npm test` has built it before.
if (!existsSync(PORTAL_DIRECTORY)) await buildPortal();

function rateLimit(namespace_id: string, limit: number) {
  return { namespace_id, simple: { limit, period: 10 as const } };
}

/**
 * `node`: the pure rooms, and whole processes, in plain Node. That `cloudflare:*` does not resolve there proves purity.
 * `simulation`: the delivery life under a seeded scheduler. `workers`: store, delivery and HTTP inside the real runtime.
 */
export default defineConfig({
  test: {
    // Most files wait for processes and timers; of two cores, one alone would be used otherwise.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "node",
          include: ["test/{cli,core,feed,wire,contract,catalogue,portal,process,meta}/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "simulation",
          include: ["test/simulation/**/*.test.ts"],
          // It fills both cores by itself: with nothing beside it, after the rest.
          maxWorkers: 1,
          maxConcurrency: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                POSTHORN_KEY: "sk_test_root_key_of_the_runtime_tests",
                POSTHORN_MASTER_KEY: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                POSTHORN_ALLOW_HTTP_TARGETS: "true",
                POSTHORN_ALLOW_PRIVATE_TARGETS: "true",
                TEST_MIGRATIONS: await readD1Migrations("migrations"),
              },
              // Tests share one key and no address; the one that is about limits uses its own.
              ratelimits: {
                PUBLISHER_RATE: rateLimit("1001", 1_000_000),
                CONSUMER_RATE: rateLimit("1002", 1_000_000),
                ANONYMOUS_RATE: rateLimit("1003", 1_000_000),
                TEST_RATE: rateLimit("1004", 3),
              },
            },
          }),
        ],
        test: {
          name: "workers",
          include: ["test/{store,accept,delivery,service,http}/**/*.test.ts"],
          setupFiles: ["test/support/apply-migrations.ts"],
          // The default of 5 s is for quick machines that do nothing else.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
