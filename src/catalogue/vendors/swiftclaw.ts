import { type Catalogue, named, object, shown, text, time, whole } from "./catalogue.ts";

const request = { agent: text("The agent's name"), request_id: text("The request's id") };
const aRequest = { agent: "my-agent", request_id: "req_xyz789" };
const deployment = { agent: text("The agent's name"), deployment_id: text("The deployment's id") };
const aDeployment = { agent: "my-agent", deployment_id: "dep_abc123" };

/** seeds/swiftclaw: "Webhook Events" names the types; it shows one payload. */
export const swiftclaw: Catalogue = {
  name: "swiftclaw",
  title: "SwiftClaw",
  description: "Agents, deployments and system events of SwiftClaw",
  eventTypes: [
    named({
      name: "agent.invoked",
      description: "Agent received request",
      fields: request,
      example: aRequest,
    }),
    shown({
      name: "agent.completed",
      description: "Agent finished processing",
      fields: {
        ...request,
        duration: whole("How long it took, in milliseconds"),
        tokens_used: whole("Tokens used"),
        response: object({ message: text("What it answered") }, [], "What the agent answered"),
      },
      example: {
        agent: "my-agent",
        request_id: "req_xyz789",
        duration: 1250,
        tokens_used: 450,
        response: { message: "Task completed successfully" },
      },
    }),
    named({
      name: "agent.failed",
      description: "Agent encountered error",
      fields: { ...request, error: text("What went wrong") },
      example: { ...aRequest, error: "The tool call failed" },
    }),
    named({
      name: "agent.timeout",
      description: "Agent exceeded time limit",
      fields: { ...request, duration: whole("How long it ran, in milliseconds") },
      example: { ...aRequest, duration: 30_000 },
    }),
    named({
      name: "deployment.started",
      description: "Deployment initiated",
      fields: deployment,
      example: aDeployment,
    }),
    named({
      name: "deployment.completed",
      description: "Deployment successful",
      fields: { ...deployment, duration: whole("How long it took, in milliseconds") },
      example: { ...aDeployment, duration: 42_000 },
    }),
    named({
      name: "deployment.failed",
      description: "Deployment failed",
      fields: { ...deployment, error: text("What went wrong") },
      example: { ...aDeployment, error: "The build failed" },
    }),
    named({
      name: "system.maintenance",
      description: "Scheduled maintenance",
      fields: {
        starts_at: time("When it starts"),
        ends_at: time("When it ends"),
        message: text("What is done"),
      },
      example: {
        starts_at: "2026-03-10T02:00:00Z",
        ends_at: "2026-03-10T03:00:00Z",
        message: "Database upgrade",
      },
    }),
    named({
      name: "system.incident",
      description: "System incident",
      fields: { status: text("How far it is solved"), message: text("What is going on") },
      example: { status: "investigating", message: "Elevated error rates" },
    }),
  ],
};
