/** A D1 that fails, hangs, or loses its answer, around the real one. */

/** What becomes of a call: `lose` carries it out and then says that the connection was lost. */
export type Fault = "none" | "hang" | "lose" | Error;

export type FaultyD1 = {
  db: D1Database;
  /** Round trips so far, the failed ones included. */
  calls: () => number;
};

export const LOST = new Error("D1_ERROR: Network connection lost.");

/** Each call meets the next fault of the list; what follows the last meets that one again. */
export function faultyD1(real: D1Database, faults: readonly Fault[]): FaultyD1 {
  let calls = 0;
  const originals = new WeakMap<object, D1PreparedStatement>();
  const call = async <T>(run: () => Promise<T>): Promise<T> => {
    const fault = faults[Math.min(calls, faults.length - 1)] ?? "none";
    calls++;
    if (fault instanceof Error) throw fault;
    if (fault === "hang") return new Promise(() => {});
    const result = await run();
    if (fault === "lose") throw LOST;
    return result;
  };
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      first: (column?: string) =>
        call(() => (column === undefined ? statement.first() : statement.first(column))),
      run: () => call(() => statement.run()),
      all: () => call(() => statement.all()),
      raw: () => call(() => statement.raw()),
    } as unknown as D1PreparedStatement;
    originals.set(wrapped, statement);
    return wrapped;
  };
  const db = {
    prepare: (query: string) => wrap(real.prepare(query)),
    batch: <T>(statements: D1PreparedStatement[]) =>
      call(() => real.batch<T>(statements.map((one) => originals.get(one) ?? one))),
  } as unknown as D1Database;
  return { db, calls: () => calls };
}
