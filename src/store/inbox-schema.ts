import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Built-in receivers of applications, one each; what they received is with their objects. */
export const inboxes = sqliteTable("inboxes", {
  appKey: integer("app_key").primaryKey(),
  /** In its URL; all that is needed to send to it. */
  token: text("token").notNull().unique(),
  /** Of its URL. */
  origin: text("origin").notNull(),
  answerStatus: integer("answer_status").notNull(),
  answerBody: text("answer_body").notNull(),
  answerDelayMs: integer("answer_delay_ms").notNull(),
  createdAt: integer("created_at").notNull(),
});
