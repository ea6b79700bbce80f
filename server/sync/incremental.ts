import { AGENTS } from '../../contract/agents.ts';
import type { CrmSource, Entity } from '../../contract/crm.ts';
import { type ConnectionInfo, CrmError, type Page } from '../crm/adapter.ts';
import type { Db, Tx } from '../platform/db.ts';
import { logAccess } from '../tenants/access-log.ts';
import { queueRechecks } from '../tenants/recheck-queue.ts';
import { applyChange } from './changed-records.ts';
import { saveDictionaries } from './dictionaries.ts';
import { showChanges, showOnly } from './entity-status.ts';
import { SUMMARY_TIMEOUT_MS, type SyncDeps, saveAccount, saveClock } from './full.ts';
import { workOffRechecks } from './rechecks.ts';
import { commitPage, holdRun, loadProgress, type Progress, type Run, releaseRun } from './run.ts';
import { areStageOddsDue, updateStageOdds } from './stage-odds.ts';
import { sweepDeleted } from './sweep.ts';

/** What the CRM wrote within this time before the watermark is read again: its clock has whole seconds and its writes take time. */
const OVERLAP_MS = 120_000;
/** CRM clocks have whole seconds, and answers take time: less than this is no clock that was set. */
const CLOCK_NOISE_MS = 10_000;
/** Labels, people and rates change rarely. */
const DICTIONARIES_EVERY_MS = 3_600_000;
/** How long a run may go on with what nobody waits for; the rest is the next run's. */
const BACKGROUND_MS = 5 * 60_000;
/** Incremental runs are many; of those that ended longer ago only the access log tells. */
const KEEP_RUNS = '30 days';

export interface IncrementalOutcome {
  /** Entities that the CRM has and that no full load has copied yet. */
  missing: Entity[];
  /** Not everything was done; null: nothing is left. When the CRM has said how long to wait, that long. */
  moreInMs: number | null;
}

/** A wait to begin with when work is left: others get their turn between. */
const SOON_MS = 60_000;
const BACKGROUND_RETRY_MS = 5 * 60_000;

/**
 * Reads what has changed in the CRM since the last run and brings the copy up to it; then, for five minutes at most, what
 * nobody waits for: deleted records, product rows, dictionaries that are an hour old. Ends the run. Safe to repeat; a run that
 * was stopped goes on from its checkpoints. What changes while it reads belongs to the next one.
 * @throws CrmError; RunLostError when the run is no longer ours; the signal's reason
 */
