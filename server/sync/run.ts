import { z } from 'zod';
import type { CrmSource, Entity } from '../../contract/crm.ts';
import type { Checkpoint, Page } from '../crm/adapter.ts';
import type { Tx } from '../platform/db.ts';
import { tableOf } from './tables.ts';
import { type UpsertCounts, upsertRecords } from './upsert.ts';

/** A run as the worker holds it. Writes under a fencing number that is no longer the run's are refused by the database. */
export interface Run {
  tenantId: string;
  crmSource: CrmSource;
  runId: string;
  fencingNumber: number;
}

/** Another worker has taken the run over, or it was cancelled: whoever meets this stops and changes nothing more. */
export class RunLostError extends Error {
  override name = 'RunLostError';

  constructor() {
    super('The run is carried on by another worker, or was cancelled');
  }
}

/** How far one entity of a run has come. */
export interface Progress {
  /** To hand to the adapter; null: from the start. */
  checkpoint: Checkpoint | null;
  /** Records read, used or not. */
  read: number;
  /** CRM time when the entity's first page was read: where the first incremental window begins. */
  startedAt: string | null;
  done: boolean;
}

const progressSchema: z.ZodType<Progress> = z.strictObject({
  checkpoint: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable(),
  read: z.number(),
  startedAt: z.string().nullable(),
  done: z.boolean(),
});

/**
 * Takes a queued or running run; a newer request for the same connection ends the older run. Whoever held it before cannot
 * write any more.
 * @returns null when the run is over or was cancelled: there is nothing to do
 */
export async function takeRun(tx: Tx, tenantId: string, crmSource: CrmSource, runId: string): Promise<Run | null> {
  const [run] = await tx.query({
    text: `select run_id from sync_runs
           where tenant_id = $1 and crm_source = $2 and run_id = $3 and state in ('queued', 'running') for update`,
    values: [tenantId, crmSource, runId],
  });
  if (!run) return null;
  await tx.query({
    text: `update sync_runs set state = 'cancelled', finished_at = now()
           where tenant_id = $1 and crm_source = $2 and run_id <> $3 and state = 'running'`,
    values: [tenantId, crmSource, runId],
  });
  const [taken] = await tx.query<{ fencing_number: number }>({
    text: `update sync_runs set state = 'running', fencing_number = fencing_number + 1, heartbeat_at = now(),
             started_at = coalesce(started_at, now())
           where tenant_id = $1 and run_id = $2
           returning fencing_number`,
    values: [tenantId, runId],
  });
  return taken ? { tenantId, crmSource, runId, fencingNumber: taken.fencing_number } : null;
}

/** What the run had reached when it was last stopped, by entity. */
export async function loadProgress(tx: Tx, run: Run): Promise<Map<Entity, Progress>> {
  const rows = await tx.query<{ entity: Entity; checkpoint: unknown }>({
    text: 'select entity, checkpoint from sync_checkpoints where tenant_id = $1 and crm_source = $2 and run_id = $3',
    values: [run.tenantId, run.crmSource, run.runId],
  });
  return new Map(rows.map(({ entity, checkpoint }) => [entity, progressSchema.parse(checkpoint)]));
}

/**
 * Rows, checkpoint, progress and data version of one page, in the caller's transaction: a crash repeats a page and never
 * skips one.
 * @returns how far the entity is now
 * @throws RunLostError
 */
export async function commitPage(tx: Tx, run: Run, entity: Entity, before: Progress, page: Page): Promise<Progress> {
  const counts = await upsertRecords(tx, { ...run, entity }, page.records);
  const after: Progress = {
    checkpoint: page.checkpoint,
    read: before.read + countRecords(page),
    startedAt: before.startedAt ?? page.crmTime,
    done: page.done,
  };
  await Promise.all([saveProgress(tx, run, entity, { page, counts, after }), saveQuarantine(tx, run, entity, page)]);
  return after;
}

/** A record with a bad value is stored and listed: it counts once. */
function countRecords(page: Page): number {
  const stored = new Set(page.quarantined.length === 0 ? [] : page.records.map(({ externalId }) => externalId));
  return page.records.length + page.quarantined.filter(({ externalId }) => !stored.has(externalId)).length;
}

