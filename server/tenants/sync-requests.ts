import type { CrmSource } from '../../contract/crm.ts';
import type { Tx } from '../platform/db.ts';

export interface SyncRequest {
  tenantId: string;
  crmSource: CrmSource;
  /** Id for the run if a new one has to begin. */
  newRunId: string;
  /** `user:<id>`, or `system:install`. */
  requestedBy: string;
  now: Date;
}

/** `started` and `joined` name the run to wait for; `too_soon` says when the next one may begin. */
export type SyncRequestOutcome = { kind: 'started' | 'joined'; runId: string } | { kind: 'too_soon'; retryAfterSeconds: number };

/** A full load costs the CRM much and brings nothing that the incremental ones would not. */
const MIN_INTERVAL_MS = 5 * 60_000;
/** One that failed has brought nothing, and whoever has just mended the cause wants to see it work. */
const RETRY_INTERVAL_MS = 60_000;

/**
 * Writes down that a full load is wanted, as a queued run. Requests for one connection wait for each other, so that two at
 * once end in one run. The caller then leaves the job, whether it started or joined: the first one's may have been lost.
 * @param options.force begins a run however short ago the last one was (a new install has new rights and maybe a new portal)
 */
export async function requestFullSync(
  tx: Tx,
  request: SyncRequest,
  options: { force?: boolean } = {},
): Promise<SyncRequestOutcome> {
  await tx.query({
    text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))',
    values: [`full sync ${request.tenantId} ${request.crmSource}`],
  });
  const [last] = await tx.query<{ run_id: string; state: string; created_at: Date }>({
    text: `select run_id, state, created_at from sync_runs
           where tenant_id = $1 and crm_source = $2 and kind = 'full' order by created_at desc limit 1`,
    values: [request.tenantId, request.crmSource],
  });
  if (last && (last.state === 'queued' || last.state === 'running')) return { kind: 'joined', runId: last.run_id };
  if (last && !options.force) {
    const intervalMs = last.state === 'failed' ? RETRY_INTERVAL_MS : MIN_INTERVAL_MS;
    const waitMs = last.created_at.getTime() + intervalMs - request.now.getTime();
    if (waitMs > 0) return { kind: 'too_soon', retryAfterSeconds: Math.ceil(waitMs / 1000) };
  }
  await tx.query({
    text: `insert into sync_runs (tenant_id, run_id, crm_source, kind, requested_by, created_at) values ($1, $2, $3, 'full', $4, $5)`,
    values: [request.tenantId, request.newRunId, request.crmSource, request.requestedBy, request.now],
  });
  return { kind: 'started', runId: request.newRunId };
}

/** Nobody is to carry on a run of a connection that has lost its credentials, and a new install must not join it. */
export async function cancelRuns(tx: Tx, tenantId: string, crmSource: CrmSource, now: Date): Promise<void> {
  await tx.query({
    text: `update sync_runs set state = 'cancelled', finished_at = $3
           where tenant_id = $1 and crm_source = $2 and state in ('queued', 'running')`,
    values: [tenantId, crmSource, now],
  });
}
