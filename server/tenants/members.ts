import type { CrmSource } from '../../contract/crm.ts';
import type { Role } from '../../contract/session.ts';
import type { Tx } from '../platform/db.ts';
import { announceTenant } from './announce.ts';

export interface Member {
  crmSource: CrmSource;
  /** The CRM's id of the person. */
  crmUserId: string;
  name: string;
  role: Role;
  /** null: as remembered from before. */
  locale: string | null;
}

/** null for somebody who never opened LeadRelay. */
export async function loadMember(tx: Tx, tenantId: string, crmSource: CrmSource, crmUserId: string): Promise<Member | null> {
  const [row] = await tx.query<Pick<Member, 'name' | 'role' | 'locale'>>({
    text: 'select name, role, locale from tenant_members where tenant_id = $1 and crm_source = $2 and crm_user_id = $3',
    values: [tenantId, crmSource, crmUserId],
  });
  return row ? { crmSource, crmUserId, ...row } : null;
}

/** Remembers who opened LeadRelay, with the role the CRM gives them today. @returns their language */
export async function saveMember(tx: Tx, tenantId: string, member: Member): Promise<string> {
  const [row] = await tx.query<{ locale: string | null; before: string | null }>({
    text: `with before as (
             select locale from tenant_members where tenant_id = $1 and crm_source = $2 and crm_user_id = $3
           )
           insert into tenant_members as m (tenant_id, crm_source, crm_user_id, name, role, locale, last_seen_at)
           values ($1, $2, $3, $4, $5, $6, now())
           on conflict (tenant_id, crm_source, crm_user_id) do update
             set name = excluded.name, role = excluded.role, locale = coalesce(excluded.locale, m.locale),
                 last_seen_at = excluded.last_seen_at
           returning locale, (select locale from before) as before`,
    values: [tenantId, member.crmSource, member.crmUserId, member.name, member.role, member.locale],
  });
  if (row?.locale !== row?.before) await announceTenant(tx, tenantId);
  return row?.locale ?? 'en';
}
