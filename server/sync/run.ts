import { z } from 'zod';
import type { CrmSource, Entity } from '../../contract/crm.ts';
import type { Checkpoint, Page, Quarantined } from '../crm/adapter.ts';
import type { AnyRecord } from '../crm/records.ts';
import type { Tx } from '../platform/db.ts';
import { announceTenant } from '../tenants/announce.ts';
import { listHistoryOwners, updateStageHistoryColumns } from './stage-history-columns.ts';
import { tableOf } from './tables.ts';
import { type UpsertCounts, upsertRecords } from './upsert.ts';

/** A run as the worker holds it. Writes under a fencing number that is no longer the run's are refused by the database. */
export interface Run {
  tenantId: string;
  crmSource: CrmSource;
  runId: string;
  fencingNumber: number;
  /** `full` reads everything, `incremental` what has changed. */
  kind: 'full' | 'incremental';
  /** What to read; null: all that the connection has. */
  entities: Entity[] | null;
  /** `user:<id>` or `system:<what>`. */
  requestedBy: string | null;
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
  /** CRM time when the entity's first page was read: where the next window of changes begins. */
  startedAt: string | null;
  done: boolean;
}

const progressSchema: z.ZodType<Progress> = z.strictObject({
  checkpoint: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable(),
  read: z.number(),
  startedAt: z.string().nullable(),
  done: z.boolean(),
});

interface RunRow {
  run_id: string;
  kind: Run['kind'];
  entities: Entity[] | null;
  fencing_number: number;
  requested_by: string | null;
}

/**
 * Takes the unfinished run of a connection: the newest full load, else the newest incremental run. Whoever held it before
 * cannot write any more, and the other unfinished runs end.
 * @returns null when there is none
 */
export async function takeRun(tx: Tx, tenantId: string, crmSource: CrmSource): Promise<Run | null> {
  const [wanted] = await tx.query<RunRow>({
    text: `select run_id from sync_runs
           where tenant_id = $1 and crm_source = $2 and state in ('queued', 'running')
           order by kind = 'full' desc, created_at desc limit 1 for update`,
    values: [tenantId, crmSource],
  });
  if (!wanted) return null;
  await tx.query({
    text: `update sync_runs set state = 'cancelled', finished_at = now()
           where tenant_id = $1 and crm_source = $2 and run_id <> $3
             and (state = 'running' or state = 'queued' and kind = 'incremental')`,
    values: [tenantId, crmSource, wanted.run_id],
  });
  const [taken] = await tx.query<RunRow>({
    text: `update sync_runs set state = 'running', fencing_number = fencing_number + 1, heartbeat_at = now(),
             started_at = coalesce(started_at, now())
           where tenant_id = $1 and run_id = $2
           returning run_id, kind, entities, fencing_number, requested_by`,
    values: [tenantId, wanted.run_id],
  });
  return taken ? toRun(tenantId, crmSource, taken) : null;
}

/** Begins a run that nobody had to ask for. The connection must not have an unfinished one. */
export async function beginRun(
  tx: Tx,
  tenantId: string,
  crmSource: CrmSource,
  { kind, entities = null }: { kind: Run['kind']; entities?: readonly Entity[] | null },
): Promise<Run> {
  const [begun] = await tx.query<RunRow>({
    text: `insert into sync_runs (tenant_id, crm_source, kind, entities, state, fencing_number, requested_by, started_at, heartbeat_at)
           values ($1, $2, $3, $4, 'running', 1, 'system:schedule', now(), now())
           returning run_id, kind, entities, fencing_number, requested_by`,
    values: [tenantId, crmSource, kind, entities],
  });
  if (!begun) throw new Error('A run could not be begun');
  return toRun(tenantId, crmSource, begun);
}

function toRun(tenantId: string, crmSource: CrmSource, row: RunRow): Run {
  const { run_id: runId, fencing_number: fencingNumber, kind, entities, requested_by: requestedBy } = row;
  return { tenantId, crmSource, runId, fencingNumber, kind, entities, requestedBy };
}

/** What the run had reached when it was last stopped, by entity. */
export async function loadProgress(tx: Tx, run: Run): Promise<Map<Entity, Progress>> {
  const rows = await tx.query<{ entity: Entity; checkpoint: unknown }>({
    text: 'select entity, checkpoint from sync_checkpoints where tenant_id = $1 and crm_source = $2 and run_id = $3',
    values: [run.tenantId, run.crmSource, run.runId],
  });
  return new Map(rows.map(({ entity, checkpoint }) => [entity, progressSchema.parse(checkpoint)]));
}

export interface Committed {
  progress: Progress;
  counts: UpsertCounts;
}

/**
 * Rows, checkpoint, quarantine and data version of one page, in the caller's transaction: a crash repeats a page and never
 * skips one. What people are shown of it is the caller's to write.
 * @returns how far the entity is now
 * @throws RunLostError
 */
