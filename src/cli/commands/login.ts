/** `posthorn login|logout|whoami`, and `posthorn profiles …`. */
import type { Command } from "commander";
import type { WhoamiOut } from "../../contract/api-keys.ts";
import type { Cli } from "../cli.ts";
import { Client } from "../client.ts";
import { configPath, readConfig, writeConfig } from "../config-file.ts";
import { usageFailure } from "../failure.ts";
import type { Io } from "../io.ts";
import { cleanUrl, DEFAULT_PROFILE, DEFAULT_URL, withoutProfile, withProfile } from "../settings.ts";
import { fields, table } from "../view.ts";

export function registerLogin(program: Command, cli: Cli): void {
  const login = program
    .command("login")
    .description("check a key and keep it: from POSTHORN_KEY, from stdin, or asked for")
    .addHelpText("after", "\nThe address is --server's or POSTHORN_URL's, the profile's name --profile's.");
  login.action(() =>
    cli.run(login, async (session) => {
      const { io, options } = session;
      const file = configPath(io);
      const config = await readConfig(file);
      const name = options.profile ?? (io.env.POSTHORN_PROFILE || DEFAULT_PROFILE);
      const url = cleanUrl(
        options.server ?? (io.env.POSTHORN_URL || config.profiles[name]?.url || DEFAULT_URL),
      );
      const key = await newKey(io, url);
      const client = new Client(io, { url, key, keyFrom: "the one given" });
      const who = await client.whoami();
      await writeConfig(file, withProfile(config, name, { url, key }));
      if (isOpen(url)) session.note("This address is plain http: the key crosses the network in the clear");
      return {
        json: { profile: name, url, ...who },
        text: ({ paint }) =>
          `${paint("green", "✓")} ${url} accepts the key; it is profile ${paint("bold", name)} in ${file}`,
      };
    }),
  );

  const logout = program.command("logout").description("forget a profile's key");
  logout.action(() =>
    cli.run(logout, async (session) => {
      const file = configPath(session.io);
      const config = await readConfig(file);
      const name = session.options.profile ?? (session.io.env.POSTHORN_PROFILE || config.current);
      if (!Object.hasOwn(config.profiles, name)) throw usageFailure(`There is no profile ${name}`);
      await writeConfig(file, withoutProfile(config, name));
      return {
        json: { forgotten: name },
        text: ({ paint }) => `${paint("green", "✓")} Forgot profile ${name}`,
      };
    }),
  );

  registerWhoami(program, cli);
}

async function newKey(io: Io, url: string): Promise<string> {
  const given = io.env.POSTHORN_KEY?.trim();
  if (given) return given;
  const text = io.stdin.isTTY
    ? await io.askSecret(`Key of ${url}: `)
    : new TextDecoder().decode(await io.stdin.read());
  const key = text.trim();
  if (key === "") {
    throw usageFailure("There is no key", "Set POSTHORN_KEY, or pipe the key in: `posthorn login < key`");
  }
  return key;
}

function isOpen(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function registerWhoami(program: Command, cli: Cli): void {
  const whoami = program.command("whoami").description("tell which deployment is spoken to, and as whom");
  whoami.action(() =>
    cli.run(whoami, async (session) => {
      const client = await session.client();
      const { url, keyFrom } = await session.settings();
      const who = await client.whoami();
      return {
        json: { url, keyFrom, ...who },
        text: (view) =>
          fields(view, [
            ["deployment", { text: url, style: "bold" }],
            ["key", keyFrom],
            ["who", who.appId === null ? "a publisher" : "a consumer"],
            ["application", who.appId],
            ["may", may(who)],
          ]),
      };
    }),
  );
}

/** A publisher's key has scopes, a consumer's token capabilities; neither: everything. */
function may({ scopes, capabilities }: WhoamiOut): string {
  return (scopes ?? capabilities)?.join(", ") ?? "everything";
}

export function registerProfiles(group: Command, cli: Cli): void {
  const list = group.command("list").alias("ls").description("list the profiles that are kept");
  list.action(() =>
    cli.run(list, async (session) => {
      const { current, profiles } = await readConfig(configPath(session.io));
      const rows = Object.entries(profiles).map(([name, { url }]) => ({
        name,
        url,
        current: name === current,
      }));
      return {
        json: rows,
        text: (view) =>
          rows.length === 0
            ? view.paint("dim", "No profiles; `posthorn login` makes one")
            : table(
                view,
                [{ title: "" }, { title: "name", style: "bold" }, { title: "url" }],
                rows.map(({ name, url, current: isCurrent }) => [isCurrent ? "*" : "", name, url]),
              ),
      };
    }),
  );

  const use = group.command("use <name>").description("make a profile the one that is used");
  use.action((name: string) =>
    cli.run(use, async (session) => {
      const file = configPath(session.io);
      const config = await readConfig(file);
      if (!Object.hasOwn(config.profiles, name)) {
        throw usageFailure(`There is no profile ${name}`, "`posthorn profiles list` lists them");
      }
      await writeConfig(file, { ...config, current: name });
      return { json: { current: name }, text: ({ paint }) => `${paint("green", "✓")} Using ${name}` };
    }),
  );
}
