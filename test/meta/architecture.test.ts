/** Who may import whom and what each room must stay free of (design §6; style.md §9–10). */
import { describe, expect, it } from "vitest";
import { type Import, namesUnder, type SourceFile, sourceFiles } from "./source-files.ts";

type Allowed = { rooms: string[]; packages: string[] };

/** Beside the room itself. A room is a folder of src, or a file directly in it. */
const MAY_IMPORT: Record<string, Allowed> = {
  core: { rooms: [], packages: [] },
  wire: { rooms: ["core"], packages: [] },
  contract: { rooms: ["core"], packages: ["zod", "@hono/zod-openapi"] },
  catalogue: { rooms: ["core"], packages: ["@cfworker/json-schema", "re2js", "yaml"] },
  store: { rooms: ["core"], packages: ["drizzle-orm"] },
  delivery: { rooms: ["core", "wire", "store", "log.ts", "env.ts"], packages: ["cloudflare:workers"] },
  accept: {
    rooms: ["core", "store", "delivery", "feed", "log.ts", "env.ts"],
    packages: ["cloudflare:workers"],
  },
  feed: { rooms: ["core", "store", "log.ts", "env.ts"], packages: ["cloudflare:workers"] },
  service: {
    rooms: ["core", "wire", "store", "catalogue", "log.ts", "env.ts", "accept", "delivery", "feed"],
    packages: [],
  },
  http: {
    rooms: ["contract", "service", "core", "feed", "store", "log.ts", "env.ts"],
    packages: ["hono", "@hono/zod-openapi", "zod", "@modelcontextprotocol/server"],
  },
  portal: {
    rooms: ["contract", "core"],
    packages: ["react", "react-dom", "@tanstack/react-query", "uplot", "wouter", "zod"],
  },
  cli: { rooms: ["contract", "core", "wire"], packages: ["node:*", "commander"] },
  // Of the object classes only the types: the bindings are typed by them.
  "env.ts": { rooms: ["accept", "core", "delivery", "feed"], packages: ["zod"] },
  "log.ts": { rooms: ["core"], packages: [] },
};

/** Of these rooms another room may see nothing but the stub. */
const STUB_ONLY: Record<string, string[]> = { delivery: ["accept", "service"], feed: ["accept", "service"] };

const files = sourceFiles();
const srcRooms = [...new Set(files.map(({ room }) => room))].filter((room) => room !== "index.ts");

