import { z } from 'zod';
import type { Entity } from '../../contract/crm.ts';
import type { SyncError } from '../../contract/sync.ts';
import type { Checkpoint } from '../crm/adapter.ts';
import type { Tx } from '../platform/db.ts';
import { announceTenant } from '../tenants/announce.ts';
import { forgetSuspects, releaseSuspects } from '../tenants/recheck-queue.ts';
import type { SyncDeps } from './full.ts';
import { holdRun, type Run } from './run.ts';
import { SYNC_ERROR_MESSAGES } from './sync-errors.ts';
import { tableOf } from './tables.ts';

/*
 * Deleted records leave no trace in a CRM's lists, and neither do rights that were taken away or given. So once a day all ids
 * are read and held against the copy, range by range: what is on one side only is looked at one by one. Nothing is marked
 * deleted on the word of a list.
 */

const SWEEP_EVERY_MS = 24 * 3_600_000;
/** So many records of an entity do not vanish in a day: more likely the user behind the connection may no longer see them. */
const SUSPICIOUS_COUNT = 100;
const SUSPICIOUS_SHARE = 0.05;
const SUSPICIOUS: SyncError = 'many_deleted';

interface Position {
  checkpoint: Checkpoint | null;
  /** The lowest id read so far; null: none. */
  below: string | null;
}

const position: z.ZodType<Position> = z.strictObject({
  checkpoint: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable(),
  below: z.string().nullable(),
});

/**
 * Searches the entities whose last search is a day old. Goes on where an earlier run has stopped.
 * @param isTimeUp asked between requests
 * @returns whether some are left
 */