export async function runIncremental(deps: SyncDeps, run: Run, signal: AbortSignal): Promise<IncrementalOutcome> {
  const { db, crm, clock } = deps;
  const { tenantId } = run;
  const info = await crm.testConnection(signal);
  const askedAt = clock.now();
  const available = await crm.entities(signal);
  const { windows, reached, areDictionariesDue, areOddsDue } = await db.withTenant(tenantId, 'write', async (tx) => {
    await holdRun(tx, run);
    await saveAccount(tx, run, info);
    await showOnly(tx, run, available);
    const times = await loadConnectionTimes(tx, run);
    const { clock_ahead_ms: before, dictionaries_synced_at: dictionariesAt } = times;
    // The CRM's clock was set back: what was written since then carries moments from before the watermark.
    const difference = before === null ? 0 : before - (Date.parse(info.crmTime) - askedAt);
    const setBackMs = difference > CLOCK_NOISE_MS ? difference : 0;
    if (setBackMs > 0) await distrustClock(tx, run, Date.parse(info.crmTime) + setBackMs);
    return {
      windows: await loadWindows(tx, run, available, OVERLAP_MS + setBackMs),
      reached: await loadProgress(tx, run),
      areDictionariesDue: !dictionariesAt || askedAt - dictionariesAt.getTime() >= DICTIONARIES_EVERY_MS,
      areOddsDue: areStageOddsDue(times.stage_odds_at, askedAt),
    };
  });
  const waits: number[] = [];
  const read = await readChanges(deps, run, windows, reached, waits, signal);
  // Windows that stay open have to be opened as wide again.
  if (waits.length === 0) await db.withTenant(tenantId, 'write', (tx) => closeWindows(tx, run, info, askedAt));
  if (areDictionariesDue) await refreshDictionaries(deps, run, signal);
  if (areOddsDue) {
    const count = (tx: Tx) => updateStageOdds(tx, run, new Date(askedAt));
    await db.withTenant(tenantId, 'write', count, { statementTimeoutMs: SUMMARY_TIMEOUT_MS, signal });
  }

  const deadline = clock.now() + BACKGROUND_MS;
  let hasBegun = false;
  const isTimeUp = async () => {
    // A step is done whoever waits: wishes that come with every run would else keep product rows and deletions out for ever.
    if (!hasBegun) {
      hasBegun = true;
      return false;
    }
    return clock.now() >= deadline || (await isWanted(db, run, new Date(clock.now())));
  };
  const isLeft = await inBackground(waits, async () => {
    if (await workOffRechecks(deps, run, isTimeUp, signal)) return true;
    if (await sweepDeleted(deps, run, available, isTimeUp, signal)) return true;
    // What the search has found on one side only.
    return workOffRechecks(deps, run, isTimeUp, signal);
  });

  await db.withTenant(tenantId, 'write', async (tx) => {
    // Where nothing was read there is no access: four entries an hour for ever, from which nobody could pick out the others.
    if (read > 0) {
      await logAccess(tx, tenantId, {
        accessedBy: `system:${AGENTS.sync.persona}_sync`,
        action: 'sync_incremental',
        entity: null,
        recordCount: read,
      });
    }
    await forgetOldRuns(tx, tenantId, run.crmSource);
    await releaseRun(tx, run, 'complete', null);
  });
  return {
    missing: available.filter((entity) => !windows.has(entity)),
    moreInMs: waits.length > 0 ? Math.max(...waits) : isLeft ? SOON_MS : null,
  };
}

/** What the CRM stamped before its clock was set back says nothing of what came first. */
async function distrustClock(tx: Tx, run: Run, until: number): Promise<void> {
  await tx.query({
    text: `update crm_connections set clock_trusted_after = greatest(clock_trusted_after, $3)
           where tenant_id = $1 and crm_source = $2`,
    values: [run.tenantId, run.crmSource, new Date(until)],
  });
}

/** Since when each entity is read, CRM time; entities that no full load has completed have none. */
async function loadWindows(tx: Tx, run: Run, available: readonly Entity[], overlapMs: number): Promise<Map<Entity, string>> {
  const rows = await tx.query<{ entity: Entity; last_sync_cursor: Date }>({
    text: `select entity, last_sync_cursor from crm_sync_status
           where tenant_id = $1 and crm_source = $2 and last_sync_cursor is not null and entity = any($3::text[])`,
    values: [run.tenantId, run.crmSource, available],
  });
  return new Map(
    rows.map(
      (row) =>
        [row.entity, new Date(Math.floor((row.last_sync_cursor.getTime() - overlapMs) / 1000) * 1000).toISOString()] as const,
    ),
  );
}

/** @returns records read */
async function readChanges(
  { db, crm }: SyncDeps,
  run: Run,
  windows: ReadonlyMap<Entity, string>,
  reached: ReadonlyMap<Entity, Progress>,
  waits: number[],
  signal: AbortSignal,
): Promise<number> {
  if (windows.size === 0) return 0;
  const { counts, deleted, crmTime } = await crm.countChanges(windows, signal);
  await db.withTenant(run.tenantId, 'write', async (tx) => {
    for (const [entity, hints] of Map.groupBy(deleted, (one) => one.entity)) {
      await queueRechecks(
        tx,
        run,
        entity,
        hints.map(({ externalId }) => externalId),
        'event',
      );
    }
  });
  let read = 0;
  for (const [entity, since] of windows) {
    signal.throwIfAborted();
    // Another window was open when the run was stopped: what it had read is read, and its end is where the next begins.
    let progress: Progress = reached.get(entity) ?? { checkpoint: null, read: 0, startedAt: crmTime, done: false };
    if (progress.done) continue;
    const pages = counts.get(entity) === 0 ? nothing(crmTime) : crm.changes(entity, since, progress.checkpoint, signal);
    try {
      for await (const page of pages) {
        const before = progress;
        progress = await db.withTenant(run.tenantId, 'write', (tx) => storeChanges(tx, run, entity, before, page));
      }
    } catch (error) {
      // The entity's window stays open; the others are read all the same.
      if (!(error instanceof CrmError) || error.retryAfterMs === undefined) throw error;
      waits.push(error.retryAfterMs);
    }
    read += progress.read - (reached.get(entity)?.read ?? 0);
  }
  return read;
}

