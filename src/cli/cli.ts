/** The ground that the commands stand on: a program of commander's, and how a command is run. */
import type { Command } from "commander";
import type { ExitCode } from "./failure.ts";
import type { Io } from "./io.ts";
import { type Answer, type GlobalOptions, Session } from "./session.ts";

export type Cli = {
  io: Io;
  /** Runs the work of a command and shows its answer; null: it has shown it itself. */
  run(command: Command, work: (session: Session) => Promise<Answer | null>): Promise<void>;
  /** What was chosen by the last command that ran. */
  outcome: { exitCode: ExitCode; options: GlobalOptions };
};

export function createCli(io: Io): Cli {
  const outcome: Cli["outcome"] = { exitCode: 0, options: {} };
  return {
    io,
    outcome,
    async run(command, work) {
      outcome.options = command.optsWithGlobals<GlobalOptions>();
      const session = new Session(io, outcome.options);
      const answer = await work(session);
      if (answer === null) return;
      session.show(answer);
      outcome.exitCode = answer.exitCode ?? 0;
    },
  };
}
