import { AGENTS } from '../../contract/agents.ts';
import { ENTITIES, type Entity } from '../../contract/crm.ts';
import type { SyncState } from '../../contract/sync.ts';
import { type ConnectionInfo, type CrmAdapter, CrmError, type Page } from '../crm/adapter.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../platform/db.ts';
import { logAccess } from '../tenants/access-log.ts';
import { updateActivityColumns } from './activity-columns.ts';
import { saveDictionaries } from './dictionaries.ts';
import { commitPage, holdRun, loadProgress, type Progress, type Run, releaseRun } from './run.ts';

export interface FullSyncDeps {
  db: Db;
  crm: CrmAdapter;
  clock: Clock;
}

/** A quarter of a million leads with a million activities take PostgreSQL some seconds. */
const SUMMARY_TIMEOUT_MS = 300_000;
const NOT_BEGUN: Progress = { checkpoint: null, read: 0, startedAt: null, done: false };

/**
 * Copies everything of a connection: dictionaries first, then the entities page by page in turns, so that every chart has the
 * newest records early. Safe to repeat; a run that was stopped goes on from its checkpoints. Ends the run when it is through.
 * @param entities null: all the connection has
 * @throws CrmError; RunLostError when the run is no longer ours; the signal's reason
 */
export async function runFullSync(
  { db, crm, clock }: FullSyncDeps,
  run: Run,
  entities: readonly Entity[] | null,
  signal: AbortSignal,
): Promise<void> {
  const { tenantId } = run;
  const info = await crm.testConnection(signal);
  const available = await crm.entities(signal);
  const wanted = entities === null ? available : available.filter((entity) => entities.includes(entity));
  const progress = await db.withTenant(tenantId, 'write', async (tx) => {
    await holdRun(tx, run);
    await saveAccount(tx, run, info);
    const reached = await loadProgress(tx, run);
    await beginEntities(tx, run, wanted, available, reached);
    return reached;
  });
  const [dictionaries, fields] = [await crm.readDictionaries(signal), await crm.getFieldDefinitions(signal)];
  await db.withTenant(tenantId, 'write', async (tx) => {
    await holdRun(tx, run);
    await saveDictionaries(tx, tenantId, run.crmSource, { ...dictionaries, fields });
  });
  const read = await copyRecords({ db, crm, clock }, run, wanted, progress, signal);
  await db.withTenant(
    tenantId,
    'write',
    async (tx) => {
      // The run is held at the end only, by its release: an uninstall that cancels it must not wait for these seconds.
      await updateActivityColumns(tx, tenantId, run.crmSource);
      await logAccess(tx, tenantId, {
        accessedBy: `system:${AGENTS.sync.persona}_sync`,
        action: 'full_sync',
        entity: wanted.length === 1 ? (wanted[0] ?? null) : null,
        recordCount: read,
      });
      await releaseRun(tx, run, 'complete', null);
    },
    { statementTimeoutMs: SUMMARY_TIMEOUT_MS },
  );
}

interface Lane {
  entity: Entity;
  progress: Progress;
  /** Not to be asked for before; our clock. */
  notBefore: number;
}

/** One page of each entity in turn. An entity whose method the CRM has paused waits while the others go on. */
async function copyRecords(
  { db, crm, clock }: FullSyncDeps,
  run: Run,
  entities: readonly Entity[],
  reached: ReadonlyMap<Entity, Progress>,
  signal: AbortSignal,
): Promise<number> {
  const all = entities.map((entity): Lane => ({ entity, progress: reached.get(entity) ?? NOT_BEGUN, notBefore: 0 }));
  const lanes = all.filter(({ progress }) => !progress.done);
  for (;;) {
    signal.throwIfAborted();
    const lane = takeNext(lanes, clock.now());
    if (!lane) return all.reduce((sum, { progress }) => sum + progress.read, 0);
    await clock.sleep(Math.max(0, lane.notBefore - clock.now()), signal);
    try {
      const page = await readPage(crm, lane, signal);
      const before = lane.progress;
      lane.progress = await db.withTenant(run.tenantId, 'write', (tx) => commitPage(tx, run, lane.entity, before, page));
    } catch (error) {
      if (!(error instanceof CrmError) || error.retryAfterMs === undefined) throw error;
      lane.notBefore = clock.now() + error.retryAfterMs;
    }
    if (!lane.progress.done) lanes.push(lane);
  }
}

/** Begun anew from the checkpoint for each page: a reading that waits for its turn would keep its last page in memory. */
async function readPage(crm: CrmAdapter, { entity, progress }: Lane, signal: AbortSignal): Promise<Page> {
  for await (const page of crm.pages(entity, progress.checkpoint, signal)) return page;
  throw new CrmError('bad_response', `The CRM stopped before the end of ${entity}`);
}

/** The first lane that may go on, else the one that may soonest; taken out of the row. */
function takeNext(lanes: Lane[], now: number): Lane | undefined {
  const ready = lanes.findIndex(({ notBefore }) => notBefore <= now);
  const soonest = lanes.reduce((best, lane, index) => (lane.notBefore < (lanes[best]?.notBefore ?? 0) ? index : best), 0);
  return lanes.splice(ready === -1 ? soonest : ready, 1)[0];
}

/** What the CRM says of itself now; its mode, zone or plan may have changed since the connection was made. */
async function saveAccount(tx: Tx, run: Run, info: ConnectionInfo): Promise<void> {
  await tx.query({
    text: `update crm_connections
           set mode = $3, timezone = coalesce($4, timezone), base_currency = coalesce($5, base_currency),
               license = coalesce($6, license), updated_at = now()
           where tenant_id = $1 and crm_source = $2`,
    values: [run.tenantId, run.crmSource, info.mode, info.timezone, info.baseCurrency, info.license],
  });
}

/**
 * Shows every entity that is to be copied, from 0 unless this run has copied some already. What an earlier run had covered
 * says nothing of the records that came after it.
 */
async function beginEntities(
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
             error_message = null, updated_at = now()`,
    values: [run.tenantId, run.crmSource, run.runId, JSON.stringify(rows)],
  });
  // A portal that was switched to simple mode has no leads any more; waiting for them would never end.
  await tx.query({
    text: 'delete from crm_sync_status where tenant_id = $1 and crm_source = $2 and not entity = any($3::text[])',
    values: [run.tenantId, run.crmSource, available],
  });
}

/**
 * Shows why the entities of a run are not moving; those that it has completed stay so. A run may fail before it knows what
 * there is to copy: then all that was wanted is shown, because nothing at all would look like a wait.
 */
export async function markEntities(
  tx: Tx,
  run: Run,
  entities: readonly Entity[] | null,
  status: SyncState,
  errorMessage: string | null,
): Promise<void> {
  await tx.query({
    text: `with marked as (
  update crm_sync_status set status = $4, error_message = $5, updated_at = now()
  where tenant_id = $1 and crm_source = $2 and entity = any($6::text[])
    and (run_id is distinct from $3::uuid or status <> 'complete')
)
insert into crm_sync_status (tenant_id, crm_source, entity, status, error_message)
select $1::uuid, $2, e.entity, $4, $5 from unnest($6::text[]) as e(entity)
where not exists (select from crm_sync_status where tenant_id = $1 and crm_source = $2)`,
    values: [run.tenantId, run.crmSource, run.runId, status, errorMessage, entities ?? ENTITIES],
  });
}
