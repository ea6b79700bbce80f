import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DataSource, KpiConfig } from '../../contract/charts.ts';
import type { Entity } from '../../contract/crm.ts';
import type { ActivityRecord, DealRecord, LeadRecord, RecordOf, StageHistoryRecord } from '../crm/records.ts';
import { applyChange } from '../sync/changed-records.ts';
import { saveDictionaries } from '../sync/dictionaries.ts';
import { type Run, storeRecords } from '../sync/run.ts';
import { type Asker, createAsker } from '../testing/analytics/asker.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { insertTenant, SMALL_WORLD_NOW } from '../testing/small-world.ts';

/*
 * What becomes of every number when records change: each change is stored as a sync stores it, and the numbers of the last
 * 30 days are asked after it. It is 10 March 2025 in New York.
 */
let database: TestDatabase;
let owner: pg.Client;
let run: Run;
let asker: Asker;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});
beforeEach(async () => {
  run = {
    tenantId: await insertTenant(owner),
    crmSource: 'bitrix24',
    runId: randomUUID(),
    fencingNumber: 1,
    kind: 'incremental',
    entities: null,
    requestedBy: 'system:test',
  };
  asker = await askerOf(run.tenantId);
});

function askerOf(tenantId: string): Promise<Asker> {
  return createAsker(database.db, tenantId, { now: SMALL_WORLD_NOW, timezone: 'America/New_York' });
}

function store<E extends Entity>(entity: E, records: readonly RecordOf[E][], gone: readonly string[] = []) {
  return database.db.withTenant(run.tenantId, 'write', (tx) =>
    applyChange(tx, run, {
      entity,
      records,
      quarantined: [],
      gone,
      store: () => storeRecords(tx, run, entity, { records, quarantined: [] }, null),
    }),
  );
}

/** Values of measures of the last 30 days, by name. */
async function numbers(dataSource: DataSource, names: readonly string[], more: Partial<KpiConfig> = {}) {
  const values: Record<string, string | null> = {};
  for (const measure of names) {
    values[measure] = (await asker.kpi({ dataSource, measure, timeRangeDays: 30, ...more })).value;
  }
  return values;
}

const on = (day: number, time = '12:00:00.000') => `2025-03-0${day}T${time}Z`;

function deal(more: Partial<DealRecord> = {}): DealRecord {
  const nobody = { assignedTo: null, contactId: null, companyId: null, leadId: null, source: null, title: null };
  return {
    externalId: '1',
    ...nobody,
    pipeline: '0',
    stage: 'NEW',
    semantic: 'open',
    value: '100',
    currency: 'USD',
    createdAt: on(1),
    modifiedAt: null,
    closedAt: null,
    stageChangedAt: null,
    customFields: {},
    ...more,
  };
}

function lead(more: Partial<LeadRecord> = {}): LeadRecord {
  const nobody = {
    assignedTo: null,
    contactId: null,
    companyId: null,
    contactName: null,
    contactPhone: null,
    contactEmail: null,
  };
  return {
    externalId: '1',
    ...nobody,
    title: null,
    status: 'NEW',
    semantic: 'open',
    source: null,
    value: null,
    currency: null,
    createdAt: on(5),
    modifiedAt: null,
    closedAt: null,
    stageChangedAt: null,
    customFields: {},
    ...more,
  };
}

/** A call that was made, of lead 1. */
function call(externalId: string, startedAt: string, more: Partial<ActivityRecord> = {}): ActivityRecord {
  return {
    externalId,
    type: 'call',
    subject: null,
    employeeId: null,
    direction: 'out',
    completed: true,
    startedAt,
    endedAt: null,
    deadline: null,
    durationSeconds: null,
    ownerEntity: 'leads',
    ownerExternalId: '1',
    createdAt: null,
    modifiedAt: null,
    customFields: {},
    ...more,
  };
}

function step(number: number, occurredAt: string, stage: string, more: Partial<StageHistoryRecord> = {}): StageHistoryRecord {
  const of = { ownerEntity: 'deals', ownerExternalId: '1', pipeline: '0', semantic: 'open', kind: 'moved' } as const;
  return { externalId: `deals:${number}`, ...of, stage, occurredAt, ...more };
}

