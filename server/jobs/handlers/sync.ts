import type { CrmSource } from '../../../contract/crm.ts';
import type { SyncError, SyncState } from '../../../contract/sync.ts';
import { CrmError, type TokenSource } from '../../crm/adapter.ts';
import { createAdapter } from '../../crm/registry.ts';
import { wakeOnboarding } from '../../dashboard/onboarding.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Tx } from '../../platform/db.ts';
import { isDiskFull, retryConflicts } from '../../platform/db-errors.ts';
import { AppError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/log.ts';
import type { Outbound } from '../../platform/outbound.ts';
import { showTrouble } from '../../sync/entity-status.ts';
import { runFullSync } from '../../sync/full.ts';
import { runIncremental } from '../../sync/incremental.ts';
import { beginRun, type Run, RunLostError, releaseRun, takeRun } from '../../sync/run.ts';
import { SYNC_ERROR_MESSAGES } from '../../sync/sync-errors.ts';
import { type Connection, loadConnection, type ScheduledConnection } from '../../tenants/connections.ts';
import { bookNextTurn, holdTenant, planNextSync, SYNC_INTERVAL_MS } from '../../tenants/schedule.ts';
import type { JobHandler } from '../queue.ts';

export interface SyncHandlerDeps {
  db: Db;
  outbound: Outbound;
  clock: Clock;
  log: Logger;
  createTokens(tenantId: string, crmSource: CrmSource): TokenSource;
}

/** A connection that waits for a person to act in the CRM is tried once a day: somebody may have acted. */
const PROBE_EVERY_MS = 24 * 3_600_000;
/** Loads of whole CRMs that one process carries on at a time; the other lanes stay free for what is over in seconds. */
const MAX_FULL_LOADS = 4;
const FULL_LOAD_WAIT_MS = 15_000;
const FIRST_RETRY_MS = 10_000;
const LONGEST_RETRY_MS = SYNC_INTERVAL_MS;
/** Shares of a wait that are left to chance, so that connections which failed together do not come back together. */
const JITTER = 0.2;
/** A CRM that has failed this often in a row is shown as away; a hiccup is not. */
const FAILURES_SHOWN = 2;

/**
 * Does what is due for one connection. The job names the tenant; everything else is read through the tenant's own door, so a
 * job cannot reach another's. When to try again is written to the connection, also after a failure.
 */
export function createSyncHandler(deps: SyncHandlerDeps): JobHandler<'sync'> {
  const { outbound, clock, log, createTokens } = deps;
  const db = retryConflicts(deps.db);
  let fullLoads = 0;
  return async ({ tenantId, crmSource }, signal) => {
    const begun = await db.withTenant(tenantId, 'write', (tx) => beginSync(tx, tenantId, crmSource, new Date(clock.now())));
    if (!begun) return;
    const { run, connection, booked } = begun;
    if (run.kind === 'full' && fullLoads >= MAX_FULL_LOADS) {
      const waiting = { ...WAITING, retryInMs: FULL_LOAD_WAIT_MS };
      await db.withTenant(tenantId, 'write', (tx) => saveFailure(tx, run, booked, waiting, clock.now())).catch(ignoreLostRun);
      return;
    }
    if (run.kind === 'full') fullLoads++;
    const startedAt = clock.now();
    try {
      const tokens = createTokens(tenantId, crmSource);
      const crm = createAdapter(crmSource, { db, outbound, clock, tokens, tenantId, license: connection.license });
      const moreInMs = await carryOut({ db, crm, clock }, run, signal);
      await db.withTenant(tenantId, 'write', async (tx) => {
        await saveSuccess(tx, run, booked, nextTurn(clock.now(), moreInMs));
        await wakeOnboarding(tx, tenantId, run.kind, new Date(clock.now()));
      });
      const level = run.kind === 'full' ? 'info' : 'debug';
      log[level]({ tenantId, crmSource, runId: run.runId, kind: run.kind, durationMs: clock.now() - startedAt }, 'Sync complete');
    } catch (error) {
      if (error instanceof RunLostError) return;
      const outcome = outcomeOf(error, signal.aborted, connection.failedSyncs);
      await db.withTenant(tenantId, 'write', (tx) => saveFailure(tx, run, booked, outcome, clock.now())).catch(ignoreLostRun);
      if (!signal.aborted) log.warn({ err: error, tenantId, crmSource, runId: run.runId, kind: run.kind }, 'Sync stopped');
    } finally {
      if (run.kind === 'full') fullLoads--;
    }
  };
}

interface Begun {
  run: Run;
  connection: ScheduledConnection;
  booked: Date;
}

/** @returns null when there is nothing to do: the job came twice, or late, or for a connection that waits for a person */
async function beginSync(tx: Tx, tenantId: string, crmSource: CrmSource, now: Date): Promise<Begun | null> {
  await holdTenant(tx, tenantId);
  const connection = await loadConnection(tx, tenantId, crmSource);
  if (!connection || !isOpen(connection)) return null;
  const isDue = connection.nextSyncAt !== null && connection.nextSyncAt <= now;
  // One that is still running has lost its worker: of a live one there is no second job.
  if (!isDue && !(await isRunning(tx, tenantId, crmSource))) return null;
  const run =
    (await takeRun(tx, tenantId, crmSource)) ??
    (await beginRun(tx, tenantId, crmSource, { kind: await neededKind(tx, tenantId, crmSource) }));
  return { run, connection, booked: await bookNextTurn(tx, tenantId, crmSource, now) };
}

async function isRunning(tx: Tx, tenantId: string, crmSource: CrmSource): Promise<boolean> {
  const [row] = await tx.query({
    text: `select 1 from sync_runs where tenant_id = $1 and crm_source = $2 and state = 'running'`,
    values: [tenantId, crmSource],
  });
  return row !== undefined;
}

/** Blocked ones are due once a day. */
function isOpen({ status }: Connection): boolean {
  return status === 'active' || status === 'blocked';
}

/** Nothing can be brought up to date that was never copied. */
async function neededKind(tx: Tx, tenantId: string, crmSource: CrmSource): Promise<Run['kind']> {
  const [row] = await tx.query({
    text: `select 1 from crm_sync_status where tenant_id = $1 and crm_source = $2 and last_full_sync_at is not null limit 1`,
    values: [tenantId, crmSource],
  });
  return row ? 'incremental' : 'full';
}

/** @returns when there is more to do, in milliseconds; null: at the next regular turn */
async function carryOut(deps: Parameters<typeof runFullSync>[0], run: Run, signal: AbortSignal): Promise<number | null> {
  if (run.kind === 'full') {
    await runFullSync(deps, run, signal);
    // What changed during the load is read at once.
    return 0;
  }
  const { missing, moreInMs } = await runIncremental(deps, run, signal);
  if (missing.length === 0) return moreInMs;
  // The CRM has begun to use what it did not have: leads, say.
  await deps.db.withTenant(run.tenantId, 'write', (tx) =>
    tx.query({
      text: `insert into sync_runs (tenant_id, crm_source, kind, requested_by, entities) values ($1, $2, 'full', 'system:schedule', $3)`,
      values: [run.tenantId, run.crmSource, missing],
    }),
  );
  return 0;
}

/** Every quarter of an hour, a little sooner by chance, so that those that began together part. */
function nextTurn(now: number, moreInMs: number | null): Date {
  const waitMs = SYNC_INTERVAL_MS * (1 - Math.random() * JITTER * 0.5);
  return new Date(now + Math.min(waitMs, moreInMs ?? waitMs));
}

async function saveSuccess(tx: Tx, run: Run, booked: Date, next: Date): Promise<void> {
  await planNextSync(tx, run, next, booked);
  await tx.query({
    text: `update crm_connections set failed_syncs = 0, status = case when status = 'blocked' then 'active' else status end,
             error_message = case when status in ('active', 'blocked') then null else error_message end
           where tenant_id = $1 and crm_source = $2
             and (failed_syncs > 0 or status = 'blocked' or status = 'active' and error_message is not null)`,
    values: [run.tenantId, run.crmSource],
  });
}

interface Outcome {
  /** `queued`: another attempt carries the run on from its checkpoints. */
  run: 'queued' | 'failed';
  /** null: what is shown stays. */
  status: SyncState | null;
  /** null: the run was not at fault. */
  error: SyncError | null;
  /** Milliseconds to the next attempt; null: a person has to act first. */
  retryInMs: number | null;
  connection?: 'reauth' | 'blocked';
  /** Whether this counts as one more failure in a row. */
  counts: boolean;
}

/** Nothing is wrong: the run goes on elsewhere, or later. */
const WAITING = { run: 'queued', status: null, error: null, counts: false } as const;

async function saveFailure(tx: Tx, run: Run, booked: Date, outcome: Outcome, now: number): Promise<void> {
  await planNextSync(
    tx,
    run,
    outcome.retryInMs === null ? null : new Date(now + outcome.retryInMs),
    outcome.retryInMs === null ? null : booked,
  );
  const message = outcome.error && SYNC_ERROR_MESSAGES[outcome.error];
  await releaseRun(tx, run, outcome.run, message);
  if (outcome.status !== null && outcome.error !== null) await showTrouble(tx, run, outcome.status, outcome.error);
  await tx.query({
    text: `update crm_connections
           set status = coalesce($3, status), error_message = case when $3::text is null then error_message else $4 end,
             failed_syncs = failed_syncs + $5, updated_at = now()
           where tenant_id = $1 and crm_source = $2 and status in ('active', 'blocked')`,
    values: [run.tenantId, run.crmSource, outcome.connection ?? null, message, outcome.counts ? 1 : 0],
  });
}

/** Cancelled in the very moment it failed: its state is somebody else's by now. */
function ignoreLostRun(error: unknown): void {
  if (!(error instanceof RunLostError)) throw error;
}

function outcomeOf(error: unknown, isAborted: boolean, failedBefore: number): Outcome {
  if (isAborted) return { ...WAITING, retryInMs: 0 };
  const kind = error instanceof CrmError ? error.kind : null;
  if (kind === 'auth') {
    return { run: 'failed', status: 'reauth', error: kind, retryInMs: null, connection: 'reauth', counts: true };
  }
  if (kind === 'blocked') {
    const retryInMs = PROBE_EVERY_MS * (1 + Math.random() * JITTER);
    return { run: 'queued', status: 'blocked', error: kind, retryInMs, connection: 'blocked', counts: true };
  }
  const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failedBefore, 10)) * (1 - Math.random() * JITTER);
  const retryInMs = Math.max(wait, (error instanceof CrmError && error.retryAfterMs) || 0);
  if (isDiskFull(error)) return { run: 'queued', status: 'storage_full', error: 'storage_full', retryInMs, counts: true };
  // Our own database's trouble says nothing of the CRM.
  const isOurs = error instanceof AppError;
  const status = failedBefore + 1 >= FAILURES_SHOWN && !isOurs ? 'error' : null;
  return { run: 'queued', status, error: kind ?? 'internal', retryInMs, counts: true };
}
