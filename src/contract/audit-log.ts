import { z } from "zod";
import { AUDIT_ACTORS } from "../core/audit.ts";
import { MAX_UID_CHARS } from "../core/limits/resources.ts";
import { listOut, PageQuery, TimeIn, TimeOut } from "./fields.ts";

const MAX_ACTION_CHARS = 100;

export const AuditQuery = PageQuery.extend({
  app_id: z.string().min(1).max(MAX_UID_CHARS).optional(),
  action: z
    .string()
    .max(MAX_ACTION_CHARS)
    .regex(/^[a-z0-9.-]+$/)
    .optional()
    .meta({ example: "v1.endpoint.create" }),
  before: TimeIn.optional(),
  after: TimeIn.optional(),
});

export const AuditEntryOut = z
  .object({
    id: z.string(),
    timestamp: TimeOut,
    actor: z.object({
      kind: z.enum(AUDIT_ACTORS).meta({
        description:
          "`root`: the deployment's own key; `key`: a publisher's; `session`: a consumer's link; `integration`: a consumer's key",
      }),
      keyId: z.string().nullable(),
      name: z.string().nullable(),
      sessionId: z.string().nullable(),
    }),
    action: z.string().meta({ description: "The operation, as this document names it" }),
    appId: z.string().nullable().meta({ description: "Null: it was about the whole deployment" }),
    appName: z.string().nullable().meta({ description: "What the application was called then" }),
    resourceId: z.string().nullable().meta({ description: "As the call named it, or as it was made" }),
    fields: z.record(z.string(), z.string().nullable()).meta({
      description: "The fields that were given; null where the value is not kept, as of secrets",
    }),
    ip: z.string().nullable(),
  })
  .meta({ id: "AuditEntryOut" });
export type AuditEntryOut = z.output<typeof AuditEntryOut>;

export const AuditListOut = listOut(AuditEntryOut, "AuditEntryOut");