describe("imports", () => {
  it.each(srcRooms)("%s is a room the table knows", (room) => {
    expect(Object.keys(MAY_IMPORT)).toContain(room);
  });

  it.each(srcRooms)("%s imports only the rooms it may", (room) => {
    const allowed = [room, ...(MAY_IMPORT[room]?.rooms ?? [])];
    expect(importsOf(room, ({ room: to }) => to !== null && !allowed.includes(to))).toEqual([]);
  });

  it.each(srcRooms)("%s imports only the packages it may", (room) => {
    const allowed = MAY_IMPORT[room]?.packages ?? [];
    const mayImport = (name: string) => allowed.some((entry) => entry === name || isScheme(entry, name));
    expect(importsOf(room, ({ room: to, target }) => to === null && !mayImport(target))).toEqual([]);
  });

  it.each(Object.entries(STUB_ONLY))("of %s other rooms see only the stub: %s", (room, others) => {
    const outside = files.filter((file) => others.includes(file.room));
    expect(found(outside, ({ room: to, target }) => to === room && target !== `src/${room}/stub.ts`)).toEqual(
      [],
    );
  });

  it("env.ts knows the object classes as types alone", () => {
    const env = files.find(({ path }) => path === "src/env.ts");
    expect(env?.text.match(/^import (?!type ).*"\.\/(?:accept|delivery|feed)\/.*$/gm)).toBeNull();
  });

  it("the portal knows the contract as types alone: zod would be most of what a browser loads", () => {
    const portal = files.filter(inRooms("portal"));
    expect(matches(portal, /^import (?!type ).*["'](?:zod|(?:\.\.\/)+contract\/.*)["']/, "text")).toEqual([]);
    expect(matches(portal, /\b(?:dangerouslySetInnerHTML|innerHTML|eval|new Function)\b/, "text")).toEqual(
      [],
    );
  });

  it("nobody imports the entry", () => {
    expect(found(files, ({ room }) => room === "index.ts")).toEqual([]);
  });

  it("no two files import each other, however far the ring runs", () => {
    expect(
      firstRing(
        graphOf(
          ({ path }) => path,
          ({ target }) => target,
        ),
      ),
    ).toBeNull();
  });

  it("no two rooms import each other, however far the ring runs", () => {
    expect(
      firstRing(
        graphOf(
          ({ room }) => room,
          ({ room }) => room,
        ),
      ),
    ).toBeNull();
  });

  it("every local import names its extension", () => {
    expect(
      found(files, ({ room, target }) => room !== null && !/\.(tsx?|html|css|js|json)$/.test(target)),
    ).toEqual([]);
  });
});

describe("purity", () => {
  const IMPURE =
    /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bcrypto\.|\bfetch\(|\bprocess\.|\benv\b|\bperformance\.|\bsetTimeout\(|\bsetInterval\(|\bconsole\./;

  it("core has no clock, no randomness, no network, no environment: they are arguments", () => {
    expect(matches(files.filter(inRooms("core")), IMPURE)).toEqual([]);
  });

  it("wire makes bytes and sends nothing", () => {
    expect(
      matches(
        files.filter(inRooms("wire")),
        /\bDate\.now\b|\bMath\.random\b|\bfetch\(|\bprocess\.|\bconsole\./,
      ),
    ).toEqual([]);
  });

  it("what runs outside objects keeps no promise from call to call: one of a dropped call never settles", () => {
    // A call that only waits for another one is cancelled by the runtime, as hung, once its thread is idle.
    const rooms = ["contract", "service", "http", "store", "wire", "catalogue"];
    const kept = /^\s*(?:let|#\w+:|readonly #\w+:)[^=()]*\bPromise<|\b(?:Weak)?Map<[^()]*\bPromise</;
    expect(matches(files.filter(inRooms(...rooms)), kept)).toEqual([]);
  });

  it("only the logger writes to the console", () => {
    const others = files.filter(({ room }) => !["log.ts", "cli", "portal"].includes(room));
    expect(matches(others, /\bconsole\./)).toEqual([]);
  });
});

describe("owners", () => {
  /** The object hands its queue the means to run SQL; the statements are the queue's. */
  const QUEUE = /^src\/(?:accept|delivery|feed)\/queue[\w-]*\.ts$/;
  const OBJECT = /^src\/(?:accept|delivery|feed)\/(?:inbox-)?object\.ts$/;
  const SQL_TEXT = /["`]\s*(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|CREATE|ALTER|DROP|PRAGMA)\s+[\w"*(]/;

  it("only store prepares statements for D1; others may compose them", () => {
    const others = files.filter(({ room }) => room !== "store");
    expect(matches(others, /\.prepare\(/)).toEqual([]);
    expect(found(others, ({ target }) => target === "drizzle-orm")).toEqual([]);
  });

  it("only store and the objects' queues contain SQL", () => {
    const others = files.filter(({ room, path }) => room !== "store" && !QUEUE.test(path));
    expect(matches(others, SQL_TEXT, "text")).toEqual([]);
  });

  it("only the queue runs an object's SQL", () => {
    const others = files.filter(({ path }) => !QUEUE.test(path) && !OBJECT.test(path));
    expect(matches(others, /\bsql\.exec\b/)).toEqual([]);
  });

  it("vendors' header names appear only in wire, and where the contract documents them", () => {
    const others = files.filter(({ room }) => !["wire", "contract"].includes(room));
    const VENDOR_HEADER =
      /x-(?:webhook|clawbook|clawget|swiftclaw)-signature|svix-(?:id|timestamp|signature)|webhook-(?:id|timestamp|signature)/i;
    expect(matches(others, VENDOR_HEADER, "text")).toEqual([]);
  });
});

describe("form", () => {
  it("no drawer for things without a name", () => {
    const drawers = namesUnder("src", "test", "scripts").filter((name) =>
      name
        .split(/[/.]/)
        .some((part) => ["utils", "util", "helpers", "helper", "common", "lib", "misc"].includes(part)),
    );
    expect(drawers).toEqual([]);
  });

  it("files are named in kebab case", () => {
    const names = namesUnder("src", "test", "scripts").filter((name) => !/^[a-z0-9/.-]+$/.test(name));
    // The names that Rust's own tool looks for.
    expect(names.filter((name) => !/\/Cargo\.(toml|lock)$/.test(name))).toEqual([]);
  });

  it("no file is longer than 400 lines", () => {
    const long = files.filter(({ text }) => text.split("\n").length - 1 > 400);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it("bounds that others go by stand in core/limits", () => {
    const others = files.filter(({ path }) => !path.startsWith("src/core/limits/"));
    expect(matches(others, /^export const (?:MAX|MIN)_/)).toEqual([]);
  });

  it("nothing has the type any, and nothing is asserted not to be null", () => {
    expect(matches(files, /[:<,|&]\s*any\b|\bas any\b|\bany\[\]|[\w)\]]!(?=[.;,)\][])/)).toEqual([]);
  });

  it("names are exported, never a default, but by the entry", () => {
    expect(
      matches(
        files.filter(({ room }) => room !== "index.ts"),
        /^export default\b/m,
      ),
    ).toEqual([]);
  });
});

function inRooms(...rooms: string[]): (file: SourceFile) => boolean {
  return ({ room }) => rooms.includes(room);
}

function isScheme(entry: string, name: string): boolean {
  return entry.endsWith(":*") && name.startsWith(entry.slice(0, -1));
}

type ImportTest = (imported: Import) => boolean;

function importsOf(room: string, test: ImportTest): string[] {
  return found(files.filter(inRooms(room)), test);
}

function found(among: SourceFile[], test: ImportTest): string[] {
  return among.flatMap(({ path, imports }) =>
    imports.filter(test).map(({ target }) => `${path} -> ${target}`),
  );
}

/** `path:line: text` of each match. */
function matches(among: SourceFile[], pattern: RegExp, part: "code" | "text" = "code"): string[] {
  return among.flatMap((file) =>
    file[part]
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${file.path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

type Graph = Map<string, Set<string>>;

/** What imports what, without `env.ts` knowing the object classes as types, and without packages. */
function graphOf(from: (file: SourceFile) => string, to: (imported: Import) => string | null): Graph {
  const graph: Graph = new Map();
  for (const file of files.filter(({ room }) => room !== "env.ts")) {
    const targets = graph.get(from(file)) ?? new Set();
    for (const imported of file.imports) {
      const target = imported.room === null ? null : to(imported);
      if (target !== null && target !== from(file)) targets.add(target);
    }
    graph.set(from(file), targets);
  }
  return graph;
}

/** One ring as `a -> b -> a`; null when there is none. */
function firstRing(graph: Graph): string | null {
  const done = new Set<string>();
  const visit = (node: string, trail: string[]): string | null => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node].join(" -> ");
    if (done.has(node)) return null;
    for (const next of graph.get(node) ?? []) {
      const ring = visit(next, [...trail, node]);
      if (ring !== null) return ring;
    }
    done.add(node);
    return null;
  };
  for (const node of graph.keys()) {
    const ring = visit(node, []);
    if (ring !== null) return ring;
  }
  return null;
}
