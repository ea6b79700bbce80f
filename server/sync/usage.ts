import { ENTITIES } from '../../contract/crm.ts';
import type { UsageReply } from '../../contract/data.ts';
import type { Tx } from '../platform/db.ts';
import { tableOf } from './tables.ts';

/** How many of an entity's latest records say how large its records are. */
const MEASURED = 1_000;

/**
 * How much is copied of each entity. Records are counted in the index over their time, which leaves deleted ones out; to
 * measure all of them would take reading every page of them, so their size is that of the latest.
 */
export async function loadUsage(tx: Tx, tenantId: string): Promise<UsageReply['entities']> {
  const counts = await Promise.all(
    ENTITIES.map(async (entity) => {
      const { table } = tableOf(entity);
      const [row] = await tx.query<{ records: number; mean: string | null }>({
        text: `select (select count(*) from ${table} where tenant_id = $1 and deleted_at is null) as records,
                 (select avg(pg_column_size(t.*)) from (
                   select * from ${table} where tenant_id = $1 and deleted_at is null order by ${TIMES[entity]} desc limit ${MEASURED}
                 ) t) as mean`,
        values: [tenantId],
      });
      return { entity, records: row?.records ?? 0, bytes: Math.round((row?.records ?? 0) * Number(row?.mean ?? 0)) };
    }),
  );
  return counts;
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
