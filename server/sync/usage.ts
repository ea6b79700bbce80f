import { LRUCache } from 'lru-cache';
import { ENTITIES, type Entity } from '../../contract/crm.ts';
import type { UsageReply } from '../../contract/data.ts';
import type { Tx } from '../platform/db.ts';
import { tableOf } from './tables.ts';

type EntityUsage = UsageReply['entities'][number];

/** What was counted, by tenant and entity, with the version of the table it is true of. */
export type UsageMemory = LRUCache<string, { version: number; usage: EntityUsage }>;

/** How many of an entity's latest records say how large its records are. */
const MEASURED = 1_000;

/** Some thousand tenants' entities. */
const MAX_REMEMBERED = 10_000;

export function createUsageMemory(): UsageMemory {
  return new LRUCache({ max: MAX_REMEMBERED });
}

/**
 * How much is copied of each entity. Records are counted, deleted ones left out, which takes a second for every million: so what
 * has not changed since is not counted again. To measure all of them would take reading every page of them; their size is that
 * of the latest.
 * @param tx one snapshot, that the versions and the records are read in
 */
export async function loadUsage(tx: Tx, tenantId: string, memory: UsageMemory): Promise<EntityUsage[]> {
  const rows = await tx.query<{ table_name: string; version: number }>({
    text: 'select table_name, version from data_versions where tenant_id = $1',
    values: [tenantId],
  });
  const versions = new Map(rows.map(({ table_name, version }) => [table_name, version]));
  return Promise.all(
    ENTITIES.map(async (entity) => {
      const key = `${tenantId} ${entity}`;
      const version = versions.get(tableOf(entity).table);
      const known = memory.get(key);
      if (known && known.version === version) return known.usage;
      const usage = await countEntity(tx, tenantId, entity);
      if (version !== undefined) memory.set(key, { version, usage });
      return usage;
    }),
  );
}

async function countEntity(tx: Tx, tenantId: string, entity: Entity): Promise<EntityUsage> {
  const { table } = tableOf(entity);
  const [row] = await tx.query<{ records: number; mean: string | null }>({
    text: `select (select count(*) from ${table} where tenant_id = $1 and deleted_at is null) as records,
             (select avg(pg_column_size(t.*)) from (
               select * from ${table} where tenant_id = $1 and deleted_at is null order by ${TIMES[entity]} desc limit ${MEASURED}
             ) t) as mean`,
    values: [tenantId],
  });
  return { entity, records: row?.records ?? 0, bytes: Math.round((row?.records ?? 0) * Number(row?.mean ?? 0)) };
}

/** The time each table's covering index is ordered by. */
const TIMES = {
  leads: 'created_at',
  deals: 'created_at',
  contacts: 'created_at',
  companies: 'created_at',
  activities: 'started_at',
  stageHistory: 'occurred_at',
} as const;