async function saveProgress(
  tx: Tx,
  run: Run,
  entity: Entity,
  { page, counts, after }: { page: Page; counts: UpsertCounts; after: Progress },
): Promise<void> {
  const [saved] = await tx.query<{ current: number }>({
    text: `with run as (
  update sync_runs set heartbeat_at = now(), inserted_count = inserted_count + $6, updated_count = updated_count + $7,
    unchanged_count = unchanged_count + $8, quarantined_count = quarantined_count + $9
  where tenant_id = $1 and run_id = $3 and fencing_number = $4 and state = 'running'
  returning run_id
), checkpoint as (
  insert into sync_checkpoints as c (tenant_id, crm_source, entity, run_id, checkpoint)
  select $1, $2, $5, run_id, $10::jsonb from run
  on conflict (tenant_id, crm_source, entity) do update
  set run_id = excluded.run_id, checkpoint = excluded.checkpoint, updated_at = now()
), status as (
  update crm_sync_status s
  set status = case when $11::boolean then 'complete' else 'syncing' end, synced_records = $12::int,
    total_records = greatest(coalesce($13::int, s.total_records), $12),
    covered_from = case when $11 then '-infinity' else least(s.covered_from, $14::timestamptz) end,
    last_sync_cursor = case when $11 then $15::timestamptz else s.last_sync_cursor end,
    last_full_sync_at = case when $11 then now() else s.last_full_sync_at end,
    error_message = null, updated_at = now()
  from run where s.tenant_id = $1 and s.crm_source = $2 and s.entity = $5
), version as (
  insert into data_versions as v (tenant_id, table_name, version) select $1, $16, 1 from run where $17::boolean
  on conflict (tenant_id, table_name) do update set version = v.version + 1
)
select count(*) as current from run`,
    values: [
      run.tenantId,
      run.crmSource,
      run.runId,
      run.fencingNumber,
      entity,
      counts.inserted,
      counts.updated,
      counts.unchanged,
      page.quarantined.length,
      JSON.stringify(after),
      after.done,
      after.read,
      page.total,
      page.coveredFrom,
      after.startedAt,
      tableOf(entity).table,
      counts.inserted + counts.updated > 0,
    ],
  });
  if (saved?.current !== 1) throw new RunLostError();
}

async function saveQuarantine(tx: Tx, run: Run, entity: Entity, page: Page): Promise<void> {
  if (page.quarantined.length > 0) await addToQuarantine(tx, run, entity, page);
  if (!page.done) return;
  // The run has read the entity from end to end: what it did not find wrong has been put right.
  await tx.query({
    text: `delete from sync_quarantine
           where tenant_id = $1 and crm_source = $2 and entity = $3 and run_id is distinct from $4::uuid`,
    values: [run.tenantId, run.crmSource, entity, run.runId],
  });
}

async function addToQuarantine(tx: Tx, run: Run, entity: Entity, page: Page): Promise<void> {
  await tx.query({
    text: `insert into sync_quarantine as q (tenant_id, crm_source, entity, external_id, reason, run_id)
           select distinct on (r."externalId") $1::uuid, $2, $3, r."externalId", r.reason, $4::uuid
           from jsonb_to_recordset($5::jsonb) as r("externalId" text, reason text)
           on conflict (tenant_id, crm_source, entity, external_id) do update
           set reason = excluded.reason, run_id = excluded.run_id, last_seen_at = now()`,
    values: [run.tenantId, run.crmSource, entity, run.runId, JSON.stringify(page.quarantined)],
  });
}

/** @throws RunLostError unless the run is still this worker's; holds it for the rest of the transaction */
export async function holdRun(tx: Tx, run: Run): Promise<void> {
  const held = await tx.query({
    text: `select run_id from sync_runs
           where tenant_id = $1 and run_id = $2 and fencing_number = $3 and state = 'running' for update`,
    values: [run.tenantId, run.runId, run.fencingNumber],
  });
  if (held.length === 0) throw new RunLostError();
}

/** Ends the run, or hands it back (`queued`) for another worker to carry on. */
export async function releaseRun(
  tx: Tx,
  run: Run,
  state: 'complete' | 'failed' | 'queued',
  errorMessage: string | null,
): Promise<void> {
  await holdRun(tx, run);
  await tx.query({
    text: `update sync_runs set state = $3, error_message = $4, finished_at = case when $3 = 'queued' then null else now() end
           where tenant_id = $1 and run_id = $2`,
    values: [run.tenantId, run.runId, state, errorMessage],
  });
}
