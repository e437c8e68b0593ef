CREATE TABLE `background_task_results` (
	`task_id` text NOT NULL,
	`step` integer NOT NULL,
	`lists` text NOT NULL,
	PRIMARY KEY(`task_id`, `step`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `background_tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`app_key` integer,
	`endpoint_key` integer,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`input` text NOT NULL,
	`step` integer NOT NULL,
	`cursor` text NOT NULL,
	`data` text NOT NULL,
	`result_chars` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `background_tasks_running` ON `background_tasks` (`id`) WHERE status = 'running';