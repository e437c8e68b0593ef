import { describe, expect, it } from "vitest";
import { isBright } from "../../src/portal/colors.ts";
import { keyInFragment, nextIn } from "../../src/portal/link.ts";

const encoded = (value: unknown) => `#key=${btoa(JSON.stringify(value))}`;

describe("the key of a link", () => {
  it.each([
    [
      { appId: "app_1", token: "appsk_1" },
      { appId: "app_1", token: "appsk_1", oneTimeToken: null },
    ],
    [{ token: "sk_1" }, { appId: null, token: "sk_1", oneTimeToken: null }],
    [
      { appId: "app_1", oneTimeToken: "x" },
      { appId: "app_1", token: null, oneTimeToken: "x" },
    ],
    [{ appId: "app_1" }, null],
    [{ token: 5 }, null],
    [null, null],
  ])("is read from %j", (value, key) => {
    expect(keyInFragment(encoded(value))).toEqual(key);
  });

  it.each(["", "#", "#key=", "#key=%%%", "#key=bm90IGpzb24=", "#other=1"])("is not there in %j", (hash) => {
    expect(keyInFragment(hash)).toBeNull();
  });

  it("may hold characters that a query would change", () => {
    const key = { token: "sk_~~~???>>>", appId: null };
    expect(encoded(key)).toMatch(/[+/]/);
    expect(keyInFragment(encoded(key))).toMatchObject({ token: key.token });
  });
});

describe("the next page of a link", () => {
  it.each([
    ["/endpoints/ep_1", "/endpoints/ep_1"],
    ["/messages?x=1", "/messages?x=1"],
    ["//evil.example", null],
    ["/\\evil.example", null],
    ["https://evil.example", null],
    ["", null],
  ])("of %j is %j: a path of the portal, and never another place", (next, path) => {
    expect(nextIn(new URLSearchParams({ next }))).toBe(path);
  });
});

describe("text on the publisher's colour", () => {
  it.each([
    ["#ffffff", true],
    ["#ffcc00", true],
    ["#2f54c8", false],
    ["#000000", false],
  ])("on %s is dark: %s", (color, dark) => {
    expect(isBright(color)).toBe(dark);
  });
});
