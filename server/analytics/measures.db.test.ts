import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChartConfig, ChartData, KpiConfig, KpiData } from '../../contract/charts.ts';
import { insertRows } from '../testing/insert-rows.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { insertTenant, SMALL_WORLD_NOW } from '../testing/small-world.ts';
import { planChart } from './chart-query.ts';
import { dictionariesQuery, toDictionaries } from './dictionaries.ts';
import { drillPageQuery, planDrill } from './drill-query.ts';
import { planKpi } from './kpi-query.ts';
import { type Plan, preparePlans } from './plan.ts';
import type { AnalyticsContext } from './resolve.ts';

/*
 * Few enough rows to work every number out by hand. It is 11:00 on Monday, 10 March 2025 in New York; clocks went forward
 * on the 9th at 07:00Z. A dollar is 90 roubles, a euro 100; there is no rate for XYZ.
 */
let database: TestDatabase;
let owner: pg.Client;
let tenantId: string;
let context: AnalyticsContext;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  tenantId = await insertTenant(owner);
  const own = (rows: readonly Record<string, unknown>[]) =>
    rows.map((row) => ({ tenant_id: tenantId, crm_source: 'bitrix24', ...row }));
  await owner.query("update crm_users set department = 'Sales' where tenant_id = $1 and external_id = '1'", [tenantId]);
  await owner.query("update crm_users set department = 'Support' where tenant_id = $1 and external_id = '2'", [tenantId]);
  await insertRows(owner, 'crm_users', own([{ external_id: '3', name: 'Cy', department: 'Sales' }]));
  const field = { entity: 'leads', is_custom: true, is_multiple: false };
  await insertRows(
    owner,
    'crm_field_definitions',
    own([
      { ...field, code: 'UF_CITY', label: 'City', type: 'list', options: { 1: 'Tashkent', 2: 'Samarkand' } },
      { ...field, code: 'UF_VIP', label: 'VIP', type: 'boolean' },
      { ...field, code: 'UF_TAGS', label: 'Tags', type: 'list', options: { 1: 'Hot' }, is_multiple: true },
      { ...field, code: 'UF_NOTE', label: 'Note', type: 'text' },
      { ...field, code: 'TITLE', label: 'Title', type: 'list', options: { 1: 'x' }, is_custom: false },
    ]),
  );
  await insertRows(
    owner,
    'crm_leads',
    own([
      // Answered after 60 s. Friday noon.
      lead('1', '2025-03-07T17:00:00Z', { first_response_at: '2025-03-07T17:01:00Z', activity_count: 2, assigned_to: '1' }),
      // After exactly 5 minutes: within 5. Ten dollars.
      lead('2', '2025-03-08T17:00:00Z', {
        first_response_at: '2025-03-08T17:05:00Z',
        value: '10',
        currency: 'USD',
        assigned_to: '3',
      }),
      // After 5 minutes and a millisecond: within 15. 100 euros are 111.11… dollars. Sunday 01:59, the last minute before the change.
      lead('3', '2025-03-09T06:59:00Z', {
        first_response_at: '2025-03-09T07:04:00.001Z',
        value: '100',
        currency: 'EUR',
        assigned_to: '2',
      }),
      // After an hour and a second: not within 60. Sunday 03:00, the first minute after it.
      lead('4', '2025-03-09T07:00:00Z', { first_response_at: '2025-03-09T08:00:01Z', value: '5', currency: 'XYZ' }),
      // Never answered, nine minutes old: old enough for 5, too young for 15 and 60.
      lead('5', '2025-03-10T14:51:00Z', { value: '0', currency: 'XYZ' }),
      // Answered at once but two minutes old: in none of the shares.
      lead('6', '2025-03-10T14:58:00Z', { first_response_at: '2025-03-10T14:58:10Z', activity_count: 1 }),
      lead('7', '2025-01-10T17:00:00Z', { semantic: 'won', closed_at: '2025-03-01T12:00:00Z' }),
      lead('8', '2025-01-10T17:00:00Z', { semantic: 'lost', closed_at: '2025-03-01T12:00:00Z' }),
      lead('9', '2025-01-10T17:00:00Z', { semantic: 'lost', closed_at: '2025-03-02T12:00:00Z' }),
      lead('10', '2025-03-07T17:00:00Z', { deleted_at: '2025-03-08T00:00:00Z', value: '999', currency: 'USD' }),
    ]),
  );
  await insertRows(
    owner,
    'crm_deals',
    own([
      // Won after one, two and four days; one that was closed before it was created (an import) has no cycle.
      deal('1', 'won', '2025-03-01T12:00:00Z', { closed_at: '2025-03-02T12:00:00Z' }),
      deal('2', 'won', '2025-03-01T12:00:00Z', { closed_at: '2025-03-03T12:00:00Z' }),
      deal('3', 'won', '2025-03-01T12:00:00Z', { closed_at: '2025-03-05T12:00:00Z' }),
      deal('4', 'won', '2025-03-01T12:00:00Z', { closed_at: '2025-02-28T12:00:00Z' }),
      deal('5', 'lost', '2025-03-01T12:00:00Z', { closed_at: '2025-03-31T12:00:00Z', value: '90', currency: 'RUB' }),
      deal('6', 'lost', '2025-03-01T12:00:00Z', { closed_at: '2025-03-01T12:00:00Z', value: '2', currency: 'USD' }),
      deal('7', 'lost', '2025-03-01T12:00:00Z', { closed_at: '2025-03-01T12:00:00Z', value: '7', currency: 'XYZ' }),
      // The last 30 days began on 9 February at 05:00Z. A second before is stale, that instant is not.
      deal('8', 'open', '2024-01-01T12:00:00Z', { stage_changed_at: '2025-02-09T04:59:59Z' }),
      deal('9', 'open', '2024-01-01T12:00:00Z', { stage_changed_at: '2025-02-09T05:00:00Z' }),
      // Its stage never changed: creation counts.
      deal('10', 'open', '2024-01-01T12:00:00Z', {}),
      deal('11', 'open', null, {}),
      deal('12', 'won', '2024-01-01T12:00:00Z', {}),
    ]),
  );
  const call = { type: 'call', completed: true, employee_id: '1' };
  await insertRows(
    owner,
    'crm_activities',
    own([
      activity('1', { ...call, duration_seconds: 60, owner_entity: 'leads', owner_external_id: '1' }),
      activity('2', { ...call, duration_seconds: 45, owner_entity: 'leads', owner_external_id: '1' }),
      activity('3', { ...call, owner_entity: 'deals', owner_external_id: '1' }),
      // Planned, so neither a call that was made nor talked in.
      activity('4', { ...call, completed: false, duration_seconds: 600, owner_entity: 'leads', owner_external_id: '2' }),
      activity('5', { type: 'meeting', completed: true, duration_seconds: 3600 }),
    ]),
  );
  const cameThen = { funnel_entered_at: '2025-03-02T12:00:00Z' };
  await insertRows(
    owner,
    'crm_stage_history',
    own([
      // Deal 1: NEW for an hour, TALK for three, back to NEW for two, then won.
      step('deals:1', 'NEW', '2025-03-01T12:00:00Z', left('2025-03-01T13:00:00Z', 'TALK', 'open')),
      step('deals:2', 'TALK', '2025-03-01T13:00:00Z', left('2025-03-01T16:00:00Z', 'NEW', 'open')),
      step('deals:3', 'NEW', '2025-03-01T16:00:00Z', left('2025-03-01T18:00:00Z', 'WON', 'won')),
      step('deals:4', 'WON', '2025-03-01T18:00:00Z', { semantic: 'won', funnel_entered_at: '2025-03-01T12:00:00Z' }),
      // Deal 2: lost after nine hours. Deal 3: still there. Deal 4: a step into the same stage leaves nothing, but takes time.
      step('deals:5', 'NEW', '2025-03-02T12:00:00Z', { ...left('2025-03-02T21:00:00Z', 'LOSE', 'lost'), ...cameThen }),
      step('deals:6', 'LOSE', '2025-03-02T21:00:00Z', { semantic: 'lost' }),
      step('deals:7', 'NEW', '2025-03-02T12:00:00Z', cameThen),
      step('deals:8', 'NEW', '2025-03-02T12:00:00Z', { ...left('2025-03-02T17:00:00Z', 'NEW', 'open'), ...cameThen }),
      // A lead's status has the code of a deal's stage.
      step('leads:1', 'NEW', '2025-03-02T12:00:00Z', { owner_entity: 'leads', pipeline: null, ...cameThen }),
      step('deals:9', 'NEW', '2025-03-02T12:00:00Z', { deleted_at: '2025-03-03T12:00:00Z' }),
    ]),
  );
  const contact = (external_id: string, phone: string | null) => ({ external_id, phone, created_at: '2025-03-08T12:00:00Z' });
  await insertRows(
    owner,
    'crm_contacts',
    own([
      contact('1', '+998 (90) 123-45-67'),
      contact('2', '00 998 90 765 43 21'),
      contact('3', '+7 701 000 00 00'),
      contact('4', '+7 495 000 00 00'),
      contact('5', '8 495 000 00 00'),
      contact('6', null),
    ]),
  );
  const [row] = await database.db.withTenant(tenantId, 'read', (tx) => tx.query(dictionariesQuery(tenantId)));
  context = {
    now: SMALL_WORLD_NOW,
    timezone: 'America/New_York',
    workingWeek: [],
    displayCurrency: 'USD',
    locale: 'en',
    mode: 'classic',
    crmSources: ['bitrix24'],
    dictionaries: toDictionaries(row ?? {}),
  };
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