async function* nothing(crmTime: string): AsyncGenerator<Page> {
  yield { records: [], quarantined: [], checkpoint: {}, done: true, total: 0, crmTime, coveredFrom: null };
}

async function storeChanges(tx: Tx, run: Run, entity: Entity, before: Progress, page: Page): Promise<Progress> {
  const store = () => commitPage(tx, run, entity, before, page);
  const { stored } = await applyChange(tx, run, { entity, ...page, gone: [], store });
  await showChanges(tx, run, entity, stored.progress, stored.counts);
  return stored.progress;
}

interface ConnectionTimes {
  clock_ahead_ms: number | null;
  dictionaries_synced_at: Date | null;
  stage_odds_at: Date | null;
}

async function loadConnectionTimes(tx: Tx, run: Run): Promise<ConnectionTimes> {
  const [row] = await tx.query<ConnectionTimes>({
    text: `select clock_ahead_ms, dictionaries_synced_at, stage_odds_at from crm_connections
           where tenant_id = $1 and crm_source = $2`,
    values: [run.tenantId, run.crmSource],
  });
  return row ?? { clock_ahead_ms: null, dictionaries_synced_at: null, stage_odds_at: null };
}

async function refreshDictionaries({ db, crm, clock }: SyncDeps, run: Run, signal: AbortSignal): Promise<void> {
  const dictionaries = await crm.readDictionaries(signal);
  const fields = await crm.getFieldDefinitions(signal);
  await db.withTenant(run.tenantId, 'write', async (tx) => {
    await holdRun(tx, run);
    await saveDictionaries(tx, run.tenantId, run.crmSource, { ...dictionaries, fields });
    await tx.query({
      text: 'update crm_connections set dictionaries_synced_at = $3 where tenant_id = $1 and crm_source = $2',
      values: [run.tenantId, run.crmSource, new Date(clock.now())],
    });
  });
}

/**
 * What the CRM refuses here is left for a later run: the changes are read, and that is what this one was for. Should it be the
 * connection itself that it refuses, the next run meets that with its first request.
 */
async function inBackground(waits: number[], work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CrmError)) throw error;
    waits.push(error.retryAfterMs ?? BACKGROUND_RETRY_MS);
    return true;
  }
}

/** Somebody waits for a full load, or wants the CRM to be asked again now. */
async function isWanted(db: Db, { tenantId, crmSource }: Run, now: Date): Promise<boolean> {
  const [row] = await db.withTenant(tenantId, 'read', (tx) =>
    tx.query({
      text: `select 1 from crm_connections where tenant_id = $1 and crm_source = $2 and next_sync_at <= $3
             union all
             select 1 from sync_runs where tenant_id = $1 and crm_source = $2 and state = 'queued' limit 1`,
      values: [tenantId, crmSource, now],
    }),
  );
  return row !== undefined;
}

/** A worker that carries this run on reads what has changed by then: it would otherwise take the windows for read. */
async function closeWindows(tx: Tx, run: Run, info: ConnectionInfo, askedAt: number): Promise<void> {
  await holdRun(tx, run);
  await saveClock(tx, run, info, askedAt);
  await tx.query({
    text: 'delete from sync_checkpoints where tenant_id = $1 and crm_source = $2 and run_id = $3',
    values: [run.tenantId, run.crmSource, run.runId],
  });
}

async function forgetOldRuns(tx: Tx, tenantId: string, crmSource: CrmSource): Promise<void> {
  await tx.query({
    text: `delete from sync_runs where tenant_id = $1 and crm_source = $2 and kind = 'incremental'
             and state in ('complete', 'failed', 'cancelled') and created_at < now() - interval '${KEEP_RUNS}'`,
    values: [tenantId, crmSource],
  });
}
