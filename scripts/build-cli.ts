/**
 * Makes the command-line program: `.build/cli` is a package of its own, one file and nothing to install, that
 * `npm publish .build/cli` publishes and that this project's own `bin` points into.
 */
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");
const OUT = join(ROOT, ".build", "cli");
const EXECUTABLE = 0o755;

const { name, version, description, license } = JSON.parse(
  await readFile(join(ROOT, "package.json"), "utf8"),
);
await mkdir(OUT, { recursive: true });

const result = await build({
  entryPoints: [join(ROOT, "src/cli/main.ts")],
  bundle: true,
  write: false,
  platform: "node",
  format: "esm",
  target: "node22",
  banner: { js: "#!/usr/bin/env node" },
  define: { "process.env.POSTHORN_CLI_VERSION": JSON.stringify(version) },
  legalComments: "inline",
  logLevel: "warning",
});

const manifest = {
  name,
  version,
  description,
  license,
  type: "module",
  bin: { posthorn: "posthorn.js" },
  files: ["posthorn.js"],
  engines: { node: ">=22" },
};
await replace("posthorn.js", result.outputFiles[0]?.text ?? "", EXECUTABLE);
await replace("package.json", `${JSON.stringify(manifest, null, 2)}\n`);
await replace("README.md", await readFile(join(ROOT, "docs/cli.md"), "utf8"));

/** In one step: another process may be running the one that is there. */
async function replace(file: string, text: string, mode = 0o644): Promise<void> {
  const next = join(OUT, `${file}.${process.pid}.new`);
  await writeFile(next, text);
  await chmod(next, mode);
  await rename(next, join(OUT, file));
}
