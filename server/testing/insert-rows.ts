import type pg from 'pg';

/**
 * Inserts rows of one table as its owner, past row level security; columns a row does not name get their defaults. Neighbours
 * with the same columns go in one statement.
 */
export async function insertRows(owner: pg.Client, table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
  let batch: Record<string, unknown>[] = [];
  const namesOf = (row: Record<string, unknown>) => Object.keys(row).join(', ');
  const flush = async (): Promise<void> => {
    const [first] = batch;
    if (!first) return;
    const names = namesOf(first);
    const text = `insert into ${table} (${names}) select ${names} from jsonb_populate_recordset(null::${table}, $1::jsonb)`;
    await owner.query(text, [JSON.stringify(batch)]);
    batch = [];
  };
  for (const row of rows) {
    if (batch[0] && namesOf(batch[0]) !== namesOf(row)) await flush();
    batch.push(row);
  }
  await flush();
}
