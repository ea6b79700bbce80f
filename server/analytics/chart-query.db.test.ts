import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChartConfig, ChartData, KpiConfig, KpiData } from '../../contract/charts.ts';
import { insertRows } from '../testing/insert-rows.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { insertRecords, insertTenant, SMALL_WORLD_NOW } from '../testing/small-world.ts';
import { OTHERS_KEY, planChart } from './chart-query.ts';
import { dictionariesQuery, toDictionaries } from './dictionaries.ts';
import { planKpi } from './kpi-query.ts';
import { type Plan, preparePlans } from './plan.ts';
import type { AnalyticsContext } from './resolve.ts';

let database: TestDatabase;
let owner: pg.Client;
let tenantId: string;
let context: AnalyticsContext;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  tenantId = await insertTenant(owner);
  await insertRecords(owner, tenantId);
  context = await contextOf(tenantId);
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

async function contextOf(ofTenant: string): Promise<AnalyticsContext> {
  const [row] = await database.db.withTenant(ofTenant, 'read', (tx) => tx.query(dictionariesQuery(ofTenant)));
  return {
    now: SMALL_WORLD_NOW,
    timezone: 'America/New_York',
    workingWeek: [],
    displayCurrency: 'USD',
    locale: 'en',
    mode: 'classic',
    crmSources: ['bitrix24', 'hubspot', 'zoho'],
    dictionaries: toDictionaries(row ?? {}),
  };
}

async function run<Data>(plan: Plan<Data>, ofTenant = tenantId): Promise<Data> {
  const prepared = preparePlans(ofTenant, [plan]);
  const results = await database.db.withTenant(ofTenant, 'read', (tx) =>
    Promise.all(prepared.queries.map((query) => tx.query(query))),
  );
  const data = prepared.finish(plan, results);
  if (!data) throw new Error('no data');
  return data;
}

