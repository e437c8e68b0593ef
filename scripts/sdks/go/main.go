// Calls every operation that Posthorn offers of Svix's, with the official Go SDK, as a publisher's program would.
package main

func main() {
	startReceiver()
	part("applications", applications)
	part("refusals and retries", refusals)
	part("endpoints", endpoints)
	part("event types", eventTypes)
	part("deliveries", deliveries)
	part("messages", messages)
	part("pollers", pollers)
	part("attempts", attempts)
	part("sending again", replays)
	part("background tasks and statistics", tasks)
	part("access", access)
	part("operational webhooks", operationalWebhooks)
	part("integrations", integrations)
	part("connectors, environment, health", connectorsAndEnvironment)
}
