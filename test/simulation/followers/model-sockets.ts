/** WebSockets between an agent and the hub, as the runtime keeps them while the hub sleeps. */
import type { Random } from "../random.ts";
import type { Owner, VirtualTime } from "./virtual-time.ts";

const MAX_LATENCY_MS = 30;

type Heard = { message(text: string): void; closed(): void };

/** What the agent holds. */
export class ClientSocket {
  heard: Heard = { message: () => {}, closed: () => {} };
  readonly line: Line;

  constructor(line: Line) {
    this.line = line;
  }

  send(text: string): void {
    this.line.carry("toServer", () => this.line.toHub?.(this.line, text));
  }

  close(): void {
    this.line.break();
  }
}

/** What one life of the hub holds; another life gets another of the same line. */
export class ServerSocket {
  readonly line: Line;
  readonly #owner: Owner;

  constructor(line: Line, owner: Owner) {
    this.line = line;
    this.#owner = owner;
  }

  serializeAttachment(state: unknown): void {
    if (this.#owner.alive) this.line.attachment = JSON.stringify(state);
  }

  deserializeAttachment(): unknown {
    return JSON.parse(this.line.attachment);
  }

  send(text: string): void {
    if (!this.line.isOpen) throw new TypeError("Can't call WebSocket send() after close().");
    if (this.#owner.alive) this.line.carry("toClient", () => this.line.client.heard.message(text));
  }

  close(): void {
    this.line.break();
  }
}

/** Carries texts in order, each way, and may break. */
export class Line {
  readonly client = new ClientSocket(this);
  attachment = "null";
  isOpen = true;
  server: ServerSocket | null = null;
  toHub: ((line: Line, text: string) => void) | null = null;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #world: Owner;
  readonly #lastMs = { toServer: 0, toClient: 0 };

  constructor(time: VirtualTime, random: Random, world: Owner) {
    this.#time = time;
    this.#random = random;
    this.#world = world;
  }

  carry(way: "toServer" | "toClient", work: () => void): void {
    const atMs = Math.max(this.#lastMs[way], this.#time.nowMs + this.#random.int(1, MAX_LATENCY_MS));
    this.#lastMs[way] = atMs;
    this.#time.as(this.#world, () =>
      this.#time.after(atMs - this.#time.nowMs, () => {
        if (this.isOpen) work();
      }),
    );
  }

  break(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#time.as(this.#world, () =>
      this.#time.after(this.#random.int(1, MAX_LATENCY_MS), () => this.client.heard.closed()),
    );
  }
}