test('a deal that is won, opened again and then lost counts as what it is now, from the moment it became so', async () => {
  const names = ['totalDeals', 'openDeals', 'pipelineValue', 'wonDeals', 'wonValue', 'averageDeal', 'lostDeals', 'lostValue'];
  const rates = ['winRate', 'medianCycleDays', 'conversionRate'];
  await store('leads', [lead()]);
  const none = { openDeals: '0', pipelineValue: '0.00', wonDeals: '0', wonValue: '0.00', lostDeals: '0', lostValue: '0.00' };
  const nothing = { totalDeals: '1', ...none, averageDeal: null, winRate: null, medianCycleDays: null, conversionRate: '0.00' };
  const ask = () => numbers('deals', [...names, ...rates]);

  await store('deals', [deal()]);
  expect(await ask()).toEqual({ ...nothing, openDeals: '1', pipelineValue: '100.00' });

  // Two days after it was created.
  await store('deals', [deal({ stage: 'WON', semantic: 'won', closedAt: on(3), stageChangedAt: on(3) })]);
  const won = { wonDeals: '1', wonValue: '100.00', averageDeal: '100.00', winRate: '100.00', medianCycleDays: '2' };
  expect(await ask()).toEqual({ ...nothing, ...won, conversionRate: '100.00' });

  await store('deals', [deal({ stageChangedAt: on(5) })]);
  expect(await ask()).toEqual({ ...nothing, openDeals: '1', pipelineValue: '100.00' });

  await store('deals', [deal({ stage: 'LOSE', semantic: 'lost', closedAt: on(8), stageChangedAt: on(8) })]);
  expect(await ask()).toEqual({ ...nothing, lostDeals: '1', lostValue: '100.00', winRate: '0.00' });
  const byDay = await asker.chart({ dataSource: 'deals', measure: 'lostDeals', timeBucket: 'day', timeRangeDays: 30 });
  expect(byDay.series[0]?.points.filter(({ value }) => value !== 0).map(({ key }) => key)).toEqual(['2025-03-08']);
});

test('the history of such a deal keeps every entry, and the second one into a stage is no first', async () => {
  await store('stageHistory', [
    step(1, on(1), 'NEW', { kind: 'created' }),
    step(2, on(3), 'WON', { semantic: 'won' }),
    step(3, on(5), 'NEW'),
    step(4, on(8), 'LOSE', { semantic: 'lost' }),
  ]);
  const names = ['stageEntries', 'stageReached', 'averageTimeInStage', 'medianTimeInStage', 'stageConversion'];
  expect(await numbers('stageHistory', names)).toEqual({
    stageEntries: '4',
    // NEW, PREP, which it skipped, and WON; nobody has reached what is lost.
    stageReached: '3',
    // Two days new, two days won, three days new again: 7 × 86,400 ÷ 3 seconds.
    averageTimeInStage: '201600',
    medianTimeInStage: '172800',
    // NEW was left twice: once for WON, once for LOSE. WON is no stage to go on from.
    stageConversion: '50.00',
  });
});

test('a deal that changes its pipeline counts in the one it is in', async () => {
  const open = ['openDeals', 'pipelineValue'];
  const gone = { openDeals: '0', pipelineValue: '0.00' };
  const there = { openDeals: '1', pipelineValue: '100.00' };
  await store('deals', [deal()]);
  expect(await numbers('deals', open, { pipeline: '0' })).toEqual(there);
  expect(await numbers('deals', open, { pipeline: '7' })).toEqual(gone);
  await store('deals', [deal({ pipeline: '7', stageChangedAt: on(4) })]);
  expect(await numbers('deals', open, { pipeline: '0' })).toEqual(gone);
  expect(await numbers('deals', open, { pipeline: '7' })).toEqual(there);
  expect(await numbers('deals', open)).toEqual(there);
});

test('a stage of the same code in another pipeline is another stage, and its first one again when the deal comes back', async () => {
  await store('stageHistory', [
    step(1, on(1), 'NEW', { kind: 'created' }),
    step(2, on(2), 'NEW', { kind: 'pipeline_changed', pipeline: '7' }),
    step(3, on(4), 'NEW', { kind: 'pipeline_changed' }),
  ]);
  const names = ['stageEntries', 'stageReached', 'averageTimeInStage', 'stageConversion'];
  // One day in the first, two in the second: both were left for a stage that is not lost.
  expect(await numbers('stageHistory', names)).toEqual({
    stageEntries: '3',
    stageReached: '2',
    averageTimeInStage: '129600',
    stageConversion: '100.00',
  });
  expect(await numbers('stageHistory', names, { pipeline: '0' })).toMatchObject({ stageEntries: '2', stageReached: '1' });
});

