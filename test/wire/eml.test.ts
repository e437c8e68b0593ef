import { describe, expect, it } from "vitest";
import { renderEml } from "../../src/wire/eml.ts";

const AT = { atMs: Date.UTC(2026, 10, 20, 12), id: "abc" };

function decoded(subject: string): string {
  const words = [...subject.matchAll(/=\?utf-8\?B\?([A-Za-z0-9+/=]*)\?=/g)];
  return words.map(([, base64]) => Buffer.from(base64 ?? "", "base64").toString("utf8")).join("");
}

function subjectOf(eml: string): string {
  return /^Subject: (.*(?:\r\n .*)*)/m.exec(eml)?.[1] ?? "";
}

describe("a mail as a file", () => {
  it("has the headers of RFC 5322 and the text after them", () => {
    const mail = {
      from: "a@b.example",
      to: ["c@d.example", "e@f.example"],
      subject: "It failed",
      text: "one\ntwo\n",
    };
    expect(renderEml(mail, AT)).toBe(
      [
        "From: a@b.example",
        "To: c@d.example,",
        " e@f.example",
        "Subject: It failed",
        "Date: Fri, 20 Nov 2026 12:00:00 +0000",
        "Message-ID: <abc@posthorn>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        "one",
        "two",
        "",
      ].join("\r\n"),
    );
  });

  it.each(["Grüße", "🦀".repeat(100), "a\r\nBcc: x@y.example"])("encodes the subject %j", (subject) => {
    const eml = renderEml({ from: "a@b.example", to: ["c@d.example"], subject, text: "" }, AT);
    const header = subjectOf(eml);
    expect(decoded(header)).toBe(subject);
    for (const line of header.split("\r\n ")) expect(line.length).toBeLessThanOrEqual(75);
    expect(eml).not.toContain("\r\nBcc:");
  });
});
