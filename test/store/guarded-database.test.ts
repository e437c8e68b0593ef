import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import { D1_MAX_TRIES } from "../../src/core/limits/database.ts";
import { openDatabase } from "../../src/store/database.ts";
import { DatabaseUnavailableError, isDatabaseUnavailable } from "../../src/store/failures.ts";
import { guardedDatabase, withGuardedDatabase } from "../../src/store/guarded-database.ts";
import { type Fault, faultyD1, LOST } from "../support/faulty-d1.ts";

const SHORT = { timeoutMs: 400, readTryTimeoutMs: 100 };
const NOT_BEGUN = new Error("D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.");
const OVERLOADED = new Error("D1_ERROR: D1 DB is overloaded. Requests queued for too long.");

const INSERT = "INSERT INTO settings (name, value, updated_at) VALUES (?, '{}', 1)";
const COUNT = "SELECT COUNT(*) AS n FROM settings";

beforeEach(async () => {
  await env.DB.exec("DELETE FROM settings");
});

function guarded(faults: Fault[]) {
  const { db, calls } = faultyD1(env.DB, faults);
  return { db: guardedDatabase(db, SHORT), calls };
}

function count(): Promise<number | null> {
  return env.DB.prepare(COUNT).first<number>("n");
}

describe("a guarded database", () => {
  it("answers as the real one, in one round trip a call", async () => {
    const { db, calls } = guarded(["none"]);
    const insert = db.prepare(INSERT);
    expect((await insert.bind("a").run()).meta.changes).toBe(1);
    expect(await db.prepare("SELECT name FROM settings").first()).toEqual({ name: "a" });
    expect(await db.prepare("SELECT name FROM settings").first("name")).toBe("a");
    expect((await db.prepare("SELECT name FROM settings").all()).results).toEqual([{ name: "a" }]);
    expect(await db.prepare("SELECT name FROM settings").raw()).toEqual([["a"]]);
    const [, rows] = await db.batch([insert.bind("b"), db.prepare(COUNT)]);
    expect(rows?.results).toEqual([{ n: 2 }]);
    expect(calls()).toBe(6);
  });

  it("gives column names when asked to", async () => {
    const db = guardedDatabase(env.DB);
    expect(await db.prepare("SELECT 1 AS one").raw({ columnNames: true })).toEqual([["one"], [1]]);
  });

  it("passes on what SQLite refuses, at once", async () => {
    const { db, calls } = guarded(["none"]);
    await expect(db.prepare("SELECT * FROM no_such_table").all()).rejects.toThrow("no such table");
    await db.prepare(INSERT).bind("a").run();
    const again = db.prepare(INSERT).bind("a").run();
    await expect(again).rejects.toThrow("UNIQUE");
    await expect(again).rejects.not.toBeInstanceOf(DatabaseUnavailableError);
    expect(calls()).toBe(3);
  });

  it("is made once for a database and for an environment, and guards nothing twice", () => {
    const guardedEnv = withGuardedDatabase(env);
    expect(guardedEnv.DB).toBe(guardedDatabase(env.DB));
    expect(withGuardedDatabase(env)).toBe(guardedEnv);
    expect(withGuardedDatabase(guardedEnv)).toBe(guardedEnv);
    expect(withGuardedDatabase({ ...guardedEnv }).DB).toBe(guardedEnv.DB);
  });
});

describe("a read", () => {
  it.each<[name: string, fault: Fault]>([
    ["was lost", LOST],
    ["was carried out and its answer lost", "lose"],
    ["hangs", "hang"],
    ["was not begun", NOT_BEGUN],
  ])("that %s is repeated", async (_, fault) => {
    const { db, calls } = guarded([fault, "none"]);
    expect(await db.prepare(COUNT).first("n")).toBe(0);
    expect(calls()).toBe(2);
  });

  it("is repeated in a batch of nothing but reads", async () => {
    const { db, calls } = guarded([LOST, "none"]);
    const [rows] = await db.batch([db.prepare(COUNT), db.prepare(COUNT)]);
    expect(rows?.results).toEqual([{ n: 0 }]);
    expect(calls()).toBe(2);
  });

  it("that always fails is tried only so often", async () => {
    const { db, calls } = guarded([LOST]);
    const failed = db.prepare(COUNT).first();
    await expect(failed).rejects.toMatchObject({ name: "DatabaseUnavailableError", cause: LOST });
    expect(calls()).toBe(D1_MAX_TRIES);
  });

  it("is not repeated at a database that has too much to do", async () => {
    const { db, calls } = guarded([OVERLOADED]);
    await expect(db.prepare(COUNT).first()).rejects.toBeInstanceOf(DatabaseUnavailableError);
    expect(calls()).toBe(1);
  });
});

describe("a write", () => {
  const write = (db: D1Database) => db.prepare(INSERT).bind("a").run();

  it.each<[name: string, fault: Fault, rows: number]>([
    ["was lost", LOST, 0],
    ["was carried out and its answer lost", "lose", 1],
    ["hangs", "hang", 0],
  ])("that %s is never repeated", async (_, fault, rows) => {
    const { db, calls } = guarded([fault, "none"]);
    await expect(write(db)).rejects.toBeInstanceOf(DatabaseUnavailableError);
    expect(calls()).toBe(1);
    expect(await count()).toBe(rows);
  });

  it("is repeated when D1 says that it was not begun", async () => {
    const { db, calls } = guarded([NOT_BEGUN, NOT_BEGUN, "none"]);
    await write(db);
    expect(calls()).toBe(3);
    expect(await count()).toBe(1);
  });

  it("makes its whole batch one", async () => {
    const { db, calls } = guarded(["lose", "none"]);
    const batch = db.batch([db.prepare(COUNT), db.prepare(INSERT).bind("a")]);
    await expect(batch).rejects.toBeInstanceOf(DatabaseUnavailableError);
    expect(calls()).toBe(1);
    expect(await count()).toBe(1);
  });
});

describe("the query builder on it", () => {
  it("reads again, batches, and keeps the reason inside its own errors", async () => {
    const { db, calls } = guarded([LOST, "none", "none", "hang"]);
    const built = openDatabase(db);
    expect(await built.all(sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
    expect(calls()).toBe(2);
    await built.run(sql`DELETE FROM settings`);
    const failed = await built.run(sql`DELETE FROM settings`).then(
      () => null,
      (error) => error,
    );
    expect(failed).not.toBeInstanceOf(DatabaseUnavailableError);
    expect(isDatabaseUnavailable(failed)).toBe(true);
  });
});
