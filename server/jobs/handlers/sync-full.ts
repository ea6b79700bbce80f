import type { CrmSource, Entity } from '../../../contract/crm.ts';
import type { SyncState } from '../../../contract/sync.ts';
import { CrmError, type TokenSource } from '../../crm/adapter.ts';
import { createAdapter } from '../../crm/registry.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Tx } from '../../platform/db.ts';
import type { Logger } from '../../platform/log.ts';
import type { Outbound } from '../../platform/outbound.ts';
import { markEntities, runFullSync } from '../../sync/full.ts';
import { type Run, RunLostError, releaseRun, takeRun } from '../../sync/run.ts';
import { loadConnection } from '../../tenants/connections.ts';
import type { JobHandler } from '../queue.ts';

export interface SyncFullDeps {
  db: Db;
  outbound: Outbound;
  clock: Clock;
  log: Logger;
  createTokens(tenantId: string, crmSource: CrmSource): TokenSource;
}

/** What a person reads while a load does not move. The CRM's own words stay out of it. */
const MESSAGES = {
  auth: 'The CRM no longer accepts the connection. An administrator has to connect it again.',
  blocked: 'The CRM has switched its API off for this account. Check its plan and its REST settings.',
  retrying: 'The CRM does not answer as it should. LeadRelay tries again by itself.',
  failed: 'The CRM could not be copied. Start the synchronisation again.',
} as const;

/**
 * Copies everything of one connection. The job names the tenant; the connection is read through the tenant's own door, so a
 * job cannot reach another's. What a person has to mend ends the job; everything else is thrown, for the queue to try again.
 */
export function createSyncFullHandler({ db, outbound, clock, log, createTokens }: SyncFullDeps): JobHandler<'sync-full'> {
  return async ({ tenantId, crmSource, runId, entities }, { signal, isLastAttempt }) => {
    const taken = await db.withTenant(tenantId, 'write', async (tx) => {
      const connection = await loadConnection(tx, crmSource);
      const run = connection?.status === 'active' ? await takeRun(tx, tenantId, crmSource, runId) : null;
      return run && connection && { run, license: connection.license };
    });
    if (!taken) return;
    const { run, license } = taken;
    const tokens = createTokens(tenantId, crmSource);
    const crm = createAdapter(crmSource, { db, outbound, clock, tokens, tenantId, license });
    const startedAt = clock.now();
    try {
      await runFullSync({ db, crm, clock }, run, entities, signal);
      log.info({ tenantId, crmSource, runId, durationMs: clock.now() - startedAt }, 'Full sync complete');
    } catch (error) {
      if (error instanceof RunLostError) return;
      const outcome = outcomeOf(error, signal.aborted, isLastAttempt);
      await db.withTenant(tenantId, 'write', (tx) => saveOutcome(tx, run, entities, outcome)).catch(ignoreLostRun);
      if (outcome.run === 'queued') throw error;
      log.warn({ err: error, tenantId, crmSource, runId }, 'Full sync stopped');
    }
  };
}

interface Outcome {
  /** `queued`: another attempt carries the run on from its checkpoints. */
  run: 'queued' | 'failed';
  status: SyncState;
  message: string | null;
  connection?: 'reauth' | 'blocked';
}

async function saveOutcome(tx: Tx, run: Run, entities: readonly Entity[] | null, outcome: Outcome): Promise<void> {
  await releaseRun(tx, run, outcome.run, outcome.message);
  await markEntities(tx, run, entities, outcome.status, outcome.message);
  if (!outcome.connection) return;
  await tx.query({
    text: `update crm_connections set status = $3, error_message = $4, updated_at = now()
           where tenant_id = $1 and crm_source = $2 and status = 'active'`,
    values: [run.tenantId, run.crmSource, outcome.connection, outcome.message],
  });
}

/** Cancelled in the very moment it failed: its state is somebody else's by now. */
function ignoreLostRun(error: unknown): void {
  if (!(error instanceof RunLostError)) throw error;
}

function outcomeOf(error: unknown, isAborted: boolean, isLastAttempt: boolean): Outcome {
  // Not on the last attempt: nobody would come back for it.
  if (isAborted && !isLastAttempt) return { run: 'queued', status: 'syncing', message: null };
  const kind = error instanceof CrmError ? error.kind : null;
  if (kind === 'auth') return { run: 'failed', status: 'reauth', message: MESSAGES.auth, connection: 'reauth' };
  if (kind === 'blocked') return { run: 'failed', status: 'blocked', message: MESSAGES.blocked, connection: 'blocked' };
  if (isLastAttempt) return { run: 'failed', status: 'error', message: MESSAGES.failed };
  return { run: 'queued', status: 'syncing', message: MESSAGES.retrying };
}
