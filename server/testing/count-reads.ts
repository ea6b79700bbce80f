import type { Tx } from '../platform/db.ts';

/** How many rows of the CRM's tables the transaction has read so far, each as often as it was: the same on every machine. */
export async function countReads(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ reads: number }>({
    text: `select coalesce(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)), 0)::float8 as reads
           from pg_stat_xact_user_tables where relname like 'crm\\_%'`,
    values: [],
  });
  return row?.reads ?? 0;
}
