/** All commands, and how a command line is run to its exit code. */
import { Command, CommanderError } from "commander";
import { type Cli, createCli } from "./cli.ts";
import { registerAlerts } from "./commands/alerts.ts";
import { registerApps } from "./commands/apps.ts";
import { registerEventTypes } from "./commands/catalogue.ts";
import { registerDialects } from "./commands/dialects.ts";
import { registerEventAgain } from "./commands/event-again.ts";
import { registerEventTail } from "./commands/event-tail.ts";
import { registerEvents } from "./commands/events.ts";
import { registerKeys } from "./commands/keys.ts";
import { registerListen } from "./commands/listen.ts";
import { registerLogin, registerProfiles } from "./commands/login.ts";
import { registerCompletion, registerOpenApi } from "./commands/openapi.ts";
import { registerStats, registerTasks } from "./commands/stats.ts";
import { registerVerify } from "./commands/verify.ts";
import { registerWebhookLog } from "./commands/webhook-log.ts";
import { registerWebhooks } from "./commands/webhooks.ts";
import { EXIT, EXIT_MEANINGS, type ExitCode, usageFailure } from "./failure.ts";
import type { Io } from "./io.ts";
import { report, Session } from "./session.ts";

const VERSION = process.env.POSTHORN_CLI_VERSION ?? "0.0.0-source";

/** Runs one command line; everything it says goes through `io`. */
export async function runCli(args: readonly string[], io: Io): Promise<ExitCode> {
  const cli = createCli(io);
  const program = createProgram(cli, { json: args.includes("--json") });
  try {
    await program.parseAsync([...args], { from: "user" });
    return cli.outcome.exitCode;
  } catch (error) {
    return ended(cli, error, args);
  }
}

/** Commander has said itself what is wrong with a command line, and shown the help that was asked for. */
function ended({ io, outcome }: Cli, error: unknown, args: readonly string[]): ExitCode {
  if (!(error instanceof CommanderError))
    return report(io, { json: args.includes("--json"), ...outcome.options }, error);
  if (error.exitCode === 0) return EXIT.ok;
  if (error.code !== "commander.help" && args.includes("--json")) {
    return report(io, { json: true }, usageFailure(error.message.replace(/^error: /, "")));
  }
  return EXIT.usage;
}

/** With `json`, what is wrong with a command line is told as JSON, by {@link ended}. */
export function createProgram(cli: Cli, { json }: { json: boolean }): Command {
  const program = new Command("posthorn")
    .description("Webhook delivery from the terminal: webhooks, events, alerts, signatures.")
    .version(VERSION, "-V, --version", "print the version")
    .option(
      "--server <url>",
      "the deployment; otherwise POSTHORN_URL, the profile's, or http://127.0.0.1:8787",
    )
    .option("--profile <name>", "a profile that `posthorn login` keeps")
    .option("--json", "print JSON on stdout and nothing else")
    .option("--no-color", "print no colours; NO_COLOR does the same")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help");
  settle(program, cli, json);

  const group = (name: string, description: string) => program.command(name).description(description);
  registerLogin(program, cli);
  registerProfiles(group("profiles", "deployments whose keys are kept"), cli);
  registerApps(group("apps", "applications: one for each of your customers, or agents"), cli);
  const webhooks = group("webhooks", "webhooks of an application, where its events go").alias("endpoints");
  registerWebhooks(webhooks, cli);
  registerWebhookLog(webhooks, cli);
  const events = group("events", "publish events, look at them, send them again");
  registerEvents(events, cli);
  registerEventTail(events, cli);
  registerEventAgain(events, cli);
  registerListen(program, cli);
  registerEventTypes(group("event-types", "the catalogue of event types"), cli);
  registerAlerts(group("alerts", "be told when webhooks fail"), cli);
  registerDialects(group("dialects", "how requests look on the wire"), cli);
  registerKeys(group("keys", "publisher keys, and tokens for consumers"), cli);
  registerStats(program, cli);
  registerTasks(group("tasks", "background tasks: replays, recoveries, counts"), cli);
  registerVerify(program, cli);
  registerOpenApi(program, cli);
  registerCompletion(program, cli);
  return program.addHelpText("after", helpFooter);
}

/** Output through `io`, and exceptions where commander would end the process; its subcommands inherit both. */
function settle(program: Command, { io }: Cli, json: boolean): void {
  const stderr = new Session(io, {}).view("stderr");
  const stdout = new Session(io, {}).view("stdout");
  program
    .exitOverride()
    .showHelpAfterError("(add --help for what there is)")
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => {
        io.stdout.write(text);
      },
      writeErr: (text) => {
        if (!json) io.stderr.write(text);
      },
      outputError: (text, write) => write(text.replace(/^error:/, stderr.paint("red", "✗"))),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    })
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (text) => stdout.paint("bold", text),
      styleCommandText: (text) => stdout.paint("cyan", text),
      styleSubcommandText: (text) => stdout.paint("cyan", text),
      styleOptionText: (text) => stdout.paint("cyan", text),
    });
}

function helpFooter(): string {
  const codes = EXIT_MEANINGS.map(([code, meaning]) => `  ${String(code).padEnd(4)} ${meaning}`);
  return `
Environment:
  POSTHORN_URL, POSTHORN_KEY     the deployment and the key; they win over profiles
  POSTHORN_PROFILE               the profile to use
  POSTHORN_CONFIG                the config file, instead of ~/.config/posthorn/config.json

Exit codes:
${codes.join("\n")}

An <app> is an application's id or uid, a <webhook> the id or uid of one of its webhooks.`;
}