function lead(external_id: string, created_at: string, more: Record<string, unknown>) {
  const fields = {
    1: { UF_CITY: 1, UF_VIP: true },
    2: { UF_CITY: '1', UF_VIP: 'Y' },
    3: { UF_CITY: '2', UF_VIP: 'N' },
    4: { UF_CITY: '9' },
  };
  return { external_id, status: 'NEW', custom_fields: fields[external_id as unknown as 1] ?? {}, created_at, ...more };
}

function deal(external_id: string, semantic: string, created_at: string | null, more: Record<string, unknown>) {
  return { external_id, pipeline: '0', stage: 'NEW', semantic, created_at, ...more };
}

function step(external_id: string, stage: string, occurred_at: string, more: Record<string, unknown>) {
  const owner_external_id = '1';
  return {
    external_id,
    owner_entity: 'deals',
    owner_external_id,
    pipeline: '0',
    stage,
    semantic: 'open',
    kind: 'moved',
    occurred_at,
    ...more,
  };
}

function left(left_at: string, next_stage: string, next_semantic: string) {
  return { left_at, next_pipeline: '0', next_stage, next_semantic };
}

function activity(external_id: string, more: Record<string, unknown>) {
  return { external_id, started_at: '2025-03-08T12:00:00Z', ...more };
}

