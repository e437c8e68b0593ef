/** SQLite's own refusals: the statement failed, and with it the whole batch (D1 rolls it back). */
const REFUSALS =
  /SQLITE_(CONSTRAINT|ERROR|TOOBIG|MISMATCH|RANGE)|too many SQL variables|string or blob too big/;

/** Whether nothing can have been committed. Anything else (a lost connection, a reset) leaves that open. */
export function isRolledBack(error: unknown): boolean {
  return error instanceof Error && REFUSALS.test(error.message);
}
