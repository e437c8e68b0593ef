/**
 * The deployment's D1 with a deadline on every call. It is known to stall for half a minute and to fail now and then
 * (reference cloudflare.md §7, 14 and 15): what is safe to repeat is tried again, the rest fails soon and says why.
 */
import { D1_READ_TRY_TIMEOUT_MS, D1_TIMEOUT_MS } from "../core/limits/database.ts";
import { within } from "./deadline.ts";
import { classifyFailure, DatabaseUnavailableError, isReadOnly, nextTryInMs } from "./failures.ts";

export type GuardOptions = {
  /** For the whole call, every try and wait included. */
  timeoutMs: number;
  /** For one try of a read: a stalled connection is left for another one. */
  readTryTimeoutMs: number;
};

const DEFAULTS: GuardOptions = { timeoutMs: D1_TIMEOUT_MS, readTryTimeoutMs: D1_READ_TRY_TIMEOUT_MS };

const guardedOf = new WeakMap<D1Database, D1Database>();
const alreadyGuarded = new WeakSet<D1Database>();
const environments = new WeakMap<object, object>();

/** The environment with its database guarded; the same one each time, because every call into the Worker asks. */
export function withGuardedDatabase<E extends { DB: D1Database }>(env: E): E {
  const known = environments.get(env);
  if (known !== undefined) return known as E;
  const guarded = alreadyGuarded.has(env.DB) ? env : { ...env, DB: guardedDatabase(env.DB) };
  environments.set(env, guarded);
  environments.set(guarded, guarded);
  return guarded;
}

/** The same database; calls end by the deadline, and fail with {@link DatabaseUnavailableError} where it is to blame. */
export function guardedDatabase(d1: D1Database, options: GuardOptions = DEFAULTS): D1Database {
  const known = options === DEFAULTS ? guardedOf.get(d1) : undefined;
  const guarded = known ?? new GuardedDatabase(d1, options);
  if (options === DEFAULTS) guardedOf.set(d1, guarded);
  alreadyGuarded.add(guarded);
  return guarded;
}

class GuardedDatabase implements D1Database {
  readonly #d1: D1Database;
  readonly #options: GuardOptions;

  constructor(d1: D1Database, options: GuardOptions) {
    this.#d1 = d1;
    this.#options = options;
  }

  prepare(query: string): D1PreparedStatement {
    return new GuardedStatement({ d1: this.#d1, query, options: this.#options }, []);
  }

  batch<T = unknown>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> {
    const isRead = statements.every((one) => one instanceof GuardedStatement && one.isRead());
    const inner = () => statements.map((one) => (one instanceof GuardedStatement ? one.inner() : one));
    return guard({ isRead, run: () => this.#d1.batch<T>(inner()) }, this.#options);
  }

  exec(query: string): Promise<D1ExecResult> {
    return guard({ isRead: false, run: () => this.#d1.exec(query) }, this.#options);
  }

  /** Not guarded: nothing here uses sessions. */
  withSession(constraintOrBookmark?: D1SessionBookmark | D1SessionConstraint): D1DatabaseSession {
    return this.#d1.withSession(constraintOrBookmark);
  }

  dump(): Promise<ArrayBuffer> {
    return this.#d1.dump();
  }
}

type Prepared = { d1: D1Database; query: string; options: GuardOptions };

class GuardedStatement implements D1PreparedStatement {
  readonly #prepared: Prepared;
  readonly #values: unknown[];

  constructor(prepared: Prepared, values: unknown[]) {
    this.#prepared = prepared;
    this.#values = values;
  }

  bind(...values: unknown[]): D1PreparedStatement {
    return new GuardedStatement(this.#prepared, values);
  }

  first<T = unknown>(column: string): Promise<T | null>;
  first<T = Record<string, unknown>>(): Promise<T | null>;
  first<T>(column?: string): Promise<T | null> {
    return this.#guard((inner) => (column === undefined ? inner.first<T>() : inner.first<T>(column)));
  }

  run<T = Record<string, unknown>>(): Promise<D1Result<T>> {
    return this.#guard((inner) => inner.run<T>());
  }

  all<T = Record<string, unknown>>(): Promise<D1Result<T>> {
    return this.#guard((inner) => inner.all<T>());
  }

  raw<T = unknown[]>(options: { columnNames: true }): Promise<[string[], ...T[]]>;
  raw<T = unknown[]>(options?: { columnNames?: false }): Promise<T[]>;
  raw<T>(options?: { columnNames?: boolean }): Promise<T[] | [string[], ...T[]]> {
    const { columnNames } = options ?? {};
    return this.#guard<T[] | [string[], ...T[]]>((inner) =>
      columnNames ? inner.raw<T>({ columnNames }) : inner.raw<T>(),
    );
  }

  isRead(): boolean {
    return isReadOnly(this.#prepared.query);
  }

  /** Made for each try afresh. */
  inner(): D1PreparedStatement {
    const statement = this.#prepared.d1.prepare(this.#prepared.query);
    return this.#values.length === 0 ? statement : statement.bind(...this.#values);
  }

  #guard<T>(run: (inner: D1PreparedStatement) => Promise<T>): Promise<T> {
    return guard({ isRead: this.isRead(), run: () => run(this.inner()) }, this.#prepared.options);
  }
}

type Call<T> = { isRead: boolean; run: () => Promise<T> };

async function guard<T>({ isRead, run }: Call<T>, options: GuardOptions): Promise<T> {
  const giveUpAtMs = Date.now() + options.timeoutMs;
  for (let tries = 1; ; tries++) {
    const leftMs = Math.max(0, giveUpAtMs - Date.now());
    try {
      return await within(isRead ? Math.min(leftMs, options.readTryTimeoutMs) : leftMs, run());
    } catch (error) {
      const failure = classifyFailure(error);
      if (failure === "refused") throw error;
      const failed = { failure, isRead, tries, leftMs: giveUpAtMs - Date.now(), random: Math.random() };
      const delayMs = nextTryInMs(failed);
      if (delayMs === null) throw new DatabaseUnavailableError(error);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}
