import { type Catalogue, flag, named, object, shown, text, time, whole } from "./catalogue.ts";

const MESSAGE_ID = text("The message's id");
const CONVERSATION_ID = text("The conversation it belongs to");
const PLATFORM = text("The platform it goes over");
const PERSON = { id: text("The person's id on the platform"), name: text("The person's name") };
const PROVIDER = text("The AI provider");
const MODEL = text("The AI model");
const COMPONENT = text("The part of the system");

const message = { message_id: MESSAGE_ID, conversation_id: CONVERSATION_ID, platform: PLATFORM };
const aMessage = { message_id: "msg_response123", conversation_id: "conv_abc456", platform: "telegram" };

/** seeds/clawbook: "Webhook Events" names the types; it shows three payloads. */
export const clawbook: Catalogue = {
  name: "clawbook",
  title: "ClawBook",
  description: "Messages, integrations, AI and system events of ClawBook",
  eventTypes: [
    shown({
      name: "message.received",
      description: "New inbound message received",
      fields: {
        ...message,
        sender: object({ ...PERSON, username: text("With its @") }, ["id"], "Who sent it"),
        content: text("What it says"),
        timestamp: time("When it was sent"),
      },
      example: {
        message_id: "msg_xyz789",
        conversation_id: "conv_abc456",
        platform: "telegram",
        sender: { id: "123456789", name: "John Doe", username: "@johndoe" },
        content: "Hello, how are you?",
        timestamp: "2026-01-30T14:29:58Z",
      },
    }),
    shown({
      name: "message.sent",
      description: "Outbound message sent",
      fields: {
        ...message,
        recipient: object(PERSON, ["id"], "Who it went to"),
        content: text("What it says"),
        ai_model: text("The AI model that wrote it"),
        tokens: object({ input: whole("Tokens read"), output: whole("Tokens written") }, [], "What it took"),
        latency_ms: whole("How long it took to write, in milliseconds"),
      },
      example: {
        message_id: "msg_response123",
        conversation_id: "conv_abc456",
        platform: "telegram",
        recipient: { id: "123456789", name: "John Doe" },
        content: "I'm doing well, thank you for asking!",
        ai_model: "claude-3-5-sonnet",
        tokens: { input: 45, output: 15 },
        latency_ms: 1250,
      },
    }),
    named({
      name: "message.delivered",
      description: "Message delivery confirmed",
      fields: { ...message, timestamp: time("When it was delivered") },
      example: { ...aMessage, timestamp: "2026-01-30T14:30:03Z" },
    }),
    named({
      name: "message.failed",
      description: "Message delivery failed",
      fields: { ...message, reason: text("Why it could not be delivered") },
      example: { ...aMessage, reason: "Recipient blocked the bot" },
    }),
    named({
      name: "integration.connected",
      description: "Platform connected",
      fields: { platform: PLATFORM, connected_at: time("When it was connected") },
      example: { platform: "whatsapp", connected_at: "2026-01-30T14:40:00Z" },
    }),
    shown({
      name: "integration.disconnected",
      description: "Platform disconnected",
      fields: {
        platform: PLATFORM,
        reason: text("Why it was disconnected"),
        last_connected_at: time("When it was last connected"),
        auto_reconnect: flag("Whether it is connected again by itself"),
      },
      example: {
        platform: "whatsapp",
        reason: "Phone went offline",
        last_connected_at: "2026-01-30T12:00:00Z",
        auto_reconnect: true,
      },
    }),
    named({
      name: "integration.error",
      description: "Integration error occurred",
      fields: { platform: PLATFORM, reason: text("What went wrong") },
      example: { platform: "whatsapp", reason: "Session expired" },
    }),
    ...aiEvents(),
    ...systemEvents(),
  ],
};

function aiEvents() {
  const asked = { conversation_id: CONVERSATION_ID, provider: PROVIDER, ai_model: MODEL };
  const anAsk = { conversation_id: "conv_abc456", provider: "anthropic", ai_model: "claude-3-5-sonnet" };
  const tokens = object({ input: whole("Tokens read"), output: whole("Tokens written") }, [], "What it took");
  return [
    named({ name: "ai.request", description: "AI request sent", fields: asked, example: anAsk }),
    named({
      name: "ai.response",
      description: "AI response received",
      fields: { ...asked, tokens, latency_ms: whole("How long it took, in milliseconds") },
      example: { ...anAsk, tokens: { input: 45, output: 15 }, latency_ms: 1250 },
    }),
    named({
      name: "ai.error",
      description: "AI provider error",
      fields: { ...asked, reason: text("What the provider said") },
      example: { ...anAsk, reason: "The provider is overloaded" },
    }),
    named({
      name: "ai.rate_limited",
      description: "Rate limit hit",
      fields: { ...asked, retry_after_seconds: whole("When to try again") },
      example: { ...anAsk, retry_after_seconds: 30 },
    }),
  ];
}

function systemEvents() {
  const backup = { backup_id: text("The backup's id") };
  return [
    named({
      name: "system.health",
      description: "Health status change",
      fields: {
        component: COMPONENT,
        status: text("Its health now"),
        previous_status: text("Its health before"),
      },
      example: { component: "database", status: "degraded", previous_status: "healthy" },
    }),
    named({
      name: "backup.completed",
      description: "Backup finished",
      fields: { ...backup, size_bytes: whole("How large it is"), completed_at: time("When it finished") },
      example: { backup_id: "bak_abc123", size_bytes: 1_048_576, completed_at: "2026-01-30T03:00:00Z" },
    }),
    named({
      name: "backup.failed",
      description: "Backup failed",
      fields: { ...backup, reason: text("Why it failed") },
      example: { backup_id: "bak_def456", reason: "No space left" },
    }),
  ];
}