const BASE = {
  chartId: 'c',
  title: 'Chart',
  dataSource: 'deals',
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

function chart(config: Partial<ChartConfig>, inContext = context): Plan<ChartData> {
  const defaults = {
    description: '',
    chartType: 'bar',
    xField: null,
    yField: null,
    groupBy: null,
    timeBucket: null,
    sortOrder: 'desc',
    limit: null,
  } as const;
  return planChart({ ...BASE, ...defaults, ...config }, inContext);
}

function kpi(config: Partial<KpiConfig>): Plan<KpiData> {
  const defaults = { chartType: 'kpi', metricField: null, format: 'number', comparisonPeriodDays: null } as const;
  return planKpi({ ...BASE, ...defaults, ...config }, context);
}

const pointsOf = (data: ChartData) => (data.series[0]?.points ?? []).map(({ label, value }) => [label, value]);

describe('KPIs', () => {
  test.each([
    // Won: 7 (500 USD), 8 (100 USD), 9 (300 USD), 12 (no amount). Lost: 10.
    ['won deals of all time', { measure: 'wonDeals' }, '4'],
    ['won deals of 90 days, by closing', { measure: 'wonDeals', timeRangeDays: 90 }, '3'],
    ['value won in 90 days', { measure: 'wonValue', timeRangeDays: 90, format: 'currency' }, '600.00'],
    ['average deal, of those that have an amount', { measure: 'averageDeal', format: 'currency' }, '300.00'],
    ['win rate of 90 days: 3 of 4', { measure: 'winRate', timeRangeDays: 90, format: 'percentage' }, '75.00'],
    ['win rate of all time: 4 of 5', { measure: 'winRate', format: 'percentage' }, '80.00'],
    [
      'conversion rate of 30 days: 2 won, 5 leads',
      { measure: 'conversionRate', timeRangeDays: 30, format: 'percentage' },
      '40.00',
    ],
    [
      'conversion rate of Ann: 2 won, 7 leads',
      { measure: 'conversionRate', filterField: 'owner', filterValue: '1', format: 'percentage' },
      '33.33',
    ],
    ['win rate of today, when nothing closed', { measure: 'winRate', timeRangeDays: 1, format: 'percentage' }, null],
    ['open deals of one pipeline', { measure: 'openDeals', pipeline: '7' }, '1'],
    ['deals of one CRM', { measure: 'totalDeals', crmSource: 'hubspot' }, '0'],
    ['deals of nobody, 0 and null alike', { filterField: 'owner', filterValue: '' }, '1'],
    ['deals of nobody by the CRM’s word for it', { filterField: 'owner', filterValue: '0' }, '1'],
    ['leads of nobody', { dataSource: 'leads', filterField: 'owner', filterValue: '' }, '2'],
    ['leads without a source', { dataSource: 'leads', filterField: 'source', filterValue: '' }, '1'],
    ['activities that are not done', { dataSource: 'activities', filterField: 'completed', filterValue: 'false' }, '2'],
    // 60 + 91 + 30 = 181 seconds over three calls.
    [
      'average call of 30 days',
      { dataSource: 'activities', aggregation: 'average', metricField: 'durationSeconds', timeRangeDays: 30, format: 'duration' },
      '60.33',
    ],
    [
      'longest call of all time',
      { dataSource: 'activities', aggregation: 'max', metricField: 'durationSeconds', format: 'duration' },
      '1000',
    ],
    [
      'shortest call of all time',
      { dataSource: 'activities', aggregation: 'min', metricField: 'durationSeconds', format: 'duration' },
      '30',
    ],
    [
      'talk time of nothing',
      { dataSource: 'activities', aggregation: 'sum', metricField: 'durationSeconds', crmSource: 'zoho', format: 'duration' },
      '0',
    ],
  ] as const)('%s', async (_what, config, expected) => {
    expect((await run(kpi(config))).value).toBe(expected);
  });

  test('the previous period ends the given days earlier', async () => {
    // The 30 days before began on 10 January: of the leads only number 2, of 8 February, lies there.
    const data = await run(kpi({ dataSource: 'leads', timeRangeDays: 30, comparisonPeriodDays: 30 }));
    expect([data.value, data.previous]).toEqual(['5', '1']);
  });

  test('a filter value is a value, whatever it looks like', async () => {
    expect((await run(kpi({ filterField: 'stage', filterValue: "' or true --" }))).value).toBe('0');
  });
});

describe('charts', () => {
  test('values below the limit are folded into one, by sum and by mean alike', async () => {
    const deals = { xField: 'stage', limit: 1 } as const;
    // New, Paid and Prepare of Sales have three deals each, and New is the first of them by name; nine deals are elsewhere.
    expect(pointsOf(await run(chart(deals)))).toEqual([
      ['New', 3],
      ['All others', 9],
    ]);
    const byStage = await run(chart({ ...deals, aggregation: 'average', yField: 'value' }));
    // New: (1000 + 100) ÷ 2. The others: 500 + 300 + 100 won, 200 lost, 10 to renew and the zero of number 13, six amounts.
    expect(byStage.series[0]?.points.map(({ key, value }) => [key, value])).toEqual([
      ['NEW', 550],
      [OTHERS_KEY, 185],
    ]);
  });

  test('the smallest come first when asked for', async () => {
    const data = await run(chart({ dataSource: 'leads', xField: 'source', sortOrder: 'asc' }));
    expect(pointsOf(data)).toEqual([
      ['GHOST', 1],
      ['Not set', 1],
      ['Website', 2],
      ['Phone call', 5],
    ]);
  });

  test('an average of nothing is a gap, and gaps come last', async () => {
    const data = await run(
      chart({ dataSource: 'activities', xField: 'type', aggregation: 'average', yField: 'durationSeconds' }),
    );
    expect(pointsOf(data)).toEqual([
      ['Call', 295.25], // (60 + 91 + 30 + 1000) ÷ 4
      ['E-mail', null],
      ['Meeting', null],
      ['Task', null],
    ]);
  });

  test('series over time have every step, and the time of the measure decides', async () => {
    const data = await run(
      chart({ measure: 'wonDeals', timeBucket: 'month', groupBy: 'owner', timeRangeDays: 90, chartType: 'line' }),
    );
    expect(data.series.map(({ label, points }) => [label, ...points.map(({ key, value }) => `${key}=${value}`)])).toEqual([
      ['Ann', '2024-12-01=1', '2025-01-01=0', '2025-02-01=0', '2025-03-01=0'],
      ['Dana Gone', '2024-12-01=0', '2025-01-01=0', '2025-02-01=0', '2025-03-01=1'],
      ['Unassigned', '2024-12-01=0', '2025-01-01=0', '2025-02-01=0', '2025-03-01=1'],
    ]);
  });

  test('a rate over time divides what closed in a step by what closed in it', async () => {
    const data = await run(chart({ measure: 'winRate', timeBucket: 'month', timeRangeDays: 90 }));
    // December: 1 of 1. March: won 7 and 12, lost 10. In between nothing closed, and nothing can be said.
    expect(pointsOf(data).map(([, value]) => value)).toEqual([100, null, null, 66.67]);
  });

  test('all time begins with the first step that has anything', async () => {
    const data = await run(chart({ dataSource: 'contacts', timeBucket: 'year' }));
    expect(pointsOf(data)).toEqual([
      ['2020', 1],
      ['2021', 0],
      ['2022', 0],
      ['2023', 0],
      ['2024', 0],
      ['2025', 3],
    ]);
  });

  test('another time may be put on the axis', async () => {
    const data = await run(chart({ dataSource: 'activities', xField: 'deadline', timeBucket: 'month', timeRangeDays: 30 }));
    // The only deadline, 13 March, is after today.
    expect(pointsOf(data).map(([, value]) => value)).toEqual([0, 0]);
  });

  test('more than 50 series and 1,000 categories are folded, and nothing is lost', async () => {
    const crowd = await insertTenant(owner);
    await owner.query(
      `insert into crm_leads (tenant_id, crm_source, external_id, status, source, assigned_to, created_at)
       select $1, 'bitrix24', n::text, 'NEW', 'S' || n % 60, 'U' || n % 1200, '2025-03-08T12:00:00Z' from generate_series(1, 2400) n`,
      [crowd],
    );
    const bySource = await run(
      chart({ dataSource: 'leads', xField: 'status', groupBy: 'source' }, await contextOf(crowd)),
      crowd,
    );
    expect(bySource.series).toHaveLength(50);
    // 49 sources of 40 leads each are shown, eleven are folded.
    expect(bySource.series.at(-1)).toMatchObject({ key: OTHERS_KEY, points: [{ key: 'NEW', value: 440 }] });
    const byOwner = await run(chart({ dataSource: 'leads', xField: 'owner' }, await contextOf(crowd)), crowd);
    expect(byOwner.series[0]?.points).toHaveLength(1000);
    expect(byOwner.series[0]?.points.at(-1)).toMatchObject({ key: OTHERS_KEY, value: 402 });
    expect(byOwner.rowCount).toBe(2400);
  });

  test('a second CRM’s equal codes stay apart, and its money goes by its own rates', async () => {
    const both = await insertTenant(owner);
    await insertRecords(owner, both);
    const hubspot = { tenant_id: both, crm_source: 'hubspot' };
    await insertRows(owner, 'crm_users', [{ ...hubspot, external_id: '1', name: 'Zed' }]);
    await insertRows(owner, 'crm_currencies', [
      { ...hubspot, code: 'USD', rate: '1', is_base: true, name: 'Dollar' },
      { ...hubspot, code: 'EUR', rate: '1.1', name: 'Euro' },
    ]);
    await insertRows(owner, 'crm_deals', [
      {
        ...hubspot,
        external_id: '1',
        stage: 'x',
        semantic: 'open',
        value: '10',
        currency: 'EUR',
        assigned_to: '1',
        created_at: '2025-01-01',
      },
    ]);
    const data = await run(chart({ measure: 'pipelineValue', xField: 'owner' }, await contextOf(both)), both);
    expect(data.series[0]?.points.map(({ key, label, value }) => [key, label, value])).toEqual([
      ['bitrix24:1', 'Ann', 1110],
      ['hubspot:1', 'Zed', 11],
    ]);
  });
});

describe('what cannot be asked', () => {
  const unknown = 'unknown_field_name';
  const together = 'invalid_combination';
  const names = ['constructor', '__proto__', 'toString', 'status; drop table crm_leads', 'created_at', 'assigned_to', ''];

  test.each(names)('the name %j is refused wherever a name can stand', (name) => {
    const refused = [
      () => chart({ dataSource: 'leads', xField: name }),
      () => chart({ dataSource: 'leads', xField: name, timeBucket: 'day', timeRangeDays: 30 }),
      () => chart({ dataSource: 'leads', xField: 'status', groupBy: name }),
      () => chart({ dataSource: 'leads', xField: 'status', aggregation: 'sum', yField: name }),
      () => chart({ dataSource: 'leads', xField: 'status', measure: name }),
      () => chart({ dataSource: 'leads', xField: 'status', filterField: name, filterValue: 'x' }),
      () => kpi({ measure: name }),
      () => kpi({ aggregation: 'sum', metricField: name }),
      () => kpi({ filterField: name, filterValue: 'x' }),
    ];
    for (const ask of refused) expect(ask).toThrow(expect.objectContaining({ code: unknown }));
  });

  test.each<[string, () => unknown, string]>([
    ['a sum over text', () => chart({ xField: 'stage', aggregation: 'sum', yField: 'source' }), together],
    ['an average over a time', () => chart({ xField: 'stage', aggregation: 'average', yField: 'closedAt' }), together],
    ['an average of nothing', () => chart({ xField: 'stage', aggregation: 'average' }), together],
    ['a count of a field', () => chart({ xField: 'stage', yField: 'value' }), together],
    ['a median of nothing', () => chart({ xField: 'stage', aggregation: 'median' }), together],
    ['no axis', () => chart({}), together],
    ['a time without steps', () => chart({ xField: 'createdAt' }), together],
    ['steps of something that is no time', () => chart({ xField: 'stage', timeBucket: 'day', timeRangeDays: 30 }), together],
    ['ten years of days', () => chart({ timeBucket: 'day', timeRangeDays: 3660 }), together],
    ['two months of hours', () => chart({ timeBucket: 'hour', timeRangeDays: 60 }), together],
    ['days of all time', () => chart({ timeBucket: 'day' }), together],
    ['a pipeline of leads', () => chart({ dataSource: 'leads', xField: 'status', pipeline: '7' }), together],
    ['a filter without a value', () => chart({ xField: 'stage', filterField: 'owner' }), together],
    ['a value without a filter', () => chart({ xField: 'stage', filterValue: '1' }), together],
    ['a measure of another table', () => chart({ dataSource: 'leads', xField: 'status', measure: 'wonDeals' }), unknown],
    ['conversion by what only deals have', () => chart({ xField: 'stage', measure: 'conversionRate' }), unknown],
    ['an earlier period of all time', () => kpi({ comparisonPeriodDays: 30 }), together],
    ['a count as money', () => kpi({ format: 'currency' }), together],
  ])('%s', (_what, ask, code) => {
    expect(ask).toThrow(expect.objectContaining({ code }));
  });

  test('the refusal repeats no more than 64 characters of a name', () => {
    const ask = () => chart({ xField: 'x'.repeat(5000) });
    expect(ask).toThrow(expect.objectContaining({ message: `deals have no dimension "${'x'.repeat(64)}"` }));
  });
});

test('a rate of fewer than ten records leads no ranking, and every rate says of how many it is', async () => {
  const rated = await insertTenant(owner);
  const leads = (source: string, won: number, lost: number) =>
    Array.from({ length: won + lost }, (_, index) => ({
      ...{ tenant_id: rated, crm_source: 'bitrix24', external_id: `${source}${index}`, source },
      ...{ semantic: index < won ? 'won' : 'lost', created_at: SMALL_WORLD_NOW, closed_at: SMALL_WORLD_NOW },
    }));
  // 30 %, 50 %, and two of nothing to speak of: 100 % and 0 %.
  const rows = [...leads('ADS', 3, 7), ...leads('WEB', 5, 5), ...leads('SHOP', 9, 0), ...leads('CALL', 0, 1)];
  await insertRows(owner, 'crm_leads', rows);
  const rates = { dataSource: 'leads', measure: 'leadWinRate', xField: 'source' } as const;
  const told = async (config: Partial<ChartConfig>) => {
    const { series } = await run(chart({ ...rates, ...config }, await contextOf(rated)), rated);
    return series[0]?.points.map(({ key, value, of }) => [key, value, of]);
  };
  const thin = { SHOP: ['SHOP', 100, 9], CALL: ['CALL', 0, 1] };
  expect(await told({})).toEqual([['WEB', 50, 10], ['ADS', 30, 10], thin.SHOP, thin.CALL]);
  expect(await told({ sortOrder: 'asc' })).toEqual([['ADS', 30, 10], ['WEB', 50, 10], thin.CALL, thin.SHOP]);
  // 17 won of all 30; of the others 12 of 20.
  expect(await told({ limit: 1 })).toEqual([
    ['WEB', 50, 10],
    [OTHERS_KEY, 60, 20],
  ]);
});
