import type { CrmSource } from '../../contract/crm.ts';
import type { Tx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { announceTenant } from '../tenants/announce.ts';
import { loadConnection } from '../tenants/connections.ts';
import { bringForward, holdTenant, planNextSync } from '../tenants/schedule.ts';

interface Target {
  tenantId: string;
  crmSource: CrmSource;
}

/** People press a button again: the CRM is not asked more often than this for it. */
const MIN_INTERVAL_MS = 10_000;

/**
 * Has the CRM asked for changes now, or a moment after it was asked last.
 * @returns when
 * @throws AppError `wrong_state` when the connection waits for a person
 */
export async function refreshSync(tx: Tx, target: Target, now: Date): Promise<Date> {
  const connection = await loadConnection(tx, target.tenantId, target.crmSource);
  if (connection?.status !== 'active') throw new AppError('wrong_state', 'The CRM is not being synchronised at present.');
  const [last] = await tx.query<{ at: Date | null }>({
    text: `select max(created_at) as at from sync_runs where tenant_id = $1 and crm_source = $2 and kind = 'incremental'`,
    values: [target.tenantId, target.crmSource],
  });
  const at = new Date(Math.max(now.getTime(), (last?.at?.getTime() ?? 0) + MIN_INTERVAL_MS));
  await bringForward(tx, target.tenantId, target.crmSource, at);
  return at;
}

/** Stops copying until somebody resumes it: whatever runs ends at its next write, and can be carried on from there. */
export async function pauseSync(tx: Tx, target: Target): Promise<void> {
  const { tenantId, crmSource } = target;
  await holdTenant(tx, tenantId);
  await tx.query({
    text: `update sync_runs set state = 'queued', fencing_number = fencing_number + 1
           where tenant_id = $1 and crm_source = $2 and state = 'running'`,
    values: [tenantId, crmSource],
  });
  const paused = await tx.query({
    text: `update crm_connections set status = 'paused', updated_at = now()
           where tenant_id = $1 and crm_source = $2 and status in ('active', 'blocked', 'paused') returning 1`,
    values: [tenantId, crmSource],
  });
  if (paused.length === 0) throw new AppError('wrong_state', 'The CRM is not connected at present.');
  await planNextSync(tx, target, null, null);
  await tx.query({
    text: `update crm_sync_status set status = 'paused', error_code = null, error_message = null, updated_at = now()
           where tenant_id = $1 and crm_source = $2`,
    values: [tenantId, crmSource],
  });
  await announceTenant(tx, tenantId);
}

/** Goes on where the pause began. */
export async function resumeSync(tx: Tx, target: Target, now: Date): Promise<void> {
  const { tenantId, crmSource } = target;
  await holdTenant(tx, tenantId);
  const resumed = await tx.query({
    text: `update crm_connections set status = 'active', failed_syncs = 0, updated_at = now()
           where tenant_id = $1 and crm_source = $2 and status in ('active', 'paused') returning 1`,
    values: [tenantId, crmSource],
  });
  if (resumed.length === 0) throw new AppError('wrong_state', 'The CRM is not connected at present.');
  await bringForward(tx, tenantId, crmSource, now);
  await tx.query({
    text: `update crm_sync_status
           set status = case when covered_from = '-infinity' then 'complete' else 'syncing' end, updated_at = now()
           where tenant_id = $1 and crm_source = $2 and status = 'paused'`,
    values: [tenantId, crmSource],
  });
  await announceTenant(tx, tenantId);
}
