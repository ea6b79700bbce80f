import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Clock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { insertRecords, insertTenant, SMALL_WORLD_NOW } from '../../testing/small-world.ts';
import type { JobQueue } from '../definitions.ts';
import { dispatchErasures } from './dispatcher.ts';
import { createEraseHandler } from './erase.ts';

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

test('a tenant whose day has come gets a job, and the job leaves nothing of it', async () => {
  const [due, later, active] = [await insertTenant(owner), await insertTenant(owner), await insertTenant(owner)];
  for (const id of [due, later, active]) await insertRecords(owner, id);
  const plan = `update tenants set status = 'deleting', deletes_at = $2::timestamptz + $3::interval where id = $1`;
  await owner.query(plan, [due, SMALL_WORLD_NOW, '0 seconds']);
  await owner.query(plan, [later, SMALL_WORLD_NOW, '1 second']);
  const clock: Clock = { now: () => SMALL_WORLD_NOW.getTime(), sleep: async () => {} };
  const sent: unknown[] = [];
  const queue: JobQueue = { send: async (name, jobs) => void sent.push(name, ...jobs) };
  expect(await dispatchErasures({ db: database.db, queue, clock })).toBe(1);
  expect(sent).toEqual(['erase', { data: { tenantId: due }, key: due }]);
  const erase = createEraseHandler({ db: database.db, clock, log: createLogger({ logLevel: 'silent' }) });
  // A job for one that was taken back, or is not due yet, does nothing.
  for (const tenantId of [due, later, active]) await erase({ tenantId }, new AbortController().signal);
  const { rows } = await owner.query<{ tenant_id: string }>('select distinct tenant_id from crm_deals');
  expect(rows.map((row) => row.tenant_id).toSorted()).toEqual([later, active].toSorted());
  const { rows: tenants } = await owner.query<{ id: string }>('select id from tenants');
  expect(tenants.map((row) => row.id).toSorted()).toEqual([later, active].toSorted());
});
