/** A call to the log that did not answer in time; whether it was carried out is unknown. */
export class DeadlineError extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
    this.name = "DeadlineError";
  }
}

/** The work's result, or a {@link DeadlineError} once the time is up: D1 is known to stall (cloudflare.md §7, 15). */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let cancel = () => {};
  const deadline = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new DeadlineError(timeoutMs)), timeoutMs);
    cancel = () => clearTimeout(timer);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    cancel();
  }
}
