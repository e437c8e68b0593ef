CREATE TABLE `idempotency_keys` (
	`hash` text PRIMARY KEY NOT NULL,
	`owner` text NOT NULL,
	`started_at` integer NOT NULL,
	`sealed_answer` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `idempotency_keys_started_at` ON `idempotency_keys` (`started_at`);