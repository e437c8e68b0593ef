/** `posthorn openapi`, and what shells ask to complete a line. */
import { writeFile } from "node:fs/promises";
import { Argument, type Command } from "commander";
import type { Cli } from "../cli.ts";
import { completionScript, completions, SHELLS, type Shell } from "../complete.ts";
import { usageFailure } from "../failure.ts";
import { formatJson } from "../json-text.ts";

export function registerOpenApi(program: Command, cli: Cli): void {
  const openapi = program
    .command("openapi")
    .description("print the deployment's OpenAPI document")
    .option("-o, --output <file>", "write it to a file");
  openapi.action(({ output }: { output?: string }) =>
    cli.run(openapi, async (session) => {
      const client = await session.anonymousClient();
      const document = await client.call<{ paths?: object }>({
        method: "GET",
        path: "/openapi.json",
        key: null,
      });
      if (output === undefined) return { json: document, text: () => formatJson(document) };
      await writeFile(output, `${formatJson(document)}\n`).catch((error: Error) => {
        throw usageFailure(`${output} cannot be written (${error.message})`);
      });
      const paths = Object.keys(document.paths ?? {}).length;
      return {
        json: { written: output, paths },
        text: ({ paint }) => `${paint("green", "✓")} Wrote ${paths} paths to ${output}`,
      };
    }),
  );
}

export function registerCompletion(program: Command, cli: Cli): void {
  const completion = program
    .command("completion")
    .description('print a script that completes command lines: eval "$(posthorn completion bash)"')
    .addArgument(new Argument("<shell>", "for which shell").choices(SHELLS));
  completion.action((shell: Shell) =>
    cli.run(completion, async () => {
      const script = completionScript(shell);
      return { json: { shell, script }, text: () => script };
    }),
  );

  const complete = program
    .command("complete [words...]", { hidden: true })
    .description("what may come next; the completion scripts ask this")
    .allowUnknownOption();
  complete.action((words: string[]) =>
    cli.run(complete, async () => {
      const found = completions(program, words);
      return { json: found, text: () => found.join("\n") };
    }),
  );
}