export async function sweepDeleted(
  deps: SyncDeps,
  run: Run,
  available: readonly Entity[],
  isTimeUp: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<boolean> {
  const entities = deps.crm.deletable.filter((entity) => available.includes(entity));
  const due = await deps.db.withTenant(run.tenantId, 'read', (tx) => listDue(tx, run, entities, deps.clock.now()));
  for (const { entity, from } of due) {
    if (await isTimeUp()) return true;
    if (await sweepEntity(deps, run, entity, from, isTimeUp, signal)) return true;
  }
  return false;
}

async function listDue(
  tx: Tx,
  run: Run,
  entities: readonly Entity[],
  now: number,
): Promise<{ entity: Entity; from: Position | null }[]> {
  const rows = await tx.query<{ entity: Entity; sweep_checkpoint: unknown }>({
    text: `select entity, sweep_checkpoint from crm_sync_status
           where tenant_id = $1 and crm_source = $2 and entity = any($3::text[]) and last_full_sync_at is not null
             and (sweep_checkpoint is not null or swept_at is null or swept_at < $4)
           order by sweep_checkpoint is null, swept_at nulls first, entity`,
    values: [run.tenantId, run.crmSource, entities, new Date(now - SWEEP_EVERY_MS)],
  });
  return rows.map((row) => ({
    entity: row.entity,
    from: row.sweep_checkpoint === null ? null : position.parse(row.sweep_checkpoint),
  }));
}

/** @returns whether it is not through yet */
async function sweepEntity(
  { db, crm, clock }: SyncDeps,
  run: Run,
  entity: Entity,
  from: Position | null,
  isTimeUp: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<boolean> {
  const { tenantId } = run;
  let reached: Position = from ?? { checkpoint: null, below: null };
  const expected = await db.withTenant(tenantId, 'write', async (tx) => {
    await holdRun(tx, run);
    if (from === null) await forgetSuspects(tx, run, entity);
    return countLive(tx, run, entity);
  });
  for await (const page of crm.ids(entity, expected, reached.checkpoint, signal)) {
    const { below } = reached;
    const lowest = page.ids.at(-1) ?? below;
    await db.withTenant(tenantId, 'write', async (tx) => {
      await holdRun(tx, run);
      await compareRange(tx, run, entity, page.ids, { below, from: page.done ? null : lowest });
      if (page.done) await finishSweep(tx, run, entity, new Date(clock.now()));
      else await saveReached(tx, run, entity, { checkpoint: page.checkpoint, below: lowest });
    });
    reached = { checkpoint: page.checkpoint, below: lowest };
    if (!page.done && (await isTimeUp())) return true;
  }
  return false;
}

/**
 * Queues what is on one side only, of the ids under `below` (null: from the highest) and not under `from` (null: to the lowest).
 * Ids are numbers written as text: the longer is the larger. Within one length the primary key's order is theirs, so a range of
 * them is a range of the key; the few ranges that cross a length are looked for among all ids.
 */
async function compareRange(
  tx: Tx,
  run: Run,
  entity: Entity,
  listed: readonly string[],
  { below, from }: { below: string | null; from: string | null },
): Promise<void> {
  const isOneLength = below !== null && from !== null && below.length === from.length;
  const inRange = isOneLength
    ? 'external_id >= $4 and external_id < $3 and length(external_id) = length($3)'
    : `($3::text is null or (length(external_id), external_id) < (length($3), $3))
       and ($4::text is null or (length(external_id), external_id) >= (length($4), $4))`;
  await tx.query({
    text: `with listed as materialized (
  select distinct id from unnest($5::text[]) as id
), copied as materialized (
  select external_id as id from ${tableOf(entity).table}
  where tenant_id = $1 and crm_source = $2 and deleted_at is null and ${inRange}
), suspects as (
  select id, 'not_listed' as reason, false as is_released from copied where not exists (select from listed l where l.id = copied.id)
  union all
  select id, 'not_copied', true from listed where not exists (select from copied c where c.id = listed.id)
)
insert into sync_rechecks as r (tenant_id, crm_source, entity, external_id, reason, is_released)
select $1::uuid, $2, $6, id, reason, is_released from suspects
on conflict (tenant_id, crm_source, entity, external_id) do update
set reason = excluded.reason, is_released = true where excluded.is_released and not r.is_released`,
    values: [run.tenantId, run.crmSource, below, from, listed, entity],
  });
}

async function countLive(tx: Tx, run: Run, entity: Entity): Promise<number> {
  const [row] = await tx.query<{ count: number }>({
    text: `select count(*) from ${tableOf(entity).table} where tenant_id = $1 and crm_source = $2 and deleted_at is null`,
    values: [run.tenantId, run.crmSource],
  });
  return row?.count ?? 0;
}

async function saveReached(tx: Tx, run: Run, entity: Entity, reached: Position): Promise<void> {
  await tx.query({
    text: 'update crm_sync_status set sweep_checkpoint = $4 where tenant_id = $1 and crm_source = $2 and entity = $3',
    values: [run.tenantId, run.crmSource, entity, JSON.stringify(reached)],
  });
}

/** Lets the suspects be looked at, unless they are suspiciously many: then everything stays, and a person is told. */
async function finishSweep(tx: Tx, run: Run, entity: Entity, now: Date): Promise<void> {
  const live = await countLive(tx, run, entity);
  const [suspects] = await tx.query<{ count: number }>({
    text: `select count(*) from sync_rechecks where tenant_id = $1 and crm_source = $2 and entity = $3 and not is_released`,
    values: [run.tenantId, run.crmSource, entity],
  });
  const isSuspicious = (suspects?.count ?? 0) > Math.max(SUSPICIOUS_COUNT, live * SUSPICIOUS_SHARE);
  if (!isSuspicious) await releaseSuspects(tx, run, entity);
  await tx.query({
    text: `update crm_sync_status
           set sweep_checkpoint = null, swept_at = $4, synced_records = $5, total_records = $5,
             status = case when $6::boolean then 'permissions_changed' when status = 'permissions_changed' then 'complete' else status end,
             error_code = case when $6 then $7 when status = 'permissions_changed' then null else error_code end,
             error_message = case when $6 then $8 when status = 'permissions_changed' then null else error_message end,
             updated_at = now()
           where tenant_id = $1 and crm_source = $2 and entity = $3`,
    values: [run.tenantId, run.crmSource, entity, now, live, isSuspicious, SUSPICIOUS, SYNC_ERROR_MESSAGES[SUSPICIOUS]],
  });
  // Whether a change of its products moves a deal is not documented: what is being sold is read again every day.
  if (entity === 'deals') {
    await tx.query({
      text: `insert into sync_rechecks (tenant_id, crm_source, entity, external_id, reason)
             select tenant_id, crm_source, 'dealProducts', external_id, 'changed' from crm_deals
             where tenant_id = $1 and crm_source = $2 and won is null and deleted_at is null
             on conflict do nothing`,
      values: [run.tenantId, run.crmSource],
    });
  }
  await announceTenant(tx, run.tenantId);
}
