import type { CrmSource } from '../../contract/crm.ts';
import type { Db, Tx } from '../platform/db.ts';

/*
 * When each CRM is asked next: `crm_connections.next_sync_at`, when onboarding has work to do: `dashboard_configs.work_due_at`,
 * and for the dispatcher, which sees no tenant's rows, the earliest of a tenant's in `tenants.next_sync_at`. Whoever wants
 * something done moves these; no message has to arrive anywhere.
 */

export const SYNC_INTERVAL_MS = 15 * 60_000;
/** A tenant that was handed to the workers is looked at again after this, in case nobody took the job. */
const LEASE_MS = 60_000;
const CLAIM_LIMIT = 500;

/**
 * Holds the tenant's row: whoever locks more of a tenant begins here, then its runs, then its connections; an entry of the access
 * log comes before all of them. Rows that refer to the tenant may be added meanwhile: whoever adds one may hold what we want next.
 */
export async function holdTenant(tx: Tx, tenantId: string): Promise<void> {
  await tx.query({ text: 'select 1 from tenants where id = $1 for no key update', values: [tenantId] });
}

/** Asks the CRM at that moment or sooner. A connection that waits for a person stays as it is. */
export async function bringForward(tx: Tx, tenantId: string, crmSource: CrmSource, at: Date): Promise<void> {
  await holdTenant(tx, tenantId);
  await tx.query({
    text: `update crm_connections set next_sync_at = least(next_sync_at, $3)
           where tenant_id = $1 and crm_source = $2 and status in ('active', 'blocked') and next_sync_at is distinct from least(next_sync_at, $3)`,
    values: [tenantId, crmSource, at],
  });
  await tellDispatcher(tx, tenantId);
}

/** Has a CRM that had shut us out tried again now, from where it stopped. */
export async function unblock(tx: Tx, tenantId: string, crmSource: CrmSource, now: Date): Promise<void> {
  await holdTenant(tx, tenantId);
  await tx.query({
    text: `update crm_connections set status = 'active', error_message = null, updated_at = now()
           where tenant_id = $1 and crm_source = $2 and status = 'blocked'`,
    values: [tenantId, crmSource],
  });
  await bringForward(tx, tenantId, crmSource, now);
}

/**
 * Books the next regular turn as a sync begins, so that a wish that comes meanwhile can be told from the one that is served.
 * Should the worker vanish together with its job, that turn mends it.
 * @returns the turn, for `planNextSync`
 */
export async function bookNextTurn(tx: Tx, tenantId: string, crmSource: CrmSource, now: Date): Promise<Date> {
  const turn = new Date(now.getTime() + SYNC_INTERVAL_MS);
  await planNextSync(tx, { tenantId, crmSource }, turn, null);
  return turn;
}

/**
 * Says when the CRM is asked after a sync.
 * @param at null: not before a person does something
 * A connection that meanwhile waits for a person stays as it is.
 * @param booked what `bookNextTurn` returned: a wish that came meanwhile is kept; null overrides it
 */
export async function planNextSync(
  tx: Tx,
  connection: { tenantId: string; crmSource: CrmSource },
  at: Date | null,
  booked: Date | null,
): Promise<void> {
  await holdTenant(tx, connection.tenantId);
  await tx.query({
    text: `update crm_connections
           set next_sync_at = case when $4::timestamptz is null or next_sync_at is not distinct from $4 then $3
             else least(next_sync_at, $3) end
           where tenant_id = $1 and crm_source = $2 and ($3::timestamptz is null or status in ('active', 'blocked'))`,
    values: [connection.tenantId, connection.crmSource, at, booked],
  });
  await tellDispatcher(tx, connection.tenantId);
}

/** Sets when onboarding has work to do next; null: not before somebody does something. Wants the tenant held. */
export async function planOnboardingWork(tx: Tx, tenantId: string, at: Date | null): Promise<void> {
  await tx.query({
    text: `update dashboard_configs set work_due_at = $2 where tenant_id = $1 and work_due_at is distinct from $2`,
    values: [tenantId, at],
  });
  await tellDispatcher(tx, tenantId);
}

/** Whether the transaction's tenant's onboarding has work to do. */
export async function isOnboardingDue(tx: Tx, tenantId: string, now: Date): Promise<boolean> {
  const rows = await tx.query({
    text: 'select 1 from dashboard_configs where tenant_id = $1 and work_due_at <= $2',
    values: [tenantId, now],
  });
  return rows.length > 0;
}

/** Repeats the earliest of the tenant's moments where the dispatcher looks. For one that is being deleted nothing is due. */
export async function tellDispatcher(tx: Tx, tenantId: string): Promise<void> {
  await tx.query({
    text: `update tenants t set next_sync_at = due.at
           from (
             select min(at) as at from (
               select next_sync_at as at from crm_connections where tenant_id = $1
               union all
               select work_due_at from dashboard_configs where tenant_id = $1
             ) wishes
           ) due
           where t.id = $1 and t.status = 'active' and t.next_sync_at is distinct from due.at`,
    values: [tenantId],
  });
}

/**
 * The tenants whose time has come, longest overdue first, at most 500. One dispatcher at a time: the others get none. After a
 * standstill those that missed a whole turn come one a second, or all within 15 minutes where they are more than 900.
 */
export async function claimDueTenants(db: Db, now: Date): Promise<string[]> {
  return db.withDirectory('write', async (tx) => {
    const [lock] = await tx.query<{ held: boolean }>({
      text: `select pg_try_advisory_xact_lock(hashtextextended('sync dispatcher', 0)) as held`,
    });
    if (!lock?.held) return [];
    await tx.query({
      text: `update tenants t
             set next_sync_at = $1::timestamptz + late.place * least(interval '1 second', make_interval(secs => $2 / 1000.0) / late.many)
             from (
               select id, row_number() over (order by next_sync_at, id) - 1 as place, count(*) over () as many
               from (
                 -- A tenant that somebody holds comes with the next look; nobody else waits for it.
                 select id, next_sync_at from tenants where next_sync_at < $1::timestamptz - make_interval(secs => $2 / 1000.0)
                 for update skip locked
               ) free
             ) late
             where t.id = late.id and late.place > 0`,
      values: [now, SYNC_INTERVAL_MS],
    });
    const due = await tx.query<{ id: string }>({
      text: `with due as (
               select id, next_sync_at as was from tenants where next_sync_at <= $1 order by next_sync_at limit ${CLAIM_LIMIT}
               for update skip locked
             ), claimed as (
               update tenants t set next_sync_at = $2 from due where t.id = due.id returning t.id, due.was
             )
             select id from claimed order by was`,
      values: [now, new Date(now.getTime() + LEASE_MS)],
    });
    return due.map(({ id }) => id);
  });
}

/** The transaction's tenant's connections whose time has come. */
export async function listDueConnections(tx: Tx, tenantId: string, now: Date): Promise<CrmSource[]> {
  const rows = await tx.query<{ crm_source: CrmSource }>({
    text: `select crm_source from crm_connections
           where tenant_id = $1 and next_sync_at <= $2 and status in ('active', 'blocked') order by next_sync_at`,
    values: [tenantId, now],
  });
  return rows.map((row) => row.crm_source);
}
