import type { CrmSource, Entity } from '../../contract/crm.ts';
import type { Tx } from '../platform/db.ts';
import { holdTenant, unblock } from './schedule.ts';

export interface SyncRequest {
  tenantId: string;
  crmSource: CrmSource;
  /** Id for the run if a new one has to begin. */
  newRunId: string;
  /** `user:<id>`, or `system:install`. */
  requestedBy: string;
  /** What a full load reads; null: all that the connection has. */
  entities: readonly Entity[] | null;
  now: Date;
}

type Kind = 'full' | 'incremental';

/** `started` and `joined` name the run to wait for; `too_soon` says when the next one may begin. */
export type SyncRequestOutcome = { kind: 'started' | 'joined'; runId: string } | { kind: 'too_soon'; retryAfterSeconds: number };

/** A full load costs the CRM much and brings nothing that the incremental ones would not. */
const MIN_INTERVAL_MS = 5 * 60_000;
/** One that failed has brought nothing, and whoever has just mended the cause wants to see it work. */
const RETRY_INTERVAL_MS = 60_000;
/** Reading what has changed costs little, but people press a button again. */
const MIN_INCREMENTAL_INTERVAL_MS = 10_000;

/**
 * Writes down that a full load is wanted, or that what has changed is to be read, as a queued run, and makes the connection
 * due. Requests for one connection wait for each other, so that two at once end in one run; a load of everything serves also
 * whom a reading of changes would. A run that waits for its next attempt is tried at once.
 * @param options.force begins a run however short ago the last one was (a new install has new rights and maybe a new portal)
 */
export async function requestSync(
  tx: Tx,
  kind: Kind,
  request: SyncRequest,
  options: { force?: boolean } = {},
): Promise<SyncRequestOutcome> {
  const { tenantId, crmSource, now } = request;
  await holdTenant(tx, tenantId);
  // One that waits takes in what more is wanted; one that runs serves whom it reads enough for.
  await tx.query({
    text: `update sync_runs
           set entities = case when entities is not null and $3::text[] is not null
             then (select array_agg(distinct e) from unnest(entities || $3::text[]) as e) end
           where tenant_id = $1 and crm_source = $2 and kind = 'full' and state = 'queued' and $4 = 'full'`,
    values: [tenantId, crmSource, request.entities, kind],
  });
  const [last] = await tx.query<{ run_id: string; state: string; created_at: Date }>({
    text: `select run_id, state, created_at from sync_runs
           where tenant_id = $1 and crm_source = $2
             and (kind = $3 and (state not in ('queued', 'running') or entities is null or entities @> $4::text[])
               or kind = 'full' and state in ('queued', 'running') and entities is null)
           order by state in ('queued', 'running') desc, created_at desc limit 1`,
    values: [tenantId, crmSource, kind, request.entities],
  });
  const isUnfinished = last?.state === 'queued' || last?.state === 'running';
  if (last && !isUnfinished && !options.force) {
    const waitMs = last.created_at.getTime() + intervalMs(kind, last.state) - now.getTime();
    if (waitMs > 0) return { kind: 'too_soon', retryAfterSeconds: Math.ceil(waitMs / 1000) };
  }
  if (!isUnfinished) {
    await tx.query({
      text: `insert into sync_runs (tenant_id, run_id, crm_source, kind, requested_by, entities, created_at)
             values ($1, $2, $3, $4, $5, $6, $7)`,
      values: [tenantId, request.newRunId, crmSource, kind, request.requestedBy, request.entities, now],
    });
  }
  // A blocked one is worth a try: somebody may have paid the plan, and the CRM does not tell us.
  await unblock(tx, tenantId, crmSource, now);
  return isUnfinished ? { kind: 'joined', runId: last.run_id } : { kind: 'started', runId: request.newRunId };
}

function intervalMs(kind: Kind, lastState: string): number {
  if (kind === 'incremental') return MIN_INCREMENTAL_INTERVAL_MS;
  return lastState === 'failed' ? RETRY_INTERVAL_MS : MIN_INTERVAL_MS;
}

/** Nobody is to carry on a run of a connection that has lost its credentials, and a new install must not join it. */
export async function cancelRuns(tx: Tx, tenantId: string, crmSource: CrmSource, now: Date): Promise<void> {
  await tx.query({
    text: `update sync_runs set state = 'cancelled', finished_at = $3
           where tenant_id = $1 and crm_source = $2 and state in ('queued', 'running')`,
    values: [tenantId, crmSource, now],
  });
}
