import { DurableObject } from "cloudflare:workers";
import { LIVE_IDLE_MS, LIVE_RECHECK_MS, MAX_SOCKETS, SOCKET_TOKEN_CHECK_MS } from "../core/limits/pull.ts";
import type { SocketState } from "../core/socket.ts";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import { EventLog } from "../store/event-log.ts";
import { withGuardedDatabase } from "../store/guarded-database.ts";
import { markLive, unmarkLive } from "../store/live-applications.ts";
import { readNews } from "./news.ts";
import { pullEvents } from "./pull.ts";
import type { SocketFront } from "./socket-front.ts";
import { type Socket, Sockets } from "./sockets.ts";
import { SOCKET_STATE_HEADER } from "./stub.ts";
import { Waiters, type Woken } from "./waiters.ts";

const PING = new WebSocketRequestResponsePair('{"type":"ping"}', '{"type":"pong"}');
/** Codes of our own (RFC 6455 §7.4.2). */
const NOT_ALLOWED_ANY_MORE = 4401;

/**
 * Where the agents of one application wait for its next event. It owns nothing: told by who appends, and looking at the
 * log itself now and then in case it was not told, it wakes who waits; they read the log. Those on a socket it reads
 * for. While there are only sockets it sleeps: no timer may be left then, and what it must not forget is with them.
 */
