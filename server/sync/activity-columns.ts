import type { CrmSource } from '../../contract/crm.ts';
import type { AnyRecord } from '../crm/records.ts';
import type { Tx } from '../platform/db.ts';
import { joinAtOnce } from './join-at-once.ts';
import { moveDataVersion } from './run.ts';

const OWNER_ENTITIES = ['leads', 'deals'] as const;

/** Ids of leads and deals whose activities have changed. */
export interface ActivityOwners {
  leads: Set<string>;
  deals: Set<string>;
}

export function noOwners(): ActivityOwners {
  return { leads: new Set(), deals: new Set() };
}

/** What a lead or deal knows of its activities `a`; the docstring of `updateActivityColumns` says it in words. */
const SUMMARY = `count(a.external_id)::int as activity_count,
    max(a.started_at) filter (where a.completed) as last_activity_at,
    min(a.started_at) filter (where a.completed and a.started_at >= r.created_at
      and (a.type = 'meeting' or a.type in ('call', 'email') and a.direction = 'out')) as first_response_at`;

/**
 * Computes what leads and deals know of their activities from the activities in the copy:
 * - `activity_count`: their activities of any kind;
 * - `last_activity_at`: start of the latest completed one;
 * - `first_response_at`: start of the first completed outgoing call or e-mail, or meeting, that is not before the record's
 *   creation; null: nobody has answered yet.
 * Rows whose values stay the same are not touched.
 * @param owners absent: all leads and deals at once
 */
export async function updateActivityColumns(
  tx: Tx,
  tenantId: string,
  crmSource: CrmSource,
  owners?: ActivityOwners,
): Promise<void> {
  for (const entity of OWNER_ENTITIES) {
    if (owners?.[entity].size === 0) continue;
    const isConcerned = (column: string) => (owners ? `and ${column} = any($3::text[])` : '');
    const written = await joinAtOnce(tx, {
      text: `with counted as (
  select r.external_id, ${SUMMARY}
  from crm_${entity} r
  left join crm_activities a on a.tenant_id = $1 and a.crm_source = $2 and a.owner_entity = '${entity}'
    and a.owner_external_id = r.external_id ${isConcerned('a.owner_external_id')} and a.deleted_at is null
  where r.tenant_id = $1 and r.crm_source = $2 ${isConcerned('r.external_id')}
  group by r.external_id
)
update crm_${entity} r
set activity_count = c.activity_count, last_activity_at = c.last_activity_at, first_response_at = c.first_response_at
from counted c
where r.tenant_id = $1 and r.crm_source = $2 and r.external_id = c.external_id ${isConcerned('r.external_id')}
  and (r.activity_count, r.last_activity_at, r.first_response_at)
    is distinct from (c.activity_count, c.last_activity_at, c.first_response_at)
returning 1`,
      values: owners ? [tenantId, crmSource, [...owners[entity]]] : [tenantId, crmSource],
    });
    if (written.length > 0) await moveDataVersion(tx, tenantId, `crm_${entity}`);
  }
}

/** Adds the leads and deals of which these activities are, as the copy has them now: call it before and after a change. */
export async function addOwnersOf(
  tx: Tx,
  { tenantId, crmSource }: { tenantId: string; crmSource: CrmSource },
  activityIds: readonly string[],
  owners: ActivityOwners,
): Promise<void> {
  if (activityIds.length === 0) return;
  const rows = await tx.query<{ owner_entity: 'leads' | 'deals'; owner_external_id: string }>({
    text: `select distinct owner_entity, owner_external_id from crm_activities
           where tenant_id = $1 and crm_source = $2 and external_id = any($3::text[])
             and owner_entity in ('leads', 'deals') and owner_external_id is not null`,
    values: [tenantId, crmSource, activityIds],
  });
  for (const { owner_entity, owner_external_id } of rows) owners[owner_entity].add(owner_external_id);
}

/** Leads and deals that are new or changed themselves: their activities may have come before them. */
export function addRecordsAsOwners(entity: string, records: readonly AnyRecord[], owners: ActivityOwners): void {
  if (entity !== 'leads' && entity !== 'deals') return;
  for (const { externalId } of records) owners[entity].add(externalId);
}
