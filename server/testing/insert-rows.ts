import type pg from 'pg';

/** Inserts rows of one table as its owner, past row level security; columns a row does not name get their defaults. */
export async function insertRows(owner: pg.Client, table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
  for (const row of rows) {
    const columns = Object.keys(row);
    const places = columns.map((_, index) => `$${index + 1}`);
    await owner.query(`insert into ${table} (${columns.join(', ')}) values (${places.join(', ')})`, Object.values(row));
  }
}
