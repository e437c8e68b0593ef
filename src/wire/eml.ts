import type { Mail } from "../core/mail.ts";
import { encodeBase64, utf8 } from "./encoding.ts";

/** A mail as a file that any mail program opens (RFC 5322). */
export function renderEml(mail: Mail, { atMs, id }: { atMs: number; id: string }): string {
  const headers = [
    `From: ${mail.from}`,
    `To: ${mail.to.join(",\r\n ")}`,
    `Subject: ${encodedSubject(mail.subject)}`,
    `Date: ${new Date(atMs).toUTCString().replace("GMT", "+0000")}`,
    `Message-ID: <${id}@posthorn>`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
  ];
  return `${headers.join("\r\n")}\r\n\r\n${mail.text.replace(/\r?\n/g, "\r\n")}`;
}

const PRINTABLE = /^[\x20-\x7e]*$/;
/** Bytes whose base64 keeps an encoded word below its 75 characters. */
const WORD_BYTES = 42;

/** RFC 2047, when there is anything that a header may not hold as it is. */
function encodedSubject(text: string): string {
  if (PRINTABLE.test(text)) return text;
  const words: string[] = [];
  let word = "";
  for (const char of text) {
    if (utf8(word + char).length > WORD_BYTES) {
      words.push(word);
      word = "";
    }
    word += char;
  }
  return [...words, word].map((part) => `=?utf-8?B?${encodeBase64(utf8(part))}?=`).join("\r\n ");
}
