CREATE TABLE `consumers` (
	`app_key` integer NOT NULL,
	`name` text NOT NULL,
	`acked_up_to` integer NOT NULL,
	`acked_beyond` text NOT NULL,
	`leases` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`app_key`, `name`)
) WITHOUT ROWID;
