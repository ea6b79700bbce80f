import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChartConfig, DataSource } from '../../contract/charts.ts';
import type { Widget } from '../../contract/dashboard.ts';
import { planWidget } from '../dashboard/load-dashboard.ts';
import { standardWidgets } from '../dashboard/standard-widgets.ts';
import type { SqlQuery } from '../platform/db.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { insertTenant } from '../testing/small-world.ts';
import { CATALOG } from './catalog.ts';
import { dictionariesQuery, toDictionaries } from './dictionaries.ts';
import { preparePlans } from './plan.ts';
import type { AnalyticsContext } from './resolve.ts';

/*
 * How statements run on tables of 120,000 rows, of which a third is one tenant's: what the plans do, not how long it takes.
 */
const ROWS = 120_000;
const TENANTS = 3;
const NOW = new Date('2026-06-15T07:00:00Z');
const ENTITIES = [
  'leads',
  'deals',
  'activities',
  'contacts',
  'companies',
  'stageHistory',
] as const satisfies readonly DataSource[];

let database: TestDatabase;
let tenantId: string;
let context: AnalyticsContext;

/**
 * Row `n` is the tenant's of n modulo 3, one every 17 minutes back from now: some 1,400 days. What it holds goes by k, its place
 * within its tenant, or else all deals of a tenant would end the same way.
 */
const COLUMNS: Record<(typeof ENTITIES)[number], string> = {
  leads: `status, semantic, source, assigned_to, value, currency, closed_at, first_response_at, created_at)
    select t.id, 'bitrix24', n, 's' || k % 6, (array['open','won','lost'])[1 + k % 3], 'c' || k % 9, k % 30, k % 1000, 'USD',
      at + interval '3 days', at + interval '20 minutes', at`,
  deals: `pipeline, stage, semantic, source, assigned_to, value, currency, closed_at, created_at)
    select t.id, 'bitrix24', n, k % 2, 'd' || k % 7, (array['open','won','lost'])[1 + k % 3], 'c' || k % 9, k % 30, k % 1000, 'USD',
      case when k % 3 > 0 then at + interval '5 days' end, at`,
  activities: `type, direction, employee_id, completed, duration_seconds, started_at)
    select t.id, 'bitrix24', n, (array['call','email','task'])[1 + k % 3], (array['in','out'])[1 + k % 2], k % 30, k % 5 > 0, k % 600, at`,
  contacts: `source, assigned_to, created_at) select t.id, 'bitrix24', n, 'c' || k % 9, k % 30, at`,
  companies: `industry, assigned_to, created_at) select t.id, 'bitrix24', n, 'i' || k % 9, k % 30, at`,
  stageHistory: `owner_entity, owner_external_id, pipeline, stage, semantic, kind, occurred_at, left_at, next_stage, next_semantic, funnel_entered_at)
    select t.id, 'bitrix24', n, 'deals', k / 4, k % 2, 'd' || k % 7, (array['open','won','lost'])[1 + k % 3], 'move', at,
      case when k % 4 > 0 then at + interval '2 days' end, 'd' || (k + 1) % 7, (array['open','won','lost'])[1 + (k + 1) % 3],
      case when k % 4 = 3 then at - interval '6 days' end`,
};

beforeAll(async () => {
  database = await createTestDatabase();
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  // VACUUM calls a logged row visible only when its commit is on disk, which PostgreSQL knows of 32 transactions together: those of
  // other tests, which do not wait for the disk, would decide. An unlogged table has no such bound.
  for (const table of [...ENTITIES.map((entity) => CATALOG[entity].table), 'crm_statuses', 'crm_deal_products'])
    await owner.query(`alter table ${table} set unlogged`);
  const tenants: string[] = [];
  for (let index = 0; index < TENANTS; index += 1) tenants.push(await insertTenant(owner));
  tenantId = tenants[0] ?? '';
  for (const entity of ENTITIES) {
    const { table } = CATALOG[entity];
    await owner.query(
      `insert into ${table} (tenant_id, crm_source, external_id, ${COLUMNS[entity]}
       from generate_series(1, ${ROWS}) n
       join unnest($1::uuid[]) with ordinality t(id, place) on t.place = 1 + n % ${TENANTS}
       cross join lateral (select n / ${TENANTS} as k, $2::timestamptz - n * interval '17 minutes' as at) moment
       order by at`,
      [tenants, NOW],
    );
    await owner.query(`vacuum (analyze) ${table}`);
  }
  await owner.query(
    `insert into crm_statuses (tenant_id, crm_source, entity, pipeline, code, label, semantic, sort)
     select t, 'bitrix24', 'deals', pipeline, 'd' || n, 'd' || n, 'open', n
     from unnest($1::uuid[]) t, generate_series(0, 1) pipeline, generate_series(0, 6) n`,
    [tenants],
  );
  await owner.query('vacuum (analyze) crm_statuses');
  // Two product rows in every deal: 240,000.
  await owner.query(
    `insert into crm_deal_products (tenant_id, crm_source, external_id, deal_id, name, quantity, price)
     select tenant_id, crm_source, external_id || '-' || place, external_id, 'p' || length(external_id), place, 10
     from crm_deals cross join generate_series(1, 2) place`,
  );
  await owner.query('vacuum (analyze) crm_deal_products');
  await owner.end();
  const [row] = await database.db.withTenant(tenantId, 'read', (tx) => tx.query(dictionariesQuery(tenantId)));
  const dictionaries = toDictionaries(row ?? {});
  const shown = { timezone: 'Asia/Tashkent', workingWeek: [], displayCurrency: 'USD', locale: 'en', mode: 'classic' } as const;
  context = { now: NOW, ...shown, crmSources: ['bitrix24'], dictionaries };
}, 120_000);

