/** Sends mail by whatever way this deployment has. */
import type { Mail } from "../../core/mail.ts";
import { renderEml } from "../../wire/eml.ts";
import { encodeHex } from "../../wire/encoding.ts";
import type { ServiceContext } from "../context.ts";

/** Who took it: a service that sends it on, or the disk, which sends nothing; `file`: where it is now, as far as it is told. */
export type MailReceipt = { way: "service" } | { way: "file"; file: string | null };

export type SendMail = (mail: Omit<Mail, "from">) => Promise<MailReceipt>;

/** Throws when a mail was not taken. Null: this deployment has no address to send from, or no way to send. */
export function mailer({ env, config, nowMs, random }: ServiceContext): SendMail | null {
  const { mailFrom: from } = config;
  const { MAIL, MAIL_DROP } = env;
  if (from === null) return null;
  if (MAIL !== undefined) {
    return async (mail) => {
      await MAIL.send({ from, ...mail });
      return { way: "service" };
    };
  }
  if (MAIL_DROP === undefined) return null;
  return async (mail) => {
    const body = renderEml({ from, ...mail }, { atMs: nowMs, id: encodeHex(random(MESSAGE_ID_BYTES)) });
    const response = await MAIL_DROP.fetch("http://mail/", { method: "POST", body });
    const file = await response.text();
    if (!response.ok) throw new Error(`the mail was not taken: status ${response.status}`);
    return { way: "file", file: file === "" ? null : file };
  };
}

const MESSAGE_ID_BYTES = 16;
