/** Our own bug: fails loudly, with where it was noticed. Never for bad input, which is data. */
export function invariant(condition: unknown, context: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${context}`);
}
