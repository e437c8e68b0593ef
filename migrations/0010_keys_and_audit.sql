CREATE TABLE `audit_log` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`key_id` text,
	`key_name` text,
	`session_id` text,
	`action` text NOT NULL,
	`app_id` text,
	`app_name` text,
	`resource_id` text,
	`fields` text NOT NULL,
	`ip` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `audit_log_app` ON `audit_log` (`app_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_log_action` ON `audit_log` (`action`,`id`);--> statement-breakpoint
ALTER TABLE `api_keys` ADD `scopes` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `last_used_at` integer;