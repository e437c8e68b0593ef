/** `npm run sdks`: Posthorn through the official SDKs of other languages. Exit code 0 only if all of it worked. */
import { Report } from "./demo/report.ts";
import { LANGUAGES } from "./sdks/languages.ts";
import { runLanguage } from "./sdks/run.ts";

/** `npm run sdks -- go python`: these alone. */
const asked = process.argv.slice(2);
const report = new Report();

async function main(): Promise<number> {
  const known = LANGUAGES.map(({ name }) => name);
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no program for ${unknown}; there are ${known}`);
  for (const language of LANGUAGES) {
    if (asked.length > 0 && !asked.includes(language.name)) continue;
    const ran = await runLanguage(language, report).catch((error) => {
      report.check(false, error instanceof Error ? error.message : String(error));
      return true;
    });
    if (!ran && asked.length > 0) report.check(false, `${language.name} could not be run`);
  }
  return report.end();
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error("sdks:", error);
    process.exit(1);
  },
);
