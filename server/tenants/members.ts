import { type CrmSource, crmSource } from '../../contract/crm.ts';
import type { DashboardFilter } from '../../contract/dashboard-filter.ts';
import type { Member as ListedMember, MemberPatch } from '../../contract/members.ts';
import type { Role } from '../../contract/session.ts';
import type { OwnSettingsReply } from '../../contract/settings.ts';
import type { Tx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { announcePerson, announceTenant, personTopic } from './announce.ts';
import { holdTenant } from './schedule.ts';

export interface Member {
  crmSource: CrmSource;
  /** The CRM's id of the person. */
  crmUserId: string;
  name: string;
  role: Role;
  /** null: as remembered from before. */
  locale: string | null;
}

/** What a person may do here, and in which language: what was decided here goes over what the CRM says. */
export interface Access {
  name: string;
  role: Role;
  locale: string;
  /** False: an administrator has shut them out. */
  hasAccess: boolean;
  /** What they look at the dashboard through. */
  filter: DashboardFilter;
}

interface AccessRow {
  name: string;
  role: Role;
  locale: string;
  has_access: boolean;
  filter: DashboardFilter;
}

/** For people; an address of a person in a path. */
interface PersonKey {
  crmSource: CrmSource;
  crmUserId: string;
}

/** Of a row `m` of members and the settings `s` of its tenant. */
const ACCESS = `m.name, coalesce(m.given_role, m.role) as role, m.removed_at is null as has_access,
  ${localeSql('m', 's')} as locale, ${filterSql('m')} as filter`;

/** The language somebody is written to in: their own choice, the tenant's, and then what their CRM says. */
export function localeSql(member: string, settings: string): string {
  return `coalesce(${member}.language, ${settings}.language, ${member}.locale, ${settings}.locale, 'en')`;
}

/** What an administrator has decided of somebody. */
export interface Decided {
  /** null: as the CRM says. */
  role: Role | null;
  hasAccess: boolean;
}

export function personKey({ crmSource, crmUserId }: PersonKey): string {
  return `${crmSource} ${crmUserId}`;
}

/** Everybody of whom something was decided, by `personKey`. */
export async function loadDecided(tx: Tx, tenantId: string): Promise<Map<string, Decided>> {
  const rows = await tx.query<{ crm_source: CrmSource; crm_user_id: string; role: Role | null; has_access: boolean }>({
    text: `select crm_source, crm_user_id, given_role as role, removed_at is null as has_access from tenant_members
           where tenant_id = $1 and (given_role is not null or removed_at is not null)`,
    values: [tenantId],
  });
  return new Map(
    rows.map(({ crm_source: crmSource, crm_user_id: crmUserId, role, has_access: hasAccess }) => [
      personKey({ crmSource, crmUserId }),
      { role, hasAccess },
    ]),
  );
}

/** What somebody looks at the dashboard through, as a `DashboardFilter`. */
export function filterSql(member: string): string {
  return `json_build_object('range', ${member}.dashboard_range_days, 'period', ${member}.dashboard_period,
    'crm', ${member}.dashboard_crm)`;
}

/** null for somebody who never opened LeadRelay. */
export async function loadAccess(tx: Tx, tenantId: string, { crmSource, crmUserId }: PersonKey): Promise<Access | null> {
  const [row] = await tx.query<AccessRow>({
    text: `select ${ACCESS} from tenant_members m left join tenant_settings s on s.tenant_id = m.tenant_id
           where m.tenant_id = $1 and m.crm_source = $2 and m.crm_user_id = $3`,
    values: [tenantId, crmSource, crmUserId],
  });
  return row ? toAccess(row) : null;
}

/** Remembers who opened LeadRelay, with the role the CRM gives them today. */
export async function saveMember(tx: Tx, tenantId: string, member: Member): Promise<Access> {
  const [row] = await tx.query<AccessRow & { is_news: boolean }>({
    text: `with before as (
             select locale from tenant_members where tenant_id = $1 and crm_source = $2 and crm_user_id = $3
           ), m as (
             insert into tenant_members as m (tenant_id, crm_source, crm_user_id, name, role, locale, last_seen_at)
             values ($1, $2, $3, $4, $5, $6, now())
             on conflict (tenant_id, crm_source, crm_user_id) do update
               set name = excluded.name, role = excluded.role, locale = coalesce(excluded.locale, m.locale),
                   last_seen_at = case when m.removed_at is null then excluded.last_seen_at else m.last_seen_at end
             returning tenant_id, name, role, given_role, locale, language, removed_at,
                       dashboard_range_days, dashboard_period, dashboard_crm
           )
           select ${ACCESS}, m.locale is distinct from (select locale from before) as is_news
           from m left join tenant_settings s on s.tenant_id = m.tenant_id`,
    values: [tenantId, member.crmSource, member.crmUserId, member.name, member.role, member.locale],
  });
  if (!row) throw new Error('An insert that returns its row returned none.');
  if (row.is_news) await announceTenant(tx, tenantId);
  return toAccess(row);
}

/** Everybody who has opened LeadRelay, by name. */
export async function listMembers(tx: Tx, tenantId: string, self: PersonKey): Promise<ListedMember[]> {
  const rows = await tx.query<AccessRow & { crm_source: CrmSource; crm_user_id: string; last_seen_at: Date | null }>({
    text: `select ${ACCESS}, m.crm_source, m.crm_user_id, m.last_seen_at
           from tenant_members m left join tenant_settings s on s.tenant_id = m.tenant_id
           where m.tenant_id = $1 order by lower(m.name), m.crm_source, m.crm_user_id`,
    values: [tenantId],
  });
  return rows.map(({ name, role, has_access, last_seen_at, crm_source, crm_user_id }) => ({
    id: `${crm_source}.${crm_user_id}`,
    name,
    role,
    lastSeenAt: last_seen_at?.toISOString() ?? null,
    hasAccess: has_access,
    isSelf: crm_source === self.crmSource && crm_user_id === self.crmUserId,
  }));
}

/**
 * Gives somebody another role than the CRM's, or takes their access. The sessions they have follow it at once.
 * @param id as `listMembers` has it
 * @throws AppError `invalid_id`, `not_found`; `required` for a patch that changes nothing; `wrong_state` where no administrator
 * with access would be left
 */
export async function changeMember(tx: Tx, tenantId: string, id: string, patch: MemberPatch, now: Date): Promise<void> {
  const key = parseMemberId(id);
  if (patch.role === undefined && patch.hasAccess === undefined) {
    throw new AppError('required', 'Say what is to change: role or hasAccess.');
  }
  // Two who take each other's role at once would leave nobody.
  await holdTenant(tx, tenantId);
  const changed = await tx.query({
    text: `update tenant_members
           set given_role = coalesce($4, given_role),
               removed_at = case when $5::boolean then null when not $5 then coalesce(removed_at, $6) else removed_at end
           where tenant_id = $1 and crm_source = $2 and crm_user_id = $3 returning 1`,
    values: [tenantId, key.crmSource, key.crmUserId, patch.role ?? null, patch.hasAccess ?? null, now],
  });
  if (changed.length === 0) throw new AppError('not_found');
  const [left] = await tx.query<{ admins: number }>({
    text: `select count(*)::int as admins from tenant_members
           where tenant_id = $1 and removed_at is null and coalesce(given_role, role) = 'admin'`,
    values: [tenantId],
  });
  if (left?.admins === 0) throw new AppError('wrong_state', 'One administrator with access has to be left.');
  await announceTenant(tx, tenantId);
}

/** @throws AppError `invalid_id` */
export function parseMemberId(id: string): PersonKey {
  const [, crm, crmUserId] = /^([a-z0-9]+)\.([\w-]{1,64})$/.exec(id) ?? [];
  const source = crmSource.safeParse(crm);
  if (!source.success || crmUserId === undefined) throw new AppError('invalid_id');
  return { crmSource: source.data, crmUserId };
}

/** What a person has chosen for themselves. */
export async function loadOwnSettings(tx: Tx, tenantId: string, { crmSource, crmUserId }: PersonKey): Promise<OwnSettingsReply> {
  const [row] = await tx.query<OwnSettingsReply>({
    text: `select m.language, ${localeSql('m', 's')} as locale
           from (select $1::uuid as tenant_id) t
           left join tenant_settings s on s.tenant_id = t.tenant_id
           left join tenant_members m on m.tenant_id = t.tenant_id and m.crm_source = $2 and m.crm_user_id = $3`,
    values: [tenantId, crmSource, crmUserId],
  });
  return row ?? { language: null, locale: 'en' };
}

/** @throws AppError `not_found` for somebody who never opened LeadRelay */
export async function saveOwnLanguage(
  tx: Tx,
  tenantId: string,
  { crmSource, crmUserId }: PersonKey,
  language: string | null,
): Promise<void> {
  const saved = await tx.query({
    text: `update tenant_members set language = $4 where tenant_id = $1 and crm_source = $2 and crm_user_id = $3 returning 1`,
    values: [tenantId, crmSource, crmUserId, language],
  });
  if (saved.length === 0) throw new AppError('not_found');
  await announcePerson(tx, personTopic(tenantId, { crmSource, userId: crmUserId }));
}

/** Nobody else sees it. @throws AppError `not_found` for somebody who never opened LeadRelay */
export async function saveFilter(
  tx: Tx,
  tenantId: string,
  { crmSource, crmUserId }: PersonKey,
  { range, period, crm }: DashboardFilter,
): Promise<void> {
  const saved = await tx.query({
    text: `update tenant_members set dashboard_range_days = $4, dashboard_period = $5, dashboard_crm = $6
           where tenant_id = $1 and crm_source = $2 and crm_user_id = $3 returning 1`,
    values: [tenantId, crmSource, crmUserId, range, period, crm],
  });
  if (saved.length === 0) throw new AppError('not_found');
}

function toAccess({ name, role, locale, has_access, filter }: AccessRow): Access {
  return { name, role, locale, hasAccess: has_access, filter };
}
