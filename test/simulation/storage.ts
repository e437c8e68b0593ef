/**
 * An object's storage: SQLite and one alarm. What is written in one turn commits together, and is surely durable once
 * something has left the object that came after it (the output gate). A crash before that may lose the last turns.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { migrateQueue, type SqlExec, type SqlRow } from "../../src/delivery/queue-schema.ts";
import type { Random } from "./random.ts";

/** What was written longer ago is on the disk, whatever happens. */
const DURABLE_AFTER_MS = 50;
/** More turns do not stay undecided. */
const MAX_OPEN_TURNS = 6;

export class ObjectStorage {
  readonly #db = new DatabaseSync(":memory:");
  readonly #statements = new Map<string, { statement: StatementSync; writes: boolean }>();
  /** The alarm before each turn that a crash may still undo. */
  #openTurns: (number | null)[] = [];
  #inTurn = false;
  #turnEndedMs = 0;
  #alarmAtMs: number | null = null;
  /** Called when the alarm that stands has changed. */
  onAlarmChange: () => void = () => undefined;

  constructor() {
    migrateQueue(this.exec);
    this.gate();
  }

  get alarmAtMs(): number | null {
    return this.#alarmAtMs;
  }

  /** As new; the schema stays, so that a run costs no migration. */
  reset(): void {
    this.onAlarmChange = () => undefined;
    this.gate();
    this.#alarmAtMs = null;
    const tables = this.exec(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'schema_version'",
    );
    for (const { name } of tables) this.exec(`DELETE FROM ${name}`);
    this.gate();
    this.#turnEndedMs = 0;
  }

  readonly exec: SqlExec = (query, ...bindings) => {
    // SQLite plans a statement anew whenever its limit is bound, so the limit becomes part of the text.
    const isLimited = query.endsWith("LIMIT ?");
    const text = isLimited ? `${query.slice(0, -1)}${bindings.pop()}` : query;
    const { statement, writes } = this.#prepared(text);
    if (writes) this.#openTurn();
    return statement.all(...bindings) as SqlRow[];
  };

  setAlarm(atMs: number | null): void {
    if (atMs === null && this.#alarmAtMs === null) return;
    this.#openTurn();
    this.#alarmAtMs = atMs;
    this.onAlarmChange();
  }

  /** The object has nothing more to do for now: what it wrote since commits together. */
  endTurn(elapsedMs: number): void {
    if (this.#openTurns.length > MAX_OPEN_TURNS) this.gate();
    if (this.#inTurn) this.#turnEndedMs = elapsedMs;
    this.#inTurn = false;
  }

  /** Time passes. */
  passTo(elapsedMs: number): void {
    if (elapsedMs - this.#turnEndedMs > DURABLE_AFTER_MS) this.gate();
  }

  /** Something leaves the object: all that was written before is durable. */
  gate(): void {
    if (this.#openTurns.length > 0) this.#run("RELEASE turn0");
    this.#openTurns = [];
    this.#inTurn = false;
  }

  /** The object dies; some of the last turns may not have reached the disk. Returns how many were lost. */
  crash(random: Random): number {
    const kept = random.int(0, this.#openTurns.length);
    const lost = this.#openTurns.length - kept;
    const alarmAtMs = lost > 0 ? (this.#openTurns[kept] ?? null) : this.#alarmAtMs;
    if (lost > 0) this.#run(`ROLLBACK TO turn${kept}`);
    this.gate();
    const changed = alarmAtMs !== this.#alarmAtMs;
    this.#alarmAtMs = alarmAtMs;
    if (changed) this.onAlarmChange();
    return lost;
  }

  #openTurn(): void {
    if (this.#inTurn) return;
    this.#run(`SAVEPOINT turn${this.#openTurns.length}`);
    this.#openTurns.push(this.#alarmAtMs);
    this.#inTurn = true;
  }

  #run(statement: string): void {
    this.#prepared(statement).statement.run();
  }

  #prepared(query: string): { statement: StatementSync; writes: boolean } {
    const known = this.#statements.get(query);
    if (known !== undefined) return known;
    const prepared = { statement: this.#db.prepare(query), writes: !/^\s*SELECT\b/.test(query) };
    this.#statements.set(query, prepared);
    return prepared;
  }
}
