/** `posthorn apps …`: applications, one for each of your customers. */
import type { Command } from "commander";
import type { ApplicationOut } from "../../contract/applications.ts";
import type { Cli } from "../cli.ts";
import { type Client, path } from "../client.ts";
import { nothingToChange } from "../failure.ts";
import { type Bound, bound, boundIn, given, pairs, wholeNumber } from "../options.ts";
import { ago, fields, table, type View } from "../view.ts";

type Fields = {
  uid?: string;
  name?: string;
  rate?: Bound;
  metadata?: Record<string, string>;
  dialect?: string;
};

export function registerApps(group: Command, cli: Cli): void {
  registerReads(group, cli);
  registerWrites(group, cli);
}

function registerReads(group: Command, cli: Cli): void {
  const list = group
    .command("list")
    .alias("ls")
    .description("list applications, newest first")
    .option("--limit <n>", "at most so many", wholeNumber(1), 50)
    .option("--all", "all of them");
  list.action(({ limit, all }: { limit: number; all?: boolean }) =>
    cli.run(list, async (session) => {
      const client = await session.client();
      const apps = await client.list<ApplicationOut>("/api/v1/app", {
        limit: all === true ? null : limit,
        query: { order: "descending" },
      });
      return { json: apps, text: (view) => appTable(view, apps) };
    }),
  );

  const get = group.command("get <app>").description("show an application");
  get.action((app: string) =>
    cli.run(get, async (session) => {
      const client = await session.client();
      const at = path`/api/v1/app/${app}`;
      const [found, policy] = await Promise.all([
        client.get<ApplicationOut>(at),
        client.get<{ dialect: string }>(`${at}/delivery-policy`),
      ]);
      return { json: { ...found, policy }, text: (view) => appFields(view, found, policy.dialect) };
    }),
  );
}

function registerWrites(group: Command, cli: Cli): void {
  const create = group
    .command("create <uid>")
    .description("create an application under an id of your own")
    .option("--name <text>", "its name; left out, the uid");
  withFields(create).action((uid: string, options: Fields) =>
    cli.run(create, async (session) => {
      const client = await session.client();
      const made = await client.post<ApplicationOut>("/api/v1/app", { name: uid, uid, ...bodyOf(options) });
      const { dialect } = options;
      if (dialect !== undefined) await setDialect(client, made, dialect);
      return {
        json: made,
        text: (view) =>
          `${view.paint("green", "✓")} Created ${uid}\n${appFields(view, made, dialect ?? null)}`,
      };
    }),
  );

  const update = group
    .command("update <app>")
    .description("change an application; what is not named stays")
    .option("--name <text>", "its name")
    .option("--uid <uid>", "an id of your own");
  withFields(update).action((app: string, options: Fields) =>
    cli.run(update, async (session) => {
      const { dialect } = options;
      const body = bodyOf(options);
      const isChanged = Object.keys(body).length > 0;
      if (!isChanged && dialect === undefined) throw nothingToChange("apps update");
      const client = await session.client();
      const at = path`/api/v1/app/${app}`;
      if (dialect !== undefined) await client.patch(`${at}/delivery-policy`, { dialect });
      const changed = isChanged
        ? await client.patch<ApplicationOut>(at, body)
        : await client.get<ApplicationOut>(at);
      return {
        json: changed,
        text: (view) =>
          `${view.paint("green", "✓")} Updated ${app}\n${appFields(view, changed, dialect ?? null)}`,
      };
    }),
  );

  const remove = group
    .command("delete <app>")
    .alias("rm")
    .description("delete an application and its webhooks");
  remove.action((app: string) =>
    cli.run(remove, async (session) => {
      const client = await session.client();
      await client.delete(path`/api/v1/app/${app}`);
      return { json: { deleted: true, app }, text: ({ paint }) => `${paint("green", "✓")} Deleted ${app}` };
    }),
  );
}

/** Without the dialect that was asked for it is not what was meant to be created. */
async function setDialect(client: Client, made: ApplicationOut, dialect: string): Promise<void> {
  const at = path`/api/v1/app/${made.id}`;
  try {
    await client.patch(`${at}/delivery-policy`, { dialect });
  } catch (error) {
    await client.delete(at);
    throw error;
  }
}

function withFields(command: Command): Command {
  return command
    .option("--rate <n>", "at most so many requests a second, all webhooks together; or none", bound)
    .option("--metadata <name=value>", "may be repeated", pairs)
    .option("--dialect <name>", "how its webhooks' requests look: see `posthorn dialects list`");
}

function bodyOf({ uid, name, rate, metadata }: Fields) {
  return given({ uid, name, throttleRate: boundIn(rate), metadata });
}

function appTable(view: View, apps: readonly ApplicationOut[]): string {
  if (apps.length === 0)
    return view.paint("dim", "No applications yet; `posthorn apps create <uid>` makes one");
  return table(
    view,
    [
      { title: "id", style: "bold", whole: true },
      { title: "uid", whole: true },
      { title: "name" },
      { title: "created", style: "dim" },
    ],
    apps.map(({ id, uid, name, createdAt }) => [id, uid ?? "–", name, ago(view, createdAt)]),
  );
}

function appFields(view: View, app: ApplicationOut, dialect: string | null): string {
  const metadata = Object.entries(app.metadata).map(([name, value]) => `${name}=${value}`);
  return fields(view, [
    ["id", { text: app.id, style: "bold" }],
    ["uid", app.uid],
    ["name", app.name],
    ["dialect", dialect],
    ["rate", app.throttleRate === null ? null : `${app.throttleRate} a second`],
    ["metadata", metadata.length === 0 ? null : metadata.join(", ")],
    ["created", ago(view, app.createdAt)],
  ]);
}
