import { describe, expect, it } from "vitest";
import { isRuntimeNoise } from "../../scripts/runtime/worker-log.ts";

describe("a line of the log is left out where it", () => {
  it.each([
    ["is of a client that hung up", "workerd/io/worker.c++:2: disconnected: peer closed", true],
    [
      "is of a host that has no address",
      "e = rust/worker/ffi.rs:110: failed: failed to lookup address information: Name or service not known\nstack: …",
      true,
    ],
    [
      "is of another fault of the runtime",
      "e = rust/worker/ffi.rs:110: failed: expected something else",
      false,
    ],
    ["says that our code threw", "workerd/io/worker.c++:2: uncaught exception; exception = x", false],
    ["is the Worker's own", '{"level":"error","event":"http.failed"}', false],
  ])("%s", (_, message, isNoise) => {
    expect(isRuntimeNoise({ message })).toBe(isNoise);
  });
});