async function run<Data>(plan: Plan<Data>, statements?: string[]): Promise<Data> {
  const prepared = preparePlans(tenantId, [plan]);
  statements?.push(...prepared.queries.map(({ text }) => text));
  const results = await database.db.withTenant(tenantId, 'read', (tx) =>
    Promise.all(prepared.queries.map((query) => tx.query(query))),
  );
  const data = prepared.finish(plan, results);
  if (!data) throw new Error('no data');
  return data;
}

const BASE = {
  chartId: 'c',
  title: 'Chart',
  dataSource: 'leads',
  crmSource: 'all',
  aggregation: 'count',
  measure: null,
  timeRangeDays: null,
  period: null,
  filterField: null,
  filterValue: null,
  pipeline: null,
  size: 'medium',
} as const;

function chart(config: Partial<ChartConfig>): Plan<ChartData> {
  const defaults = { description: '', chartType: 'bar', xField: null, yField: null, groupBy: null, timeBucket: null } as const;
  return planChart({ ...BASE, ...defaults, sortOrder: 'desc', limit: null, ...config }, context);
}

function kpi(config: Partial<KpiConfig>): Plan<KpiData> {
  const defaults = { chartType: 'kpi', metricField: null, format: 'number', comparisonPeriodDays: null } as const;
  return planKpi({ ...BASE, ...defaults, ...config }, context);
}

const pointsOf = (data: ChartData) => (data.series[0]?.points ?? []).map(({ label, value }) => [label, value]);

