import type { Entity } from '../../contract/crm.ts';
import type { Quarantined } from '../crm/adapter.ts';
import type { AnyRecord } from '../crm/records.ts';
import type { Tx } from '../platform/db.ts';
import { queueRechecks } from '../tenants/recheck-queue.ts';
import { addOwnersOf, addRecordsAsOwners, noOwners, updateActivityColumns } from './activity-columns.ts';
import { moveDataVersion, type Run } from './run.ts';
import { listHistoryOwners, updateStageHistoryColumns } from './stage-history-columns.ts';
import { tableOf } from './tables.ts';

interface Change<Result> {
  entity: Entity;
  records: readonly AnyRecord[];
  quarantined: readonly Quarantined[];
  /** Records that the CRM does not have any more. */
  gone: readonly string[];
  /** Stores the records in the same transaction. */
  store: () => Promise<Result>;
}

/**
 * Brings single records of a complete copy up to date, with all that follows from them: what leads and deals know of their
 * activities, and which deals' product rows have to be read again. A full load does both once, at its end.
 * @returns what `store` returned, and how many records have been marked deleted
 */
export async function applyChange<Result>(
  tx: Tx,
  run: Run,
  change: Change<Result>,
): Promise<{ stored: Result; deleted: number }> {
  const { entity, records, gone } = change;
  const owners = noOwners();
  const touched = entity === 'activities' ? [...records.map(({ externalId }) => externalId), ...gone] : [];
  // An activity may move from one record to another: both count anew.
  await addOwnersOf(tx, run, touched, owners);
  const stored = await change.store();
  const deleted = await markDeleted(tx, run, entity, gone);
  await addOwnersOf(tx, run, touched, owners);
  addRecordsAsOwners(entity, records, owners);
  await updateActivityColumns(tx, run.tenantId, run.crmSource, owners);
  if (entity === 'deals') {
    await queueRechecks(tx, run, 'dealProducts', [...records.map(({ externalId }) => externalId), ...gone], 'changed');
  }
  return { stored, deleted };
}

/** Deleted records stay, out of every number, and live again when the CRM brings them back. @returns how many were not yet */
async function markDeleted(tx: Tx, run: Run, entity: Entity, externalIds: readonly string[]): Promise<number> {
  if (externalIds.length === 0) return 0;
  const { table } = tableOf(entity);
  const marked = await tx.query({
    text: `update ${table} set deleted_at = now(), synced_at = now()
           where tenant_id = $1 and crm_source = $2 and external_id = any($3::text[]) and deleted_at is null
           returning 1`,
    values: [run.tenantId, run.crmSource, externalIds],
  });
  await tx.query({
    text: `delete from sync_quarantine
           where tenant_id = $1 and crm_source = $2 and entity = $3 and external_id = any($4::text[])`,
    values: [run.tenantId, run.crmSource, entity, externalIds],
  });
  if (marked.length === 0) return 0;
  if (entity === 'stageHistory') await updateStageHistoryColumns(tx, run, await listHistoryOwners(tx, run, externalIds));
  await Promise.all([
    moveDataVersion(tx, run.tenantId, table),
    tx.query({
      text: 'update sync_runs set deleted_count = deleted_count + $3 where tenant_id = $1 and run_id = $2',
      values: [run.tenantId, run.runId, marked.length],
    }),
    tx.query({
      text: `update crm_sync_status
             set synced_records = greatest(0, synced_records - $4), total_records = greatest(0, total_records - $4)
             where tenant_id = $1 and crm_source = $2 and entity = $3`,
      values: [run.tenantId, run.crmSource, entity, marked.length],
    }),
  ]);
  return marked.length;
}
