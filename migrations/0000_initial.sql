CREATE TABLE `api_keys` (
	`hash` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text,
	`app_key` integer,
	`capabilities` text,
	`session_id` text,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_id` ON `api_keys` (`id`);--> statement-breakpoint
CREATE TABLE `applications` (
	`key` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`uid` text,
	`name` text NOT NULL,
	`rate_per_second` integer,
	`metadata` text NOT NULL,
	`policy` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `applications_id` ON `applications` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `applications_uid` ON `applications` (`uid`);--> statement-breakpoint
CREATE TABLE `dialects` (
	`name` text PRIMARY KEY NOT NULL,
	`definition` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `endpoint_status` (
	`app_key` integer NOT NULL,
	`endpoint_key` integer NOT NULL,
	`position` integer NOT NULL,
	`waiting` integer NOT NULL,
	`config_version` integer NOT NULL,
	`succeeded` integer NOT NULL,
	`failed` integer NOT NULL,
	`failing_since` integer,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`app_key`, `endpoint_key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `endpoints` (
	`app_key` integer NOT NULL,
	`key` integer NOT NULL,
	`id` text NOT NULL,
	`uid` text,
	`url` text NOT NULL,
	`description` text NOT NULL,
	`rate_per_second` integer,
	`disabled` integer NOT NULL,
	`disabled_reason` text,
	`event_types` text,
	`channels` text,
	`spans` text NOT NULL,
	`metadata` text NOT NULL,
	`policy` text NOT NULL,
	`sealed_secrets` text,
	`sealed_headers` text,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	PRIMARY KEY(`app_key`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `endpoints_uid` ON `endpoints` (`app_key`,`uid`);--> statement-breakpoint
CREATE TABLE `event_keys` (
	`app_key` integer NOT NULL,
	`key` text NOT NULL,
	`position` integer NOT NULL,
	`idempotency_hash` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`app_key`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `event_types` (
	`name` text PRIMARY KEY NOT NULL,
	`description` text NOT NULL,
	`archived` integer NOT NULL,
	`deprecated` integer NOT NULL,
	`schemas` text,
	`group_name` text,
	`feature_flags` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `events` (
	`app_key` integer NOT NULL,
	`position` integer NOT NULL,
	`created_at` integer NOT NULL,
	`event_type` text NOT NULL,
	`event_id` text,
	`channels` text,
	`tags` text,
	`deliver_at` integer,
	`payload_expires_at` integer,
	`payload` text,
	PRIMARY KEY(`app_key`, `position`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `upkeep` (
	`task` text PRIMARY KEY NOT NULL,
	`cursor` text NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
