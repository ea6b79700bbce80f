import { createHash, randomBytes } from 'node:crypto';
import type { CrmSource } from '../../contract/crm.ts';
import type { DashboardFilter } from '../../contract/dashboard-filter.ts';
import type { Role } from '../../contract/session.ts';
import type { Db, Tx } from '../platform/db.ts';
import { filterSql, localeSql } from './members.ts';

export interface SignedIn {
  tenantId: string;
  crmSource: CrmSource;
  userId: string;
  name: string;
  role: Role;
  locale: string;
  filter: DashboardFilter;
  /** Origin of the CRM's pages. */
  portalUrl: string | null;
}

const LIFE = '10 minutes';
const CODE = /^([\da-f-]{36})\.([\w-]{43})$/;

/** Makes a code that signs a member in once within 10 minutes. Only its hash is kept. */
export async function createSignInCode(
  tx: Tx,
  tenantId: string,
  member: { crmSource: CrmSource; crmUserId: string },
  now: Date,
): Promise<string> {
  const random = randomBytes(32).toString('base64url');
  await tx.query({
    text: `insert into sign_in_codes (tenant_id, code_hash, crm_source, crm_user_id, expires_at)
           values ($1, $2, $3, $4, $5::timestamptz + $6::interval)`,
    values: [tenantId, hash(random), member.crmSource, member.crmUserId, now, LIFE],
  });
  return `${tenantId}.${random}`;
}

/** Uses a code up. null for one that is unknown, used or too old. */
export async function redeemSignInCode(db: Db, code: string, now: Date): Promise<SignedIn | null> {
  const [, tenantId, random] = CODE.exec(code) ?? [];
  if (!tenantId || !random) return null;
  return db.withTenant(tenantId, 'write', async (tx) => {
    const [row] = await tx.query<{
      crm_source: CrmSource;
      crm_user_id: string;
      name: string;
      role: Role;
      locale: string;
      filter: DashboardFilter;
      portal_url: string | null;
    }>({
      text: `with used as (
               delete from sign_in_codes where tenant_id = $1 and code_hash = $2 returning crm_source, crm_user_id, expires_at
             ), outdated as (
               delete from sign_in_codes where tenant_id = $1 and expires_at <= $3
             )
             select u.crm_source, u.crm_user_id, m.name, coalesce(m.given_role, m.role) as role, ${localeSql('m', 's')} as locale,
                    ${filterSql('m')} as filter, c.portal_url
             from used u
             join tenant_members m on m.tenant_id = $1 and m.crm_source = u.crm_source and m.crm_user_id = u.crm_user_id
             left join tenant_settings s on s.tenant_id = $1
             join crm_connections c on c.tenant_id = $1 and c.crm_source = u.crm_source
             where u.expires_at > $3 and m.removed_at is null`,
      values: [tenantId, hash(random), now],
    });
    if (!row) return null;
    const { crm_source, crm_user_id, name, role, locale, filter, portal_url } = row;
    return { tenantId, crmSource: crm_source, userId: crm_user_id, name, role, locale, filter, portalUrl: portal_url };
  });
}

function hash(random: string): Buffer {
  return createHash('sha256').update(random).digest();
}
