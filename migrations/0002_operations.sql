CREATE TABLE `connectors` (
	`id` text PRIMARY KEY NOT NULL,
	`uid` text,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`logo` text,
	`description` text NOT NULL,
	`instructions` text NOT NULL,
	`allowed_event_types` text,
	`transformation` text NOT NULL,
	`feature_flags` text,
	`product_type` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`transformation_updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `connectors_uid` ON `connectors` (`uid`);--> statement-breakpoint
CREATE TABLE `integrations` (
	`app_key` integer NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`feature_flags` text NOT NULL,
	`key_hash` text NOT NULL,
	`sealed_key` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`app_key`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `operational_followers` (
	`name` text PRIMARY KEY NOT NULL,
	`position` integer NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `settings` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL
);
