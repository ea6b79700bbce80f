import type { CrmSource, Entity } from '../../contract/crm.ts';
import type { Tx } from '../platform/db.ts';

/*
 * Records that have to be looked at one by one, in `sync_rechecks`: the CRM said that they were deleted, a search found them
 * on one side only, or, for `dealProducts`, a deal changed whose product rows are to be read again. The next run works it off.
 * Their reason is `event`, `not_listed` (copied, but not among the CRM's records), `not_copied` (the other way round) or `changed`.
 */

export type RecheckEntity = Entity | 'dealProducts';
interface Target {
  tenantId: string;
  crmSource: CrmSource;
}

/**
 * To be looked at by the next run. The search for deleted records queues its own, which wait for `releaseSuspects`; what is
 * queued here does not.
 */
export async function queueRechecks(
  tx: Tx,
  { tenantId, crmSource }: Target,
  entity: RecheckEntity,
  externalIds: readonly string[],
  reason: 'event' | 'changed',
): Promise<void> {
  if (externalIds.length === 0) return;
  await tx.query({
    text: `insert into sync_rechecks as r (tenant_id, crm_source, entity, external_id, reason, is_released)
           select distinct $1::uuid, $2, $3, id, $4, true from unnest($5::text[]) as id
           on conflict (tenant_id, crm_source, entity, external_id) do update
           set reason = excluded.reason, is_released = true, created_at = now()
           where not r.is_released`,
    values: [tenantId, crmSource, entity, reason, externalIds],
  });
}

/** The next to be looked at, of one entity, longest waiting first. @returns null when there is nothing to do */
export async function nextRechecks(
  tx: Tx,
  { tenantId, crmSource }: Target,
  limit: number,
): Promise<{ entity: RecheckEntity; externalIds: string[] } | null> {
  const [next] = await tx.query<{ entity: RecheckEntity; ids: string[] }>({
    text: `select entity, array_agg(external_id) as ids
           from (
             select entity, external_id from sync_rechecks
             where tenant_id = $1 and crm_source = $2 and is_released
               -- Records before their product rows: people see the records.
               and entity = (
                 select entity from sync_rechecks where tenant_id = $1 and crm_source = $2 and is_released
                 order by entity = 'dealProducts', entity limit 1)
             order by created_at limit $3
           ) next
           group by entity`,
    values: [tenantId, crmSource, limit],
  });
  return next ? { entity: next.entity, externalIds: next.ids } : null;
}

export async function removeRechecks(
  tx: Tx,
  { tenantId, crmSource }: Target,
  entity: RecheckEntity,
  externalIds: readonly string[],
): Promise<void> {
  await tx.query({
    text: `delete from sync_rechecks
           where tenant_id = $1 and crm_source = $2 and entity = $3 and external_id = any($4::text[])`,
    values: [tenantId, crmSource, entity, externalIds],
  });
}

/** Suspects of an earlier search: a new one finds its own. */
export async function forgetSuspects(tx: Tx, { tenantId, crmSource }: Target, entity: Entity): Promise<void> {
  await tx.query({
    text: 'delete from sync_rechecks where tenant_id = $1 and crm_source = $2 and entity = $3 and not is_released',
    values: [tenantId, crmSource, entity],
  });
}

/** Lets suspects be looked at. */
export async function releaseSuspects(tx: Tx, { tenantId, crmSource }: Target, entity: Entity): Promise<void> {
  await tx.query({
    text: `update sync_rechecks set is_released = true
           where tenant_id = $1 and crm_source = $2 and entity = $3 and not is_released`,
    values: [tenantId, crmSource, entity],
  });
}
