/** How one request to a receiver ended. Everything but `responded` is logged with status code 0. */
export type AttemptOutcome =
  | {
      kind: "responded";
      statusCode: number;
      body: string;
      headers: Record<string, string>;
      /** Raw `Retry-After`, if the receiver sent one. */
      retryAfter: string | null;
      /** Raw `webhook-delivery` header (Svix's delivery control), if any. */
      control: string | null;
    }
  | { kind: "timeout"; timeoutMs: number }
  | { kind: "network"; reason: string }
  /** The target guard refused the address; nothing was sent. */
  | { kind: "blocked"; reason: string };

/** Svix's numbers (`MessageStatus`). */
export const MESSAGE_STATUS = { success: 0, pending: 1, fail: 2, sending: 3, canceled: 4 } as const;
export type MessageStatusName = keyof typeof MESSAGE_STATUS;

export function isSuccess(outcome: AttemptOutcome): boolean {
  return outcome.kind === "responded" && outcome.statusCode >= 200 && outcome.statusCode < 300;
}

export function statusCodeOf(outcome: AttemptOutcome): number {
  return outcome.kind === "responded" ? outcome.statusCode : 0;
}
