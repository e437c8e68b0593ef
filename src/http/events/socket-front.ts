/** What is said on an agent's socket: frames in, frames out. The hub only carries them. */
import type { z } from "zod";
import { SocketFrame } from "../../contract/pull.ts";
import { MAX_SOCKET_FRAME_CHARS } from "../../core/limits/pull.ts";
import type { Env } from "../../env.ts";
import type { SocketAnswer, SocketCaller, SocketFront } from "../../feed/socket-front.ts";
import { logError } from "../../log.ts";
import { validTokens } from "../../service/access/tokens.ts";
import { createServiceContext } from "../../service/context.ts";
import { renderForPull } from "../../service/dialects/pull-dialect.ts";
import { type Acknowledged, acknowledgeEvents } from "../../service/pull/acknowledge-events.ts";
import { ApiError, failureBody, invalidAt, schemaFailure } from "../errors.ts";
import { acknowledged } from "./acknowledged.ts";
import { positionOf } from "./me.ts";

const NOTHING: SocketAnswer = { frame: null, isProgress: false, isAcknowledged: () => false };

export const socketFront: SocketFront = {
  render: (env, appKey, events) => renderForPull(createServiceContext(env), appKey, events),
  allowed: (env, tokenHashes) => validTokens(createServiceContext(env), tokenHashes),
  failure: (error) => errorFrame(error, undefined),
  async answer(env, caller, text): Promise<SocketAnswer> {
    const frame = frameOf(text);
    switch (frame.type) {
      case "ping":
        return { ...NOTHING, frame: '{"type":"pong"}' };
      case "more":
        return { ...NOTHING, isProgress: true };
      case "ack":
        return acknowledge(env, caller, frame);
    }
  },
};

/** Frames are answered as they are done, not as they came: the `id` tells to which an answer belongs. */
async function acknowledge(
  env: Env,
  caller: SocketCaller,
  frame: Frame & { type: "ack" },
): Promise<SocketAnswer> {
  try {
    const acked = ackedBy(frame, caller);
    const result = await acknowledgeEvents(createServiceContext(env), caller.consumer, acked);
    const upTo = acknowledged(result, ["frame", "upTo" in acked ? "up_to" : "event_ids"]);
    const said = { type: "acked", acknowledged_up_to: upTo, ...idOf(frame.id) };
    return { frame: JSON.stringify(said), isProgress: true, isAcknowledged: coveredBy(acked) };
  } catch (error) {
    return { ...NOTHING, frame: errorFrame(error, frame.id) };
  }
}

function errorFrame(error: unknown, id: FrameId): string {
  const body = failureBody(error);
  if (body.code === "server_error") logError("feed.frame_failed", error);
  return JSON.stringify({ type: "error", ...body, ...idOf(id) });
}

type FrameId = string | number | undefined;

function idOf(id: FrameId): { id?: string | number } {
  return id === undefined ? {} : { id };
}

type Frame = z.output<typeof SocketFrame>;

function frameOf(text: string | ArrayBuffer): Frame {
  if (typeof text !== "string" || text.length > MAX_SOCKET_FRAME_CHARS) {
    throw invalidAt(["frame"], `must be text of at most ${MAX_SOCKET_FRAME_CHARS} characters`);
  }
  const parsed = SocketFrame.safeParse(jsonOf(text));
  if (!parsed.success) throw schemaFailure("frame", parsed.error.issues);
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidAt(["frame"], "is not valid JSON", "value_error.jsondecode");
  }
}

function ackedBy(
  { event_ids: ids, up_to: upTo }: Frame & { type: "ack" },
  { consumer: { appKey }, mayAcknowledge }: SocketCaller,
): Acknowledged {
  if (!mayAcknowledge) throw new ApiError("insufficient access", "This token may read and not acknowledge");
  if (ids !== undefined && upTo === undefined) {
    return { positions: ids.map((ref, n) => positionOf(ref, appKey, ["frame", "event_ids", `[${n}]`])) };
  }
  if (ids !== undefined || upTo === undefined) {
    throw invalidAt(["frame"], "needs either event_ids or up_to");
  }
  return { upTo: positionOf(upTo, appKey, ["frame", "up_to"]) };
}

function coveredBy(acked: Acknowledged): (position: number) => boolean {
  if ("upTo" in acked) return (position) => position <= acked.upTo;
  const positions = new Set(acked.positions);
  return (position) => positions.has(position);
}
