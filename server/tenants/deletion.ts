import type { Db, Tx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { announceTenant } from './announce.ts';
import { dropCredentials, listConnections } from './connections.ts';
import { holdTenant, tellDispatcher } from './schedule.ts';
import { cancelRuns } from './sync-requests.ts';
import { markDeleting } from './tenants.ts';

/** Rows of one statement: some seconds' work, so that a process that stops is not held up. */
const CHUNK_ROWS = 20_000;
const DUE_LIMIT = 100;
/** The access log goes with the tenant's row in one statement: a million entries took 4.5 s. */
const LAST_STEP_TIMEOUT_MS = 600_000;

/**
 * Tables that do not follow their tenant's row: they hold records by the million, or were made to be written fast. First what says
 * that records are copied: a tenant that is taken back meanwhile has none that can be relied on.
 */
export const UNTIED_TABLES = [
  'crm_sync_status',
  ...['crm_activities', 'crm_leads', 'crm_deals', 'crm_contacts', 'crm_companies', 'crm_stage_history', 'crm_deal_products'],
  ...['crm_users', 'crm_stage_odds', 'crm_statuses', 'crm_pipelines', 'crm_currencies', 'crm_products', 'crm_field_definitions'],
  ...['crm_rate_limits', 'sync_runs', 'sync_checkpoints', 'sync_quarantine', 'sync_rechecks', 'data_versions'],
] as const;

/** What has to be typed to have everything deleted: the domain of the CRM that was connected first. */
export async function loadConfirmation(tx: Tx, tenantId: string): Promise<string> {
  const portalUrl = (await listConnections(tx, tenantId)).find((connection) => connection.portalUrl !== null)?.portalUrl;
  return portalUrl ? new URL(portalUrl).host : 'delete';
}

/**
 * Plans the deletion of everything the tenant has in 30 days. Access to its CRMs is forgotten and their syncs end at once;
 * nobody is shown anything of it meanwhile, and `undoDeletion` brings it back.
 * @throws AppError `invalid_value` unless the domain was typed
 */
export async function requestDeletion(tx: Tx, tenantId: string, confirmation: string, now: Date): Promise<void> {
  // In the order in which installs and runs lock their rows: tenant, run, connection.
  await holdTenant(tx, tenantId);
  const wanted = await loadConfirmation(tx, tenantId);
  if (confirmation.trim().toLowerCase() !== wanted.toLowerCase()) {
    const message = 'This is not the domain of the connected CRM.';
    throw new AppError('invalid_value', message, { issues: [{ path: 'confirmation', code: 'invalid_value', message }] });
  }
  await markDeleting(tx, tenantId, now);
  await tx.query({ text: 'update tenants set next_sync_at = null where id = $1', values: [tenantId] });
  for (const { crmSource } of await listConnections(tx, tenantId)) await cancelRuns(tx, tenantId, crmSource, now);
  await dropCredentials(tx, tenantId, now);
}

/** Takes a planned deletion back. The CRMs have to be connected again. @throws AppError `wrong_state` when there is none, or its day has come */
export async function undoDeletion(tx: Tx, tenantId: string, now: Date): Promise<void> {
  const undone = await tx.query({
    text: `update tenants set status = 'active', deletes_at = null
           where id = $1 and status = 'deleting' and deletes_at > $2 returning 1`,
    values: [tenantId, now],
  });
  if (undone.length === 0) throw new AppError('wrong_state', 'Nothing is being deleted, or it is too late.');
  await tellDispatcher(tx, tenantId);
  await announceTenant(tx, tenantId);
}

/** When everything of the tenant is erased; null: it is not being deleted. */
export function loadDeletion(db: Db, tenantId: string): Promise<Date | null> {
  return db.withDirectory('read', async (tx) => {
    const [row] = await tx.query<{ deletes_at: Date | null }>({
      text: `select deletes_at from tenants where id = $1 and status = 'deleting'`,
      values: [tenantId],
    });
    return row?.deletes_at ?? null;
  });
}

/** Tenants whose day has come, the first 100. */
export async function listDueDeletions(db: Db, now: Date): Promise<string[]> {
  const rows = await db.withDirectory('read', (tx) =>
    tx.query<{ id: string }>({
      text: `select id from tenants where status = 'deleting' and deletes_at <= $1 order by deletes_at limit ${DUE_LIMIT}`,
      values: [now],
    }),
  );
  return rows.map(({ id }) => id);
}

/**
 * Erases everything of a tenant whose day has come, the tenant last. Safe to repeat; one that was taken back meanwhile is left
 * alone, whatever of it is gone.
 * @returns whether it is gone
 */
export async function eraseTenant(db: Db, tenantId: string, now: Date, signal: AbortSignal): Promise<boolean> {
  for (const table of UNTIED_TABLES) {
    for (let erased = CHUNK_ROWS; erased === CHUNK_ROWS; ) {
      if (signal.aborted) return false;
      const count = await whileDue(db, tenantId, now, (tx) => eraseChunk(tx, tenantId, table));
      if (count === null) return false;
      erased = count;
    }
  }
  const erase = async (tx: Tx) => {
    // The other tables follow: also those that the application itself may only add to.
    await tx.query({ text: 'delete from tenants where id = $1', values: [tenantId] });
    await announceTenant(tx, tenantId);
    return true;
  };
  const gone = await whileDue(db, tenantId, now, erase, { statementTimeoutMs: LAST_STEP_TIMEOUT_MS, signal });
  return gone ?? false;
}

async function eraseChunk(tx: Tx, tenantId: string, table: (typeof UNTIED_TABLES)[number]): Promise<number> {
  const [row] = await tx.query<{ count: number }>({
    text: `with gone as (
             delete from ${table} where tenant_id = $1
               and ctid = any (array(select ctid from ${table} where tenant_id = $1 limit ${CHUNK_ROWS})) returning 1
           )
           select count(*)::int as count from gone`,
    values: [tenantId],
  });
  return row?.count ?? 0;
}

/** One transaction that nobody can take the tenant back during. null: it is not due (any more). */
async function whileDue<Result>(
  db: Db,
  tenantId: string,
  now: Date,
  work: (tx: Tx) => Promise<Result>,
  options?: Parameters<Db['withTenant']>[3],
): Promise<Result | null> {
  const workIfDue = async (tx: Tx) => {
    const [due] = await tx.query({
      text: `select 1 from tenants where id = $1 and status = 'deleting' and deletes_at <= $2 for update`,
      values: [tenantId, now],
    });
    return due ? work(tx) : null;
  };
  return db.withTenant(tenantId, 'write', workIfDue, options);
}
