import { z } from 'zod';
import type { DashboardFilter } from '../../contract/dashboard-filter.ts';
import type { BootData, PageContext, Role } from '../../contract/session.ts';
import { PLACEMENTS, PORTAL_LANGUAGES } from '../../marketplace/bitrix24/manifest.ts';
import { CrmError } from '../crm/adapter.ts';
import type { CommandReply } from '../crm/bitrix24/portal-calls.ts';
import { AppError } from '../platform/errors.ts';
import { isTimeZone } from '../platform/time-zone.ts';

const token = z.string().regex(/^[\x21-\x7e]{1,512}$/);

/** What a portal posts when it opens one of our pages in a frame. Claims only: nothing of it is believed unproven. */
export const openForm = z.object({
  AUTH_ID: token,
  REFRESH_ID: token,
  member_id: z.string().regex(/^[\w-]{1,64}$/),
  SERVER_ENDPOINT: z.string().max(256).optional(),
  APPLICATION_TOKEN: token.optional(),
  PLACEMENT: z.string().max(64).default('DEFAULT'),
  PLACEMENT_OPTIONS: z.string().max(8192).optional(),
});
export type OpenForm = z.infer<typeof openForm>;

/** A person whom their CRM has vouched for. */
export interface Person {
  tenantId: string;
  crmSource: 'bitrix24';
  /** The CRM's id. */
  userId: string;
  name: string;
  role: Role;
  locale: string;
  /** What they look at the dashboard through. */
  filter: DashboardFilter;
}

/** What to show in the frame, and to whom. */
export interface Opening {
  /** Origin of the portal as its authorization server gave it: the only page that may frame ours. */
  hostOrigin: string;
  memberId: string;
  page: PageContext;
  /** null: they get no session; `notice` says why. */
  person: Person | null;
  notice: BootData['notice'];
  locale: string;
}

export interface Profile {
  userId: string;
  name: string;
  isAdmin: boolean;
  /** IANA zone, null where the portal does not say. */
  timezone: string | null;
}

const profileReply = z.looseObject({
  ID: z.coerce.string().min(1),
  ADMIN: z.boolean().default(false),
  NAME: z.string().nullish(),
  LAST_NAME: z.string().nullish(),
  TIME_ZONE: z.string().nullish(),
});

/** @throws CrmError `auth` when the portal knows no such person (any more) */
export function readProfile(reply: CommandReply): Profile {
  const parsed = reply.ok ? profileReply.safeParse(reply.result) : null;
  if (!parsed?.success) throw new CrmError('auth', 'the portal does not vouch for this person');
  const { ID, ADMIN, NAME, LAST_NAME, TIME_ZONE } = parsed.data;
  const name = [NAME, LAST_NAME].filter(Boolean).join(' ').slice(0, 200);
  return { userId: ID, name: name || `#${ID}`, isAdmin: ADMIN, timezone: isTimeZone(TIME_ZONE) ? TIME_ZONE : null };
}

/** The page behind a placement: a record's tab, or the dashboard. */
export function toPageContext(form: Pick<OpenForm, 'PLACEMENT' | 'PLACEMENT_OPTIONS'>): PageContext {
  const entity = PLACEMENTS.find(({ code }) => code === form.PLACEMENT)?.entity ?? null;
  const options = placementOptions.safeParse(form.PLACEMENT_OPTIONS);
  if (entity === null || !options.success) return { kind: 'dashboard' };
  return { kind: 'record', entity, externalId: options.data.ID };
}

const placementOptions = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue('not JSON');
      return z.NEVER;
    }
  })
  .pipe(z.looseObject({ ID: z.coerce.string().regex(/^\d{1,18}$/) }));

/** The language we have for the portal's LANG, as BCP 47 has it; English where we have none. */
export function toLocale(portalLanguage: unknown): string {
  const found = Object.entries(PORTAL_LANGUAGES).find(([, code]) => code === portalLanguage);
  return found?.[0] ?? 'en';
}

/** Says a failed proof or call to the person at the page; the log gets the cause. */
export function toAppError(error: unknown): unknown {
  if (!(error instanceof CrmError)) return error;
  switch (error.kind) {
    case 'auth':
      return new AppError('not_authentic', 'The CRM did not confirm who is asking.', { cause: error });
    case 'blocked':
      return new AppError('connection_refused', 'The CRM does not let applications in at present.', { cause: error });
    default:
      return new AppError('crm_unavailable', 'The CRM did not answer. Try again in a moment.', { cause: error });
  }
}
