import { readFile } from "node:fs/promises";
import { usageFailure } from "./failure.ts";
import type { Io } from "./io.ts";
import { parseJson } from "./json-text.ts";

/** A file's bytes, or stdin's for `-`. */
export async function readBytes(io: Io, file: string): Promise<Uint8Array> {
  if (file === "-") {
    if (io.stdin.isTTY) throw usageFailure("Nothing comes in on stdin", "Name a file, or pipe something in");
    return io.stdin.read();
  }
  try {
    return await readFile(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw usageFailure(`${file} cannot be read (${code})`);
  }
}

export async function readText(io: Io, file: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(io, file));
}

/** JSON given as it stands, as `@file`, or as `-` for stdin; its text is kept as it is. */
export async function readJsonArgument(io: Io, argument: string): Promise<{ text: string; value: unknown }> {
  const isFile = argument === "-" || argument.startsWith("@");
  const text = isFile ? await readText(io, argument.replace(/^@/, "")) : argument;
  try {
    return { text: text.trim(), value: parseJson(text) };
  } catch (error) {
    const where = isFile ? argument : "What you gave";
    const reason = error instanceof Error ? error.message : String(error);
    throw usageFailure(
      `${where} is not JSON: ${reason}`,
      "In a shell, put it in single quotes: '{\"a\": 1}'",
    );
  }
}
