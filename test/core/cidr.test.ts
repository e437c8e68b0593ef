import { describe, expect, it } from "vitest";
import { checkCidr, parseCidrs } from "../../src/core/cidr.ts";

describe("a range of addresses", () => {
  it.each([
    ["203.0.113.0/24", "203.0.113.0/24"],
    ["198.51.100.7/32", "198.51.100.7/32"],
    ["10.128.0.0/9", "10.128.0.0/9"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["2001:db8::/32", "2001:db8::/32"],
    ["2001:0DB8:0000::/33", "2001:db8::/33"],
    ["::1/128", "::1/128"],
    ["2a06:98c0:3600::103/128", "2a06:98c0:3600::103/128"],
  ])("%s is taken as %s", (text, range) => {
    expect(checkCidr(text)).toEqual({ ok: true, range });
  });

  it.each([
    ["203.0.113.5/24", /beyond its first 24/],
    ["10.64.0.0/9", /beyond its first 9/],
    ["2001:db8::1/32", /beyond its first 32/],
    ["203.0.113.0/33", /not a range/],
    ["203.0.113.0", /not a range/],
    ["256.0.0.0/8", /not a range/],
    ["1.2.3/8", /not a range/],
    ["::/129", /not a range/],
    ["2001:db8:::/32", /not a range/],
    ["example.com/24", /not a range/],
    ["/24", /not a range/],
    ["", /not a range/],
  ])("%s is refused", (text, reason) => {
    expect(checkCidr(text)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });
});

describe("a list of ranges", () => {
  it("is separated by commas or spaces, each range once", () => {
    const list = " 203.0.113.0/24,198.51.100.0/24\n203.0.113.0/24 ";
    expect(parseCidrs(list)).toEqual({ ok: true, ranges: ["203.0.113.0/24", "198.51.100.0/24"] });
    expect(parseCidrs("")).toEqual({ ok: true, ranges: [] });
  });

  it("is refused for one that is none, which it names", () => {
    expect(parseCidrs("203.0.113.0/24, 1.1.1.1")).toEqual({
      ok: false,
      reason: expect.stringContaining('"1.1.1.1"'),
    });
  });
});
