"""Calls every operation that Posthorn offers of Svix's, with the official Python SDK, as a publisher's program would."""

import configuration
import sending
from stage import part

part("applications", configuration.applications)
part("refusals and retries", configuration.refusals)
part("endpoints", configuration.endpoints)
part("event types", configuration.event_types)
part("deliveries", sending.deliveries)
part("messages", sending.messages)
part("pollers", sending.pollers)
part("attempts", sending.attempts)
part("sending again", sending.replays)
part("background tasks and statistics", sending.tasks)
part("access", configuration.access)
part("operational webhooks", configuration.operational_webhooks)
part("integrations", configuration.integrations)
part("connectors, environment, health", configuration.connectors_and_environment)
