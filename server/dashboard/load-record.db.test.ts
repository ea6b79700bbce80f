import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RecordReply, recordReply } from '../../contract/dashboard.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { insertRecords, insertTenant, SMALL_WORLD_NOW } from '../testing/small-world.ts';
import { loadRecord, type RecordRequest } from './load-record.ts';

let database: TestDatabase;
let owner: pg.Client;
let tenantId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  tenantId = await insertTenant(owner);
  await insertRecords(owner, tenantId);
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

function load(entity: RecordRequest['entity'], externalId: string, ofTenant = tenantId): Promise<RecordReply> {
  const viewer = { tenantId: ofTenant, crmSource: 'bitrix24', userId: '1' } as const;
  return loadRecord(
    { db: database.db, now: () => SMALL_WORLD_NOW },
    viewer,
    { entity, externalId },
    new AbortController().signal,
  );
}

test('a deal comes with its stage, its people and everything that happened to it', async () => {
  const reply = await load('deals', '1');
  expect(recordReply.parse(reply)).toEqual(reply);
  expect(reply).toEqual({
    entity: 'deals',
    externalId: '1',
    crmSource: 'bitrix24',
    title: 'Annual contract',
    pipeline: { code: '0', label: 'Sales' },
    stage: { code: 'NEW', label: 'New', color: null, semantic: 'open' },
    source: { code: 'WEB', label: 'Website' },
    owner: { id: '1', name: 'Ann' },
    amount: { value: '1000.00', currency: 'USD' },
    createdAt: '2025-01-15T12:00:00.000Z',
    closedAt: null,
    ageDays: 54, // 15 January 12:00Z to 10 March 15:00Z: 16 + 28 + 10 days and 3 hours
    daysInStage: 9, // since 1 March 15:00Z
    // Five of its own; the latest that has begun is of 8 March; the call of 11 March is done already, so the meeting is next.
    activities: {
      count: 5,
      lastAt: '2025-03-08T12:00:00.000Z',
      next: { type: { code: 'meeting', label: 'Meeting' }, at: '2025-03-12T14:00:00.000Z' },
    },
    history: [
      {
        pipeline: { code: '7', label: 'Renewals' },
        stage: { code: 'NEW', label: 'To renew', color: null, semantic: 'open' },
        at: '2025-01-15T12:00:00.000Z',
      },
      {
        pipeline: { code: '0', label: 'Sales' },
        stage: { code: 'PREP', label: 'Prepare', color: null, semantic: 'open' },
        at: '2025-02-01T12:00:00.000Z',
      },
      {
        pipeline: { code: '0', label: 'Sales' },
        stage: { code: 'NEW', label: 'New', color: null, semantic: 'open' },
        at: '2025-03-01T15:00:00.000Z',
      },
    ],
    timezone: 'America/New_York',
    dataAsOf: '2025-03-10T14:00:00.000Z',
  });
});

test('a closed deal stops ageing, one of nobody has no owner, one without an amount none', async () => {
  expect(await load('deals', '12')).toMatchObject({
    ageDays: 46,
    closedAt: '2025-03-02T12:00:00.000Z',
    owner: null,
    amount: null,
  });
});

test('a lead has its status for a stage and no pipeline; a contact has neither', async () => {
  expect(await load('leads', '6')).toMatchObject({
    pipeline: null,
    stage: { code: 'CONVERTED', label: 'Qualified', color: '#00ff00', semantic: 'won' },
    owner: { id: '2', name: 'Dana Gone' },
    activities: { count: 0, lastAt: null, next: null },
    history: [],
  });
  expect(await load('contacts', '1')).toMatchObject({
    title: 'Carol',
    stage: null,
    pipeline: null,
    amount: null,
    daysInStage: null,
    ageDays: 2,
  });
});

describe('there is no', () => {
  test.each([
    ['record with that id', 'deals', '4711'],
    ['record that the CRM has deleted', 'deals', '11'],
    ['record whose id is SQL', 'deals', "1' or '1'='1"],
    ['lead under a deal’s id', 'leads', '13'],
  ] as const)('%s', async (_what, entity, externalId) => {
    await expect(load(entity, externalId)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('record of another tenant', async () => {
    const neighbour = await insertTenant(owner);
    await expect(load('deals', '1', neighbour)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('count of activities that are not copied yet', async () => {
    const loading = await insertTenant(owner);
    await insertRecords(owner, loading);
    await owner.query(`update crm_sync_status set last_full_sync_at = null where tenant_id = $1 and entity = 'activities'`, [
      loading,
    ]);
    expect((await load('deals', '1', loading)).activities.count).toBeNull();
  });
});
