import { describe, expect, it } from "vitest";
import { checkTarget, parseIpv6 } from "../../src/core/target.ts";

const PRODUCTION = { allowHttp: false, allowPrivate: false };
const HTTP = { allowHttp: true, allowPrivate: false };
const ONE_MACHINE = { allowHttp: true, allowPrivate: true };

function reasonOf(url: string, rules = PRODUCTION): string | null {
  const check = checkTarget(url, rules);
  return check.ok ? null : check.reason;
}

describe("the target guard", () => {
  it.each([
    ["https://example.com", "https://example.com/"],
    ["https://EXAMPLE.com/Hook?a=1", "https://example.com/Hook?a=1"],
    ["https://example.com:8443/x", "https://example.com:8443/x"],
    ["https://example.com:443/x", "https://example.com/x"],
    ["https://example.com:65535/", "https://example.com:65535/"],
    ["https://example.com./x", "https://example.com./x"],
    ["https://hooks.example/x", "https://hooks.example/x"],
    ["https://a_b.example.com/", "https://a_b.example.com/"],
    ["https://例え.jp/", "https://xn--r8jz45g.jp/"],
    ["https://example.com/#part", "https://example.com/#part"],
    ["https://notlocalhost.com/", "https://notlocalhost.com/"],
    ["https://local.example.com/", "https://local.example.com/"],
    ["https://10.example.com/", "https://10.example.com/"],
    ["https://receiver.test/", "https://receiver.test/"],
    ["https://mylvh.me/", "https://mylvh.me/"],
    ["https://svc.example.com/", "https://svc.example.com/"],
    ["https://lvh.me.example.com/", "https://lvh.me.example.com/"],
    ["https://8.8.8.8/", "https://8.8.8.8/"],
    ["https://[2606:4700::6810:84e5]/", "https://[2606:4700::6810:84e5]/"],
    ["https://[2a00:1450::1]:8443/", "https://[2a00:1450::1]:8443/"],
  ])("lets %s through, normalised", (url, normalised) => {
    expect(checkTarget(url, PRODUCTION)).toEqual({ ok: true, url: normalised });
  });

  it.each([
    ["", "valid absolute URL"],
    ["/hook", "valid absolute URL"],
    ["example.com/hook", "valid absolute URL"],
    ["https://", "valid absolute URL"],
    ["https://exa mple.com/", "valid absolute URL"],
    ["https://example.com:65536/", "valid absolute URL"],
    ["https://[fe80::1%25eth0]/", "valid absolute URL"],
    ["https://[::1/", "valid absolute URL"],
    ["https://256.1.1.1/", "valid absolute URL"],
    ["https://1.2.3.4.5/", "valid absolute URL"],
    ["https://example.0x7f000001/", "valid absolute URL"],
    [`https://example.com/${"a".repeat(70_000)}`, "longer than 65536 characters"],
    ["ftp://example.com/", "must use https:"],
    ["javascript:alert(1)", "must use https:"],
    ["file:///etc/passwd", "must use https:"],
    ["http://example.com/", "use https:"],
    ["https://example.com:0/", "port 0"],
  ])("refuses %s", (url, reason) => {
    expect(reasonOf(url)).toContain(reason);
  });

  it("refuses credentials in the URL without repeating them", () => {
    for (const url of [
      "https://user:hunter2@example.com/",
      "https://hunter2@example.com/",
      "https://:hunter2@example.com/",
    ]) {
      const reason = reasonOf(url);
      expect(reason).toContain("credentials");
      expect(reason).not.toContain("hunter2");
    }
  });

  it("allows http where the deployment does, and still no private address", () => {
    expect(reasonOf("http://example.com/", HTTP)).toBeNull();
    expect(reasonOf("http://127.0.0.1/", HTTP)).toBe("127.0.0.1 is a loopback address");
  });
});

