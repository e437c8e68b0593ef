CREATE TABLE `deployment_samples` (
	`at` integer PRIMARY KEY NOT NULL,
	`figures` text NOT NULL,
	`worst` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `endpoint_status` ADD `behind` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `endpoint_status` ADD `latency` text;--> statement-breakpoint
ALTER TABLE `endpoint_status` ADD `hours` text;