/** The runtime around the hub: calls reach it late or not at all; it sleeps, is restarted, and has one alarm. */
import type { Random } from "../random.ts";
import { type ClientSocket, Line, ServerSocket } from "./model-sockets.ts";
import { Owner, type VirtualTime } from "./virtual-time.ts";

const MAX_LATENCY_MS = 20;
const LOST = "Network connection lost.";

/** What of the object class is called from outside. */
export type HubObject = {
  wait(after: number, waitMs: number): Promise<number | null>;
  published(upTo: number): Promise<void>;
  fetch(request: Request): Promise<Response>;
  webSocketMessage(ws: WebSocket, text: string): Promise<void>;
  alarm(): Promise<void>;
};

export type HubClass = new (ctx: DurableObjectState, env: never) => HubObject;
type Life = { object: HubObject; owner: Owner; calls: Set<(error: Error) => void> };
type HostDeps = { time: VirtualTime; random: Random; Hub: HubClass; env: object; appKey: number };

export class HubHost {
  readonly #deps: HostDeps;
  readonly #world = new Owner("runtime");
  readonly #lines = new Set<Line>();
  #life: Life | null = null;
  #lives = 0;
  #alarmAtMs: number | null = null;
  #pendingWork = 0;
  /** Of calls to it. */
  lost = 0;

  constructor(deps: HostDeps) {
    this.#deps = deps;
  }

  get sockets(): number {
    return this.#lines.size;
  }

  /** Whether nothing keeps it awake. */
  get mayHibernate(): boolean {
    const life = this.#life;
    return life === null || (life.calls.size === 0 && life.owner.timers === 0 && this.#pendingWork === 0);
  }

  get busyWith(): string {
    const { calls, owner } = this.#life ?? { calls: new Set(), owner: { timers: 0 } };
    return `${calls.size} calls, ${owner.timers} timers, ${this.#pendingWork} promises`;
  }

  stub() {
    return {
      wait: (after: number, waitMs: number) => this.#call((hub) => hub.wait(after, waitMs)),
      published: (upTo: number) => this.#call((hub) => hub.published(upTo)),
      fetch: (url: string, init: { headers: Record<string, string> }) =>
        this.#call((hub) => hub.fetch({ url, headers: new Headers(init.headers) } as Request)),
    };
  }

  /** Leaves memory, and keeps its sockets. */
  hibernate(): void {
    if (this.mayHibernate) this.#end(false);
  }

  /** Everything it did stops; its sockets close. */
  crash(): void {
    this.#end(true);
  }

  #end(isCrash: boolean): void {
    const life = this.#life;
    this.#life = null;
    this.#pendingWork = 0;
    if (life !== null) life.owner.alive = false;
    for (const line of this.#lines) {
      line.server = null;
      if (isCrash) this.#close(line);
    }
    for (const fail of life?.calls ?? []) fail(new Error(LOST));
  }

  #start(): Life {
    if (this.#life !== null) return this.#life;
    const { time, Hub, env } = this.#deps;
    const owner = new Owner(`hub ${++this.#lives}`);
    this.#pendingWork = 0;
    const object = time.as(owner, () => new Hub(this.#ctx(owner), { ...env } as never));
    this.#life = { object, owner, calls: new Set() };
    return this.#life;
  }

  #ctx(owner: Owner): DurableObjectState {
    const wrapped = (line: Line) => {
      line.server ??= new ServerSocket(line, owner);
      return line.server;
    };
    const open = () => [...this.#lines].filter(({ isOpen }) => isOpen);
    const ctx = {
      id: { name: String(this.#deps.appKey) },
      storage: {
        getAlarm: async () => this.#alarmAtMs,
        setAlarm: async (atMs: number) => {
          if (owner.alive) this.#setAlarm(atMs);
        },
      },
      getWebSockets: () => open().map(wrapped),
      acceptWebSocket: ({ line }: ServerSocket) => {
        line.toHub = (on, text) => this.#message(on, text);
        this.#lines.add(line);
      },
      setWebSocketAutoResponse: () => {},
      waitUntil: (work: Promise<unknown>) => {
        this.#pendingWork++;
        const done = () => {
          if (owner.alive) this.#pendingWork--;
        };
        work.then(done, done);
      },
    };
    return ctx as unknown as DurableObjectState;
  }

  #setAlarm(atMs: number): void {
    this.#alarmAtMs = atMs;
    const { time } = this.#deps;
    time.as(this.#world, () =>
      time.after(atMs - time.nowMs, () => {
        if (this.#alarmAtMs !== atMs) return;
        this.#alarmAtMs = null;
        void this.#enter(({ object }) => object.alarm()).catch(() => {});
      }),
    );
  }

  #message(line: Line, text: string): void {
    const life = this.#start();
    line.server ??= new ServerSocket(line, life.owner);
    const ws = line.server as unknown as WebSocket;
    void this.#enter(({ object }) => object.webSocketMessage(ws, text)).catch(() => {});
  }

  /** A pair for the hub's `new WebSocketPair()`. */
  newPair(): { 0: ClientSocket; 1: ServerSocket } {
    const { time, random } = this.#deps;
    const line = new Line(time, random, this.#world);
    line.server = new ServerSocket(line, this.#life?.owner ?? this.#world);
    return { 0: line.client, 1: line.server };
  }

  #close(line: Line): void {
    this.#lines.delete(line);
    line.break();
  }

  /** Lines that have broken are forgotten. */
  sweep(): void {
    for (const line of this.#lines) if (!line.isOpen) this.#lines.delete(line);
  }

  /** A random socket's line breaks. */
  breakOne(): void {
    const lines = [...this.#lines];
    const line = lines[this.#deps.random.int(0, Math.max(0, lines.length - 1))];
    if (line !== undefined) this.#close(line);
  }

  #enter<T>(work: (life: Life) => Promise<T>): Promise<T> {
    const life = this.#start();
    return new Promise((resolve, reject) => {
      life.calls.add(reject);
      const ended = () => life.calls.delete(reject);
      this.#deps.time.as(life.owner, () => {
        work(life).then(
          (value) => {
            ended();
            resolve(value);
          },
          (error) => {
            ended();
            reject(error);
          },
        );
      });
    });
  }

  async #call<T>(work: (hub: HubObject) => Promise<T>): Promise<T> {
    const { time, random } = this.#deps;
    await time.sleep(random.int(0, MAX_LATENCY_MS));
    if (random.chance(this.lost)) throw new Error(LOST);
    const result = await this.#enter(({ object }) => work(object));
    await time.sleep(random.int(0, MAX_LATENCY_MS));
    return result;
  }
}