export abstract class FeedHub extends DurableObject<Env> {
  protected abstract readonly front: SocketFront;
  readonly #log: EventLog;
  readonly #appKey: number;
  readonly #waiters = new Waiters({
    after: (delayMs, work) => {
      const timer = setTimeout(work, delayMs);
      return () => clearTimeout(timer);
    },
  });
  readonly #sockets: Sockets;
  #isLive = false;
  #marking: Promise<void> = Promise.resolve();
  #looking: Promise<void> = Promise.resolve();
  #nextLook: Promise<void> | null = null;
  #waitedAtMs = 0;
  #recheck: ReturnType<typeof setTimeout> | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, withGuardedDatabase(env));
    this.#log = new EventLog(this.env.DB);
    this.#appKey = Number(ctx.id.name);
    ctx.setWebSocketAutoResponse(PING);
    this.#sockets = new Sockets({
      appKey: this.#appKey,
      nowMs: () => Date.now(),
      open: () => this.#openSockets(),
      head: () => this.#log.head(this.#appKey),
      pull: (query) => pullEvents(this.env.DB, query, Date.now()),
      render: (events) => this.front.render(this.env, this.#appKey, events),
      wakeAt: (atMs) => this.#wakeAt(atMs),
      logError,
    });
  }

  /** Until the log reaches beyond `after`; null when the time is over first. */
  async wait(after: number, waitMs: number): Promise<Woken | null> {
    this.#waitedAtMs = Date.now();
    // Waits before it looks, so that nothing is appended unseen in between.
    const waited = this.#waiters.wait(after, waitMs);
    await this.#mark(true);
    await this.#look();
    this.#lookAgainLater();
    return waited;
  }

  /** Events up to here have been appended. */
  async published(upTo: number): Promise<void> {
    this.ctx.waitUntil(this.#serve(() => this.#sockets.reached(upTo)));
    await this.#wake(upTo);
    const isIdle = !this.#isWaitedFor() && Date.now() - this.#waitedAtMs > LIVE_IDLE_MS;
    if (isIdle) await this.#mark(false);
  }

  /** An agent's socket; only our own Worker comes here, which has checked what it asks for. */
  override async fetch(request: Request): Promise<Response> {
    const asked = request.headers.get(SOCKET_STATE_HEADER);
    if (asked === null) return new Response(null, { status: 404 });
    if (this.ctx.getWebSockets().length >= MAX_SOCKETS) return new Response(null, { status: 503 });
    this.#waitedAtMs = Date.now();
    try {
      await this.#mark(true);
    } catch (error) {
      logError("feed.mark_failed", error);
      return new Response(null, { status: 503 });
    }
    const { 0: theirs, 1: ours } = new WebSocketPair();
    const state: SocketState = JSON.parse(decodeURIComponent(asked));
    ours.serializeAttachment(state);
    this.ctx.acceptWebSocket(ours);
    // What was appended before the mark is only found by looking, and only now is there somebody to send it to.
    this.ctx.waitUntil(this.#serve(() => this.#sockets.look()));
    return new Response(null, { status: 101, webSocket: theirs });
  }

  override async webSocketMessage(ws: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const socket = socketOn(ws);
    try {
      if ((await this.#closeForbidden([ws])) > 0) return;
      const { consumer: name, mayAcknowledge } = socket.state;
      const asked = { consumer: { appKey: this.#appKey, name }, mayAcknowledge };
      const answer = await this.front.answer(this.env, asked, message);
      if (answer.frame !== null) socket.send(answer.frame);
      if (answer.isProgress) await this.#sockets.answered(socket, answer.isAcknowledged);
    } catch (error) {
      socket.send(this.front.failure(error));
    }
  }

  override webSocketClose(ws: WebSocket, code: number): void {
    // 1005 and 1006 tell that there was no code; they must not be sent.
    ws.close(code === 1005 || code === 1006 ? 1000 : code);
  }

  override webSocketError(): void {
    // The agent comes back, with what it has not acknowledged.
  }

  override async alarm(): Promise<void> {
    await this.#serve(() => this.#sockets.wake());
  }

  /** Whoever waits, with what has come: one reading serves them all, where each would have made its own. */
  async #wake(head: number): Promise<void> {
    const audience = this.#waiters.behind(head);
    if (audience === null) return;
    const news = await readNews(this.#log, this.#appKey, audience).catch((error) => {
      logError("feed.news_failed", error);
      return null;
    });
    this.#waiters.reached({ head, news });
  }

  #openSockets(): Socket[] {
    return this.ctx.getWebSockets().map(socketOn);
  }

  #isWaitedFor(): boolean {
    return this.#waiters.size > 0 || this.ctx.getWebSockets().length > 0;
  }

  async #serve(work: () => Promise<void>): Promise<void> {
    if (this.ctx.getWebSockets().length === 0) return;
    try {
      await this.#closeForbidden(this.ctx.getWebSockets());
    } catch (error) {
      // Who was allowed a moment ago is not left without events because the database is away.
      logError("feed.token_check_failed", error);
    }
    await work();
  }

  /** Closes those whose token has ended, or was revoked, while they were open; how many these were. */
  async #closeForbidden(sockets: readonly WebSocket[]): Promise<number> {
    const nowMs = Date.now();
    const due = sockets.filter((ws) => nowMs - socketOn(ws).state.checkedAtMs >= SOCKET_TOKEN_CHECK_MS);
    if (due.length === 0) return 0;
    const hashes = new Set(due.map((ws) => socketOn(ws).state.tokenHash));
    const allowed = await this.front.allowed(this.env, [...hashes]);
    const forbidden = due.filter((ws) => !allowed.has(socketOn(ws).state.tokenHash));
    for (const ws of due) socketOn(ws).state = { ...socketOn(ws).state, checkedAtMs: nowMs };
    for (const ws of forbidden) ws.close(NOT_ALLOWED_ANY_MORE, "The token is not valid any more");
    return forbidden.length;
  }

  /** The earliest time asked for counts; the alarm costs nothing until then. */
  async #wakeAt(atMs: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > atMs || set < Date.now()) await this.ctx.storage.setAlarm(atMs);
  }

  /** One after the other: a mark taken away must not overtake the one set for who came meanwhile. */
  #mark(isLive: boolean): Promise<void> {
    this.#marking = this.#marking
      .catch(() => {})
      .then(async () => {
        // A new object cannot know whether it is marked: to take the mark away is always done.
        if (isLive && this.#isLive) return;
        if (!isLive && this.#isWaitedFor()) return;
        await (isLive ? markLive : unmarkLive)(this.env.DB, this.#appKey);
        this.#isLive = isLive;
      });
    return this.#marking;
  }

  /** Those who ask while one look is under way share the next one: any that begins after they wait will do. */
  #look(): Promise<void> {
    if (this.#nextLook === null) {
      this.#nextLook = this.#looking
        .catch(() => {})
        .then(async () => {
          this.#nextLook = null;
          const head = await this.#log.head(this.#appKey);
          this.ctx.waitUntil(this.#serve(() => this.#sockets.reached(head)));
          await this.#wake(head);
        });
      this.#looking = this.#nextLook;
    }
    return this.#nextLook;
  }

  #lookAgainLater(): void {
    if (this.#recheck !== null || this.#waiters.size === 0) return;
    this.#recheck = setTimeout(() => {
      this.#recheck = null;
      this.#look()
        .catch((error) => logError("feed.look_failed", error))
        .then(() => this.#lookAgainLater());
    }, LIVE_RECHECK_MS);
  }
}

const known = new WeakMap<WebSocket, Socket>();

/** The state is kept with the socket itself, which stays open while the object sleeps; memory only spares reading it. */
function socketOn(ws: WebSocket): Socket {
  const before = known.get(ws);
  if (before !== undefined) return before;
  let state: SocketState = ws.deserializeAttachment();
  const socket: Socket = {
    get state() {
      return state;
    },
    set state(next) {
      state = next;
      ws.serializeAttachment(next);
    },
    send(text) {
      try {
        ws.send(text);
      } catch {
        // Closed meanwhile: what it was not sent it asks for when it comes back.
      }
    },
  };
  known.set(ws, socket);
  return socket;
}

/** The object class, speaking to agents through `front`. */
export function feedHubWith(front: SocketFront) {
  return class extends FeedHub {
    protected override readonly front = front;
  };
}
