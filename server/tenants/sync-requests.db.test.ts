import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Entity } from '../../contract/crm.ts';
import { createTestDatabase, runAs, type TestDatabase } from '../testing/postgres.ts';
import { requestSync } from './sync-requests.ts';

let database: TestDatabase;
let tenantId: string;
const NOW = new Date(Date.UTC(2026, 0, 1));

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());
beforeEach(async () => {
  tenantId = randomUUID();
  await runAs(database.ownerUrl, async (owner) => {
    await owner.query('insert into tenants (id, account_key) values ($1, $2)', [tenantId, `test:${tenantId}`]);
    await owner.query(`insert into crm_connections (tenant_id, crm_source, account_id) values ($1, 'bitrix24', 'x')`, [tenantId]);
  });
});

async function ask(kind: 'full' | 'incremental', entities: Entity[] | null = null) {
  const request = { tenantId, crmSource: 'bitrix24', requestedBy: 'user:1', entities, now: NOW } as const;
  return database.db.withTenant(tenantId, 'write', (tx) => requestSync(tx, kind, { ...request, newRunId: randomUUID() }));
}

async function runs(): Promise<{ kind: string; state: string; entities: Entity[] | null }[]> {
  const rows = await database.db.withTenant(tenantId, 'read', (tx) =>
    tx.query<{ kind: string; state: string; entities: Entity[] | null }>({
      text: 'select kind, state, entities from sync_runs where tenant_id = $1 order by created_at, kind',
      values: [tenantId],
    }),
  );
  return rows.map((row) => ({ ...row, entities: row.entities?.toSorted() ?? null }));
}

const begin = () =>
  runAs(database.ownerUrl, (owner) => owner.query(`update sync_runs set state = 'running' where tenant_id = $1`, [tenantId]));

test('a load that waits takes in whatever else is wanted', async () => {
  const first = await ask('full', ['leads']);
  expect(await ask('full', ['deals', 'leads'])).toMatchObject({ ...first, kind: 'joined' });
  expect(await runs()).toEqual([{ kind: 'full', state: 'queued', entities: ['deals', 'leads'] }]);
  await ask('full');
  expect(await runs()).toEqual([{ kind: 'full', state: 'queued', entities: null }]);
  await ask('full', ['companies']);
  expect(await runs()).toEqual([{ kind: 'full', state: 'queued', entities: null }]);
});

test('a load that runs serves those who want what it reads, and nobody else', async () => {
  const first = await ask('full', ['deals', 'leads']);
  await begin();
  expect(await ask('full', ['leads'])).toMatchObject({ ...first, kind: 'joined' });
  expect(await ask('full', ['contacts'])).toMatchObject({ kind: 'started' });
  expect(await runs()).toMatchObject([{ entities: ['deals', 'leads'] }, { state: 'queued', entities: ['contacts'] }]);
});

test('a load of some entities is no answer to whoever wants the changes of all', async () => {
  await ask('full', ['leads']);
  expect(await ask('incremental')).toMatchObject({ kind: 'started' });
  expect((await runs()).map(({ kind }) => kind)).toEqual(['full', 'incremental']);
});

test('a load of everything serves whoever wants the changes', async () => {
  const first = await ask('full');
  expect(await ask('incremental')).toMatchObject({ ...first, kind: 'joined' });
});
