//! Calls every operation that Posthorn offers of Svix's, with the official Rust SDK, as a publisher's program would.

mod configuration;
mod sending;
mod stage;

use stage::part;

#[tokio::main]
async fn main() {
    part("applications", configuration::applications()).await;
    part("refusals and retries", configuration::refusals()).await;
    part("endpoints", configuration::endpoints()).await;
    part("event types", configuration::event_types()).await;
    part("deliveries", sending::deliveries()).await;
    part("messages", sending::messages()).await;
    part("pollers", sending::pollers()).await;
    part("attempts", sending::attempts()).await;
    part("sending again", sending::replays()).await;
    part("background tasks and statistics", sending::tasks()).await;
    part("access", configuration::access()).await;
    part("operational webhooks", configuration::operational_webhooks()).await;
    part("integrations", configuration::integrations()).await;
    part("connectors, environment, health", configuration::connectors_and_environment()).await;
}
