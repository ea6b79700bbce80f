import { PassThrough } from 'node:stream';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db, Tx } from '../platform/db.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { insertTenant } from '../testing/small-world.ts';
import { exportData } from './export-data.ts';

let database: TestDatabase;
let tenantId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  tenantId = await insertTenant(owner);
  // 600 small leads, then 40 whose own fields are 200 kB each, and compress to nothing.
  await owner.query(
    `insert into crm_leads (tenant_id, crm_source, external_id, custom_fields)
     select $1, 'bitrix24', 10000 + n, case when n > 600 then jsonb_build_object('UF_NOTE', repeat('x', 200000)) else '{}' end
     from generate_series(1, 640) n`,
    [tenantId],
  );
  await owner.end();
});
afterAll(() => database.drop());

/** The database, with the sizes of the pages of leads it has given: rows and characters. */
function measure(db: Db): { db: Db; pages: [rows: number, chars: number][] } {
  const pages: [number, number][] = [];
  const withTenant: Db['withTenant'] = (id, mode, work, options) =>
    db.withTenant(
      id,
      mode,
      (tx) => {
        const query: Tx['query'] = async <Row extends object>(statement: Parameters<Tx['query']>[0]) => {
          const rows = await tx.query<Row>(statement);
          if (statement.text.includes('from crm_leads')) pages.push([rows.length, JSON.stringify(rows).length]);
          return rows;
        };
        return work({ ...tx, query });
      },
      options,
    );
  return { db: { ...db, withTenant }, pages };
}

test('a page of the export is never more than its rows and a megabyte, and every row is in one', async () => {
  const { db, pages } = measure(database.db);
  const out = new PassThrough().resume();
  await exportData(
    { db, now: () => new Date('2026-03-01T00:00:00Z') },
    tenantId,
    out,
    new AbortController().signal,
    async () => {},
  );
  expect(pages.reduce((sum, [rows]) => sum + rows, 0)).toBe(640);
  expect(pages[0]?.[0]).toBe(500);
  // A megabyte and the record that ends it.
  for (const [, chars] of pages.slice(1)) expect(chars).toBeLessThan(2 ** 20 + 210_000);
  // 40 large ones, six to a page.
  expect(pages.filter(([, chars]) => chars > 2 ** 20).length).toBeGreaterThanOrEqual(6);
});
