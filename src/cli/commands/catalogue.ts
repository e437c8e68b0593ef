/** `posthorn event-types …`. */
import type { Command } from "commander";
import type { EventTypeOut } from "../../contract/event-types.ts";
import type { Cli } from "../cli.ts";
import { type Client, path } from "../client.ts";
import { nothingToChange, usageFailure } from "../failure.ts";
import { readText } from "../files.ts";
import { formatJson } from "../json-text.ts";
import { given, wholeNumber } from "../options.ts";
import { fields, table, type View } from "../view.ts";

export function registerEventTypes(group: Command, cli: Cli): void {
  registerReads(group, cli);
  registerWrites(group, cli);
  registerImport(group, cli);
}

function registerReads(group: Command, cli: Cli): void {
  const list = group
    .command("list")
    .alias("ls")
    .description("list event types by name")
    .option("--archived", "archived ones too")
    .option("--limit <n>", "at most so many; left out, all", wholeNumber(1));
  list.action(({ archived, limit }: { archived?: boolean; limit?: number }) =>
    cli.run(list, async (session) => {
      const client = await session.client();
      const types = await client.list<EventTypeOut>("/api/v1/event-type", {
        limit: limit ?? null,
        query: { include_archived: archived === true },
      });
      return { json: types, text: (view) => typeTable(view, types) };
    }),
  );

  const get = group.command("get <type>").description("show an event type and its newest schemas");
  get.action((type: string) =>
    cli.run(get, async (session) => {
      const client = await session.client();
      const found = await client.get<EventTypeOut>(path`/api/v1/event-type/${type}`);
      return {
        json: found,
        text: (view) => {
          const head = fields(view, [
            ["name", { text: found.name, style: "bold" }],
            ["description", found.description],
            ["group", found.groupName],
            ["state", found.archived ? "archived" : null],
          ]);
          return found.schemas === null ? head : `${head}\n\n${formatJson(found.schemas)}`;
        },
      };
    }),
  );

  const exported = group
    .command("export")
    .description("print the event types as an OpenAPI document of webhooks");
  exported.action(() =>
    cli.run(exported, async (session) => {
      const client = await session.client();
      const document = await client.get<unknown>("/api/v1/event-type/export/openapi");
      return { json: document, text: () => formatJson(document) };
    }),
  );
}

function typeTable(view: View, types: readonly EventTypeOut[]): string {
  if (types.length === 0) {
    return view.paint("dim", "No event types yet; `posthorn event-types import` brings some");
  }
  return table(
    view,
    [{ title: "name", style: "bold" }, { title: "schema" }, { title: "description" }],
    types.map(({ name, schemas, description, archived }) => [
      name,
      schemas === null || Object.keys(schemas).length === 0 ? "–" : `v${Object.keys(schemas).at(-1)}`,
      archived ? `(archived) ${description}` : description,
    ]),
  );
}

function registerWrites(group: Command, cli: Cli): void {
  const create = group
    .command("create <type>")
    .description("create an event type")
    .option("--description <text>", "what it tells", "")
    .option("--schema <file>", "a JSON Schema of its payload; - for stdin");
  create.action((name: string, { description, schema }: { description: string; schema?: string }) =>
    cli.run(create, async (session) => {
      const schemas = schema === undefined ? {} : { schemas: { "1": await readSchema(session.io, schema) } };
      const client = await session.client();
      const made = await client.post<EventTypeOut>("/api/v1/event-type", { name, description, ...schemas });
      return { json: made, text: ({ paint }) => `${paint("green", "✓")} Created ${name}` };
    }),
  );

  registerUpdate(group, cli);

  const remove = group
    .command("delete <type>")
    .alias("rm")
    .description("archive an event type")
    .option("--expunge", "remove it altogether");
  remove.action((name: string, { expunge }: { expunge?: boolean }) =>
    cli.run(remove, async (session) => {
      const client = await session.client();
      await client.delete(path`/api/v1/event-type/${name}`, { expunge: expunge === true });
      const done = expunge === true ? "Removed" : "Archived";
      return { json: { deleted: true, name }, text: ({ paint }) => `${paint("green", "✓")} ${done} ${name}` };
    }),
  );
}

