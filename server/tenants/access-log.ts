import type { Tx } from '../platform/db.ts';

export interface AccessEntry {
  /** `user:<id>`, or `system:<persona>_<what>`. */
  accessedBy: string;
  action: string;
  entity: string | null;
  /** How many; never which. */
  recordCount: number | null;
  at: Date;
}

/**
 * Adds one row to the tenant's access log. Each row's hash covers the row before it, so that a row changed or taken out
 * later is found out. Wants a `write` transaction of its own: others of the tenant wait for its end to add theirs.
 */
export async function logAccess(tx: Tx, tenantId: string, entry: AccessEntry): Promise<void> {
  await Promise.all([
    // Two rows that followed the same one would break the chain.
    tx.query({
      text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))',
      values: [`access log ${tenantId}`],
    }),
    tx.query({
      text: `insert into data_access_logs (tenant_id, seq, accessed_by, action, entity, record_count, created_at, prev_hash, hash)
select $1, n.seq, $2, $3, $4, $5, $6, n.prev_hash,
       sha256(n.prev_hash || convert_to(json_build_array(n.seq, $2::text, $3::text, $4::text, $5::int,
         to_char($6::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'))::text, 'UTF8'))
from (select coalesce(max(seq), 0) + 1 as seq, coalesce((array_agg(hash order by seq desc))[1], '') as prev_hash
      from (select seq, hash from data_access_logs where tenant_id = $1 order by seq desc limit 1) last) n`,
      values: [tenantId, entry.accessedBy, entry.action, entry.entity, entry.recordCount, entry.at],
    }),
  ]);
}
