/** `posthorn dialects …`: how requests look on the wire. */
import type { Command } from "commander";
import type { DialectOut } from "../../contract/dialects.ts";
import { isObject } from "../../core/json-object.ts";
import type { Cli } from "../cli.ts";
import { path } from "../client.ts";
import { usageFailure } from "../failure.ts";
import { readJsonArgument } from "../files.ts";
import { formatJson } from "../json-text.ts";
import { given } from "../options.ts";
import { clean, table } from "../view.ts";

export function registerDialects(group: Command, cli: Cli): void {
  registerReads(group, cli);

  const define = group
    .command("define <name> <definition>")
    .description("define a dialect, or replace it; the definition is JSON, @file, or - for stdin");
  define.action((name: string, definition: string) =>
    cli.run(define, async (session) => {
      const { value } = await readJsonArgument(session.io, definition);
      if (!isObject(value)) throw usageFailure("A definition is a JSON object");
      const client = await session.client();
      const made = await client.call<DialectOut>({
        method: "PUT",
        path: path`/api/v1/dialect/${name}`,
        body: value,
      });
      return { json: made, text: ({ paint }) => `${paint("green", "✓")} Defined ${name}` };
    }),
  );

  const remove = group.command("delete <name>").alias("rm").description("delete a dialect that nothing uses");
  remove.action((name: string) =>
    cli.run(remove, async (session) => {
      const client = await session.client();
      await client.delete(path`/api/v1/dialect/${name}`);
      return { json: { deleted: true, name }, text: ({ paint }) => `${paint("green", "✓")} Deleted ${name}` };
    }),
  );
}

function registerReads(group: Command, cli: Cli): void {
  const list = group.command("list").alias("ls").description("list the dialects of this deployment");
  list.action(() =>
    cli.run(list, async (session) => {
      const client = await session.client();
      const dialects = await client.list<DialectOut>("/api/v1/dialect", { limit: null });
      return {
        json: dialects,
        text: (view) =>
          table(
            view,
            [
              { title: "name", style: "bold" },
              { title: "body" },
              { title: "signature" },
              { title: "retries after" },
              { title: "timeout", align: "right" },
            ],
            dialects.map((dialect) => [
              dialect.name,
              bodyText(dialect),
              signatureText(dialect),
              dialect.retrySchedule.map(shortSpan).join(" "),
              `${dialect.timeoutSeconds}s`,
            ]),
          ),
      };
    }),
  );

  const get = group.command("get <name>").description("show all of a dialect");
  get.action((name: string) =>
    cli.run(get, async (session) => {
      const client = await session.client();
      const found = await client.get<DialectOut>(path`/api/v1/dialect/${name}`);
      return { json: found, text: () => formatJson(found) };
    }),
  );

  registerPreview(group, cli);
}

type PreviewOptions = { type?: string; payload?: string; secret?: string };

function registerPreview(group: Command, cli: Cli): void {
  const preview = group
    .command("preview <name>")
    .description("show the exact request an example event is delivered with")
    .option("--type <type>", "its event type")
    .option("--payload <json>", "its payload: JSON, @file, or - for stdin")
    .option("--secret <secret>", "what it is signed with");
  preview.action((name: string, { type, payload, secret }: PreviewOptions) =>
    cli.run(preview, async (session) => {
      const parsed = payload === undefined ? undefined : (await readJsonArgument(session.io, payload)).value;
      const client = await session.client();
      const request = await client.post<{ method: string; headers: Record<string, string>; body: string }>(
        path`/api/v1/dialect/${name}/preview`,
        given({ eventType: type, payload: parsed, secret }),
      );
      return {
        json: request,
        text: ({ paint }) => {
          const headers = Object.entries(request.headers).map(
            ([key, value]) => `${paint("dim", `${key}:`)} ${clean(value)}`,
          );
          return [...headers, "", request.body].join("\n");
        },
      };
    }),
  );
}

function bodyText({ envelope }: DialectOut): string {
  return envelope.kind === "payload"
    ? "as published"
    : `{${envelope.fields.map(({ name }) => name).join(", ")}}`;
}

function signatureText({ signature }: DialectOut): string {
  if (signature.scheme === "standard") return `${signature.headerPrefix}-signature`;
  return `${signature.header}: ${signature.valuePrefix}<${signature.encoding}>`;
}

function shortSpan(seconds: number): string {
  if (seconds % 3600 === 0 && seconds > 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 && seconds > 0 ? `${seconds / 60}m` : `${seconds}s`;
}
