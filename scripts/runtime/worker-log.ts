/** A line the Worker or workerd wrote. */
export type WorkerLog = { timestamp: number; level: string; message: string };

/** workerd's own remarks carry the C++ line they come from; the Worker's lines never do. */
const FROM_RUNTIME = /^(?:[\w/.-]+\/)?[\w.-]+\.(?:c\+\+|h):\d+: /;
/** … and these say that our code threw, which must be seen. */
const WORTH_SEEING = /exception = |uncaught|fatal/i;

/** An endpoint's host has no address: its attempt says so, with the endpoint. */
const UNKNOWN_HOST = /^e = [\w/.-]+\.rs:\d+: failed: failed to lookup address information/;

/** Whether a line is the runtime talking of clients that hung up and the like. */
export function isRuntimeNoise({ message }: Pick<WorkerLog, "message">): boolean {
  if (UNKNOWN_HOST.test(message)) return true;
  return FROM_RUNTIME.test(message) && (message.includes("disconnected:") || !WORTH_SEEING.test(message));
}
