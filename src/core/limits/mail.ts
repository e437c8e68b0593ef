/** Bounds of what people are told by mail. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../units.ts";

/** Of one endpoint and topic there is one mail in this time; what happens meanwhile is summed up in the next. */
export const MAIL_WINDOW_MS = DAY_MS;
/** An endpoint disabled once more is told sooner. */
export const DISABLED_MAIL_WINDOW_MS = HOUR_MS;
/** Between two mails to the owner of one application, whatever they are about; also before a mail is tried again. */
export const MAIL_GAP_MS = 15 * MINUTE_MS;
export const MAX_MAILS_PER_RUN = 20;
export const MAX_MAIL_INCIDENTS = 20;
export const MAX_MAIL_RECIPIENTS = 10;
export const MAX_MAIL_ADDRESS_CHARS = 254;
export const MAX_ALERT_EMAIL_CHARS = 2560;
export const MAX_MAIL_SUBJECT_CHARS = 150;
/** Of a name, a URL or a reason inside a mail. */
export const MAX_MAIL_FIELD_CHARS = 300;
/** An endpoint that has only failed for this long is told of. */
export const FAILING_MAIL_AFTER_MS = DAY_MS;
/** Told incidents are forgotten after this. */
export const INCIDENT_TTL_MS = 30 * DAY_MS;
/** Operational events taken in one step, and steps in one run. */
export const FOLLOW_PAGE_EVENTS = 500;
export const MAX_FOLLOW_PAGES_PER_RUN = 20;
export const FAILING_PAGE_ENDPOINTS = 2000;
export const MAX_DUE_INCIDENTS = 1000;
/** Test mails of one application: nobody asked those who get them. */
export const TEST_MAIL_GAP_MS = MINUTE_MS;
export const MAX_TEST_MAILS_PER_DAY = 5;
