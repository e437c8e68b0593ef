import { build, stop } from "esbuild";

/** The Worker as one module, resolved the way `wrangler deploy` does it. */
export async function bundleWorker(main: string): Promise<string> {
  const result = await build({
    entryPoints: [main],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    loader: { ".html": "text", ".txt": "text", ".sql": "text" },
    keepNames: true,
    sourcemap: "inline",
    sourcesContent: false,
    logLevel: "silent",
  });
  // Its service would stay for as long as we serve, with 88 MB.
  await stop();
  const code = result.outputFiles[0]?.text;
  if (code === undefined) throw new Error(`esbuild produced no output for ${main}`);
  return code;
}
