import { integer, sqliteTable } from "drizzle-orm/sqlite-core";

/** Test mails that were asked for, one row an application: what keeps them few. */
export const testMails = sqliteTable("test_mails", {
  appKey: integer("app_key").primaryKey(),
  /** Of the first one that counts for the day. */
  dayFrom: integer("day_from").notNull(),
  asked: integer("asked").notNull(),
  askedAt: integer("asked_at").notNull(),
  /** When one was last taken by who sends it; null: none was. */
  sentAt: integer("sent_at"),
});
