CREATE TABLE `alert_rules` (
	`app_key` integer NOT NULL,
	`id` text NOT NULL,
	`name` text,
	`metric` text NOT NULL,
	`threshold` integer NOT NULL,
	`window_seconds` integer NOT NULL,
	`endpoint_key` integer,
	`endpoint_id` text,
	`counted` integer NOT NULL,
	`samples` text NOT NULL,
	`fired_at` integer,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`app_key`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `incidents` (
	`app_key` integer NOT NULL,
	`endpoint_key` integer NOT NULL,
	`topic` text NOT NULL,
	`untold` integer NOT NULL,
	`opened_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`detail` text NOT NULL,
	`told_at` integer,
	`tried_at` integer,
	PRIMARY KEY(`app_key`, `endpoint_key`, `topic`)
) WITHOUT ROWID;
