CREATE TABLE `test_mails` (
	`app_key` integer PRIMARY KEY NOT NULL,
	`day_from` integer NOT NULL,
	`asked` integer NOT NULL,
	`asked_at` integer NOT NULL,
	`sent_at` integer
);
