import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { PROJECT_ROOT, temporaryDirectory } from "../support/posthorn-process.ts";
import { posthornForThisFile } from "../support/sdk-stage.ts";

const posthorn = posthornForThisFile();
const ENDS_WITHIN_MS = 50_000;

// Svix runs these against its own server (reference svix.md); without a token and a server they skip themselves.
it.each(["svix", "svix-v1"])(
  "passes the test that comes with %s for running against a server",
  async (sdk) => {
    const directory = await temporaryDirectory();
    try {
      const outfile = join(directory.path, "kitchen-sink.mjs");
      const source = join(PROJECT_ROOT, "node_modules", sdk, "src/KitchenSink.test.ts");
      await build({ entryPoints: [source], outfile, bundle: true, platform: "node", format: "esm" });
      const env = { PATH: process.env["PATH"], SVIX_TOKEN: posthorn().key, SVIX_SERVER_URL: posthorn().url };
      const args = ["--test-reporter=tap", "--test", outfile];
      const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: ENDS_WITHIN_MS });
      expect(stdout).toMatch(/^# fail 0$/m);
      expect(stdout).toMatch(/^# skipped 0$/m);
      expect(stdout).toMatch(/^# pass [1-9]/m);
    } finally {
      await directory.remove();
    }
  },
);
