/** What the program touches of the outside world; tests hand it their own. */
export type Sink = { write(text: string): void; isTTY: boolean; columns: number | null };

export type Io = {
  env: Readonly<Record<string, string | undefined>>;
  homeDir: string;
  stdout: Sink;
  stderr: Sink;
  stdin: { isTTY: boolean; read(): Promise<Uint8Array> };
  /** Asks without showing what is typed. */
  askSecret(question: string): Promise<string>;
  fetch: typeof fetch;
  nowMs(): number;
  sleep(delayMs: number): Promise<void>;
  newKey(): string;
  /** Fires when the person wants to stop. */
  signal: AbortSignal;
};
