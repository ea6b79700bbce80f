import type { Db, Tx } from '../platform/db.ts';
import type { DbListener } from '../platform/db-listener.ts';
import { AppError } from '../platform/errors.ts';
import { announceTenant } from './announce.ts';
import { type Decided, loadDecided } from './members.ts';
import { holdTenant } from './schedule.ts';

export interface Tenant {
  id: string;
  status: 'active' | 'deleting';
  /** Sessions issued before are refused; null: none are. */
  notBefore: Date | null;
}

interface TenantRow {
  id: string;
  status: Tenant['status'];
  not_before: Date | null;
}

/** How long a tenant's state is believed while nothing tells of changes; revoked sessions live at most this much longer. */
const UNTOLD_LIFE_MS = 5_000;
/** And while changes are told at once, should one ever go unannounced. */
const TOLD_LIFE_MS = 60_000;
const MAX_REMEMBERED = 10_000;
const DELETION_DELAY = '30 days';

/** @param accountKey `bitrix24:<member_id>` or `bitrix24-webhook:<host>` */
export function findTenant(db: Db, accountKey: string): Promise<Tenant | null> {
  return db.withDirectory('read', async (tx) => {
    const [row] = await tx.query<TenantRow>({
      text: 'select id, status, not_before from tenants where account_key = $1',
      values: [accountKey],
    });
    return row ? toTenant(row) : null;
  });
}

/**
 * Makes the tenant of an account, or finds it, and does `work` in the same transaction: two installs at once end in one
 * tenant, and no tenant is left without what `work` writes.
 * @param newId id for the tenant if it has to be made
 * @param takesBack whether a tenant that waits for deletion is taken back
 * @throws AppError `tenant_deleting` for one that is not
 */
export async function withAccount<Result>(
  db: Db,
  accountKey: string,
  newId: string,
  takesBack: boolean,
  work: (tx: Tx, tenantId: string) => Promise<Result>,
): Promise<Result> {
  const known = await findTenant(db, accountKey);
  const tenantId = known?.id ?? newId;
  const outcome = await db.withTenant(tenantId, 'write', async (tx) => {
    const [row] = await tx.query<{ id: string; status: Tenant['status'] }>({
      text: `insert into tenants as t (id, account_key) values ($1, $2)
             on conflict (account_key) do update
               set status = case when $3 then 'active' else t.status end, deletes_at = case when $3 then null else t.deletes_at end
             returning id, status`,
      values: [tenantId, accountKey, takesBack],
    });
    // Somebody else made the tenant since we looked: start again under its id.
    if (row?.id !== tenantId) return null;
    if (row.status === 'deleting') throw new AppError('tenant_deleting');
    await announceTenant(tx, tenantId);
    return { result: await work(tx, tenantId) };
  });
  return outcome ? outcome.result : withAccount(db, accountKey, newId, takesBack, work);
}

/** Holds a tenant whose data stays for the rest of the transaction. @throws AppError `tenant_deleting` when it does not */
export async function holdActiveTenant(tx: Tx, tenantId: string): Promise<void> {
  await holdTenant(tx, tenantId);
  const active = await tx.query({ text: `select 1 from tenants where id = $1 and status = 'active'`, values: [tenantId] });
  if (active.length === 0) throw new AppError('tenant_deleting');
}

/** Ends all sessions of the tenant and its syncing; a new install begins both again. */
export async function suspendTenant(tx: Tx, tenantId: string, now: Date): Promise<void> {
  await tx.query({ text: 'update tenants set not_before = $2, next_sync_at = null where id = $1', values: [tenantId, now] });
  await announceTenant(tx, tenantId);
}

/** Plans the deletion of everything the tenant has; until then a new install takes it back. One that is planned stays where it is. */
export async function markDeleting(tx: Tx, tenantId: string, now: Date): Promise<void> {
  await tx.query({
    text: `update tenants set status = 'deleting', deletes_at = coalesce(deletes_at, $2::timestamptz + $3::interval) where id = $1`,
    values: [tenantId, now, DELETION_DELAY],
  });
  await announceTenant(tx, tenantId);
}

interface TenantState extends Tenant {
  /** What was decided here of somebody, by `personKey`; of the others the CRM's word holds. */
  decided: ReadonlyMap<string, Decided>;
}

export interface TenantStates {
  /**
   * The tenant as it is now; as of at most 5 seconds ago while changes cannot be heard.
   * @throws AppError `invalid_token` for a tenant that does not exist (any more)
   */
  get(tenantId: string): Promise<TenantState>;
}

/** Saves a database round trip on every request. */
export function createTenantStates(db: Db, now: () => Date, tenantNews: DbListener): TenantStates {
  const remembered = new Map<string, { tenant: TenantState; until: number }>();
  let newsCount = 0;
  tenantNews.watchAll((tenantId) => {
    newsCount += 1;
    if (tenantId === null) remembered.clear();
    else remembered.delete(tenantId);
  });
  return {
    async get(tenantId) {
      const at = now().getTime();
      const known = remembered.get(tenantId);
      if (known && known.until > at) return known.tenant;
      const newsBefore = newsCount;
      const [[row], decided] = await db.withTenant(tenantId, 'read', (tx) =>
        Promise.all([
          tx.query<TenantRow>({ text: 'select id, status, not_before from tenants where id = $1', values: [tenantId] }),
          loadDecided(tx, tenantId),
        ]),
      );
      const tenant = row && { ...toTenant(row), decided };
      if (!tenant) throw new AppError('invalid_token');
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      // What was heard since may have come after the reading, and would not be told again.
      const isTold = tenantNews.isListening() && newsCount === newsBefore;
      remembered.set(tenantId, { tenant, until: at + (isTold ? TOLD_LIFE_MS : UNTOLD_LIFE_MS) });
      return tenant;
    },
  };
}

function toTenant(row: TenantRow): Tenant {
  return { id: row.id, status: row.status, notBefore: row.not_before };
}