describe('measures', () => {
  test.each<[string, Partial<KpiConfig>, string | null]>([
    // 60, 300, 300.001, 3601 and 10 seconds.
    ['mean first response: 4271.001 ÷ 5', { measure: 'averageFirstResponse', format: 'duration' }, '854.2'],
    ['median first response of five: the third', { measure: 'medianFirstResponse', format: 'duration' }, '300'],
    [
      'of Friday’s and Saturday’s: between 60 and 300',
      { measure: 'medianFirstResponse', filterField: 'department', filterValue: 'Sales', format: 'duration' },
      '180',
    ],
    ['of today: the one that was answered', { measure: 'medianFirstResponse', timeRangeDays: 1, format: 'duration' }, '10'],
    ['median of nothing', { measure: 'medianFirstResponse', crmSource: 'zoho', format: 'duration' }, null],
    // At least 5 minutes old: all but number 6, eight. Within 5: numbers 1 and 2.
    ['answered within 5 minutes: 2 of 8', { measure: 'answeredWithin5', format: 'percentage' }, '25.00'],
    // At least 15 minutes old: all but 5 and 6, seven. Within 15: 1, 2 and 3.
    ['answered within 15 minutes: 3 of 7', { measure: 'answeredWithin15', format: 'percentage' }, '42.86'],
    ['answered within 60 minutes: 3 of 7', { measure: 'answeredWithin60', format: 'percentage' }, '42.86'],
    [
      'answered within 60 minutes today: none is old enough',
      { measure: 'answeredWithin60', timeRangeDays: 1, format: 'percentage' },
      null,
    ],
    // Open without activities: 2, 3, 4 and 5.
    ['untouched leads', { measure: 'untouchedLeads' }, '4'],
    // (10 + 111.11… + 0) ÷ 3; five of XYZ stand beside.
    ['average lead value', { measure: 'averageLeadValue', format: 'currency' }, '40.37'],
    ['lead win rate: 1 of 3', { measure: 'leadWinRate', format: 'percentage' }, '33.33'],
    // Activities 1, 2 and 4 belong to leads; there are nine leads, six of them of the last 30 days.
    ['activities per lead: 3 ÷ 9', { measure: 'activitiesPerLead' }, '0.33'],
    ['activities per lead of 30 days: 3 ÷ 6', { measure: 'activitiesPerLead', timeRangeDays: 30 }, '0.5'],
    ['median cycle of 1, 2 and 4 days', { dataSource: 'deals', measure: 'medianCycleDays' }, '2'],
    [
      'median cycle of the one deal won on 2 March',
      { dataSource: 'deals', measure: 'medianCycleDays', timeRangeDays: 9, comparisonPeriodDays: null },
      '2',
    ],
    ['stale deals: 8 and 10', { dataSource: 'deals', measure: 'staleDeals' }, '2'],
    // 90 roubles are a dollar.
    ['lost value: 1 + 2', { dataSource: 'deals', measure: 'lostValue', format: 'currency' }, '3.00'],
    ['calls: those that were made', { dataSource: 'activities', measure: 'calls' }, '3'],
    ['talk time: 60 + 45', { dataSource: 'activities', measure: 'talkTime', format: 'duration' }, '105'],
    ['completed activities', { dataSource: 'activities', measure: 'completedActivities' }, '4'],
    ['stage entries: all nine', { dataSource: 'stageHistory', measure: 'stageEntries' }, '9'],
    // Deal 1 as far as WON, through NEW and PREP; the other three and the lead as far as NEW. TALK is none of the CRM's stages.
    ['reached: 3 + 3 + 1', { dataSource: 'stageHistory', measure: 'stageReached' }, '7'],
    // 1, 3, 2, 9 and 5 hours.
    [
      'mean time in stage: 20 ÷ 5 hours',
      { dataSource: 'stageHistory', measure: 'averageTimeInStage', format: 'duration' },
      '14400',
    ],
    ['median time in stage: 3 hours', { dataSource: 'stageHistory', measure: 'medianTimeInStage', format: 'duration' }, '10800'],
    // Left for another stage: 1, 2, 3 and 5; number 5 was lost.
    ['stage conversion: 3 of 4', { dataSource: 'stageHistory', measure: 'stageConversion', format: 'percentage' }, '75.00'],
    [
      'stage conversion of final stages: they are never left',
      {
        dataSource: 'stageHistory',
        measure: 'stageConversion',
        filterField: 'outcome',
        filterValue: 'won',
        format: 'percentage',
      },
      null,
    ],
    // 0, 10 and 111.11…
    ['median of money in several currencies', { aggregation: 'median', metricField: 'value', format: 'currency' }, '10.00'],
    ['mean of days', { dataSource: 'deals', aggregation: 'max', metricField: 'cycleDays' }, '30'],
  ])('%s', async (_what, config, expected) => {
    expect((await run(kpi(config))).value).toBe(expected);
  });

  test('a median leaves out what cannot be converted and says so', async () => {
    const data = await run(kpi({ aggregation: 'median', metricField: 'value', format: 'currency' }));
    expect(data.unconverted).toEqual([{ currency: 'XYZ', count: 1, amount: '5.00' }]);
  });

  test('the median of all others is of their values, not of their medians', async () => {
    // Unassigned: 3601 and 10. Sales: 60, 300. Support: 300.001. Beyond the first: the middle of 60, 300 and 300.001.
    const data = await run(chart({ measure: 'medianFirstResponse', xField: 'department', limit: 1 }));
    expect(pointsOf(data)).toEqual([
      ['Not set', 1805.5],
      ['All others', 300],
    ]);
  });

  test('medians have a statement of their own, and an axis of time has exact ones a step', async () => {
    const statements: string[] = [];
    const data = await run(chart({ measure: 'medianFirstResponse', timeBucket: 'day', timeRangeDays: 4 }), statements);
    expect(pointsOf(data).map(([, value]) => value)).toEqual([60, 300, 1950.5, 10]);
    // Of 10, 60, 300, 300.001 and 3,601 seconds; of the days' own medians it would be another.
    expect(data.total).toBe('300');
    expect(statements).toHaveLength(1);
  });

  test('several measures of one table and time still share a statement', () => {
    const plans = ['answeredWithin5', 'answeredWithin15', 'totalLeads', 'averageFirstResponse'].map((measure) =>
      chart({ measure, xField: 'owner', timeRangeDays: 30 }),
    );
    expect(preparePlans(tenantId, plans).queries).toHaveLength(1);
  });
});

