/** What the program touches of the outside world; tests hand it their own. */
export type Sink = { write(text: string): void; isTTY: boolean; columns: number | null };

export type SocketHandlers = { opened(): void; heard(text: string): void; closed(code: number): void };
export type OpenSocket = { send(text: string): void; close(): void };

export type SocketOpener = (
  url: string,
  headers: Record<string, string>,
  handlers: SocketHandlers,
) => OpenSocket;

export type Io = {
  env: Readonly<Record<string, string | undefined>>;
  homeDir: string;
  stdout: Sink;
  stderr: Sink;
  stdin: { isTTY: boolean; read(): Promise<Uint8Array> };
  /** Asks without showing what is typed. */
  askSecret(question: string): Promise<string>;
  fetch: typeof fetch;
  /** Opens a WebSocket; that it cannot be opened is told as closed. Null where there are none: in Node before 22. */
  openSocket: SocketOpener | null;
  nowMs(): number;
  sleep(delayMs: number): Promise<void>;
  newKey(): string;
  /** Fires when the person wants to stop. */
  signal: AbortSignal;
};
