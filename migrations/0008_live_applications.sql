CREATE TABLE `live_applications` (
	`app_key` integer PRIMARY KEY NOT NULL
);