afterAll(() => database.drop());

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  'Heap Fetches'?: number;
  Plans?: PlanNode[];
}

/** What a statement reads, as PostgreSQL tells after it has run under row level security. */
interface Scan {
  node: string;
  table: string;
  rows: number;
  heapFetches: number;
}

async function scansOf(query: SqlQuery): Promise<Scan[]> {
  const [row] = await database.db.withTenant(tenantId, 'read', (tx) =>
    tx.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>({ ...query, text: `explain (analyze, format json) ${query.text}` }),
  );
  const scans: Scan[] = [];
  const visit = (node: PlanNode): void => {
    const table = node['Relation Name'];
    if (table?.startsWith('crm_')) {
      const read = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
      const rows = Math.round(read * node['Actual Loops']);
      scans.push({ node: node['Node Type'], table, rows, heapFetches: node['Heap Fetches'] ?? 0 });
    }
    for (const one of node.Plans ?? []) visit(one);
  };
  const plan = row?.['QUERY PLAN'][0].Plan;
  if (plan) visit(plan);
  return scans;
}

const CHART: Omit<ChartConfig, 'dataSource'> = {
  chartId: 'c',
  title: 'c',
  description: '',
  chartType: 'bar',
  crmSource: 'all',
  xField: null,
  yField: null,
  aggregation: 'count',
  measure: null,
  groupBy: null,
  timeBucket: null,
  timeRangeDays: 365,
  period: null,
  filterField: null,
  filterValue: null,
  pipeline: null,
  sortOrder: 'desc',
  limit: null,
  size: 'medium',
};

const statementsOf = (configs: readonly Widget['config'][]) =>
  preparePlans(
    tenantId,
    configs.map((config) => planWidget(config, context)),
  ).queries;

/** Columns that no index of a table holds: who asks for them reads the table, by way of an index. */
const NOT_COVERED: Record<string, RegExp> = {
  crm_leads: /activity_count|stage_changed_at|contact_phone/,
  crm_deals: /activity_count|stage_changed_at|semantic[\s\S]*closed_at/,
  crm_activities: /deadline|owner_entity|created_at/,
  crm_contacts: /phone/,
  crm_companies: /revenue|employee_count|currency/,
};

describe.each(['classic', 'simple'] as const)('the standard dashboard of a %s portal', (mode) => {
  test('reads indexes alone, and each statement no more than its own records once', async () => {
    const queries = statementsOf(standardWidgets(mode, 'en', false).map(({ config }) => config));
    for (const query of queries) {
      const scans = await scansOf(query);
      expect(
        scans.map(({ node }) => node),
        query.text,
      ).toEqual(['Index Only Scan']);
      expect(scans[0]?.heapFetches, query.text).toBe(0);
      expect(scans[0]?.rows, query.text).toBeLessThanOrEqual(ROWS / TENANTS);
    }
    // Four KPIs of all time and six charts of a period: what shares table, window and few groups shares a statement.
    expect(queries.length).toBeLessThanOrEqual(mode === 'classic' ? 7 : 8);
  });
});

/** What every chart of an entity may be grouped by. */
const someGroup = (dataSource: DataSource) => (dataSource === 'stageHistory' ? 'stage' : 'owner');

const charts: [string, ChartConfig][] = ENTITIES.flatMap((dataSource) => {
  const { dimensions, measures, numbers } = CATALOG[dataSource];
  const base = { ...CHART, dataSource };
  const group = someGroup(dataSource);
  return [
    ...[...measures].map((measure): [string, ChartConfig] => [
      `${dataSource} ${measure} by ${group}`,
      { ...base, measure, xField: group },
    ]),
    ...[...dimensions.keys()].map((xField): [string, ChartConfig] => [`${dataSource} by ${xField}`, { ...base, xField }]),
    ...[...numbers.keys()].map((yField): [string, ChartConfig] => [
      `${dataSource} sum of ${yField}`,
      { ...base, yField, aggregation: 'sum', xField: group },
    ]),
    ...(['day', 'week', 'month'] as const).map((timeBucket): [string, ChartConfig] => [
      `${dataSource} a ${timeBucket}`,
      { ...base, timeBucket },
    ]),
    [`${dataSource} a month of all time`, { ...base, timeBucket: 'month', timeRangeDays: null }],
    [`${dataSource} a month by ${group}`, { ...base, timeBucket: 'month', groupBy: group }],
  ];
});

