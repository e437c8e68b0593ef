import { describe, expect, it } from "vitest";
import {
  type Config,
  cleanUrl,
  parseConfig,
  resolveSettings,
  withoutProfile,
  withProfile,
} from "../../src/cli/settings.ts";

const CONFIG: Config = {
  current: "prod",
  profiles: {
    prod: { url: "https://prod.example", key: "sk_prod" },
    test: { url: "https://test.example", key: "sk_test" },
  },
};

describe("which deployment and which key", () => {
  it.each<[string, Parameters<typeof resolveSettings>[0], { url: string; key: string | null }]>([
    [
      "nothing is set: here, without a key",
      { options: {}, env: {}, config: { current: "default", profiles: {} } },
      { url: "http://127.0.0.1:8787", key: null },
    ],
    [
      "the current profile",
      { options: {}, env: {}, config: CONFIG },
      { url: "https://prod.example", key: "sk_prod" },
    ],
    [
      "--profile",
      { options: { profile: "test" }, env: { POSTHORN_KEY: "sk_env" }, config: CONFIG },
      { url: "https://test.example", key: "sk_test" },
    ],
    [
      "POSTHORN_PROFILE",
      { options: {}, env: { POSTHORN_PROFILE: "test" }, config: CONFIG },
      { url: "https://test.example", key: "sk_test" },
    ],
    [
      "the environment wins over the current profile",
      { options: {}, env: { POSTHORN_URL: "https://e.example/", POSTHORN_KEY: "sk_env" }, config: CONFIG },
      { url: "https://e.example", key: "sk_env" },
    ],
    [
      "--server wins over the environment",
      {
        options: { server: "https://o.example" },
        env: { POSTHORN_URL: "https://e.example", POSTHORN_KEY: "sk_env" },
        config: CONFIG,
      },
      { url: "https://o.example", key: "sk_env" },
    ],
    [
      "the profile of the address that is asked for",
      { options: { server: "https://test.example/" }, env: {}, config: CONFIG },
      { url: "https://test.example", key: "sk_test" },
    ],
    [
      "empty variables are none",
      { options: {}, env: { POSTHORN_URL: "", POSTHORN_KEY: " " }, config: CONFIG },
      { url: "https://prod.example", key: "sk_prod" },
    ],
  ])("%s", (_name, sources, settings) => {
    expect(resolveSettings(sources)).toMatchObject(settings);
  });

  it.each([
    { options: { server: "https://elsewhere.example" }, env: {} },
    { options: {}, env: { POSTHORN_URL: "https://elsewhere.example" } },
    { options: { server: "https://elsewhere.example", profile: "prod" }, env: {} },
    { options: { server: "http://prod.example" }, env: {} },
  ])("a stored key is never sent to another address: %j", (sources) => {
    expect(resolveSettings({ ...sources, config: CONFIG }).key).toBeNull();
  });

  it("a profile that is not there is an error, not another one", () => {
    expect(() => resolveSettings({ options: { profile: "x" }, env: {}, config: CONFIG })).toThrow(
      "no profile x",
    );
    expect(() => resolveSettings({ options: { profile: "toString" }, env: {}, config: CONFIG })).toThrow(
      "no profile",
    );
  });
});

describe("addresses", () => {
  it.each([
    ["https://a.example/", "https://a.example"],
    ["https://a.example/api/v1/", "https://a.example"],
    ["https://a.example/hooks/", "https://a.example/hooks"],
    ["http://127.0.0.1:8787", "http://127.0.0.1:8787"],
  ])("%s is %s", (text, url) => {
    expect(cleanUrl(text)).toBe(url);
  });

  it.each(["a.example", "ftp://a.example", "https://u:p@a.example", "https://a.example?x=1", ""])(
    "%s is none",
    (text) => {
      expect(() => cleanUrl(text)).toThrow();
    },
  );
});

describe("the config file", () => {
  it("is read as it was written", () => {
    expect(parseConfig(JSON.stringify(CONFIG))).toEqual(CONFIG);
  });

  it.each(["", "[]", "{}", '{"profiles":{"a":{"url":1}}}', "{"])("damaged as %s it is refused", (text) => {
    expect(parseConfig(text)).toBeNull();
  });

  it("uses the profile that was added, and another one when that is forgotten", () => {
    const added = withProfile(CONFIG, "new", { url: "https://n.example", key: "k" });
    expect(added.current).toBe("new");
    expect(withoutProfile(added, "new")).toEqual(CONFIG);
  });
});
