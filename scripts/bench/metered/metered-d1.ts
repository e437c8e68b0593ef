/** A D1 binding that counts round trips, rows read and rows written, and otherwise is the one it wraps. */
export type D1Meter = { roundTrips: number; rowsRead: number; rowsWritten: number };

/** Everything that goes through the returned database is counted in `meter`. */
export function meteredD1(database: D1Database, meter: D1Meter): D1Database {
  const count = <T extends { meta: D1Meta }>(results: T[]): T[] => {
    meter.roundTrips++;
    for (const { meta } of results) {
      meter.rowsRead += meta.rows_read;
      meter.rowsWritten += meta.rows_written;
    }
    return results;
  };
  const originals = new WeakMap<object, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const one = async <T>() => {
      const [result] = count([await statement.all<T>()]);
      if (result === undefined) throw new Error("no result");
      return result;
    };
    const first = async (column?: string) => {
      const row = (await one<Record<string, unknown>>()).results[0] ?? null;
      return column === undefined || row === null ? row : row[column];
    };
    // Rows that a `raw` writes are not told; nothing in the measured paths writes that way.
    const raw = async (options?: { columnNames: true }) => {
      meter.roundTrips++;
      return options === undefined ? statement.raw() : statement.raw(options);
    };
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      all: one,
      run: one,
      first,
      raw,
    } as unknown as D1PreparedStatement;
    originals.set(wrapped, statement);
    return wrapped;
  };
  const batch = async <T>(statements: D1PreparedStatement[]) =>
    count(await database.batch<T>(statements.map((statement) => originals.get(statement) ?? statement)));
  return { prepare: (query: string) => wrap(database.prepare(query)), batch } as unknown as D1Database;
}
