import type { AccessAction } from '../../contract/data.ts';
import type { Tx } from '../platform/db.ts';

export interface AccessEntry {
  /** `user:<id>` or `system:<persona>_<what>`. */
  accessedBy: string;
  action: AccessAction;
  entity: string | null;
  recordCount: number | null;
}

/** Adds one entry to the tenant's access log. Each entry's hash covers the one before, so that none can be changed unseen. */
export async function logAccess(tx: Tx, tenantId: string, entry: AccessEntry): Promise<void> {
  await Promise.all([
    // Two writers at once would both follow the same entry.
    tx.query({ text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))', values: [`access log ${tenantId}`] }),
    tx.query({
      text: `with entry as (
               select coalesce(max(seq), 0) + 1 as seq, clock_timestamp() as created_at,
                      coalesce((array_agg(hash order by seq desc))[1], ''::bytea) as prev_hash
               from (select seq, hash from data_access_logs where tenant_id = $1 order by seq desc limit 1) last
             )
             insert into data_access_logs (tenant_id, seq, accessed_by, action, entity, record_count, created_at, prev_hash, hash)
             select $1, seq, $2, $3, $4, $5, created_at, prev_hash,
                    sha256(prev_hash || convert_to(jsonb_build_array(seq, $2::text, $3::text, $4::text, $5::int, created_at)::text, 'UTF8'))
             from entry`,
      values: [tenantId, entry.accessedBy, entry.action, entry.entity, entry.recordCount],
    }),
  ]);
}
