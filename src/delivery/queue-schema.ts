/** Append-only: an object's storage may have been written by any earlier version. */
const MIGRATIONS: readonly string[][] = [
  [
    `CREATE TABLE state (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      position INTEGER NOT NULL,
      config TEXT,
      health TEXT,
      stop_reason TEXT,
      succeeded INTEGER NOT NULL,
      failed INTEGER NOT NULL
    )`,
    // Clustered by due time: finding what is due needs no index, and each costs one written row to add or remove.
    `CREATE TABLE waiting (
      next_at INTEGER NOT NULL,
      position INTEGER NOT NULL,
      attempts INTEGER NOT NULL,
      event TEXT NOT NULL,
      PRIMARY KEY (next_at, position)
    ) WITHOUT ROWID`,
    // Only delayed events have an entry: those never attempted cannot be found by way of their attempts.
    "CREATE INDEX waiting_unattempted ON waiting (position) WHERE attempts = 0",
    `CREATE TABLE attempts (
      key INTEGER PRIMARY KEY,
      position INTEGER NOT NULL,
      trigger INTEGER NOT NULL,
      status INTEGER NOT NULL,
      status_code INTEGER NOT NULL,
      duration_ms INTEGER NOT NULL,
      next_at INTEGER,
      url TEXT NOT NULL,
      failure TEXT,
      event TEXT NOT NULL,
      exchange TEXT NOT NULL,
      response TEXT NOT NULL
    )`,
    // The further columns cost nothing to write, and let every question about a delivery be answered by the index alone.
    "CREATE INDEX attempts_by_event ON attempts (position, status, next_at, trigger)",
    "CREATE TABLE canceled (position INTEGER PRIMARY KEY, canceled_at INTEGER NOT NULL, event TEXT NOT NULL)",
    "CREATE TABLE manual_sends (id INTEGER PRIMARY KEY, position INTEGER NOT NULL)",
  ],
  ["ALTER TABLE state ADD COLUMN breaker TEXT"],
  [
    // What mostly happens takes one row: an attempt that succeeded, the first of its event, begun after those of all
    // earlier events. So keys ascend with positions, and neither needs an index. All other attempts are in `attempts`.
    `CREATE TABLE first_tries (
      position INTEGER PRIMARY KEY,
      key INTEGER NOT NULL,
      status_code INTEGER NOT NULL,
      duration_ms INTEGER NOT NULL,
      url TEXT NOT NULL,
      event TEXT NOT NULL,
      exchange TEXT NOT NULL,
      response TEXT NOT NULL,
      object_position INTEGER NOT NULL,
      object_succeeded INTEGER NOT NULL
    )`,
  ],
  // Of attempts, by their keys; what the operational log is to be told, as JSON.
  ["CREATE TABLE notices (key INTEGER PRIMARY KEY, told TEXT NOT NULL)"],
  [
    // One row a replay. What lies up to `cursor` is counted in the row and will not be looked at again.
    `CREATE TABLE replays (
      task_id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      filter TEXT NOT NULL,
      first INTEGER NOT NULL,
      cursor INTEGER NOT NULL,
      up_to INTEGER NOT NULL,
      since_key INTEGER NOT NULL,
      spared_before INTEGER NOT NULL,
      sent INTEGER NOT NULL,
      skipped INTEGER NOT NULL,
      status TEXT NOT NULL,
      error TEXT,
      ended_at INTEGER,
      told INTEGER NOT NULL
    ) WITHOUT ROWID`,
    "ALTER TABLE waiting ADD COLUMN spared_before INTEGER NOT NULL DEFAULT 0",
  ],
  ["ALTER TABLE state ADD COLUMN pause TEXT"],
  // JSON; in `first_tries` of some rows only.
  ["ALTER TABLE state ADD COLUMN tally TEXT", "ALTER TABLE first_tries ADD COLUMN object_tally TEXT"],
];

export type SqlValue = string | number | null | ArrayBuffer;
export type SqlRow = Record<string, SqlValue>;
/** Runs one statement at once and returns its rows; several without an `await` between them commit together. */
export type SqlExec = (query: string, ...bindings: (string | number | null)[]) => SqlRow[];

export function migrateQueue(exec: SqlExec): void {
  exec("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
  const applied = Number(exec("SELECT MAX(version) AS version FROM schema_version")[0]?.["version"] ?? 0);
  MIGRATIONS.slice(applied).forEach((statements, index) => {
    for (const statement of statements) exec(statement);
    exec("INSERT INTO schema_version VALUES (?)", applied + index + 1);
  });
}
