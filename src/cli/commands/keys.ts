/** `posthorn keys …`: publisher keys, and tokens for consumers. */
import type { Command } from "commander";
import type { ApiTokenCensoredOut, ApiTokenOut } from "../../contract/api-keys.ts";
import { SCOPES } from "../../core/scopes.ts";
import type { Cli } from "../cli.ts";
import { path } from "../client.ts";
import { commaList, futureTime, given, seconds } from "../options.ts";
import type { Answer } from "../session.ts";
import { ago, type Cell, table, type View } from "../view.ts";

export function registerKeys(group: Command, cli: Cli): void {
  const list = group.command("list").alias("ls").description("list publisher keys");
  list.action(() =>
    cli.run(list, async (session) => {
      const client = await session.client();
      const keys = await client.list<ApiTokenCensoredOut>("/api/v1/api-key", { limit: null });
      return {
        json: keys,
        text: (view) =>
          keys.length === 0
            ? view.paint("dim", "No keys beside the deployment's own; `posthorn keys create` makes one")
            : table(
                view,
                [
                  { title: "id", style: "bold", whole: true },
                  { title: "name" },
                  { title: "may" },
                  { title: "created" },
                  { title: "expires" },
                  { title: "used" },
                ],
                keys.map(({ id, name, scopes, createdAt, expiresAt, lastUsedAt }) => [
                  id,
                  name ?? "–",
                  scopes === null ? "everything" : scopes.join(","),
                  ago(view, createdAt),
                  expiryCell(view, expiresAt),
                  lastUsedAt === null ? "never" : ago(view, lastUsedAt),
                ]),
              ),
      };
    }),
  );

  const create = group
    .command("create [name]")
    .description("make a publisher key; it is shown this once")
    .option("--scopes <names>", `what it may do, of ${SCOPES.join(", ")}; left out, everything`, commaList)
    .option("--expires <time>", "at a time, or in so long: 30d");
  type Options = { scopes?: string[]; expires?: string };
  create.action((name: string | undefined, { scopes, expires }: Options) =>
    cli.run(create, async (session) => {
      const client = await session.client();
      const expiresAt = expires === undefined ? undefined : futureTime(expires, session.io.nowMs());
      return shown(await client.post<ApiTokenOut>("/api/v1/api-key", given({ name, scopes, expiresAt })));
    }),
  );

  registerEnds(group, cli);
  registerPortal(group, cli);
}

function expiryCell(view: View, expiresAt: string | null): Cell {
  if (expiresAt === null) return "never";
  const isOver = Date.parse(expiresAt) <= view.nowMs;
  return isOver ? { text: "expired", style: "red" } : ago(view, expiresAt);
}

function registerEnds(group: Command, cli: Cli): void {
  const rotate = group
    .command("rotate <key>")
    .description("make a key in another's place, by its id")
    .option(
      "--grace <span>",
      "how long the old one goes on: 1h, or seconds; left out, five minutes",
      seconds(0),
    );
  rotate.action((id: string, { grace }: { grace?: number }) =>
    cli.run(rotate, async (session) => {
      const client = await session.client();
      return shown(
        await client.post<ApiTokenOut>(path`/api/v1/api-key/${id}/rotate`, given({ oldTokenExpiry: grace })),
      );
    }),
  );

  const revoke = group.command("revoke <key>").alias("delete").description("end a publisher key, by its id");
  revoke.action((id: string) =>
    cli.run(revoke, async (session) => {
      const client = await session.client();
      await client.delete(path`/api/v1/api-key/${id}`);
      return { json: { revoked: true, id }, text: ({ paint }) => `${paint("green", "✓")} Revoked ${id}` };
    }),
  );
}

function registerPortal(group: Command, cli: Cli): void {
  const consumer = group
    .command("consumer <app>")
    .description("make a consumer's token for one application, and a link to its portal")
    .option("--capabilities <names>", "what it may do, separated by commas; left out, everything", commaList)
    .option("--read-only", "it may look and change nothing")
    .option("--expiry <span>", "how long it is good: 1h, or seconds", seconds(1));
  type Options = { capabilities?: string[]; readOnly?: boolean; expiry?: number };
  consumer.action((app: string, { capabilities, readOnly, expiry }: Options) =>
    cli.run(consumer, async (session) => {
      const client = await session.client();
      const access = await client.post<{ token: string; url: string }>(
        path`/api/v1/auth/app-portal-access/${app}`,
        given({ capabilities, readOnly, expiry }),
      );
      session.note(`Portal: ${access.url}`);
      return { json: access, text: () => access.token };
    }),
  );
}

function shown(key: ApiTokenOut): Answer {
  return {
    json: key,
    text: ({ paint }) => `${key.token}\n${paint("dim", `${key.id}: it is not shown again`)}`,
  };
}
