import { ENTITIES, type Entity } from '../../contract/crm.ts';
import type { SyncError, SyncState } from '../../contract/sync.ts';
import type { Page } from '../crm/adapter.ts';
import type { Tx } from '../platform/db.ts';
import { announceTenant } from '../tenants/announce.ts';
import type { Progress, Run } from './run.ts';
import { SYNC_ERROR_MESSAGES } from './sync-errors.ts';
import type { UpsertCounts } from './upsert.ts';

/* What people are shown of each entity's copy, `crm_sync_status`: written here, read in status.ts. */

/**
 * Shows every entity that is to be copied, from 0 unless this run has copied some already. What an earlier run had covered
 * says nothing of the records that came after it.
 */
export async function showLoadBegins(
  tx: Tx,
  run: Run,
  wanted: readonly Entity[],
  available: readonly Entity[],
  reached: ReadonlyMap<Entity, Progress>,
): Promise<void> {
  const rows = wanted.map((entity) => ({
    entity,
    read: reached.get(entity)?.read ?? 0,
    status: (reached.get(entity)?.done ? 'complete' : 'syncing') satisfies SyncState,
  }));
  await tx.query({
    text: `insert into crm_sync_status as s (tenant_id, crm_source, entity, status, synced_records, run_id)
           select $1::uuid, $2, r.entity, r.status, r.read, $3::uuid
           from jsonb_to_recordset($4::jsonb) as r(entity text, status text, read int)
           on conflict (tenant_id, crm_source, entity) do update
           set status = excluded.status, synced_records = excluded.synced_records, run_id = excluded.run_id,
             total_records = case when s.run_id = excluded.run_id then s.total_records end,
             covered_from = case when s.run_id = excluded.run_id then s.covered_from end,
             active_from = case when s.run_id = excluded.run_id then s.active_from end,
             sweep_checkpoint = null, error_code = null, error_message = null, updated_at = now()`,
    values: [run.tenantId, run.crmSource, run.runId, JSON.stringify(rows)],
  });
  await showOnly(tx, run, available);
  await announceTenant(tx, run.tenantId);
}

/** A portal that was switched to simple mode has no leads any more; waiting for them would never end. */
export async function showOnly(tx: Tx, run: Run, available: readonly Entity[]): Promise<void> {
  await tx.query({
    text: 'delete from crm_sync_status where tenant_id = $1 and crm_source = $2 and not entity = any($3::text[])',
    values: [run.tenantId, run.crmSource, available],
  });
}

/** One more page of a full load. */
export async function showLoad(
  tx: Tx,
  run: Run,
  entity: Entity,
  { read, startedAt, done }: Progress,
  page: Pick<Page, 'total' | 'coveredFrom'>,
): Promise<void> {
  await tx.query({
    text: `update crm_sync_status s
           set status = case when $4::boolean then 'complete' else 'syncing' end, synced_records = $5::int,
             total_records = greatest(coalesce($6::int, s.total_records), $5),
             covered_from = case when $4 then '-infinity' else least(s.covered_from, $7::timestamptz) end,
             active_from = case when $4 then '-infinity' else s.active_from end,
             last_sync_cursor = case when $4 then $8::timestamptz else s.last_sync_cursor end,
             last_full_sync_at = case when $4 then now() else s.last_full_sync_at end,
             error_code = null, error_message = null, updated_at = now()
           where tenant_id = $1 and crm_source = $2 and entity = $3`,
    values: [run.tenantId, run.crmSource, entity, done, read, page.total, page.coveredFrom, startedAt],
  });
}

/** Everything that happened since then is copied, whenever its record was made. */
export async function showActiveSince(tx: Tx, run: Run, entity: Entity, since: string): Promise<void> {
  await tx.query({
    text: `update crm_sync_status set active_from = least(active_from, $4), updated_at = now()
           where tenant_id = $1 and crm_source = $2 and entity = $3`,
    values: [run.tenantId, run.crmSource, entity, since],
  });
}

/** One more page of changes; with the last of them the copy is as of the moment the window was opened. */
export async function showChanges(
  tx: Tx,
  run: Run,
  entity: Entity,
  { startedAt, done }: Progress,
  { inserted }: Pick<UpsertCounts, 'inserted'>,
): Promise<void> {
  await tx.query({
    text: `update crm_sync_status s
           set synced_records = synced_records + $4, total_records = total_records + $4,
             -- Also where that is sooner than before: then the CRM's clock was set back.
             last_sync_cursor = case when $5::boolean then $6::timestamptz else last_sync_cursor end,
             last_incremental_at = case when $5 then now() else last_incremental_at end,
             -- What a search for deleted records has found stays on show until another has found nothing wrong.
             status = case when $5 and status <> 'permissions_changed' then 'complete' else status end,
             error_code = case when $5 and status <> 'permissions_changed' then null else error_code end,
             error_message = case when $5 and status <> 'permissions_changed' then null else error_message end,
             run_id = $7, updated_at = now()
           where tenant_id = $1 and crm_source = $2 and entity = $3`,
    values: [run.tenantId, run.crmSource, entity, inserted, done, startedAt, run.runId],
  });
}

/** Records that no list of changes had brought. */
export async function showFound(tx: Tx, run: Run, entity: Entity, inserted: number): Promise<void> {
  if (inserted === 0) return;
  await tx.query({
    text: `update crm_sync_status set synced_records = synced_records + $4, total_records = total_records + $4, updated_at = now()
           where tenant_id = $1 and crm_source = $2 and entity = $3`,
    values: [run.tenantId, run.crmSource, entity, inserted],
  });
}

/**
 * Shows why the entities of a run are not moving. Those that a full load has completed stay so. A run may fail before it knows
 * what there is to copy: then all that was wanted is shown, because nothing at all would look like a wait.
 */
export async function showTrouble(
  tx: Tx,
  run: Pick<Run, 'tenantId' | 'crmSource' | 'runId' | 'kind' | 'entities'>,
  status: SyncState,
  error: SyncError,
): Promise<void> {
  await tx.query({
    text: `with marked as (
  update crm_sync_status set status = $4, error_code = $5, error_message = $6, updated_at = now()
  where tenant_id = $1 and crm_source = $2 and entity = any($7::text[])
    and ($8 or run_id is distinct from $3::uuid or status <> 'complete') and status <> 'permissions_changed'
)
insert into crm_sync_status (tenant_id, crm_source, entity, status, error_code, error_message)
select $1::uuid, $2, e.entity, $4, $5, $6 from unnest($7::text[]) as e(entity)
where not exists (select from crm_sync_status where tenant_id = $1 and crm_source = $2)`,
    values: [
      run.tenantId,
      run.crmSource,
      run.runId,
      status,
      error,
      SYNC_ERROR_MESSAGES[error],
      run.entities ?? ENTITIES,
      run.kind === 'incremental',
    ],
  });
  await announceTenant(tx, run.tenantId);
}
