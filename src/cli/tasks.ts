/** Waiting for the server's background tasks. */

import type { BackgroundTaskOut } from "../contract/background-tasks.ts";
import { isObject } from "../core/json-object.ts";
import { path } from "./client.ts";
import { EXIT, interrupted } from "./failure.ts";
import type { Answer, Session } from "./session.ts";
import { bar, fields, type View } from "./view.ts";

export type TaskStart = { id: string; status: string; task: string };

const FIRST_POLL_MS = 150;
const LAST_POLL_MS = 2000;
const POLL_GROWTH = 1.5;

/** The answer of a command that begins a task: what it has become, or with `wait: false` its id. */
export async function taskAnswer(
  session: Session,
  begun: TaskStart,
  { wait }: { wait: boolean },
): Promise<Answer> {
  if (!wait) {
    const text = () => `${begun.id}`;
    session.note(`It goes on without you: \`posthorn tasks wait ${begun.id}\``);
    return { json: begun, text };
  }
  return finishedAnswer(await waitForTask(session, begun.id));
}

export function finishedAnswer(task: BackgroundTaskOut): Answer {
  const failed = task.status === "failed";
  return {
    json: task,
    text: (view) => taskText(view, task),
    ...(failed ? { exitCode: EXIT.failed } : {}),
  };
}

export function taskText(view: View, task: BackgroundTaskOut): string {
  const counts = Object.entries(task.data).filter(([, value]) => typeof value === "number");
  const mark = { finished: view.paint("green", "✓"), failed: view.paint("red", "✗") }[
    task.status as "finished" | "failed"
  ];
  const progress = progressOf(task);
  const percent =
    task.status === "running" && progress !== null ? `  ${progress.done}/${progress.total}` : "";
  const head = `${mark ?? "…"} ${task.task} ${task.status}${percent}  ${view.paint("dim", task.id)}`;
  const rest = fields(
    view,
    counts.map(([name, value]) => [wordsOf(name), String(value)]),
  );
  return rest === "" ? head : `${head}\n${rest}`;
}

/** `messagesSent` as "messages sent". */
function wordsOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

export function progressOf(task: BackgroundTaskOut): { done: number; total: number } | null {
  const { progress } = task.data;
  if (!isObject(progress) || typeof progress.done !== "number" || typeof progress.total !== "number")
    return null;
  return { done: progress.done, total: progress.total };
}

/** Polls until the task has ended, with a bar for who watches. */
export async function waitForTask(session: Session, id: string): Promise<BackgroundTaskOut> {
  const client = await session.client();
  const { io } = session;
  const watched = io.stderr.isTTY && !session.json;
  try {
    for (let delayMs = FIRST_POLL_MS; ; delayMs = Math.min(LAST_POLL_MS, delayMs * POLL_GROWTH)) {
      const task = await client.get<BackgroundTaskOut>(path`/api/v1/background-task/${id}`);
      const progress = progressOf(task);
      if (watched && progress !== null) {
        io.stderr.write(`\r${task.task}  ${bar(session.view("stderr"), progress)}\u001b[K`);
      }
      if (task.status !== "running") return task;
      if (io.signal.aborted) throw stillRunning(id);
      await io.sleep(delayMs);
    }
  } catch (error) {
    throw io.signal.aborted ? stillRunning(id) : error;
  } finally {
    if (watched) io.stderr.write("\r\u001b[K");
  }
}

function stillRunning(id: string) {
  return interrupted(`The task goes on; \`posthorn tasks wait ${id}\` watches it again`);
}
