import { z } from 'zod';
import { dashboardFilter } from './dashboard.ts';

export const role = z.enum(['admin', 'member']);
export type Role = z.infer<typeof role>;

/** What the page is opened on inside the CRM. `dashboard` is the app itself, `record` a tab of one record's card. */
const pageContext = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('install') }),
  z.strictObject({ kind: z.literal('dashboard') }),
  z.strictObject({
    kind: z.literal('record'),
    entity: z.enum(['leads', 'deals', 'contacts', 'companies']),
    externalId: z.string(),
  }),
]);
export type PageContext = z.infer<typeof pageContext>;

/** Who is looking, as the server proved it. Lives in the page's memory only. */
export const sessionReply = z.strictObject({
  /** JWT, at most 10 minutes; sent as `Authorization: Bearer`. */
  token: z.string(),
  expiresAt: z.iso.datetime(),
  user: z.strictObject({ id: z.string(), name: z.string(), role }),
  locale: z.string(),
});
export type SessionReply = z.infer<typeof sessionReply>;

/** Body of POST /api/session: a fresh proof from the host frame (the access token that `refreshAuth` returned). */
export const sessionRequest = z.strictObject({
  crmSource: z.literal('bitrix24'),
  memberId: z.string().min(1).max(64),
  accessToken: z.string().min(1).max(512),
});

/**
 * What the server writes into the page it answers a CRM's frame with (a JSON script element, id `boot`).
 * `hostOrigin` is the stored portal's origin: the only one the page may exchange messages with.
 */
export const bootData = z.strictObject({
  host: z.literal('bitrix24'),
  hostOrigin: z.string(),
  /** '' on a page that a sign-in link opened: POST /api/session/renew then takes the place of a proof from the frame. */
  memberId: z.string(),
  page: pageContext,
  /** null where no session could be given; `notice` then says what to show. */
  session: sessionReply.nullable(),
  /** `no_access`: an administrator has shut the person out. */
  notice: z.enum(['ask_admin', 'not_installed', 'reopen', 'no_access']).nullable(),
  locale: z.string(),
  /** As the person has left it. */
  filter: dashboardFilter,
});
export type BootData = z.infer<typeof bootData>;

/** Body of POST /api/session/code: the one-time code of a sign-in link. The answer is `BootData`. */
export const signInRequest = z.strictObject({ code: z.string().min(1).max(128) });
