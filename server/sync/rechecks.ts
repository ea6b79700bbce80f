import type { Entity } from '../../contract/crm.ts';
import type { DealProductRow } from '../crm/records.ts';
import type { Tx } from '../platform/db.ts';
import { announceTenant } from '../tenants/announce.ts';
import { nextRechecks, removeRechecks } from '../tenants/recheck-queue.ts';
import { applyChange } from './changed-records.ts';
import { showFound } from './entity-status.ts';
import type { SyncDeps } from './full.ts';
import { holdRun, moveDataVersion, type Run, storeRecords } from './run.ts';

/** One request for product rows, and for records that are all found. */
const AT_ONCE = 500;

/**
 * Looks at the records that are to be looked at one by one: those the CRM has are stored as they are now, those it has no more
 * are marked deleted, those we may not see stay as they were.
 * @param isTimeUp asked between requests
 * @returns whether some are left
 */
export async function workOffRechecks(
  { db, crm }: SyncDeps,
  run: Run,
  isTimeUp: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<boolean> {
  for (;;) {
    signal.throwIfAborted();
    const next = await db.withTenant(run.tenantId, 'read', (tx) => nextRechecks(tx, run, AT_ONCE));
    if (!next) return false;
    if (await isTimeUp()) return true;
    const { entity, externalIds } = next;
    if (entity === 'dealProducts') {
      const { rows, hidden: refused } = await crm.readDealProducts(externalIds, signal);
      const emptied = await db.withTenant(run.tenantId, 'read', (tx) => listEmptied(tx, run, externalIds, rows));
      // A deal that we may not see any more shows no products either: what is known of them stays.
      const hidden = emptied.length === 0 ? [] : (await crm.find('deals', emptied, signal)).hidden;
      const unseen = new Set([...hidden, ...refused]);
      const readable = externalIds.filter((id) => !unseen.has(id));
      await db.withTenant(run.tenantId, 'write', async (tx) => {
        await holdRun(tx, run);
        await replaceDealProducts(tx, run, readable, rows);
        await removeRechecks(tx, run, entity, externalIds);
        // With the last of them the products are copied, changed or not.
        await announceTenant(tx, run.tenantId);
      });
    } else {
      await recheckRecords({ db, crm }, run, entity, externalIds, signal);
    }
  }
}

async function recheckRecords(
  { db, crm }: Pick<SyncDeps, 'db' | 'crm'>,
  run: Run,
  entity: Entity,
  externalIds: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { records, quarantined, gone } = await crm.find(entity, externalIds, signal);
  await db.withTenant(run.tenantId, 'write', async (tx) => {
    await holdRun(tx, run);
    const store = () => storeRecords(tx, run, entity, { records, quarantined }, null);
    const { stored } = await applyChange(tx, run, { entity, records, quarantined, gone, store });
    await showFound(tx, run, entity, stored.inserted);
    await removeRechecks(tx, run, entity, externalIds);
  });
}

/** Deals that have product rows in the copy and none in the CRM's answer. */
async function listEmptied(tx: Tx, run: Run, dealIds: readonly string[], rows: readonly DealProductRow[]): Promise<string[]> {
  const answered = new Set(rows.map(({ dealId }) => dealId));
  const copied = await tx.query<{ deal_id: string }>({
    text: `select distinct deal_id from crm_deal_products where tenant_id = $1 and crm_source = $2 and deal_id = any($3::text[])`,
    values: [run.tenantId, run.crmSource, dealIds],
  });
  return copied.map((row) => row.deal_id).filter((id) => !answered.has(id));
}

/** Makes the product rows of these deals what the CRM says; rows that stay the same are not touched. */
async function replaceDealProducts(tx: Tx, run: Run, dealIds: readonly string[], rows: readonly DealProductRow[]): Promise<void> {
  const [changed] = await tx.query<{ count: number }>({
    text: `with given as (
  select distinct on (r."externalId") r."externalId" as external_id, r."dealId" as deal_id, r."productId" as product_id, r.name,
    r.quantity, r.price
  from jsonb_to_recordset($3::jsonb)
    as r("externalId" text, "dealId" text, "productId" text, name text, quantity numeric(20, 4), price numeric(20, 4))
), gone as (
  delete from crm_deal_products t where t.tenant_id = $1 and t.crm_source = $2 and t.deal_id = any($4::text[])
    and not exists (select from given g where g.external_id = t.external_id)
  returning 1
), written as (
  insert into crm_deal_products as t (tenant_id, crm_source, external_id, deal_id, product_id, name, quantity, price)
  select $1::uuid, $2, g.* from given g
  on conflict (tenant_id, crm_source, external_id) do update
  set deal_id = excluded.deal_id, product_id = excluded.product_id, name = excluded.name, quantity = excluded.quantity,
    price = excluded.price, synced_at = now()
  where (t.deal_id, t.product_id, t.name, t.quantity, t.price)
    is distinct from (excluded.deal_id, excluded.product_id, excluded.name, excluded.quantity, excluded.price)
  returning 1
)
select (select count(*) from gone) + (select count(*) from written) as count`,
    values: [run.tenantId, run.crmSource, JSON.stringify(rows), dealIds],
  });
  if (changed && changed.count > 0) await moveDataVersion(tx, run.tenantId, 'crm_deal_products');
}
