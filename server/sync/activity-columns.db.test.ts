import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countReads } from '../testing/count-reads.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { insertTenant } from '../testing/small-world.ts';
import { noOwners, updateActivityColumns } from './activity-columns.ts';

let database: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

test('what changes after a first load is summed up in one scan, though PostgreSQL knows nothing of the tables yet', async () => {
  const tenantId = await insertTenant(owner);
  for (const table of ['crm_leads', 'crm_activities']) await owner.query(`alter table ${table} set (autovacuum_enabled = off)`);
  await owner.query(
    `insert into crm_leads (tenant_id, crm_source, external_id, created_at)
     select $1, 'bitrix24', n, '2026-01-01' from generate_series(1, 20000) n`,
    [tenantId],
  );
  // Two of each of the first 10,000 leads.
  await owner.query(
    `insert into crm_activities (tenant_id, crm_source, external_id, type, direction, completed, started_at, owner_entity, owner_external_id)
     select $1, 'bitrix24', n, 'call', 'out', true, '2026-01-01'::timestamptz + n * interval '1 minute', 'leads', 1 + n % 10000
     from generate_series(0, 19999) n`,
    [tenantId],
  );
  const leads = new Set(Array.from({ length: 2_000 }, (_, index) => String(10 * (index + 1))));
  const reads = await database.db.withTenant(tenantId, 'write', async (tx) => {
    await updateActivityColumns(tx, tenantId, 'bitrix24', { ...noOwners(), leads });
    return countReads(tx);
  });
  // The leads and the activities a few times; once for every lead that is asked for would be 40 million.
  expect(reads).toBeLessThan(5 * 40_000);
  const { rows } = await owner.query(
    `select count(*)::int as leads, min(external_id::int) as first, max(external_id::int) as last, min(activity_count) as least,
       max(activity_count) as most, max(last_activity_at - first_response_at)::text as apart
     from crm_leads where tenant_id = $1 and activity_count > 0`,
    [tenantId],
  );
  // Every tenth up to 10,000; the two activities of a lead are 10,000 minutes apart.
  expect(rows).toEqual([{ leads: 1_000, first: 10, last: 10_000, least: 2, most: 2, apart: '6 days 22:40:00' }]);
});
