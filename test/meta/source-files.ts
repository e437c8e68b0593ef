import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

export const PROJECT_ROOT = join(import.meta.dirname, "../..");
const SOURCE_ROOT = join(PROJECT_ROOT, "src");

export type SourceFile = {
  /** From the project's root: `src/core/ids.ts`. */
  path: string;
  /** The folder under src; the file's own name for those directly in it: `core`, `index.ts`. */
  room: string;
  text: string;
  /** The text without comments and the contents of strings and templates. */
  code: string;
  imports: Import[];
};

/** `room` is null for a package; then `target` is its name. Otherwise `target` is the imported file's path. */
export type Import = { target: string; room: string | null };

export function sourceFiles(): SourceFile[] {
  return readdirSync(SOURCE_ROOT, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .sort()
    .map((name) => readSource(join(SOURCE_ROOT, name)));
}

/** Every file and folder name under the given top-level folders. */
export function namesUnder(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(PROJECT_ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) =>
      join(folder, name),
    ),
  );
}

function readSource(absolute: string): SourceFile {
  const text = readFileSync(absolute, "utf8");
  return {
    path: relative(PROJECT_ROOT, absolute),
    room: roomOf(absolute),
    text,
    code: withoutCommentsAndStrings(text),
    imports: specifiers(text).map((specifier) => resolveImport(absolute, specifier)),
  };
}

function roomOf(absolute: string): string {
  return relative(SOURCE_ROOT, absolute).split("/")[0] ?? "";
}

/** Static imports and re-exports (`import type` too: it is no exemption), and dynamic imports. */
function specifiers(text: string): string[] {
  const statements =
    /^(?:import|export)\b[^;"]*?\bfrom\s*"([^"]+)"|^import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;
  return [...text.matchAll(statements)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? "");
}

function resolveImport(importer: string, specifier: string): Import {
  if (specifier.startsWith(".")) {
    const absolute = resolve(dirname(importer), specifier);
    return { target: relative(PROJECT_ROOT, absolute), room: roomOf(absolute) };
  }
  const [scopeOrName = "", name] = specifier.split("/");
  return { target: scopeOrName.startsWith("@") ? `${scopeOrName}/${name}` : scopeOrName, room: null };
}

const COMMENTS_AND_STRINGS =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|\$\{[^}]*\}|[^`\\])*`/g;

/** Lines stay where they were, and so do the expressions inside templates. */
function withoutCommentsAndStrings(text: string): string {
  return text.replaceAll(COMMENTS_AND_STRINGS, (match) => {
    const kept = match.startsWith("`") ? (match.match(/\$\{[^}]*\}/g) ?? []).join(" ") : "";
    return `""${kept.replaceAll("\n", " ")}${match.replaceAll(/[^\n]/g, "")}`;
  });
}
