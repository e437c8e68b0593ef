/** The code that the portal shows, run: it takes what we sign, and nothing else. */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SignatureFormat } from "../../src/core/dialect.ts";
import { LANGUAGES } from "../../src/portal/snippets/signature.ts";
import { snippetFor } from "../../src/portal/snippets/snippets.ts";
import { BUILT_IN_DIALECTS, generateKeyPair, publicKeyOf, signatureHeaders } from "../../src/wire/index.ts";
import { startReceiver } from "../support/receiver.ts";

const SECRET = `whsec_${Buffer.from("a secret of thirty-two bytes, ok").toString("base64")}`;
const BODY = '{"text": "ünïcode and 12345678901234567890"}';

const FORMATS: [name: string, format: SignatureFormat][] = [
  ...[...BUILT_IN_DIALECTS.values()].map(({ name, signature }): [string, SignatureFormat] => [
    name,
    signature,
  ]),
  [
    "of a publisher's own",
    { scheme: "body-hmac", header: "X-Own", valuePrefix: "h=", encoding: "base64", secretOptional: false },
  ],
];

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "posthorn-snippets-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function signed(format: SignatureFormat, nowMs = Date.now()): Promise<Record<string, string>> {
  const secrets = [{ value: SECRET, expiresAtMs: null }];
  const headers = await signatureHeaders(format, { id: "msg_1", body: BODY, secrets, nowMs });
  return lowerCase(headers);
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** What anybody may send: no header holds what it should. */
function garbled(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, "ünïcode"]));
}

const PYTHON = `
import json, sys
cases = json.load(sys.stdin)
print(json.dumps([verify(given["headers"], given["body"].encode(), given["secret"]) for given in cases]))
`;

type Given = { headers: Record<string, string>; body: string; secret: string };

function inPython(code: string, given: Given[]): string {
  const { stdout, stderr } = spawnSync("python3", ["-c", code + PYTHON], {
    input: JSON.stringify(given),
    encoding: "utf8",
  });
  return (stdout + stderr).trim();
}

describe.each(FORMATS)("the verification code for %s", (_, format) => {
  const good = async (): Promise<Given> => ({ headers: await signed(format), body: BODY, secret: SECRET });

  it("in Node takes what is signed, and refuses another body, another secret and no signature", async () => {
    const file = join(directory, `${crypto.randomUUID()}.mjs`);
    await writeFile(file, snippetFor("node", format));
    const { verify } = await import(file);
    const { headers } = await good();
    expect(verify(headers, BODY, SECRET)).toBe(true);
    expect(verify(headers, `${BODY} `, SECRET)).toBe(false);
    expect(verify(headers, BODY, SECRET.replace("whsec_", "whsec_B"))).toBe(false);
    expect(verify({}, BODY, SECRET)).toBe(false);
    expect(verify(garbled(headers), BODY, SECRET)).toBe(false);
  });

  it("in Python takes what is signed, and refuses another body, another secret and no signature", async () => {
    const code = snippetFor("python", format);
    const given = await good();
    const others = [
      { ...given, body: `${BODY} ` },
      { ...given, secret: SECRET.replace("whsec_", "whsec_BBBB") },
      { ...given, headers: {} },
      { ...given, headers: garbled(given.headers) },
    ];
    expect(inPython(code, [given, ...others])).toBe("[true, false, false, false, false]");
  });

  it("with curl sends what the code in Node takes", async () => {
    const receiver = await startReceiver();
    try {
      const script = join(directory, `${crypto.randomUUID()}.sh`);
      const module = join(directory, `${crypto.randomUUID()}.mjs`);
      await writeFile(script, snippetFor("curl", format));
      await writeFile(module, snippetFor("node", format));
      const { spawn } = await import("node:child_process");
      spawn("bash", [script, receiver.url], {
        env: { ...process.env, WEBHOOK_SECRET: SECRET },
        stdio: "ignore",
      });
      const [request] = await receiver.waitFor(1);
      const { verify } = await import(module);
      expect(verify(request?.headers, request?.body, SECRET)).toBe(true);
    } finally {
      await receiver.close();
    }
  });
});

describe("verification code of Standard Webhooks", () => {
  it("refuses what was signed more than five minutes ago", async () => {
    const format = { scheme: "standard", headerPrefix: "webhook" } as const;
    const file = join(directory, "old.mjs");
    await writeFile(file, snippetFor("node", format));
    const { verify } = await import(file);
    expect(verify(await signed(format, Date.now() - 301_000), BODY, SECRET)).toBe(false);
  });
});

