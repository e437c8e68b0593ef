/** The only owner of `test_mails`. */
import { MAX_TEST_MAILS_PER_DAY, TEST_MAIL_GAP_MS } from "../core/limits/mail.ts";
import { DAY_MS } from "../core/units.ts";

type Row = { day_from: number; asked: number; asked_at: number };

/** Which bound was reached, and from when on there may be another. */
export type TestMailBound = { per: "minute" | "day"; fromMs: number };

/** Takes one of the test mails that an application may ask for; null: it has one. */
export async function claimTestMail(
  db: D1Database,
  appKey: number,
  nowMs: number,
): Promise<TestMailBound | null> {
  const claimed = await db
    .prepare(
      `INSERT INTO test_mails (app_key, day_from, asked, asked_at) VALUES (?1, ?2, 1, ?2)
       ON CONFLICT (app_key) DO UPDATE SET
         asked = CASE WHEN day_from <= ?3 THEN 1 ELSE asked + 1 END,
         day_from = CASE WHEN day_from <= ?3 THEN ?2 ELSE day_from END,
         asked_at = ?2
       WHERE asked_at <= ?4 AND (asked < ?5 OR day_from <= ?3)
       RETURNING app_key`,
    )
    .bind(appKey, nowMs, nowMs - DAY_MS, nowMs - TEST_MAIL_GAP_MS, MAX_TEST_MAILS_PER_DAY)
    .first();
  if (claimed !== null) return null;
  const row = await db
    .prepare("SELECT day_from, asked, asked_at FROM test_mails WHERE app_key = ?")
    .bind(appKey)
    .first<Row>();
  return row === null ? { per: "minute", fromMs: nowMs } : boundOf(row);
}

function boundOf({ day_from: dayFromMs, asked, asked_at: askedAtMs }: Row): TestMailBound {
  const minute = { per: "minute", fromMs: askedAtMs + TEST_MAIL_GAP_MS } as const;
  const day = { per: "day", fromMs: dayFromMs + DAY_MS } as const;
  return asked < MAX_TEST_MAILS_PER_DAY || minute.fromMs > day.fromMs ? minute : day;
}

/** Remembers that one went out. */
export async function markTestMailSent(db: D1Database, appKey: number, atMs: number): Promise<void> {
  await db.prepare("UPDATE test_mails SET sent_at = ?2 WHERE app_key = ?1").bind(appKey, atMs).run();
}