test('behind stage entries are the leads and deals that entered, by their own names', async () => {
  await owner.query("update crm_deals set title = 'The deal' where tenant_id = $1 and external_id = '1'", [tenantId]);
  await owner.query("update crm_leads set title = 'The lead' where tenant_id = $1 and external_id = '1'", [tenantId]);
  const defaults = { chartType: 'kpi', metricField: null, format: 'number', comparisonPeriodDays: null } as const;
  const config: KpiConfig = { ...BASE, ...defaults, dataSource: 'stageHistory', measure: 'stageEntries' };
  const titlesOf = async (filterValue: string) => {
    const set = await run(planDrill({ ...config, filterField: 'entity', filterValue }, {}, context));
    const query = drillPageQuery(tenantId, set, { after: null, limit: 2 });
    const rows = await database.db.withTenant(tenantId, 'read', (tx) => tx.query<Record<string, unknown>>(query));
    return rows.map(({ external_id, title, owner: person, page_entity, page_id }) => [
      external_id,
      title,
      person,
      page_entity,
      page_id,
    ]);
  };
  expect(await titlesOf('leads')).toEqual([['leads:1', 'The lead', '1', 'leads', '1']]);
  // The latest first.
  expect(await titlesOf('deals')).toEqual([
    ['deals:6', 'The deal', null, 'deals', '1'],
    ['deals:5', 'The deal', null, 'deals', '1'],
  ]);
});