describe("verification code with a public key", () => {
  const format = { scheme: "standard", headerPrefix: "webhook" } as const;

  /** Signed with a key pair while an old shared secret still signs beside it. */
  async function signedWithPair(nowMs = Date.now()): Promise<Given> {
    const pair = await generateKeyPair((count) => crypto.getRandomValues(new Uint8Array(count)));
    const secrets = [
      { value: SECRET, expiresAtMs: null },
      { value: pair, expiresAtMs: null },
    ];
    const headers = await signatureHeaders(format, { id: "msg_1", body: BODY, secrets, nowMs });
    return { headers: lowerCase(headers), body: BODY, secret: publicKeyOf(pair) ?? "" };
  }

  const verdicts: [what: string, change: (given: Given) => Given, isGood: boolean][] = [
    ["what is signed", (given) => given, true],
    ["another body", (given) => ({ ...given, body: `${BODY} ` }), false],
    ["another id", (given) => ({ ...given, headers: { ...given.headers, "webhook-id": "msg_2" } }), false],
    [
      "no signature",
      ({ headers: { "webhook-signature": _, ...headers }, ...given }) => ({ ...given, headers }),
      false,
    ],
    [
      "the shared secret's signature alone",
      (given) => ({
        ...given,
        headers: {
          ...given.headers,
          "webhook-signature": given.headers["webhook-signature"]?.split(" ")[0] ?? "",
        },
      }),
      false,
    ],
  ];

  it.each(verdicts)("in Node judges %s", async (_, change, isGood) => {
    const { headers, body, secret } = change(await signedWithPair());
    const file = join(directory, `${crypto.randomUUID()}.mjs`);
    await writeFile(file, snippetFor("node", format, "public"));
    const { verify } = await import(file);
    expect(verify(headers, body, secret)).toBe(isGood);
  });

  it("refuses another pair's public key, and what was signed more than five minutes ago", async () => {
    const file = join(directory, "public.mjs");
    await writeFile(file, snippetFor("node", format, "public"));
    const { verify } = await import(file);
    const { headers, body, secret } = await signedWithPair();
    expect(verify(headers, body, (await signedWithPair()).secret)).toBe(false);
    expect(verify(headers, body, secret)).toBe(true);
    const old = await signedWithPair(Date.now() - 301_000);
    expect(verify(old.headers, old.body, old.secret)).toBe(false);
  });

  it("with curl sends what the code in Node takes", async () => {
    const receiver = await startReceiver();
    try {
      const script = join(directory, "pair.sh");
      const module = join(directory, "pair.mjs");
      await writeFile(script, snippetFor("curl", format, "public"));
      await writeFile(module, snippetFor("node", format, "public"));
      const { spawn } = await import("node:child_process");
      const sender = spawn("bash", [script, receiver.url], { stdio: ["ignore", "pipe", "ignore"] });
      let printed = "";
      sender.stdout.on("data", (chunk) => {
        printed += String(chunk);
      });
      const [request] = await receiver.waitFor(1);
      const { verify } = await import(module);
      const publicKey = /^WEBHOOK_PUBLIC_KEY=(\S+)$/m.exec(printed)?.[1];
      expect(verify(request?.headers, request?.body, publicKey)).toBe(true);
    } finally {
      await receiver.close();
    }
  });

  it.each(LANGUAGES)("in %s looks at v1a signatures alone, and takes a whpk_ key", (language) => {
    const code = snippetFor(language, format, "public");
    expect(code).toContain("v1a,");
    expect(code).toContain("whpk_");
    expect(code).not.toMatch(/hmac|whsec_/i);
    expect(code.toLowerCase().replaceAll("_", "-")).toContain("webhook-signature");
    if (language !== "curl") expect(code).toMatch(/300|5\*time\.Minute/);
  });
});

/** Neither PHP nor Go is on every machine that runs these tests: what they must say, they must say literally. */
describe.each(FORMATS)("the code nobody runs here, for %s", (_, format) => {
  const isStandard = format.scheme === "standard";
  const header = isStandard ? `${format.headerPrefix}-signature` : format.header;

  it("in PHP reads the header as PHP names it, and compares in constant time", () => {
    const code = snippetFor("php", format);
    expect(code).toContain(`$_SERVER['HTTP_${header.toUpperCase().replaceAll("-", "_")}'] ?? ''`);
    expect(code).toContain("hash_equals(");
    expect(code).toMatch(/^<\?php\n/);
    if (isStandard) {
      expect(code).toContain("abs(time() - (int) $timestamp) > 300");
      expect(code).toContain("base64_decode(preg_replace('/^whsec_/', '', $secret))");
      expect(code).toContain(
        "'v1,' . base64_encode(hash_hmac('sha256', \"$id.$timestamp.$body\", $key, true))",
      );
      expect(code).toContain(`$_SERVER['HTTP_${format.headerPrefix.toUpperCase()}_ID']`);
      expect(code).toContain(`$_SERVER['HTTP_${format.headerPrefix.toUpperCase()}_TIMESTAMP']`);
    } else {
      const digest =
        format.encoding === "hex"
          ? "$digest = hash_hmac('sha256', $body, $secret);"
          : "$digest = base64_encode(hash_hmac('sha256', $body, $secret, true));";
      expect(code).toContain(digest);
      expect(code).toContain(`hash_equals('${format.valuePrefix}' . $digest, `);
    }
  });

  it("in Go imports what it uses and no more, and compares in constant time", () => {
    const code = snippetFor("go", format);
    const imports = [...code.matchAll(/^\t"([^"]+)"$/gm)].map(([, path = ""]) => path);
    expect(imports.length).toBeGreaterThan(3);
    const body = code.slice(code.indexOf("func Verify"));
    for (const path of imports) expect(body).toContain(`${path.split("/").at(-1)}.`);
    expect(body).toContain("hmac.Equal(");
    expect(body).toContain(`header.Get("${header}")`);
    if (isStandard) {
      expect(body).toContain("5*time.Minute");
      expect(body).toContain('strings.TrimPrefix(secret, "whsec_")');
      expect(body).toContain('mac.Write([]byte(id + "." + timestamp + "."))');
      expect(body).toContain('expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))');
    } else {
      const encode = format.encoding === "hex" ? "hex.EncodeToString" : "base64.StdEncoding.EncodeToString";
      expect(body).toContain(`expected := "${format.valuePrefix}" + ${encode}(mac.Sum(nil))`);
    }
  });
});

describe.each(LANGUAGES)("verification code in %s", (language) => {
  it.each(FORMATS)("names the header of %s", (_, format) => {
    const header = format.scheme === "standard" ? `${format.headerPrefix}-signature` : format.header;
    expect(snippetFor(language, format).toLowerCase().replaceAll("_", "-")).toContain(header.toLowerCase());
  });
});
