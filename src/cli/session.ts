/** What a command works with, and what it gives back. */
import { Client } from "./client.ts";
import { configPath, isReadByOthers, readConfig } from "./config-file.ts";
import { CliFailure, EXIT, type ExitCode } from "./failure.ts";
import type { Io } from "./io.ts";
import { formatJson } from "./json-text.ts";
import { resolveSettings, type Settings } from "./settings.ts";
import { clean, paintWith, type View, wantsColour } from "./view.ts";

/** Options that every command takes. */
export type GlobalOptions = { server?: string; profile?: string; json?: boolean; color?: boolean };

/** The same thing twice: for programs and for people. */
export type Answer = {
  json: unknown;
  text: (view: View) => string;
  exitCode?: ExitCode;
};

export class Session {
  readonly io: Io;
  readonly options: GlobalOptions;
  #client: Client | null = null;

  constructor(io: Io, options: GlobalOptions) {
    this.io = io;
    this.options = options;
  }

  get json(): boolean {
    return this.options.json === true;
  }

  view(sink: "stdout" | "stderr" = "stdout"): View {
    const { isTTY, columns } = this.io[sink];
    const colours = wantsColour(this.io.env, { isTTY, allowed: this.options.color !== false });
    return { paint: paintWith(colours), columns: isTTY ? columns : null, nowMs: this.io.nowMs() };
  }

  async settings(): Promise<Settings> {
    const file = configPath(this.io);
    const { server, profile } = this.options;
    const settings = resolveSettings({
      options: { server, profile },
      env: this.io.env,
      config: await readConfig(file),
    });
    if (settings.keyFrom.startsWith("of profile") && (await isReadByOthers(file))) {
      this.note(`Others on this machine can read the keys in ${file}: chmod 600 it`);
    }
    return settings;
  }

  /** For what any caller may ask. */
  async anonymousClient(): Promise<Client> {
    return new Client(this.io, await this.settings());
  }

  async client(): Promise<Client> {
    if (this.#client !== null) return this.#client;
    const settings = await this.settings();
    if (settings.key === null) {
      throw new CliFailure(`There is no key for ${settings.url}`, {
        exitCode: EXIT.notAuthorised,
        code: "no_key",
        hint: "Set POSTHORN_KEY, or run `posthorn login`; `npm start` prints the key of a local deployment",
      });
    }
    this.#client = new Client(this.io, settings);
    return this.#client;
  }

  /** For people, beside the answer: never on stdout. */
  note(text: string): void {
    if (!this.json) this.io.stderr.write(`${this.view("stderr").paint("dim", text)}\n`);
  }

  show(answer: Answer): void {
    const text = this.json ? formatJson(answer.json) : answer.text(this.view());
    if (text !== "") this.io.stdout.write(`${text}\n`);
  }

  /** One of a stream of things; in JSON each is a line. */
  line({ json, text }: Answer): void {
    this.io.stdout.write(`${this.json ? JSON.stringify(json) : text(this.view())}\n`);
  }
}

/** Says on stderr why it ended; returns what to exit with. */
export function report(io: Io, options: GlobalOptions, error: unknown): ExitCode {
  const failure = error instanceof CliFailure ? error : bugOf(error);
  const { message, code, hint, lines, exitCode } = failure;
  if (options.json === true) {
    io.stderr.write(`${JSON.stringify({ error: { code, message, lines, hint: hint ?? null, exitCode } })}\n`);
    return exitCode;
  }
  const { paint } = new Session(io, options).view("stderr");
  io.stderr.write(`${paint("red", "✗")} ${clean(message)}\n`);
  for (const line of lines) io.stderr.write(`  ${clean(line)}\n`);
  if (hint !== undefined) io.stderr.write(`  ${paint("dim", hint)}\n`);
  return exitCode;
}

function bugOf(error: unknown): CliFailure {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new CliFailure("This is a fault of posthorn itself", {
    exitCode: EXIT.failed,
    code: "bug",
    lines: text.split("\n"),
  });
}