export async function commitPage(
  tx: Tx,
  run: Run,
  entity: Entity,
  before: Progress,
  page: Pick<Page, 'records' | 'quarantined' | 'checkpoint' | 'done' | 'crmTime'>,
): Promise<Committed> {
  // What a full load reads is what there is.
  const counts = await storeRecords(tx, run, entity, page, run.kind === 'full' ? null : page.crmTime);
  const progress: Progress = {
    checkpoint: page.checkpoint,
    read: before.read + countRecords(page),
    startedAt: before.startedAt ?? page.crmTime,
    done: page.done,
  };
  const [held] = await Promise.all([
    tx.query({
      text: `update sync_runs set heartbeat_at = now(), inserted_count = inserted_count + $4, updated_count = updated_count + $5,
               unchanged_count = unchanged_count + $6, quarantined_count = quarantined_count + $7
             where tenant_id = $1 and run_id = $2 and fencing_number = $3 and state = 'running'
             returning run_id`,
      values: [
        run.tenantId,
        run.runId,
        run.fencingNumber,
        counts.inserted,
        counts.updated,
        counts.unchanged,
        page.quarantined.length,
      ],
    }),
    tx.query({
      text: `insert into sync_checkpoints as c (tenant_id, crm_source, entity, run_id, checkpoint)
             values ($1, $2, $3, $4, $5)
             on conflict (tenant_id, crm_source, entity) do update
             set run_id = excluded.run_id, checkpoint = excluded.checkpoint, updated_at = now()`,
      values: [run.tenantId, run.crmSource, entity, run.runId, JSON.stringify(progress)],
    }),
    announceTenant(tx, run.tenantId),
  ]);
  if (held.length === 0) throw new RunLostError();
  return { progress, counts };
}

/** Rows and quarantine of records of one entity, with the data version of its table. @param refuseOlderAsOf see UpsertTarget */
export async function storeRecords(
  tx: Tx,
  run: Run,
  entity: Entity,
  { records, quarantined }: { records: readonly AnyRecord[]; quarantined: readonly Quarantined[] },
  refuseOlderAsOf: string | null,
): Promise<UpsertCounts> {
  const stepIds = entity === 'stageHistory' ? records.map(({ externalId }) => externalId) : [];
  const ownersBefore = stepIds.length > 0 ? await listHistoryOwners(tx, run, stepIds) : [];
  const counts = await upsertRecords(tx, { ...run, entity, refuseOlderAsOf }, records);
  const isTouched = counts.inserted + counts.updated > 0;
  if (isTouched && stepIds.length > 0) {
    await updateStageHistoryColumns(tx, run, [...ownersBefore, ...(await listHistoryOwners(tx, run, stepIds))]);
  }
  await Promise.all([
    isTouched && moveDataVersion(tx, run.tenantId, tableOf(entity).table),
    saveQuarantine(tx, run, entity, records, quarantined),
  ]);
  return counts;
}

/**
 * Versions begin with the time, so that none comes again after a tenant's data was erased and copied anew: remembered answers
 * are known by it.
 */
export const FIRST_VERSION = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

/** Answers made from the table before are no longer valid. Belongs into the transaction that changes its rows. */
export async function moveDataVersion(tx: Tx, tenantId: string, table: string): Promise<void> {
  await Promise.all([
    tx.query({
      text: `insert into data_versions as v (tenant_id, table_name, version) values ($1, $2, ${FIRST_VERSION})
             on conflict (tenant_id, table_name) do update set version = v.version + 1`,
      values: [tenantId, table],
    }),
    announceTenant(tx, tenantId),
  ]);
}

/** A record with a bad value is stored and listed: it counts once. */
function countRecords({ records, quarantined }: Pick<Page, 'records' | 'quarantined'>): number {
  const stored = new Set(quarantined.length === 0 ? [] : records.map(({ externalId }) => externalId));
  return records.length + quarantined.filter(({ externalId }) => !stored.has(externalId)).length;
}

/** Lists the records of which something could not be used, and strikes out those that are in order now. */
async function saveQuarantine(
  tx: Tx,
  run: Run,
  entity: Entity,
  records: readonly AnyRecord[],
  quarantined: readonly Quarantined[],
): Promise<void> {
  const bad = new Set(quarantined.map(({ externalId }) => externalId));
  const good = records.flatMap(({ externalId }) => (bad.has(externalId) ? [] : [externalId]));
  await Promise.all([
    quarantined.length > 0 &&
      tx.query({
        text: `insert into sync_quarantine as q (tenant_id, crm_source, entity, external_id, reason, run_id)
               select distinct on (r."externalId") $1::uuid, $2, $3, r."externalId", r.reason, $4::uuid
               from jsonb_to_recordset($5::jsonb) as r("externalId" text, reason text)
               on conflict (tenant_id, crm_source, entity, external_id) do update
               set reason = excluded.reason, run_id = excluded.run_id, last_seen_at = now()`,
        values: [run.tenantId, run.crmSource, entity, run.runId, JSON.stringify(quarantined)],
      }),
    good.length > 0 &&
      tx.query({
        text: `delete from sync_quarantine
               where tenant_id = $1 and crm_source = $2 and entity = $3 and external_id = any($4::text[])`,
        values: [run.tenantId, run.crmSource, entity, good],
      }),
  ]);
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
  await announceTenant(tx, run.tenantId);
}