describe('dimensions', () => {
  test('stages by the next stage are the matrix of moves; a lead’s status is apart from a deal’s stage of the same code', async () => {
    const data = await run(chart({ dataSource: 'stageHistory', measure: 'stageEntries', xField: 'stage', groupBy: 'nextStage' }));
    const moves = data.series.flatMap(({ key: to, points }) =>
      points.filter(({ value }) => value !== 0).map(({ key, value }) => `${key} > ${to}: ${value}`),
    );
    expect(moves.sort()).toEqual([
      'LOSE > : 1',
      'TALK > NEW: 1',
      'WON > : 1',
      'bitrix24:deals:0:NEW > : 1',
      'bitrix24:deals:0:NEW > LOSE: 1',
      'bitrix24:deals:0:NEW > NEW: 1',
      'bitrix24:deals:0:NEW > TALK: 1',
      'bitrix24:deals:0:NEW > WON: 1',
      'bitrix24:leads::NEW > : 1',
    ]);
  });

  test('weekdays are the tenant’s, in their order and all seven of them', async () => {
    // The 7th was a Friday; number 5 and 6 came on Monday, 7 to 9 on Friday, 10 January.
    expect(pointsOf(await run(chart({ xField: 'weekday' })))).toEqual([
      ['Monday', 2],
      ['Tuesday', 0],
      ['Wednesday', 0],
      ['Thursday', 0],
      ['Friday', 4],
      ['Saturday', 1],
      ['Sunday', 2],
    ]);
  });

  test('an hour is what the clock shows, on either side of its change', async () => {
    const data = await run(chart({ xField: 'createdAtHour', filterField: 'weekday', filterValue: '7' }));
    expect(pointsOf(data).filter(([, value]) => value !== 0)).toEqual([
      ['01:00', 1],
      ['03:00', 1],
    ]);
    expect(data.series[0]?.points).toHaveLength(24);
  });

  test('the weekday of a measure is of the time it counts by', async () => {
    // Lead 7 was won on Saturday, 1 March; of the lost ones number 9 on Sunday.
    const data = await run(chart({ measure: 'leadWinRate', xField: 'weekday' }));
    expect(pointsOf(data).filter(([, value]) => value !== null)).toEqual([
      ['Saturday', 50],
      ['Sunday', 0],
    ]);
  });

  test('a department has the leads of all its people', async () => {
    expect(pointsOf(await run(chart({ xField: 'department' })))).toEqual([
      ['Not set', 6],
      ['Sales', 2],
      ['Support', 1],
    ]);
    const others = kpi({ filterField: 'department', filterValue: '' });
    expect((await run(others)).value).toBe('6');
  });

  test('a country is told by the calling code, and of a number no more than four digits are read', async () => {
    const statements: string[] = [];
    const data = await run(chart({ dataSource: 'contacts', xField: 'country' }), statements);
    expect(data.series[0]?.points.map(({ key, label, value }) => [key, label, value])).toEqual([
      ['UZ', 'Uzbekistan', 2],
      ['KZ', 'Kazakhstan', 1],
      ['', 'Not set', 1],
      ['other', 'Other or unknown', 1],
      ['RU', 'Russia', 1],
    ]);
    const rows = await owner.query(statements[0]?.replaceAll('$1', `'${tenantId}'`) ?? '');
    expect(rows.rows.map(({ key_0 }) => key_0).sort()).toEqual(['7495', '7701', '9989', '?', null]);
  });

  test('a custom field’s values have the labels of its options', async () => {
    expect(pointsOf(await run(chart({ xField: 'custom:UF_CITY' })))).toEqual([
      ['Not set', 5],
      ['Tashkent', 2],
      ['9', 1],
      ['Samarkand', 1],
    ]);
    expect(pointsOf(await run(chart({ xField: 'custom:UF_VIP' })))).toEqual([
      ['Not set', 6],
      ['Yes', 2],
      ['No', 1],
    ]);
    expect((await run(kpi({ filterField: 'custom:UF_VIP', filterValue: 'true' }))).value).toBe('2');
    expect((await run(kpi({ filterField: 'custom:UF_CITY', filterValue: '1' }))).value).toBe('2');
  });

  test.each([
    ['custom:UF_TAGS', 'invalid_combination'],
    ['custom:UF_NOTE', 'unknown_field_name'],
    ['custom:TITLE', 'unknown_field_name'],
    ['custom:', 'unknown_field_name'],
    ["custom:UF_CITY' or true", 'unknown_field_name'],
  ])('%s is no dimension', (xField, code) => {
    expect(() => chart({ xField })).toThrow(expect.objectContaining({ code }));
    expect(() => kpi({ filterField: xField, filterValue: '1' })).toThrow(expect.objectContaining({ code }));
  });

  test('no value has the character NUL', () => {
    expect(() => kpi({ filterField: 'source', filterValue: 'a\0' })).toThrow(
      expect.objectContaining({ code: 'invalid_combination' }),
    );
  });
});
