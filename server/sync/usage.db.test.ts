import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertRows } from '../testing/insert-rows.ts';
import { createTestDatabase, runAs, type TestDatabase } from '../testing/postgres.ts';
import { watchDb } from '../testing/watched-db.ts';
import { applyChange } from './changed-records.ts';
import { moveDataVersion, type Run } from './run.ts';
import { createUsageMemory, loadUsage } from './usage.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('only what has changed since is counted again, and deleted records are left out', async () => {
  const tenantId = randomUUID();
  const run: Run = {
    ...{ tenantId, crmSource: 'bitrix24', runId: randomUUID(), fencingNumber: 1 },
    ...{ kind: 'incremental', entities: null, requestedBy: 'system:test' },
  };
  const records = (ids: readonly number[]) =>
    ids.map((id) => ({
      tenant_id: tenantId,
      crm_source: 'bitrix24',
      external_id: String(id),
      created_at: '2026-01-01T00:00:00Z',
    }));
  await runAs(database.ownerUrl, async (owner) => {
    await insertRows(owner, 'tenants', [{ id: tenantId, account_key: tenantId }]);
    await insertRows(owner, 'crm_leads', records([1, 2, 3]));
    await insertRows(owner, 'crm_contacts', records([1, 2]));
  });
  const move = (table: string) => database.db.withTenant(tenantId, 'write', (tx) => moveDataVersion(tx, tenantId, table));
  await move('crm_leads');
  await move('crm_contacts');

  const memory = createUsageMemory();
  /** Numbers of leads and contacts, and the tables that were counted for them. */
  const look = async () => {
    const { db, sent } = watchDb(database.db);
    const usage = await db.withTenant(tenantId, 'read', (tx) => loadUsage(tx, tenantId, memory));
    const records = Object.fromEntries(usage.map((one) => [one.entity, one.records]));
    const counted = sent.flatMap((text) => /count\(\*\) from (crm_\w+)/.exec(text)?.[1] ?? []);
    return [
      records.leads,
      records.contacts,
      counted.filter((table) => table === 'crm_leads' || table === 'crm_contacts').join(' '),
    ];
  };
  expect(await look()).toEqual([3, 2, 'crm_leads crm_contacts']);
  expect(await look()).toEqual([3, 2, '']);
  const gone = { entity: 'leads' as const, records: [], quarantined: [], gone: ['2'], store: async () => null };
  await database.db.withTenant(tenantId, 'write', (tx) => applyChange(tx, run, gone));
  expect(await look()).toEqual([2, 2, 'crm_leads']);
  // Another process, or this one started again.
  memory.clear();
  expect(await look()).toEqual([2, 2, 'crm_leads crm_contacts']);
});