describe('the funnel of four deals', () => {
  const of = (ownerExternalId: string) => ({ ownerExternalId });
  /** `NEW 3, PREP 2, WON 2`: of the deals that came in these days. */
  const funnel = async (timeRangeDays: number | null = 30) => {
    const chart = await asker.chart({
      dataSource: 'stageHistory',
      measure: 'stageReached',
      xField: 'stage',
      timeRangeDays,
      filterField: 'entity',
      filterValue: 'deals',
      pipeline: '0',
    });
    return (chart.series[0]?.points ?? []).map(({ key, value }) => `${key} ${value}`).join(', ');
  };

  beforeEach(async () => {
    await store('stageHistory', [
      // Skips PREP, and comes back to it.
      step(1, on(1), 'NEW', { kind: 'created' }),
      step(2, on(2), 'WON', { semantic: 'won' }),
      step(3, on(3), 'PREP'),
      // Begins in PREP and is lost.
      step(4, on(1), 'PREP', { kind: 'created', ...of('2') }),
      step(5, on(2), 'LOSE', { semantic: 'lost', ...of('2') }),
      // Is lost at once.
      step(6, on(1), 'LOSE', { kind: 'created', semantic: 'lost', ...of('3') }),
      // Came in January; is won in the 30 days.
      step(7, '2025-01-15T12:00:00.000Z', 'NEW', { kind: 'created', ...of('4') }),
      step(8, on(4), 'WON', { semantic: 'won', ...of('4') }),
    ]);
  });

  test('counts who skipped a stage in it, and who came earlier in none', async () => {
    expect(await funnel()).toBe('NEW 2, PREP 2, WON 1');
    expect(await funnel(null)).toBe('NEW 3, PREP 3, WON 2');
  });

  test('follows the order of the stages when the CRM changes it, and lets a stage go that it no longer has', async () => {
    const account = { users: [], pipelines: [], currencies: [], products: [], fields: [] };
    const stage = (code: string, sort: number, semantic: 'open' | 'won' | 'lost') => ({
      ...{ entity: 'deals' as const, pipeline: '0', code, label: code, semantic, sort, color: null },
    });
    const save = async (...statuses: ReturnType<typeof stage>[]) => {
      await database.db.withTenant(run.tenantId, 'write', (tx) =>
        saveDictionaries(tx, run.tenantId, run.crmSource, { ...account, statuses }),
      );
      asker = await askerOf(run.tenantId);
    };
    const [paid, refused] = [stage('WON', 30, 'won'), stage('LOSE', 40, 'lost')];
    await save(stage('PREP', 5, 'open'), stage('NEW', 10, 'open'), paid, refused);
    expect(await funnel(null)).toBe('PREP 3, NEW 2, WON 2');
    await save(stage('NEW', 10, 'open'), paid, refused);
    expect(await funnel(null)).toBe('NEW 2, WON 2');
  });
});

test.each([
  ['without a date of closing', null],
  ['with the date of closing left in place', on(6)],
])('a lead that is converted and taken back, %s, is neither won nor lost', async (_how, closedAt) => {
  const names = ['totalLeads', 'leadWinRate', 'untouchedLeads', 'conversionRate'];
  const other = lead({ externalId: '2' });
  await store('deals', [deal({ semantic: 'won', closedAt: on(6) })]);
  await store('leads', [lead({ status: 'CONVERTED', semantic: 'won', closedAt: on(6) }), other]);
  // One deal was won of two leads, whatever becomes of these.
  const always = { totalLeads: '2', conversionRate: '50.00' };
  expect(await numbers('leads', names)).toEqual({ ...always, leadWinRate: '100.00', untouchedLeads: '1' });
  await store('leads', [lead({ closedAt }), other]);
  expect(await numbers('leads', names)).toEqual({ ...always, leadWinRate: null, untouchedLeads: '2' });
  await store('leads', [lead({ status: 'JUNK', semantic: 'lost', closedAt: on(7) }), other]);
  expect(await numbers('leads', names)).toEqual({ ...always, leadWinRate: '0.00', untouchedLeads: '1' });
});

