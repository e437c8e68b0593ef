/** The bench's own processes: forked, asked one thing after another, ended with their parent. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** What a process can be asked: name to a pair of question and answer. All of it must survive JSON. */
export type Questions = Record<string, { asked: unknown; answered: unknown }>;

export type Child<Q extends Questions> = {
  ask<Name extends keyof Q & string>(name: Name, asked: Q[Name]["asked"]): Promise<Q[Name]["answered"]>;
  end(): Promise<void>;
};

type Message = { id: number; name: string; asked: unknown };
type Reply = { id: number; answered?: unknown; error?: string };

/** Starts `scripts/bench/<file>` as a process of its own. */
export function startChild<Q extends Questions>(file: string): Child<Q> {
  const process = fork(join(import.meta.dirname, file), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  process.on("message", (reply: Reply) => {
    const { resolve, reject } = waiting.get(reply.id) ?? {};
    waiting.delete(reply.id);
    if (reply.error !== undefined) reject?.(new Error(`${file}: ${reply.error}`));
    else resolve?.(reply.answered);
  });
  process.on("exit", (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended with ${signal ?? code}`));
    waiting.clear();
  });
  return {
    ask: (name, asked) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        process.send({ id, name, asked } satisfies Message);
      }),
    end: async () => {
      if (process.exitCode !== null || process.signalCode !== null) return;
      const exited = once(process, "exit");
      process.kill("SIGKILL");
      await exited;
    },
  };
}

type Answers<Q extends Questions> = {
  [Name in keyof Q]: (asked: Q[Name]["asked"]) => Promise<Q[Name]["answered"]> | Q[Name]["answered"];
};

/** Called in the child: answers until the parent is gone. */
export function answer<Q extends Questions>(answers: Answers<Q>): void {
  process.on("disconnect", () => process.exit(0));
  process.on("message", async ({ id, name, asked }: Message) => {
    const reply: Reply = { id };
    try {
      const run = answers[name];
      if (run === undefined) throw new Error(`cannot ${name}`);
      reply.answered = await run(asked);
    } catch (error) {
      reply.error = error instanceof Error ? error.message : String(error);
    }
    process.send?.(reply);
  });
}