describe("the target guard's address ranges", () => {
  it.each([
    ["0.0.0.0", "an unspecified address"],
    ["0.255.255.255", "an unspecified address"],
    ["10.0.0.0", "a private address"],
    ["10.255.255.255", "a private address"],
    ["100.64.0.0", "a carrier-grade NAT address"],
    ["100.127.255.255", "a carrier-grade NAT address"],
    ["127.0.0.1", "a loopback address"],
    ["127.255.255.255", "a loopback address"],
    ["168.63.129.16", "a cloud platform's own address"],
    ["169.254.169.254", "a link-local address"],
    ["172.16.0.0", "a private address"],
    ["172.31.255.255", "a private address"],
    ["192.0.0.192", "an IETF protocol address"],
    ["192.0.2.1", "a documentation address"],
    ["192.88.99.1", "a 6to4 relay address"],
    ["192.168.255.255", "a private address"],
    ["198.18.0.0", "a benchmarking address"],
    ["198.19.255.255", "a benchmarking address"],
    ["198.51.100.7", "a documentation address"],
    ["203.0.113.7", "a documentation address"],
    ["224.0.0.1", "a multicast address"],
    ["239.255.255.255", "a multicast address"],
    ["240.0.0.1", "a reserved address"],
    ["255.255.255.254", "a reserved address"],
    ["255.255.255.255", "the broadcast address"],
    ["[::]", "an unspecified address"],
    ["[::1]", "a loopback address"],
    ["[::2]", "an IPv4-compatible address"],
    ["[::7f00:1]", "an IPv4-compatible address"],
    ["[::ffff:7f00:1]", "an IPv4-mapped address"],
    ["[::ffff:808:808]", "an IPv4-mapped address"],
    ["[::ffff:0:7f00:1]", "an IPv4-translated address"],
    ["[64:ff9b::7f00:1]", "a NAT64 address"],
    ["[64:ff9b:1::7f00:1]", "a NAT64 address"],
    ["[100::1]", "a discard-only address"],
    ["[2001::1]", "a Teredo address"],
    ["[2001:2::1]", "an IETF protocol address"],
    ["[2001:1ff:ffff::1]", "an IETF protocol address"],
    ["[2001:db8::1]", "a documentation address"],
    ["[2002:7f00:1::]", "a 6to4 address"],
    ["[3fff:fff::1]", "a documentation address"],
    ["[5f00::1]", "a segment-routing address"],
    ["[fc00::1]", "a unique local address"],
    ["[fdff:ffff::1]", "a unique local address"],
    ["[fe80::1]", "a link-local address"],
    ["[febf::1]", "a link-local address"],
    ["[fec0::1]", "a site-local address"],
    ["[ff02::1]", "a multicast address"],
    ["[1::1]", "not a public address"],
    ["[4000::1]", "not a public address"],
    ["[100:0:0:1::1]", "not a public address"],
  ])("calls %s %s", (host, name) => {
    expect(reasonOf(`https://${host}/`)).toBe(`${host} is ${name}`);
  });

  it.each([
    "1.0.0.0",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.0.3.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "[2000::1]",
    "[2001:200::1]",
    "[2001:db7::1]",
    "[2001:db9::1]",
    "[2003::1]",
    "[3fff:1000::1]",
  ])("lets the neighbour %s of a refused range through", (host) => {
    expect(reasonOf(`https://${host}/`)).toBeNull();
  });

  it.each([
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0x0.0x0.0x1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.1./",
    "https://%31%32%37.0.0.1/",
    "https://１２７.0.0.1/",
    "https://①②⑦.0.0.1/",
    "https://127。0。0。1/",
    "https:127.0.0.1",
    "https:\\\\127.0.0.1\\x",
    "https://example.com@127.0.0.1/",
    " https://127.0.0.1/",
    "https://12\t7.0.0.1/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::FFFF:7F00:1]:8443/",
    "https://0/",
    "https://0x/",
  ])("sees through the spelling %s", (url) => {
    expect(reasonOf(url)).not.toBeNull();
  });
});

describe("the target guard's names", () => {
  it.each([
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost.localdomain",
    "localdomain",
    "posthorn.default.svc",
    "posthorn.default.svc.cluster.local",
    "lo\u00adcalhost",
    "api.localhost",
    "printer.local",
    "metadata.google.internal",
    "metadata.google.internal.",
    "wiki.intranet",
    "nas.lan",
    "router.home",
    "host.corp",
    "box.home.arpa",
    "db.private",
    "x.invalid",
    "x.onion",
    "metadata",
    "com.",
    "localtest.me",
    "a.localtest.me",
    "lvh.me",
    "LVH.me.",
    "a.b.vcap.me",
    "lacolhost.com",
    "www.lacolhost.com",
    "7f000001.c0a80001.rbndr.us",
    "127.0.0.1.nip.io",
    "10-0-0-1.sslip.io",
    "7f000001.nip.io",
    "a.xip.io",
    "127.0.0.1..",
    "example..com",
    ".",
    "*.example.com",
    `${"a".repeat(64)}.com`,
    `${"a.".repeat(130)}com`,
  ])("refuses %s", (host) => {
    expect(reasonOf(`https://${host}/`)).not.toBeNull();
  });

  it("lifts every address and name rule for a private deployment, but not the scheme or port", () => {
    for (const url of ["http://127.0.0.1:9000/", "http://localhost/", "https://[::1]/", "http://receiver/"]) {
      expect(reasonOf(url, ONE_MACHINE)).toBeNull();
    }
    expect(reasonOf("http://127.0.0.1/", { allowHttp: false, allowPrivate: true })).not.toBeNull();
    expect(reasonOf("ftp://localhost/", ONE_MACHINE)).not.toBeNull();
    expect(reasonOf("http://localhost:0/", ONE_MACHINE)).not.toBeNull();
    expect(reasonOf("http://a:b@localhost/", ONE_MACHINE)).not.toBeNull();
  });
});

describe("parseIpv6", () => {
  it.each<[string, bigint | null]>([
    ["::", 0n],
    ["::1", 1n],
    ["1::", 1n << 112n],
    ["1:2:3:4:5:6:7:8", 0x00010002000300040005000600070008n],
    ["1:2:3:4:5:6:7::", 0x00010002000300040005000600070000n],
    ["::ffff:1.2.3.4", 0xffff01020304n],
    ["1:2:3:4:5:6:1.2.3.4", 0x00010002000300040005000601020304n],
    ["ABCD::", 0xabcdn << 112n],
    ["", null],
    [":", null],
    [":::", null],
    ["1::2::3", null],
    ["1:2:3:4:5:6:7", null],
    ["1:2:3:4:5:6:7:8:9", null],
    ["1:2:3:4::5:6:7:8", null],
    ["12345::", null],
    ["g::", null],
    ["1.2.3.4::", null],
    ["::1.2.3", null],
    ["::1.2.3.256", null],
    ["fe80::1%eth0", null],
  ])("reads %s", (text, value) => {
    expect(parseIpv6(text)).toEqual(value === null ? null : { bits: 128, value });
  });
});
