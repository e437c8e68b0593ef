import { DurableObject } from "cloudflare:workers";
import { LISTENER_MAX_AGE_MS, MAX_TIMEOUT_SECONDS } from "../core/limits/delivery.ts";
import { LISTEN_END, type ListenAnswer, type ListenRequest, parseListenFrame } from "../core/listen.ts";
import type { Env } from "../env.ts";

type Waiting = { socket: WebSocket; answer(answer: ListenAnswer): void };

const NOBODY: ListenAnswer = { kind: "failed", reason: "nobody is listening" };
const GONE: ListenAnswer = { kind: "failed", reason: "the listener went away" };
const PING = new WebSocketRequestResponsePair('{"type":"ping"}', '{"type":"pong"}');

/**
 * Hands the requests of one endpoint to whoever listens for it from a terminal, and their answers back. It keeps
 * nothing: what nobody takes has failed, and the endpoint's schedule tries it again. While nothing is under way it sleeps.
 */
export class ListenerObject extends DurableObject<Env> {
  readonly #waiting = new Map<string, Waiting>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(PING);
  }

  /** Gives the request to the listener; its answer, or why there is none. */
  async forward(request: ListenRequest): Promise<ListenAnswer> {
    const [socket] = this.ctx.getWebSockets();
    if (socket === undefined) return NOBODY;
    const id = crypto.randomUUID();
    let stopTimer = () => {};
    try {
      return await new Promise<ListenAnswer>((resolve) => {
        this.#waiting.set(id, { socket, answer: resolve });
        // Whoever sends has given up by then.
        const timer = setTimeout(() => resolve(GONE), 1000 * MAX_TIMEOUT_SECONDS);
        stopTimer = () => clearTimeout(timer);
        socket.send(JSON.stringify({ type: "request", id, ...request }));
      });
    } catch {
      return GONE;
    } finally {
      stopTimer();
      this.#waiting.delete(id);
      this.#endOld(socket);
    }
  }

  /** A listener's socket; only our own Worker comes here, which has checked who asks. The newest one listens. */
  override async fetch(): Promise<Response> {
    for (const before of this.ctx.getWebSockets()) {
      this.#end(before, LISTEN_END.replaced, "Somebody else listens now");
    }
    const { 0: theirs, 1: ours } = new WebSocketPair();
    ours.serializeAttachment(Date.now());
    this.ctx.acceptWebSocket(ours);
    return new Response(null, { status: 101, webSocket: theirs });
  }

  override webSocketMessage(_socket: WebSocket, message: string | ArrayBuffer): void {
    const frame = typeof message === "string" ? parseListenFrame(message) : null;
    if (frame !== null) this.#waiting.get(frame.id)?.answer(frame.answer);
  }

  override webSocketClose(socket: WebSocket): void {
    this.#end(socket, LISTEN_END.normal, "");
  }

  override webSocketError(socket: WebSocket): void {
    this.#abandon(socket);
  }

  /** Its token may have ended meanwhile: it has to show it again. */
  #endOld(socket: WebSocket): void {
    const openedAtMs: number = socket.deserializeAttachment();
    const isBusy = [...this.#waiting.values()].some((waiting) => waiting.socket === socket);
    if (!isBusy && Date.now() - openedAtMs > LISTENER_MAX_AGE_MS)
      this.#end(socket, LISTEN_END.comeAgain, "Come again");
  }

  /** Said before it is closed: a close may take seconds to arrive. */
  #end(socket: WebSocket, code: number, reason: string): void {
    try {
      if (code !== LISTEN_END.normal) socket.send(JSON.stringify({ type: "end", code, reason }));
      socket.close(code, reason);
    } catch {
      // Closed already.
    }
    this.#abandon(socket);
  }

  #abandon(socket: WebSocket): void {
    for (const waiting of this.#waiting.values()) if (waiting.socket === socket) waiting.answer(GONE);
  }
}
