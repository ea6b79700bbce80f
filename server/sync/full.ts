import { AGENTS } from '../../contract/agents.ts';
import type { Entity } from '../../contract/crm.ts';
import { type ConnectionInfo, type CrmAdapter, CrmError, type Page } from '../crm/adapter.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../platform/db.ts';
import { logAccess } from '../tenants/access-log.ts';
import { announceTenant } from '../tenants/announce.ts';
import { queueRechecks, releaseSuspects } from '../tenants/recheck-queue.ts';
import { updateActivityColumns } from './activity-columns.ts';
import { saveDictionaries } from './dictionaries.ts';
import { showActiveSince, showLoad, showLoadBegins } from './entity-status.ts';
import { commitPage, holdRun, loadProgress, type Progress, type Run, releaseRun, storeRecords } from './run.ts';
import { updateStageOdds } from './stage-odds.ts';

export interface SyncDeps {
  db: Db;
  crm: CrmAdapter;
  clock: Clock;
}

/** A quarter of a million leads with a million activities take PostgreSQL some seconds. */
export const SUMMARY_TIMEOUT_MS = 300_000;
/** What a new dashboard looks at: this much of every entity is copied before anything older. */
const RECENT_MS = 90 * 86_400_000;
const NOT_BEGUN: Progress = { checkpoint: null, read: 0, startedAt: null, done: false };

/**
 * Copies everything of a connection: dictionaries first, then the entities page by page in turns, the last 90 days of all of
 * them before anything older. Safe to repeat; a run that was stopped goes on from its checkpoints. Ends the run when it is
 * through.
 * @throws CrmError; RunLostError when the run is no longer ours; the signal's reason
 */
export async function runFullSync({ db, crm, clock }: SyncDeps, run: Run, signal: AbortSignal): Promise<void> {
  const { tenantId, entities } = run;
  const info = await crm.testConnection(signal);
  const available = await crm.entities(signal);
  const wanted = entities === null ? available : available.filter((entity) => entities.includes(entity));
  const progress = await db.withTenant(tenantId, 'write', async (tx) => {
    await holdRun(tx, run);
    await saveAccount(tx, run, info);
    await saveClock(tx, run, info, clock.now());
    const reached = await loadProgress(tx, run);
    await showLoadBegins(tx, run, wanted, available, reached);
    return reached;
  });
  const [dictionaries, fields] = [await crm.readDictionaries(signal), await crm.getFieldDefinitions(signal)];
  await db.withTenant(tenantId, 'write', async (tx) => {
    await holdRun(tx, run);
    await saveDictionaries(tx, tenantId, run.crmSource, { ...dictionaries, fields });
  });
  const read = await copyRecords({ db, crm, clock }, run, wanted, progress, signal);
  const summing = { statementTimeoutMs: SUMMARY_TIMEOUT_MS, signal };
  await db.withTenant(tenantId, 'write', (tx) => updateStageOdds(tx, run, new Date(clock.now())), summing);
  await db.withTenant(
    tenantId,
    'write',
    async (tx) => {
      // The run is held at the end only, by its release: an uninstall that cancels it must not wait for these seconds.
      await updateActivityColumns(tx, tenantId, run.crmSource);
      await strikeOutUnseen(tx, run, wanted);
      await logAccess(tx, tenantId, {
        accessedBy: `system:${AGENTS.sync.persona}_sync`,
        action: 'sync_full',
        entity: wanted.length === 1 ? (wanted[0] ?? null) : null,
        recordCount: read,
      });
      // Whoever has everything copied again after so many records vanished wants them looked at.
      if (run.requestedBy?.startsWith('user:')) for (const entity of wanted) await releaseSuspects(tx, run, entity);
      await releaseRun(tx, run, 'complete', null);
    },
    summing,
  );
}

interface Lane {
  entity: Entity;
  progress: Progress;
  /** Not to be asked for before; our clock. */
  notBefore: number;
  /** Its last 90 days are copied. */
  isRecentDone: boolean;
  /** Whether the first dashboard waits for those. */
  isShownFirst: boolean;
  /** What is older is copied in this order; entities of one turn in turns. */
  turn: number;
}

