import type { Env } from "../env.ts";
import type { AppendCall } from "../store/event-append.ts";
import type { CommitOutcome } from "./commit-group.ts";

/** Appends through the writer that serves the application, of as many as the deployment has. */
export function appendThroughWriter(env: Env, call: AppendCall, writers: number): Promise<CommitOutcome> {
  const stub = env.LOG_WRITER.getByName(`writer-${hash(call.application) % writers}`);
  // The stub's type wraps every alternative of the union by itself; what arrives is plain data.
  return stub.append(call) as Promise<CommitOutcome>;
}

function hash(text: string): number {
  let value = 0;
  for (let i = 0; i < text.length; i++) value = (value * 31 + text.charCodeAt(i)) >>> 0;
  return value;
}