test('no chart walks through a whole table, and none reads it where an index holds all it asks for', async () => {
  const wrong: string[] = [];
  for (const [name, config] of charts) {
    for (const query of statementsOf([config])) {
      for (const { node, table, heapFetches } of await scansOf(query)) {
        // A few rows that name the stages.
        if (table === 'crm_statuses') continue;
        if (node === 'Seq Scan') wrong.push(`${name}: ${node}`);
        if (!NOT_COVERED[table]?.test(query.text) && (node !== 'Index Only Scan' || heapFetches > 0))
          wrong.push(`${name}: ${node} ${heapFetches}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('a chart of a window reads the records of that window and no others', async () => {
  // One record a tenant every 51 minutes: 28.2 a day.
  const perDay = (24 * 60) / (17 * TENANTS);
  for (const dataSource of ENTITIES) {
    for (const more of [{ xField: someGroup(dataSource) }, { timeBucket: 'day' as const }]) {
      const [query] = statementsOf([{ ...CHART, dataSource, timeRangeDays: 30, ...more }]);
      if (!query) throw new Error('no statement');
      const read = (await scansOf(query)).reduce((sum, { rows }) => sum + rows, 0);
      expect(read, query.text).toBeGreaterThan(29 * perDay - 2);
      expect(read, query.text).toBeLessThan(30 * perDay + 2);
    }
  }
});

test('a funnel reads one step a record, in the index', async () => {
  // Every fourth step is the furthest of its record, six days after it came: of the last 29½ days those of 23½.
  const came = (23.5 / 4) * ((24 * 60) / (17 * TENANTS));
  const funnel = { ...CHART, dataSource: 'stageHistory' as const, measure: 'stageReached', xField: 'stage' };
  const [query] = statementsOf([{ ...funnel, timeRangeDays: 30 }]);
  if (!query) throw new Error('no statement');
  const [scan, ...others] = (await scansOf(query)).filter(({ table }) => table !== 'crm_statuses');
  expect(others).toEqual([]);
  expect(scan).toMatchObject({ table: 'crm_stage_history', node: 'Index Only Scan', heapFetches: 0 });
  expect(scan?.rows).toBeGreaterThan(came - 2);
  expect(scan?.rows).toBeLessThan(came + 2);
});

test('won deals of a window are looked for among the deals that closed in it, all of them in the index', async () => {
  // Two of three deals close, five days after they were created: also tomorrow, so that today is full.
  const closed = (2 / 3) * 30 * ((24 * 60) / (17 * TENANTS));
  const [query] = statementsOf([{ ...CHART, dataSource: 'deals', measure: 'wonDeals', xField: 'owner', timeRangeDays: 30 }]);
  if (!query) throw new Error('no statement');
  const [scan, ...others] = await scansOf(query);
  expect(others).toEqual([]);
  expect(scan).toMatchObject({ node: 'Index Only Scan', heapFetches: 0 });
  expect(scan?.rows).toBeGreaterThan(closed - 2);
  expect(scan?.rows).toBeLessThan(closed + 2);
});

test('products of a window are looked for by its deals, and none of all time walks through a whole table', async () => {
  const base: ChartConfig = { ...CHART, dataSource: 'products', yField: 'amount', aggregation: 'sum' };
  const inWindow = 30 * ((24 * 60) / (17 * TENANTS));
  for (const xField of ['product', 'owner', 'stage']) {
    for (const query of statementsOf([{ ...base, xField, timeRangeDays: 30 }])) {
      const scans = await scansOf(query);
      expect(scans.map(({ node }) => node)).not.toContain('Seq Scan');
      for (const { table, rows } of scans) {
        expect(rows, table).toBeLessThanOrEqual((table === 'crm_deal_products' ? 2 : 1) * inWindow + 4);
      }
    }
    for (const query of statementsOf([{ ...base, xField, timeRangeDays: null }])) {
      expect((await scansOf(query)).map(({ node }) => node)).not.toContain('Seq Scan');
    }
  }
});

test('charts of one table and window that differ in what they group by are read in one pass while their groups are few', () => {
  const of = (xField: string): ChartConfig => ({ ...CHART, dataSource: 'leads', xField });
  expect(statementsOf([of('status'), of('source'), of('outcome')])).toHaveLength(1);
  expect(statementsOf([of('status'), { ...of('status'), timeRangeDays: 30 }])).toHaveLength(2);
});