/** One page of each entity in turn. An entity whose method the CRM has paused waits while the others go on. */
async function copyRecords(
  { db, crm, clock }: SyncDeps,
  run: Run,
  entities: readonly Entity[],
  reached: ReadonlyMap<Entity, Progress>,
  signal: AbortSignal,
): Promise<number> {
  const recentFrom = new Date(clock.now() - RECENT_MS).toISOString();
  // Totals over all time need all leads (contacts, where there are none) and all deals: those come next.
  const early: Entity[] = [entities.includes('leads') ? 'leads' : 'contacts', 'deals'];
  const all = entities.map(
    (entity): Lane => ({
      entity,
      progress: reached.get(entity) ?? NOT_BEGUN,
      notBefore: 0,
      isRecentDone: false,
      isShownFirst: early.includes(entity) || entity === 'activities',
      turn: early.includes(entity) ? early.indexOf(entity) : early.length,
    }),
  );
  const lanes = all.filter(({ progress }) => !progress.done);
  for (;;) {
    signal.throwIfAborted();
    const lane = takeNext(lanes, clock.now());
    if (!lane) return all.reduce((sum, { progress }) => sum + progress.read, 0);
    await clock.sleep(Math.max(0, lane.notBefore - clock.now()), signal);
    try {
      const page = await readPage(crm, lane, signal);
      lane.progress = await storePage(db, run, lane, page);
      if (!lane.isRecentDone && !lane.progress.done && reachesBefore(page, recentFrom)) {
        await copyActiveSince({ db, crm }, run, lane, recentFrom, signal);
        lane.isRecentDone = true;
      }
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

function storePage(db: Db, run: Run, { entity, progress: before }: Lane, page: Page): Promise<Progress> {
  return db.withTenant(run.tenantId, 'write', async (tx) => {
    const { progress } = await commitPage(tx, run, entity, before, page);
    await Promise.all([
      showLoad(tx, run, entity, progress, page),
      entity === 'deals' && queueRechecks(tx, run, 'dealProducts', idsOf(page), 'changed'),
    ]);
    return progress;
  });
}

/** Completes the last 90 days of an entity by the older records at which something happened in them. */
async function copyActiveSince(
  { db, crm }: Pick<SyncDeps, 'db' | 'crm'>,
  run: Run,
  { entity, progress }: Lane,
  since: string,
  signal: AbortSignal,
): Promise<void> {
  if (progress.checkpoint === null) return;
  for await (const page of crm.activeSince(entity, since, progress.checkpoint, signal)) {
    await db.withTenant(run.tenantId, 'write', async (tx) => {
      await holdRun(tx, run);
      // Not counted as read: the load comes to them once more.
      await storeRecords(tx, run, entity, page, null);
      if (page.done) await showActiveSince(tx, run, entity, since);
    });
  }
}

function idsOf({ records }: Page): string[] {
  return records.map(({ externalId }) => externalId);
}

/** Whether the page's last record was made before that; entities are read newest first. */
function reachesBefore({ records }: Page, moment: string): boolean {
  const last = records.at(-1);
  const madeAt = last && ('createdAt' in last ? last.createdAt : 'occurredAt' in last ? last.occurredAt : null);
  return typeof madeAt === 'string' && madeAt < moment;
}

/**
 * The lane to read next, taken out of the row: of those that may go on one whose last 90 days are missing, first what the first
 * dashboard shows, else by turn; where all have to wait, the one that may soonest.
 */
function takeNext(lanes: Lane[], now: number): Lane | undefined {
  const rank = ({ notBefore, isRecentDone, isShownFirst, turn }: Lane) => {
    const wait = Math.max(0, notBefore - now);
    return [wait, isRecentDone ? 2 + turn : isShownFirst ? 0 : 1] as const;
  };
  const next = lanes.reduce<Lane | undefined>((best, lane) => {
    if (!best) return lane;
    const [[wait, turn], [bestWait, bestTurn]] = [rank(lane), rank(best)];
    return wait < bestWait || (wait === bestWait && turn < bestTurn) ? lane : best;
  }, undefined);
  if (next) lanes.splice(lanes.indexOf(next), 1);
  return next;
}

/** What the CRM says of itself now; its mode, zone or plan may have changed since the connection was made. */
export async function saveAccount(tx: Tx, run: Run, info: ConnectionInfo): Promise<void> {
  const changed = await tx.query({
    text: `update crm_connections
           set mode = $3, timezone = coalesce($4, timezone), base_currency = coalesce($5, base_currency),
               license = coalesce($6, license), updated_at = now()
           where tenant_id = $1 and crm_source = $2
             and (mode, timezone, base_currency, license) is distinct from
               ($3, coalesce($4, timezone), coalesce($5, base_currency), coalesce($6, license))
           returning 1`,
    values: [run.tenantId, run.crmSource, info.mode, info.timezone, info.baseCurrency, info.license],
  });
  if (changed.length > 0) await announceTenant(tx, run.tenantId);
}

/** Remembers how far the CRM's clock is ahead of ours, to notice when one of them is set. */
export async function saveClock(tx: Tx, run: Run, { crmTime }: ConnectionInfo, now: number): Promise<void> {
  await tx.query({
    text: 'update crm_connections set clock_ahead_ms = $3 where tenant_id = $1 and crm_source = $2',
    values: [run.tenantId, run.crmSource, Math.round(Date.parse(crmTime) - now)],
  });
}

/** The run has read these from end to end: what was listed before and not found wrong again has been put right, or is gone. */
async function strikeOutUnseen(tx: Tx, run: Run, entities: readonly Entity[]): Promise<void> {
  await tx.query({
    text: `delete from sync_quarantine
           where tenant_id = $1 and crm_source = $2 and entity = any($3::text[]) and run_id is distinct from $4::uuid`,
    values: [run.tenantId, run.crmSource, entities, run.runId],
  });
}
