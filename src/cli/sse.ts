/** Server-sent events, read piece by piece (the HTML standard, "Interpreting an event stream"). */
export type StreamEvent = { id: string | null; event: string; data: string };

export class EventStreamReader {
  #rest = "";

  /** The events that this piece completes; comments are dropped. */
  push(piece: string): StreamEvent[] {
    const blocks = (this.#rest + piece).replaceAll("\r\n", "\n").split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => readBlock(block) ?? []);
  }
}

function readBlock(block: string): StreamEvent | null {
  const event: StreamEvent = { id: null, event: "message", data: "" };
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, name, value = ""] = /^([^:]+)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === "id") event.id = value;
    if (name === "event") event.event = value;
    if (name === "data") data.push(value);
  }
  return data.length === 0 ? null : { ...event, data: data.join("\n") };
}
