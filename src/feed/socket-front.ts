import type { LoggedEvent } from "../core/event.ts";
import type { Env } from "../env.ts";
import type { ConsumerAddress } from "../store/consumers.ts";

export type SocketCaller = { consumer: ConsumerAddress; mayAcknowledge: boolean };

export type SocketAnswer = {
  /** Null: nothing to say. */
  frame: string | null;
  /** The agent is at work, so it may be sent more. */
  isProgress: boolean;
  /** Of which events it has said that they are done. */
  isAcknowledged(position: number): boolean;
};

/** What is said on sockets: the rooms that know dialects, acknowledgements and tokens give it to the hub. */
export type SocketFront = {
  /** The events as JSON texts. */
  render(env: Env, appKey: number, events: readonly LoggedEvent[]): Promise<string[]>;
  /** What a frame comes to; throws only what {@link failure} can tell. */
  answer(env: Env, caller: SocketCaller, frame: string | ArrayBuffer): Promise<SocketAnswer>;
  /** Which of the tokens with these hashes are still valid. */
  allowed(env: Env, tokenHashes: readonly string[]): Promise<ReadonlySet<string>>;
  /** A frame that says what went wrong. */
  failure(error: unknown): string;
};