test('a record that was deleted and comes back counts again', async () => {
  await store('leads', [lead()]);
  await store('leads', [], ['1']);
  expect(await numbers('leads', ['totalLeads', 'answeredWithin5'])).toEqual({ totalLeads: '0', answeredWithin5: null });
  await store('leads', [lead()]);
  expect(await numbers('leads', ['totalLeads', 'answeredWithin5'])).toEqual({ totalLeads: '1', answeredWithin5: '0.00' });
});

describe('the first response to a lead that was created on 5 March at 12:00Z', () => {
  const names = ['averageFirstResponse', 'answeredWithin5', 'answeredWithin15', 'untouchedLeads'];
  const before = on(5, '11:59:59.999');
  const twoMinutes = call('2', on(5, '12:02:00.000'));

  test.each<[string, ActivityRecord[], string | null, string, string, string]>([
    ['nothing happened', [], null, '0.00', '0.00', '1'],
    ['a call a millisecond before it existed is none', [call('1', before)], null, '0.00', '0.00', '0'],
    ['nor does it hide the one after', [call('1', before), twoMinutes], '120', '100.00', '100.00', '0'],
    ['a call at exactly that moment', [call('1', on(5))], '0', '100.00', '100.00', '0'],
    ['the first of several', [call('1', on(5, '12:06:00.000')), twoMinutes], '120', '100.00', '100.00', '0'],
    ['after exactly five minutes', [call('1', on(5, '12:05:00.000'))], '300', '100.00', '100.00', '0'],
    // 300.001 seconds are shown as 300.
    ['a millisecond later', [call('1', on(5, '12:05:00.001'))], '300', '0.00', '100.00', '0'],
    ['after exactly 15 minutes', [call('1', on(5, '12:15:00.000'))], '900', '0.00', '100.00', '0'],
    ['an incoming call is none', [call('1', on(5), { direction: 'in' })], null, '0.00', '0.00', '0'],
    ['a planned call is none', [call('1', on(5), { completed: false })], null, '0.00', '0.00', '0'],
    ['a task is none', [call('1', on(5), { type: 'task' })], null, '0.00', '0.00', '0'],
    ['an outgoing e-mail', [call('1', on(5, '12:01:00.000'), { type: 'email' })], '60', '100.00', '100.00', '0'],
    ['a meeting, which has no direction', [call('1', on(5), { type: 'meeting', direction: null })], '0', '100.00', '100.00', '0'],
    ['a call of a deal of the same id is none', [call('1', on(5), { ownerEntity: 'deals' })], null, '0.00', '0.00', '1'],
  ])('%s', async (_what, activities, response, within5, within15, untouched) => {
    const expected = {
      averageFirstResponse: response,
      answeredWithin5: within5,
      answeredWithin15: within15,
      untouchedLeads: untouched,
    };
    await store('leads', [lead()]);
    await store('activities', activities);
    expect(await numbers('leads', names)).toEqual(expected);
  });

  test('is the same where its activities came before it', async () => {
    await store('activities', [twoMinutes]);
    await store('leads', [lead()]);
    expect(await numbers('leads', names)).toMatchObject({ averageFirstResponse: '120', untouchedLeads: '0' });
  });

  test('goes when the call is deleted, given to another lead, or moved to before the lead', async () => {
    const answered = { averageFirstResponse: '120', untouchedLeads: '1' };
    await store('leads', [lead(), lead({ externalId: '2', createdAt: on(5, '12:01:00.000') })]);
    await store('activities', [twoMinutes]);
    expect(await numbers('leads', names)).toMatchObject(answered);
    // One minute after the other lead was created.
    await store('activities', [{ ...twoMinutes, ownerExternalId: '2' }]);
    expect(await numbers('leads', names)).toMatchObject({ ...answered, averageFirstResponse: '60' });
    await store('activities', [{ ...twoMinutes, startedAt: before }]);
    expect(await numbers('leads', names)).toMatchObject({ averageFirstResponse: null, untouchedLeads: '1' });
    await store('activities', [], ['2']);
    expect(await numbers('leads', names)).toMatchObject({ averageFirstResponse: null, untouchedLeads: '2' });
  });

  test('is measured anew when the lead turns out to have been created at another time', async () => {
    await store('leads', [lead()]);
    await store('activities', [twoMinutes]);
    await store('leads', [lead({ createdAt: on(5, '12:02:00.001') })]);
    expect(await numbers('leads', names)).toMatchObject({ averageFirstResponse: null, answeredWithin5: '0.00' });
  });
});
