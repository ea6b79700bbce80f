import type { CrmSource } from '../../contract/crm.ts';
import type { Tx } from '../platform/db.ts';

/**
 * Computes what leads and deals know of their activities, for all of them at once, from the activities in the copy:
 * - `activity_count`: their activities of any kind;
 * - `last_activity_at`: start of the latest completed one;
 * - `first_response_at`: start of the first completed outgoing call or e-mail, or meeting, that is not before the record's
 *   creation; null: nobody has answered yet.
 * Rows whose values stay the same are not touched.
 */
export async function updateActivityColumns(tx: Tx, tenantId: string, crmSource: CrmSource): Promise<void> {
  // After a first load PostgreSQL has no statistics yet and may choose to walk all activities once for every record, which
  // takes minutes; a hash join is right at every size.
  await tx.query({ text: 'set local enable_nestloop = off' });
  for (const entity of ['leads', 'deals'] as const) {
    await tx.query({
      text: `with counted as (
  select r.external_id, count(a.external_id)::int as activity_count,
    max(a.started_at) filter (where a.completed) as last_activity_at,
    min(a.started_at) filter (where a.completed and a.started_at >= r.created_at
      and (a.type = 'meeting' or a.type in ('call', 'email') and a.direction = 'out')) as first_response_at
  from crm_${entity} r
  left join crm_activities a on a.tenant_id = $1 and a.crm_source = $2 and a.owner_entity = '${entity}'
    and a.owner_external_id = r.external_id and a.deleted_at is null
  where r.tenant_id = $1 and r.crm_source = $2
  group by r.external_id
), written as (
  update crm_${entity} r
  set activity_count = c.activity_count, last_activity_at = c.last_activity_at, first_response_at = c.first_response_at
  from counted c
  where r.tenant_id = $1 and r.crm_source = $2 and r.external_id = c.external_id
    and (r.activity_count, r.last_activity_at, r.first_response_at)
      is distinct from (c.activity_count, c.last_activity_at, c.first_response_at)
  returning 1
)
insert into data_versions as v (tenant_id, table_name, version)
select $1::uuid, 'crm_${entity}', 1 where exists (select from written)
on conflict (tenant_id, table_name) do update set version = v.version + 1`,
      values: [tenantId, crmSource],
    });
  }
}
