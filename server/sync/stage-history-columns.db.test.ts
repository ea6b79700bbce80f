import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { StageHistoryRecord } from '../crm/records.ts';
import { insertRows } from '../testing/insert-rows.ts';
import { createTestDatabase, runAs, type TestDatabase } from '../testing/postgres.ts';
import { applyChange } from './changed-records.ts';
import { type Run, storeRecords } from './run.ts';

let database: TestDatabase;
let run: Run;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());
beforeEach(async () => {
  run = {
    tenantId: randomUUID(),
    crmSource: 'bitrix24',
    runId: randomUUID(),
    fencingNumber: 1,
    kind: 'incremental',
    entities: null,
    requestedBy: 'system:test',
  };
  const { tenantId, crmSource } = run;
  const stage = (entity: string, pipeline: string, code: string, sort: number, semantic: string) => ({
    ...{ tenant_id: tenantId, crm_source: crmSource, entity, pipeline, code, label: code, sort, semantic },
  });
  await runAs(database.ownerUrl, async (owner) => {
    await insertRows(owner, 'tenants', [{ id: tenantId, account_key: tenantId }]);
    await insertRows(owner, 'crm_statuses', [
      stage('leads', '', 'NEW', 10, 'open'),
      ...['0', '7'].flatMap((pipeline) => [
        stage('deals', pipeline, 'WORK', 20, 'open'),
        stage('deals', pipeline, 'NEW', 10, 'open'),
        stage('deals', pipeline, 'WON', 30, 'won'),
        stage('deals', pipeline, 'LOSE', 40, 'lost'),
      ]),
    ]);
  });
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

/** `deals:1 NEW > WORK in 0 open on 2`, by number, with the day the record came into the pipeline in the furthest step. */
async function stored(): Promise<string[]> {
  const rows = await database.db.withTenant(run.tenantId, 'read', (tx) =>
    tx.query<{ text: string }>({
      text: `select external_id || ' ' || stage
               || coalesce(' > ' || next_stage || ' in ' || coalesce(next_pipeline, '-') || ' ' || next_semantic, '')
               || coalesce(' on ' || extract(day from left_at at time zone 'UTC'), '')
               || coalesce(' came ' || extract(day from funnel_entered_at at time zone 'UTC'), '') as text
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
  'deals:1 NEW > WORK in 0 open on 2',
  'deals:2 WORK > NEW in 0 open on 4 came 1',
  'deals:3 NEW > WON in 7 won on 5',
  'deals:4 WON came 5',
];

test('each step knows the next one of its record, and the furthest in a pipeline when the record came into it', async () => {
  await store(STEPS);
  expect(await stored()).toEqual(KNOWN);
});

test('in whatever order the steps come, one at a time', async () => {
  for (const index of [2, 0, 3, 1]) await store(STEPS.slice(index, index + 1));
  expect(await stored()).toEqual(KNOWN);
});

test('steps of one moment follow each other by number, not by text', async () => {
  await store([step(10, 'WORK', 1), step(9, 'NEW', 1)]);
  expect(await stored()).toEqual(['deals:9 NEW > WORK in 0 open on 1', 'deals:10 WORK came 1']);
});

test('steps of other records, of leads with the same number and of the same stage in another pipeline are apart', async () => {
  await store([
    step(1, 'NEW', 1),
    step(2, 'NEW', 2, { ownerExternalId: '2' }),
    step(3, 'NEW', 3, { externalId: 'leads:3', ownerEntity: 'leads', pipeline: null }),
    step(4, 'NEW', 4, { pipeline: '7' }),
  ]);
  expect(await stored()).toEqual([
    'deals:1 NEW > NEW in 7 open on 4 came 1',
    'deals:2 NEW came 2',
    'deals:4 NEW came 4',
    'leads:3 NEW came 3',
  ]);
});

test('a step that the CRM has no more is passed over, and counts again when it comes back', async () => {
  await store(STEPS);
  await store([], ['deals:1', 'deals:2']);
  expect(await stored()).toEqual(['deals:3 NEW > WON in 7 won on 5 came 4', 'deals:4 WON came 5']);
  await store(STEPS.slice(0, 2));
  expect(await stored()).toEqual(KNOWN);
});

test('a step that is given to another record changes both', async () => {
  await store([...STEPS, step(5, 'NEW', 1, { ownerExternalId: '2' })]);
  await store([step(2, 'WORK', 2, { ownerExternalId: '2' })]);
  expect(await stored()).toEqual([
    'deals:1 NEW > NEW in 0 open on 4 came 1',
    'deals:2 WORK came 1',
    'deals:3 NEW > WON in 7 won on 5',
    'deals:4 WON came 5',
    'deals:5 NEW > WORK in 0 open on 2',
  ]);
});

test('who is lost has come as far as before, and in a stage the CRM does not list nowhere', async () => {
  await store([
    step(1, 'NEW', 1),
    step(2, 'LOSE', 2, { semantic: 'lost' }),
    step(3, 'LOSE', 3, { semantic: 'lost', ownerExternalId: '2' }),
    step(4, 'ONCE', 4, { ownerExternalId: '3' }),
  ]);
  expect((await stored()).filter((text) => text.includes('came'))).toEqual(['deals:1 NEW > LOSE in 0 lost on 2 came 1']);
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

test('the migrations give the history that is already there the same columns', async () => {
  await store(STEPS);
  await store([step(9, 'NEW', 1, { ownerExternalId: '2' }), step(10, 'WORK', 1, { ownerExternalId: '2' })]);
  const kept = await stored();
  const folder = new URL('../../prisma/migrations/', import.meta.url);
  const names = (await readdir(folder)).filter((one) => /_(stage_history_next|funnel)$/.test(one)).sort();
  expect(names).toHaveLength(2);
  await runAs(database.ownerUrl, async (owner) => {
    await owner.query(`alter table crm_stage_history drop column left_at, drop column next_pipeline, drop column next_stage,
      drop column next_semantic, drop column funnel_entered_at`);
    // The index went with its columns; the migrations meet the one of before.
    await owner.query('create index crm_stage_history_occurred on crm_stage_history (tenant_id, occurred_at)');
    for (const name of names) await owner.query(await readFile(new URL(`${name}/migration.sql`, folder), 'utf8'));
  });
  expect(await stored()).toEqual(kept);
});
