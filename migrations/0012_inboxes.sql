CREATE TABLE `inboxes` (
	`app_key` integer PRIMARY KEY NOT NULL,
	`token` text NOT NULL,
	`origin` text NOT NULL,
	`answer_status` integer NOT NULL,
	`answer_body` text NOT NULL,
	`answer_delay_ms` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `inboxes_token_unique` ON `inboxes` (`token`);