import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { importMasterKey, seal, unseal } from "../../src/wire/index.ts";

const KEY = Buffer.alloc(32, 1).toString("base64");
const OTHER_KEY = Buffer.alloc(32, 2).toString("base64");
const CONTEXT = "ep_1";

describe("a sealed value", () => {
  it.each([
    "",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "pässwörd 🦀\u0000\ufeff",
    "\ufeffbom",
    "x".repeat(300_000),
  ])("opens to what was sealed", async (plaintext) => {
    const key = await importMasterKey(KEY);
    expect(await unseal(key, await seal(key, plaintext, CONTEXT), CONTEXT)).toBe(plaintext);
  });

  it("names its version and its key, by the first 4 bytes of the key's SHA-256", async () => {
    const id = createHash("sha256").update(Buffer.alloc(32, 1)).digest("hex").slice(0, 8);
    const sealed = await seal(await importMasterKey(KEY), "secret", CONTEXT);
    expect(sealed).toMatch(new RegExp(`^v1\\.${id}\\.[A-Za-z0-9+/]+=*$`));
  });

  it("shows nothing of the text and never repeats", async () => {
    const key = await importMasterKey(KEY);
    const sealed = await Promise.all(Array.from({ length: 50 }, () => seal(key, "secret", CONTEXT)));
    expect(new Set(sealed).size).toBe(50);
    for (const value of sealed)
      expect(Buffer.from(value.split(".")[2] ?? "", "base64").includes("secret")).toBe(false);
  });

  it("does not open at another endpoint", async () => {
    const key = await importMasterKey(KEY);
    const sealed = await seal(key, "secret", CONTEXT);
    await expect(unseal(key, sealed, "ep_2")).rejects.toThrow("changed, or sealed for another place");
  });

  it("does not open with another key, and says which key it needs", async () => {
    const [key, other] = await Promise.all([importMasterKey(KEY), importMasterKey(OTHER_KEY)]);
    const sealed = await seal(key, "secret", CONTEXT);
    const want = `sealed under master key ${key.id}, but this deployment has ${other.id}`;
    await expect(unseal(other, sealed, CONTEXT)).rejects.toThrow(want);
    await expect(unseal(other, sealed.replace(key.id, other.id), CONTEXT)).rejects.toThrow("changed");
  });

  it("does not open when any byte of nonce, text or tag was changed", async () => {
    const key = await importMasterKey(KEY);
    const sealed = await seal(key, "secret", CONTEXT);
    const [version, id, text = ""] = sealed.split(".");
    const box = Buffer.from(text, "base64");
    for (let index = 0; index < box.length; index += 1) {
      const changed = Buffer.from(box);
      changed[index] = (changed[index] ?? 0) ^ 1;
      const forged = `${version}.${id}.${changed.toString("base64")}`;
      await expect(unseal(key, forged, CONTEXT)).rejects.toThrow("changed");
    }
  });

  it.each([
    "",
    "secret",
    "v1",
    "v1.72cd6e84",
    "v1.72cd6e84.",
    "v1.72cd6e84.AAAA",
    "v1.72cd6e84.!!!!",
    "v2.72cd6e84.AAAA",
    "v1.72cd6e84.AAAA.AAAA",
  ])("is told from any other text without quoting it: %s", async (text) => {
    const key = await importMasterKey(KEY);
    await expect(unseal(key, text, CONTEXT)).rejects.toThrow(/^wire\/seal\.unseal: not a v1 sealed value$/);
  });
});

describe("the master key", () => {
  it("may end in a line break, as a file's does", async () => {
    expect((await importMasterKey(`${KEY}\n`)).id).toBe((await importMasterKey(KEY)).id);
  });

  it("cannot be exported again", async () => {
    const { key } = await importMasterKey(KEY);
    await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
  });

  it.each([
    ["empty", "", "got 0 bytes"],
    ["31 bytes", Buffer.alloc(31, 1).toString("base64"), "got 31 bytes"],
    ["33 bytes", Buffer.alloc(33, 1).toString("base64"), "got 33 bytes"],
    ["hex", Buffer.alloc(32, 0xab).toString("hex"), "got 48 bytes"],
    ["a phrase", "correct horse battery staple", "got text that is not base64"],
  ])("is refused, unquoted, when it is %s", async (_, text, got) => {
    const error = await importMasterKey(text).catch((thrown: unknown) => String(thrown));
    expect(error).toContain(`must be base64 of exactly 32 bytes, ${got}`);
    if (text !== "") expect(error).not.toContain(text);
  });
});
