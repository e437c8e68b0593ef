/** Sends mail by whatever way this deployment has. */
import type { Mail } from "../../core/mail.ts";
import { renderEml } from "../../wire/eml.ts";
import { encodeHex } from "../../wire/encoding.ts";
import type { ServiceContext } from "../context.ts";

export type SendMail = (mail: Omit<Mail, "from">) => Promise<void>;

/** Throws when a mail was not taken. Null: this deployment has no address to send from, or no way to send. */
export function mailer({ env, config, nowMs, random }: ServiceContext): SendMail | null {
  const { mailFrom: from } = config;
  const { MAIL, MAIL_DROP } = env;
  if (from === null) return null;
  if (MAIL !== undefined) return async (mail) => void (await MAIL.send({ from, ...mail }));
  if (MAIL_DROP === undefined) return null;
  return async (mail) => {
    const body = renderEml({ from, ...mail }, { atMs: nowMs, id: encodeHex(random(MESSAGE_ID_BYTES)) });
    const { ok, status } = await MAIL_DROP.fetch("http://mail/", { method: "POST", body });
    if (!ok) throw new Error(`the mail was not taken: status ${status}`);
  };
}

const MESSAGE_ID_BYTES = 16;
