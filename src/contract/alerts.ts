/** Alert rules of an application, and the addresses its owner is written to. */
import { z } from "zod";
import { ALERT_METRICS, parseWindow, windowText } from "../core/alerts.ts";
import {
  MAX_ALERT_THRESHOLD,
  MAX_ALERT_WINDOW_SECONDS,
  MIN_ALERT_WINDOW_SECONDS,
} from "../core/limits/alerts.ts";
import { MAX_ALERT_EMAIL_CHARS } from "../core/limits/mail.ts";
import { MAX_UID_CHARS } from "../core/limits/resources.ts";
import { parseAddresses } from "../core/mail.ts";
import { listOut, NameText, TimeOut, timeText } from "./fields.ts";

const Metric = z.enum(ALERT_METRICS).meta({
  description:
    "`webhook-failures`: attempts that failed, each retry counted. `webhook-exhausted`: messages given up",
});

const WINDOW_ERROR = { error: "must be a whole number and s, m, h or d, from 60s to 7d" };

const Window = z
  .string()
  .max(16)
  .transform((text, ctx) => {
    const seconds = parseWindow(text);
    if (seconds !== null && seconds >= MIN_ALERT_WINDOW_SECONDS && seconds <= MAX_ALERT_WINDOW_SECONDS) {
      return seconds;
    }
    ctx.addIssue({ code: "custom", message: WINDOW_ERROR.error });
    return z.NEVER;
  })
  .meta({ type: "string", example: "1h", description: "How far back is counted; from 60s to 7d" });

export const AlertRuleIn = z
  .object({
    name: NameText.nullish(),
    metric: Metric,
    threshold: z.number().int().min(1).max(MAX_ALERT_THRESHOLD).meta({ example: 5 }),
    window: Window,
    endpointId: z
      .string()
      .min(1)
      .max(MAX_UID_CHARS)
      .nullish()
      .meta({ description: "Id or uid of the one endpoint to count; left out, all are counted together" }),
  })
  .meta({ id: "AlertRuleIn" });

export const AlertRuleOut = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    metric: Metric,
    threshold: z.number().int(),
    window: z.string(),
    endpointId: z.string().nullable(),
    createdAt: TimeOut,
    lastFiredAt: TimeOut.nullable(),
  })
  .meta({ id: "AlertRuleOut" });
export type AlertRuleOut = z.output<typeof AlertRuleOut>;

export const AlertRuleList = listOut(AlertRuleOut, "AlertRuleOut");

export const AlertRulePath = z.object({ app_id: z.string(), alert_id: z.string() });

export type AlertRuleSource = {
  id: string;
  name: string | null;
  metric: AlertRuleOut["metric"];
  threshold: number;
  windowSeconds: number;
  endpoint: { id: string } | null;
  firedAtMs: number | null;
  createdAtMs: number;
};

export function toAlertRuleOut(rule: AlertRuleSource): AlertRuleOut {
  return {
    id: rule.id,
    name: rule.name,
    metric: rule.metric,
    threshold: rule.threshold,
    window: windowText(rule.windowSeconds),
    endpointId: rule.endpoint?.id ?? null,
    createdAt: timeText(rule.createdAtMs),
    lastFiredAt: rule.firedAtMs === null ? null : timeText(rule.firedAtMs),
  };
}

const AddressList = z
  .string()
  .max(MAX_ALERT_EMAIL_CHARS)
  .transform((text, ctx) => {
    const list = parseAddresses(text);
    if (list.ok) return list.addresses.join(", ");
    ctx.addIssue({ code: "custom", message: list.reason });
    return z.NEVER;
  });

export const AlertEmailPatch = z
  .object({
    email: AddressList.nullable()
      .optional()
      .meta({
        type: ["string", "null"],
        description: "Addresses separated by commas; null: nobody is written to",
        example: "user1@example.com, user2@example.com",
      }),
  })
  .meta({ id: "AlertEmailPatch" });

export const AlertEmailOut = z
  .object({
    addresses: z.array(z.string()).meta({ description: "Who is written to; empty: nobody" }),
    canSend: z.boolean().meta({
      description: "False: this deployment has no way to send mail, so nobody is written to until it has",
    }),
    from: z.string().nullable().meta({ description: "Where mail comes from; null: no mail can be sent" }),
    lastMailAt: TimeOut.nullable().meta({
      description: "When somebody was last written to; null: not that it is remembered",
    }),
  })
  .meta({ id: "AlertEmailOut" });

export const TestMailOut = z
  .object({
    sent: z.boolean().meta({
      description: "Whether it was taken to be sent, to all of them; whether it arrives is not known here",
    }),
    to: z.array(z.string()),
    way: z.enum(["service", "file"]).nullable().meta({
      description:
        "`service`: the deployment's mail service took it. `file`: mail of this deployment, on one machine, becomes files and goes nowhere. Null: it was not taken",
    }),
    file: z
      .string()
      .nullable()
      .meta({ description: "Where the file is, for a publisher to know; else null" }),
    failure: z
      .string()
      .nullable()
      .meta({ description: "Why it was not taken; where that is the mail service, in its words" }),
  })
  .meta({ id: "TestMailOut" });

export const EgressOut = z
  .object({
    ranges: z.array(z.string()).meta({
      description: "Every request to a receiver comes from these; empty: from no fixed address",
      example: ["203.0.113.0/24"],
    }),
    fixed: z.boolean(),
  })
  .meta({ id: "EgressOut" });
