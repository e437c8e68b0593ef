/** What the person who started us can put right; shown without a stack. */
export class RunnerError extends Error {
  override name = "RunnerError";
}
