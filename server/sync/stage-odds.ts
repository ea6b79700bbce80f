import type { CrmSource } from '../../contract/crm.ts';
import type { Tx } from '../platform/db.ts';
import { joinAtOnce } from './join-at-once.ts';
import { moveDataVersion } from './run.ts';

/** What ended longer ago says little of how deals end now. */
const DAYS = 365;
/** A year's deals change little in a day. */
const EVERY_MS = 86_400_000;

/** @returns whether the shares are a day old, or there are none yet */
export function areStageOddsDue(computedAt: Date | null, now: number): boolean {
  return computedAt === null || now - computedAt.getTime() >= EVERY_MS;
}

/**
 * Counts, of the deals that closed in the last 365 days, how many of those that had been in each stage were won; the same by
 * pipeline (stage '') and for the whole CRM (both ''). Deals without a pipeline or steps without a stage count in the wider
 * ones only. Reads every step of those deals. Wants a transaction of its own: it ends with the connection's row, and an uninstall
 * holds the run's when it comes to that.
 */
export async function updateStageOdds(
  tx: Tx,
  { tenantId, crmSource }: { tenantId: string; crmSource: CrmSource },
  now: Date,
): Promise<void> {
  const [changed] = await joinAtOnce<{ count: number }>(tx, {
    text: `with ended as materialized (
  select external_id, pipeline, won from crm_deals
  where tenant_id = $1 and crm_source = $2 and deleted_at is null and won is not null
    and closed_at > $3::timestamptz - interval '${DAYS} days' and closed_at <= $3
), passed as (
  select distinct h.pipeline, h.stage, e.external_id, e.won
  from ended e
  join crm_stage_history h on h.tenant_id = $1 and h.crm_source = $2 and h.owner_entity = 'deals'
    and h.owner_external_id = e.external_id and h.deleted_at is null
  where h.pipeline <> '' and h.stage <> ''
), counted as (
  select pipeline, stage, won from passed
  union all select pipeline, '', won from ended where pipeline <> ''
  union all select '', '', won from ended
), given as (
  select pipeline, stage, count(*) filter (where won)::int as won, count(*)::int as closed from counted group by 1, 2
), gone as (
  delete from crm_stage_odds t where t.tenant_id = $1 and t.crm_source = $2
    and not exists (select from given g where (g.pipeline, g.stage) = (t.pipeline, t.stage))
  returning 1
), written as (
  insert into crm_stage_odds as t (tenant_id, crm_source, pipeline, stage, won, closed)
  select $1::uuid, $2, pipeline, stage, won, closed from given
  on conflict (tenant_id, crm_source, pipeline, stage) do update set won = excluded.won, closed = excluded.closed
  where (t.won, t.closed) is distinct from (excluded.won, excluded.closed)
  returning 1
)
select (select count(*) from gone) + (select count(*) from written) as count`,
    values: [tenantId, crmSource, now],
  });
  await tx.query({
    text: 'update crm_connections set stage_odds_at = $3 where tenant_id = $1 and crm_source = $2',
    values: [tenantId, crmSource, now],
  });
  if (changed && changed.count > 0) await moveDataVersion(tx, tenantId, 'crm_stage_odds');
}