function registerUpdate(group: Command, cli: Cli): void {
  const update = group
    .command("update <type>")
    .description("change an event type; what is not named stays")
    .option("--description <text>", "what it tells")
    .option("--schema <file>", "a JSON Schema of its payload, as its next version; - for stdin")
    .option("--restore", "take it out of the archive");
  type Options = { description?: string; schema?: string; restore?: boolean };
  update.action((name: string, { description, schema, restore }: Options) =>
    cli.run(update, async (session) => {
      const fresh = schema === undefined ? undefined : await readSchema(session.io, schema);
      const body = given({ description, archived: restore === true ? false : undefined });
      if (Object.keys(body).length === 0 && fresh === undefined) throw nothingToChange("event-types update");
      const client = await session.client();
      const at = path`/api/v1/event-type/${name}`;
      const schemas =
        fresh === undefined
          ? {}
          : { schemas: withVersion((await client.get<EventTypeOut>(at)).schemas, fresh) };
      const changed = await client.patch<EventTypeOut>(at, { ...body, ...schemas });
      return { json: changed, text: ({ paint }) => `${paint("green", "✓")} Updated ${name}` };
    }),
  );
}

/** Versions count up from 1; those that there were stay. */
function withVersion(before: EventTypeOut["schemas"], schema: unknown): Record<string, unknown> {
  const versions = Object.keys(before ?? {})
    .map(Number)
    .filter(Number.isSafeInteger);
  return { ...before, [String(Math.max(0, ...versions) + 1)]: schema };
}

async function readSchema(io: Cli["io"], file: string): Promise<unknown> {
  const text = await readText(io, file);
  try {
    return JSON.parse(text);
  } catch {
    throw usageFailure(`${file} is not JSON`);
  }
}

type ImportOptions = { catalogue?: string; dryRun?: boolean; replaceAll?: boolean };
type Imported = {
  data: {
    modified: string[];
    to_modify: { name: string; description: string }[] | null;
    archived: string[];
    to_archive: string[] | null;
    archive_count: number;
  };
};

function registerImport(group: Command, cli: Cli): void {
  const command = group
    .command("import [file]")
    .description(
      "create and update event types from an OpenAPI document (JSON or YAML; - for stdin) or a catalogue",
    )
    .option("--catalogue <name>", "a built-in one: clawbook, clawget, clazar or swiftclaw")
    .option("--dry-run", "show what would change, and change nothing")
    .option("--replace-all", "archive every event type that is not in it");
  command.action((file: string | undefined, options: ImportOptions) =>
    cli.run(command, async (session) => {
      const client = await session.client();
      const spec = file === undefined ? null : await readText(session.io, file);
      const { data } = await imported(client, spec, options);
      const dryRun = options.dryRun === true;
      const names = dryRun ? (data.to_modify ?? []).map(({ name }) => name) : data.modified;
      return {
        json: data,
        text: (view) => {
          const said = dryRun
            ? `Would create or change ${eventTypes(names.length)}`
            : `${view.paint("green", "✓")} Imported ${eventTypes(names.length)}`;
          return [said, ...names.map((name) => `  ${name}`), ...archivedLines(data)].join("\n");
        },
      };
    }),
  );
}

function archivedLines({
  archived,
  to_archive: toArchive,
  archive_count: count,
}: Imported["data"]): string[] {
  if (count === 0) return [];
  const names = toArchive ?? archived;
  const said = `${toArchive === null ? "Archived" : "Would archive"} ${eventTypes(count)}`;
  const more = names.length < count ? [`  … and ${count - names.length} more`] : [];
  return [said, ...names.map((name) => `  ${name}`), ...more];
}

function eventTypes(count: number): string {
  return `${count} event type${count === 1 ? "" : "s"}`;
}

function imported(client: Client, specRaw: string | null, options: ImportOptions): Promise<Imported> {
  const { catalogue, dryRun = false, replaceAll = false } = options;
  if ((specRaw === null) === (catalogue === undefined)) {
    throw usageFailure("Import what? Name a file, or --catalogue, and not both");
  }
  return catalogue === undefined
    ? client.post("/api/v1/event-type/import/openapi", { specRaw, dryRun, replaceAll })
    : client.post("/api/v1/event-type/import/catalogue", { name: catalogue, dryRun, replaceAll });
}
