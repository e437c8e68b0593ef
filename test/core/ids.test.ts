import { describe, expect, it } from "vitest";
import {
  attemptId,
  firstPlainIdAt,
  keyedId,
  keyOfId,
  messageId,
  newKey,
  parseAttemptId,
  parseMessageId,
  plainId,
} from "../../src/core/ids.ts";

const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));
const NOW_MS = Date.UTC(2026, 10, 20, 12);

describe("ids", () => {
  it("gives a keyed id Svix's form and reads its key back", () => {
    const key = newKey(random);
    const id = keyedId("app_", key, NOW_MS, random);
    expect(id).toMatch(/^app_[A-Za-z0-9]{27}$/);
    expect(keyOfId("app_", id)).toBe(key);
    expect(keyOfId("ep_", id)).toBeNull();
  });

  it.each([1, 2, 2 ** 40 - 1])("carries the application and position %i in a message id", (position) => {
    const appKey = 2 ** 48 - 1;
    const id = messageId({ appKey, position, createdAtMs: NOW_MS });
    expect(id).toMatch(/^msg_[A-Za-z0-9]{27}$/);
    expect(parseMessageId(id)).toEqual({ appKey, position });
  });

  it("sorts message ids by time, then by position", () => {
    const appKey = newKey(random);
    const at = (createdAtMs: number, position: number) => messageId({ appKey, position, createdAtMs });
    const ids = [at(NOW_MS, 9), at(NOW_MS, 10), at(NOW_MS + 4, 11), at(NOW_MS + 60_000, 12)];
    expect(ids.toSorted()).toEqual(ids);
  });

  it("sorts plain ids by the millisecond, and tells which were made from a time on", () => {
    const ids = [0, 1, 2, 3, 4, 5].map((laterMs) => plainId("key_", NOW_MS + laterMs, random));
    expect(ids.toSorted()).toEqual(ids);
    const from = firstPlainIdAt("key_", NOW_MS + 3);
    expect(ids.map((id) => id >= from)).toEqual([false, false, false, true, true, true]);
    const [before, after] = [new Date(0), new Date("9999-12-31")].map((time) =>
      firstPlainIdAt("key_", time.getTime()),
    );
    expect([before ?? "", ...ids, after ?? ""].toSorted()).toEqual([before, ...ids, after]);
  });

  it("refuses a mistyped message id", () => {
    const id = messageId({ appKey: 7, position: 3, createdAtMs: NOW_MS });
    const wrong = id.slice(0, -1) + (id.endsWith("A") ? "B" : "A");
    expect([parseMessageId(wrong), parseMessageId(`${id}x`), parseMessageId("msg_")]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it("carries attempt key, endpoint and position in an attempt id", () => {
    const address = { attemptKey: NOW_MS * 1000 + 17, endpointKey: 2 ** 48 - 5, position: 12345 };
    expect(attemptId(address)).toMatch(/^atmpt_[A-Za-z0-9]{27}$/);
    expect(parseAttemptId(attemptId(address))).toEqual(address);
  });
});
