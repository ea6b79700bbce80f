import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { StageHistoryRecord } from '../crm/records.ts';
import { createTestDatabase, runAs, type TestDatabase } from '../testing/postgres.ts';
import { applyChange } from './changed-records.ts';
import { type Run, storeRecords } from './run.ts';

let database: TestDatabase;
let run: Run;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());
beforeEach(() => {
  run = {
    tenantId: randomUUID(),
    crmSource: 'bitrix24',
    runId: randomUUID(),
    fencingNumber: 1,
    kind: 'incremental',
    entities: null,
    requestedBy: 'system:test',
  };
});

function step(id: number, stage: string, day: number, more: Partial<StageHistoryRecord> = {}): StageHistoryRecord {
  return {
    externalId: `deals:${id}`,
    ownerEntity: 'deals',
    ownerExternalId: '1',
    pipeline: '0',
    stage,
    semantic: 'open',
    kind: 'moved',
    occurredAt: `2026-01-0${day}T00:00:00.000Z`,
    ...more,
  };
}

function store(records: readonly StageHistoryRecord[], gone: readonly string[] = []) {
  return database.db.withTenant(run.tenantId, 'write', (tx) =>
    applyChange(tx, run, {
      entity: 'stageHistory',
      records,
      quarantined: [],
      gone,
      store: () => storeRecords(tx, run, 'stageHistory', { records, quarantined: [] }, null),
    }),
  );
}

/** `deals:1 NEW > WORK on 2 first`, by number. */
async function stored(): Promise<string[]> {
  const rows = await database.db.withTenant(run.tenantId, 'read', (tx) =>
    tx.query<{ text: string }>({
      text: `select external_id || ' ' || stage
               || coalesce(' > ' || next_stage || ' in ' || coalesce(next_pipeline, '-') || ' ' || next_semantic, '')
               || coalesce(' on ' || extract(day from left_at at time zone 'UTC'), '')
               || case when is_first_entry then ' first' else '' end as text
             from crm_stage_history where tenant_id = $1 and deleted_at is null order by length(external_id), external_id`,
      values: [run.tenantId],
    }),
  );
  return rows.map(({ text }) => text);
}

async function places() {
  return database.db.withTenant(run.tenantId, 'read', (tx) =>
    tx.query({
      text: `select external_id, ctid::text, xmin::text from crm_stage_history where tenant_id = $1 order by 1`,
      values: [run.tenantId],
    }),
  );
}

const STEPS = [step(1, 'NEW', 1), step(2, 'WORK', 2), step(3, 'NEW', 4), step(4, 'WON', 5, { semantic: 'won', pipeline: '7' })];
const KNOWN = [
  'deals:1 NEW > WORK in 0 open on 2 first',
  'deals:2 WORK > NEW in 0 open on 4 first',
  'deals:3 NEW > WON in 7 won on 5',
  'deals:4 WON first',
];

test('each step knows the next one of its record, and whether the record had been there before', async () => {
  await store(STEPS);
  expect(await stored()).toEqual(KNOWN);
});

test('in whatever order the steps come, one at a time', async () => {
  for (const index of [2, 0, 3, 1]) await store(STEPS.slice(index, index + 1));
  expect(await stored()).toEqual(KNOWN);
});

test('steps of one moment follow each other by number, not by text', async () => {
  await store([step(10, 'WORK', 1), step(9, 'NEW', 1)]);
  expect(await stored()).toEqual(['deals:9 NEW > WORK in 0 open on 1 first', 'deals:10 WORK first']);
});

test('steps of other records, of leads with the same number and of the same stage in another pipeline are apart', async () => {
  await store([
    step(1, 'NEW', 1),
    step(2, 'NEW', 2, { ownerExternalId: '2' }),
    step(3, 'NEW', 3, { externalId: 'leads:3', ownerEntity: 'leads', pipeline: null }),
    step(4, 'NEW', 4, { pipeline: '7' }),
  ]);
  expect(await stored()).toEqual([
    'deals:1 NEW > NEW in 7 open on 4 first',
    'deals:2 NEW first',
    'deals:4 NEW first',
    'leads:3 NEW first',
  ]);
});

test('a step that the CRM has no more is passed over, and counts again when it comes back', async () => {
  await store(STEPS);
  await store([], ['deals:1', 'deals:2']);
  expect(await stored()).toEqual(['deals:3 NEW > WON in 7 won on 5 first', 'deals:4 WON first']);
  await store(STEPS.slice(0, 2));
  expect(await stored()).toEqual(KNOWN);
});

test('a step that is given to another record changes both', async () => {
  await store([...STEPS, step(5, 'NEW', 1, { ownerExternalId: '2' })]);
  await store([step(2, 'WORK', 2, { ownerExternalId: '2' })]);
  expect(await stored()).toEqual([
    'deals:1 NEW > NEW in 0 open on 4 first',
    'deals:2 WORK first',
    'deals:3 NEW > WON in 7 won on 5',
    'deals:4 WON first',
    'deals:5 NEW > WORK in 0 open on 2 first',
  ]);
});

test('the same steps again write no row, and a new one only those it changes', async () => {
  await store(STEPS);
  const before = await places();
  await store(STEPS);
  expect(await places()).toEqual(before);
  await store([step(5, 'NEW', 6)]);
  const after = await places();
  expect(after.slice(0, 3)).toEqual(before.slice(0, 3));
});

test('the migration gives the history that is already there the same columns', async () => {
  await store(STEPS);
  await store([step(9, 'NEW', 1, { ownerExternalId: '2' }), step(10, 'WORK', 1, { ownerExternalId: '2' })]);
  const kept = await stored();
  const folder = new URL('../../prisma/migrations/', import.meta.url);
  const [name] = (await readdir(folder)).filter((one) => one.endsWith('_stage_history_next'));
  const sql = await readFile(new URL(`${name}/migration.sql`, folder), 'utf8');
  await runAs(database.ownerUrl, async (owner) => {
    await owner.query(`alter table crm_stage_history drop column left_at, drop column next_pipeline, drop column next_stage,
      drop column next_semantic, drop column is_first_entry`);
    // The index went with its columns; the migration meets the one of before.
    await owner.query('create index crm_stage_history_occurred on crm_stage_history (tenant_id, occurred_at)');
    await owner.query(sql);
  });
  expect(await stored()).toEqual(kept);
});
