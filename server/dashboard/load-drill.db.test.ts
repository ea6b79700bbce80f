import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChartData } from '../../contract/charts.ts';
import { type DrillRecord, type DrillReply, type DrillRequest, drillReply, type WidgetConfig } from '../../contract/dashboard.ts';
import { preparePlans } from '../analytics/plan.ts';
import type { Db } from '../platform/db.ts';
import { chartOf, kpiOf } from '../testing/dashboard-rig.ts';
import { insertRows } from '../testing/insert-rows.ts';
import { createTestDatabase, runAs, type TestDatabase } from '../testing/postgres.ts';
import { insertRecords, insertTenant, SMALL_WORLD_NOW } from '../testing/small-world.ts';
import { watchDb } from '../testing/watched-db.ts';
import { planWidget, readContext } from './load-dashboard.ts';
import { exportDrill, loadDrill } from './load-drill.ts';
import { createQueryGate } from './query-gate.ts';

let database: TestDatabase;
let owner: pg.Client;
let tenantId: string;
const log = pino({ level: 'silent' });
const never = new AbortController().signal;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  tenantId = await insertTenant(owner);
  await insertRecords(owner, tenantId);
  // A second CRM with the same codes and ids, and records that differ by microseconds or not at all.
  await insertRows(owner, 'crm_connections', [
    {
      tenant_id: tenantId,
      crm_source: 'hubspot',
      account_id: 'h',
      mode: 'classic',
      base_currency: 'USD',
      portal_url: 'https://h.example',
    },
  ]);
  await owner.query(
    `update crm_connections set portal_url = 'https://b.example' where tenant_id = $1 and crm_source = 'bitrix24'`,
    [tenantId],
  );
  await insertRows(
    owner,
    'crm_sync_status',
    ['leads', 'deals', 'contacts', 'companies', 'activities'].map((entity) => ({
      ...{ tenant_id: tenantId, crm_source: 'hubspot', entity, status: 'complete' },
      ...{ last_full_sync_at: '2025-03-10T14:00:00Z', covered_from: '-infinity' },
    })),
  );
  const twin = { tenant_id: tenantId, crm_source: 'hubspot', source: 'CALL', status: 'NEW', assigned_to: '1' };
  await insertRows(owner, 'crm_leads', [
    {
      ...{ ...twin, external_id: '1', created_at: '2025-03-08T12:00:00.000001Z', contact_phone: '+998 90 123 45 67' },
      ...{ first_response_at: '2025-03-08T12:03:00Z', activity_count: 2, custom_fields: { UF_COLOR: 'red' } },
    },
    {
      ...{ ...twin, external_id: '2', created_at: '2025-03-08T12:00:00.000002Z', contact_phone: '8 (495) 123' },
      ...{ first_response_at: '2025-03-08T12:40:00Z', activity_count: 1, custom_fields: { UF_COLOR: 'blue' } },
    },
    {
      ...{ ...twin, external_id: '3', created_at: '2025-03-08T12:00:00.000002Z', contact_phone: '+7 701 1234567' },
      custom_fields: { UF_COLOR: 'red' },
    },
    { ...twin, external_id: '4', created_at: null, contact_phone: '+7 495 1234567' },
    { ...twin, external_id: '5', created_at: null, source: 'WEB' },
  ]);
  await owner.query(`update crm_users set department = 'Sales' where tenant_id = $1 and external_id = '1'`, [tenantId]);
  await insertRows(owner, 'crm_field_definitions', [
    {
      ...{ tenant_id: tenantId, crm_source: 'hubspot', entity: 'leads', code: 'UF_COLOR', label: 'Colour', type: 'list' },
      ...{ is_custom: true, is_multiple: false, options: { red: 'Red', blue: 'Blue' } },
    },
  ]);
  await insertRows(owner, 'crm_companies', [
    {
      tenant_id: tenantId,
      crm_source: 'bitrix24',
      external_id: '1',
      name: 'Acme',
      industry: 'IT',
      revenue: '12.5',
      currency: 'USD',
      created_at: '2025-03-01T00:00:00Z',
    },
    {
      tenant_id: tenantId,
      crm_source: 'bitrix24',
      external_id: '2',
      name: 'Bolt',
      industry: '',
      created_at: '2025-03-01T00:00:00Z',
    },
    {
      tenant_id: tenantId,
      crm_source: 'hubspot',
      external_id: '2',
      name: 'Crux',
      industry: null,
      created_at: '2025-03-01T00:00:00Z',
    },
  ]);
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

const deps = (db: Db = database.db) => ({ db, now: () => SMALL_WORLD_NOW, log, gate: createQueryGate() });
const viewer = (id = tenantId) => ({ tenantId: id, crmSource: 'bitrix24', userId: '1' }) as const;

function drill(config: WidgetConfig, point: DrillRequest['point'] = {}, more: Partial<DrillRequest> = {}): Promise<DrillReply> {
  return loadDrill(deps(), viewer(), { config, point, limit: 100, ...more }, never);
}

test('a list of a widget takes one transaction and reads the tenant’s context once', async () => {
  const watched = watchDb(database.db);
  await loadDrill(deps(watched.db), viewer(), { widgetId: 'totalLeads', point: {}, limit: 100 }, never);
  expect(watched.transactions()).toBe(1);
  expect(
    watched.sent.filter((text) => text.includes('from tenant_settings') || text.includes('join tenant_settings')),
  ).toHaveLength(1);
});

/** What the widget shows. */
async function draw(config: WidgetConfig) {
  return database.db.withTenant(tenantId, 'read', async (tx) => {
    const { analytics } = await readContext(tx, viewer(), SMALL_WORLD_NOW);
    const plan = planWidget({ ...config, chartId: 'c' }, analytics);
    const prepared = preparePlans(tenantId, [plan]);
    const data = prepared.finish(plan, await Promise.all(prepared.queries.map((query) => tx.query(query))));
    if (!data) throw new Error('not drawn');
    return data;
  });
}

async function drawChart(config: WidgetConfig): Promise<ChartData> {
  const data = await draw(config);
  if (data.kind !== 'chart') throw new Error('no chart');
  return data;
}

const idOf = ({ crmSource, externalId }: DrillRecord) => `${crmSource}:${externalId}`;

const COUNTED: [string, WidgetConfig][] = [
  ['deals by stage, equal codes in two pipelines', chartOf()],
  ['deals by stage by owner', chartOf({ groupBy: 'owner' })],
  ['deals of one pipeline by source', chartOf({ xField: 'source', pipeline: '7' })],
  ['open deals by stage', chartOf({ measure: 'openDeals' })],
  ['value of open deals by stage', chartOf({ measure: 'pipelineValue' })],
  ['won deals by owner, by closing', chartOf({ measure: 'wonDeals', xField: 'owner', timeRangeDays: 90 })],
  ['lost deals by currency', chartOf({ measure: 'lostDeals', xField: 'currency', timeRangeDays: 90 })],
  ['leads by status in 30 days', chartOf({ dataSource: 'leads', xField: 'status', timeRangeDays: 30 })],
  ['leads by source and CRM, of all time', chartOf({ dataSource: 'leads', xField: 'source', groupBy: 'crmSource' })],
  ['leads by CRM and source', chartOf({ dataSource: 'leads', xField: 'crmSource', groupBy: 'source' })],
  ['leads of one source by owner', chartOf({ dataSource: 'leads', xField: 'owner', filterField: 'source', filterValue: 'CALL' })],
  ['leads without a source by owner', chartOf({ dataSource: 'leads', xField: 'owner', filterField: 'source', filterValue: '' })],
  ['leads of one CRM by outcome', chartOf({ dataSource: 'leads', xField: 'outcome', crmSource: 'hubspot' })],
  ['leads a day', chartOf({ dataSource: 'leads', xField: null, timeBucket: 'day', timeRangeDays: 30 })],
  [
    'leads a day by status',
    chartOf({ dataSource: 'leads', xField: null, timeBucket: 'day', timeRangeDays: 30, groupBy: 'status' }),
  ],
  ['leads an hour around a clock change', chartOf({ dataSource: 'leads', xField: null, timeBucket: 'hour', timeRangeDays: 3 })],
  ['leads by week of this month', chartOf({ dataSource: 'leads', xField: null, timeBucket: 'week', period: 'thisMonth' })],
  ['leads by status of last week', chartOf({ dataSource: 'leads', xField: 'status', period: 'lastWeek' })],
  ['leads a month, all time', chartOf({ dataSource: 'leads', xField: null, timeBucket: 'month' })],
  ['deals by week of closing', chartOf({ xField: 'closedAt', timeBucket: 'week', timeRangeDays: 100 })],
  ['activities by owner and type', chartOf({ dataSource: 'activities', xField: 'owner', groupBy: 'type', timeRangeDays: 30 })],
  // Deal 1 in two pipelines: NEW in one; NEW, which it began behind, and PREP in the other.
  ['a funnel', chartOf({ dataSource: 'stageHistory', measure: 'stageReached', xField: 'stage', crmSource: 'bitrix24' })],
  ['activities by completion', chartOf({ dataSource: 'activities', xField: 'completed' })],
  ['contacts by source', chartOf({ dataSource: 'contacts', xField: 'source' })],
  ['companies by industry, none in two ways', chartOf({ dataSource: 'companies', xField: 'industry' })],
  ['leads by weekday', chartOf({ dataSource: 'leads', xField: 'weekday', timeRangeDays: 90 })],
  ['leads by hour of creation by weekday', chartOf({ dataSource: 'leads', xField: 'createdAtHour', groupBy: 'weekday' })],
  ['leads by country', chartOf({ dataSource: 'leads', xField: 'country' })],
  ['leads by a custom field by country', chartOf({ dataSource: 'leads', xField: 'custom:UF_COLOR', groupBy: 'country' })],
  ['leads of a country by source', chartOf({ dataSource: 'leads', xField: 'source', filterField: 'country', filterValue: 'KZ' })],
  [
    'leads of a department by status',
    chartOf({ dataSource: 'leads', xField: 'status', filterField: 'department', filterValue: 'Sales' }),
  ],
  ['leads by department', chartOf({ dataSource: 'leads', xField: 'department' })],
  [
    'leads of no department by status',
    chartOf({ dataSource: 'leads', filterField: 'department', filterValue: '', xField: 'status' }),
  ],
  ['leads nobody has touched by source', chartOf({ dataSource: 'leads', measure: 'untouchedLeads', xField: 'source' })],
  ['median first response by owner', chartOf({ dataSource: 'leads', measure: 'medianFirstResponse', xField: 'owner' })],
  [
    'revenue of companies by currency',
    chartOf({ dataSource: 'companies', xField: 'currency', yField: 'revenue', aggregation: 'sum' }),
  ],
];

describe('the records are those the number counted', () => {
  test.each(COUNTED)('%s: the points’ lists add up to the chart’s', async (_name, config) => {
    const data = await drawChart(config);
    const found: string[] = [];
    for (const series of data.series) {
      for (const { key } of series.points) {
        const reply = drillReply.parse(await drill(config, { categoryKey: key, seriesKey: series.key }));
        expect(reply.records).toHaveLength(reply.total);
        found.push(...reply.records.map(idOf));
      }
    }
    expect(data.rowCount).toBeGreaterThan(0);
    expect(found).toHaveLength(data.rowCount);
    expect(new Set(found).size).toBe(found.length);
    // The whole list, without a point, is the same.
    const whole = await drill(config);
    expect(whole.records.map(idOf).sort()).toEqual(found.sort());
  });

  test.each(
    COUNTED.filter(
      ([, { chartType, aggregation, measure }]) =>
        chartType !== 'kpi' && aggregation === 'count' && (measure === null || measure === 'stageReached'),
    ),
  )('%s: a point’s list is as long as its bar', async (_name, config) => {
    for (const series of (await drawChart(config)).series) {
      for (const { key, value } of series.points) {
        expect([key, (await drill(config, { categoryKey: key, seriesKey: series.key })).total]).toEqual([key, value ?? 0]);
      }
    }
  });

  test('one key alone is a whole category or series', async () => {
    const config = chartOf({ dataSource: 'activities', xField: 'owner', groupBy: 'type', timeRangeDays: 30 });
    const data = await drawChart(config);
    const sum = (values: (number | null | undefined)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0);
    const [first] = data.series;
    expect((await drill(config, { seriesKey: first?.key })).total).toBe(sum(first?.points.map(({ value }) => value) ?? []));
    const key = first?.points[0]?.key;
    expect((await drill(config, { categoryKey: key })).total).toBe(sum(data.series.map(({ points }) => points[0]?.value)));
  });

  test.each([
    ['leads', kpiOf({ timeRangeDays: 30, comparisonPeriodDays: 30 })],
    ['open value', kpiOf({ dataSource: 'deals', measure: 'pipelineValue', format: 'currency' })],
  ])('a KPI of %s', async (_name, config) => {
    const data = await draw(config);
    expect((await drill(config)).total).toBe(data.rowCount);
  });

  test('a rate gives its numerator, which may be of another kind', async () => {
    const rate = await drill(kpiOf({ measure: 'conversionRate', format: 'percentage', timeRangeDays: 90 }));
    expect([rate.entity, ...rate.records.map(({ externalId }) => externalId)]).toEqual(['deals', '12', '7', '8']);
    const byOwner = chartOf({ measure: 'winRate', xField: 'owner', timeRangeDays: 90 });
    const totals = await Promise.all(
      ((await drawChart(byOwner)).series[0]?.points ?? []).map(
        async ({ key }) => (await drill(byOwner, { categoryKey: key })).total,
      ),
    );
    expect(totals.reduce((sum, total) => sum + total, 0)).toBe(
      (await drill(kpiOf({ dataSource: 'deals', measure: 'wonDeals', timeRangeDays: 90 }))).total,
    );
  });

  test('where two values have one code and one is not shown, the key is that of the one shown', async () => {
    // Stage NEW has five deals in Sales and one in Renewals, which goes to the others.
    const config = chartOf({ limit: 1 });
    const [shown, others] = (await drawChart(config)).series[0]?.points ?? [];
    const reply = await drill(config, { categoryKey: shown?.key ?? '' });
    expect(reply.total).toBe(shown?.value);
    await expect(drill(config, { categoryKey: others?.key ?? '' })).rejects.toMatchObject({ code: 'invalid_combination' });
    await expect(drill(chartOf({ groupBy: 'owner' }), { seriesKey: '__others' })).rejects.toThrow('All others');
  });

  test('where the one with the better rate has too few records to be shown first, the key is still that of the one shown', async () => {
    const closed = (pipeline: string, index: number, semantic: 'won' | 'lost') => ({
      ...{ tenant_id: tenantId, crm_source: 'bitrix24', external_id: `r${pipeline}-${index}`, pipeline, stage: 'END', semantic },
      ...{ created_at: '2025-01-15T12:00:00Z', closed_at: '2025-03-01T12:00:00Z' },
    });
    // Ten ended in Renewals, of which six were won, and two in Sales, both won.
    await insertRows(owner, 'crm_deals', [
      ...Array.from({ length: 10 }, (_, index) => closed('7', index, index < 6 ? 'won' : 'lost')),
      ...[0, 1].map((index) => closed('0', index, 'won')),
    ]);
    try {
      const config = chartOf({ measure: 'winRate', timeRangeDays: 30, limit: 1 });
      expect((await drawChart(config)).series[0]?.points[0]).toMatchObject({ key: 'END', value: 60 });
      expect((await drill(config, { categoryKey: 'END' })).total).toBe(6);
    } finally {
      await owner.query(`delete from crm_deals where tenant_id = $1 and stage = 'END'`, [tenantId]);
    }
  });

  test('a key that nothing has is an empty list', async () => {
    const empty = { records: [], total: 0, next: null };
    expect(await drill(chartOf(), { categoryKey: "'; drop table crm_deals; --" })).toMatchObject(empty);
    const days = chartOf({ dataSource: 'leads', xField: null, timeBucket: 'day', timeRangeDays: 30 });
    expect(await drill(days, { categoryKey: '1999-01-01' })).toMatchObject(empty);
    expect(await drill(days, { categoryKey: '__proto__', seriesKey: 'value' })).toMatchObject(empty);
  });

  test.each([
    ['a KPI with a category', kpiOf(), { categoryKey: 'NEW' }],
    ['a series of a chart without', chartOf(), { seriesKey: '1' }],
  ])('refuses %s', async (_name, config, point) => {
    await expect(drill(config, point)).rejects.toMatchObject({ code: 'invalid_combination' });
  });
});

describe('a record', () => {
  test('has its title, owner, own amount, moment and address', async () => {
    const { records, entity } = await drill(chartOf({ filterField: 'source', filterValue: 'WEB' }));
    expect([entity, records]).toEqual([
      'deals',
      [
        {
          externalId: '1',
          crmSource: 'bitrix24',
          title: 'Annual contract',
          owner: { id: '1', name: 'Ann' },
          value: { amount: '1000.00', currency: 'USD' },
          worth: { amount: '1000.00', currency: 'USD' },
          at: '2025-01-15T12:00:00.000Z',
          url: 'https://b.example/crm/deal/details/1/',
        },
      ],
    ]);
  });

  test('has its amount in the display currency, and those of a sum add up to it', async () => {
    const config = kpiOf({ dataSource: 'deals', measure: 'pipelineValue', format: 'currency' });
    const { records } = await drill(config);
    const worth = new Map(records.map((record) => [record.externalId, record.worth?.amount ?? null]));
    // A dollar is 90 roubles and a euro 100; XYZ has no rate, and 6 no currency. Nothing of it is still nothing.
    expect(Object.fromEntries(worth)).toEqual({
      ...{ 1: '1000.00', 2: '100.00', 3: '10.00', 4: null, 5: null, 6: null, 13: '0.00' },
    });
    expect(await draw(config)).toMatchObject({ value: '1110.00' });
    await owner.query(`update tenant_settings set display_currency = 'EUR' where tenant_id = $1`, [tenantId]);
    await owner.query(`update crm_currencies set rate = 70 where tenant_id = $1 and code = 'EUR'`, [tenantId]);
    try {
      const inEuros = await drill(config);
      const euros = new Map(inEuros.records.map((record) => [record.externalId, record.worth]));
      // Not rounded to the cent: 1,000 dollars are 90,000 roubles, and (90,000 + 900) ÷ 70 and 90 euros are 1,388.571428….
      expect(euros.get('3')).toEqual({ amount: '12.857143', currency: 'EUR' });
      const sum = [...euros.values()].reduce((added, worth) => added + Number(worth?.amount ?? 0), 0);
      expect(sum).toBeCloseTo(1388.571429, 5);
      expect(await draw(config)).toMatchObject({ value: '1388.57' });
    } finally {
      await owner.query(`update tenant_settings set display_currency = 'USD' where tenant_id = $1`, [tenantId]);
      await owner.query(`update crm_currencies set rate = 100 where tenant_id = $1 and code = 'EUR'`, [tenantId]);
    }
  });

  test('of a won deal is dated by its closing; an owner "0" is nobody, an amount that is not there none', async () => {
    const { records } = await drill(kpiOf({ dataSource: 'deals', measure: 'wonDeals', timeRangeDays: 30 }));
    expect(
      records.map(({ externalId, at, owner, value }) => [externalId, at, owner?.name ?? null, value?.amount ?? null]),
    ).toEqual([
      ['12', '2025-03-02T12:00:00.000Z', null, null],
      ['7', '2025-03-01T12:00:00.000Z', 'Dana Gone', '500.00'],
    ]);
  });

  test('that is an activity opens what it belongs to; a CRM without record pages opens nothing', async () => {
    const activities = await drill(kpiOf({ dataSource: 'activities', timeRangeDays: 30 }));
    const urls = new Map(activities.records.map((record) => [record.externalId, record.url]));
    expect([urls.get('1'), urls.get('3'), urls.get('4')]).toEqual([
      'https://b.example/crm/deal/details/1/',
      'https://b.example/crm/lead/details/1/',
      null,
    ]);
    const leads = await drill(kpiOf({ crmSource: 'hubspot' }));
    expect(leads.records.every(({ url }) => url === null)).toBe(true);
  });
});

describe('pages', () => {
  test.each([1, 2, 3, 5, 100])('of %i give every record once, the latest first, those without a moment last', async (limit) => {
    const config = kpiOf();
    const seen: DrillRecord[] = [];
    let after: string | undefined;
    do {
      const page = await drill(config, {}, { limit, ...(after !== undefined && { after }) });
      expect(page.total).toBe(14);
      expect(page.records.length).toBeLessThanOrEqual(limit);
      seen.push(...page.records);
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(seen.map(idOf)).toEqual((await drill(config)).records.map(idOf));
    expect(new Set(seen.map(idOf)).size).toBe(14);
    expect(seen.slice(-2).map(({ at }) => at)).toEqual([null, null]);
    const moments = seen.flatMap(({ at }) => at ?? []);
    expect(moments).toEqual([...moments].sort().reverse());
  });

  test.each([
    'x',
    Buffer.from('[]').toString('base64url'),
    Buffer.from('["2025-02-30T00:00:00.000000Z","bitrix24","1"]').toString('base64url'),
    Buffer.from('["0000-01-01T00:00:00.000000Z","bitrix24","1"]').toString('base64url'),
    Buffer.from('["2025-01-01T00:00:00.000000Z","pg_user","1"]').toString('base64url'),
    Buffer.from('["2025-01-01T00:00:00.000000Z","bitrix24",{}]').toString('base64url'),
    Buffer.from('["2025-01-01T00:00:00.000000Z","bitrix24","\\u0000"]').toString('base64url'),
    Buffer.from(`["now'; drop table crm_leads; --","bitrix24","1"]`).toString('base64url'),
  ])('refuse the place %s', async (after) => {
    await expect(drill(kpiOf(), {}, { after })).rejects.toMatchObject({ code: 'invalid_value' });
  });

  test('refuse the place of a record without a moment where all have one', async () => {
    const after = Buffer.from('[null,"bitrix24","1"]').toString('base64url');
    await expect(drill(kpiOf({ timeRangeDays: 30 }), {}, { after })).rejects.toMatchObject({ code: 'invalid_value' });
  });
});

test('an export gives 10,000 of more records in pages, and ends when nobody reads on', async () => {
  const big = await insertTenant(owner);
  await owner.query(
    `insert into crm_leads (tenant_id, crm_source, external_id, created_at)
     select $1, 'bitrix24', i::text, '2025-03-01T00:00:00Z'::timestamptz + i / 3 * interval '1 second' from generate_series(1, 10500) i`,
    [big],
  );
  let transactions = 0;
  const counting: Db = {
    ...database.db,
    withTenant: (...args) => {
      transactions += 1;
      return database.db.withTenant(...args);
    },
  };
  const list = await exportDrill(deps(counting), viewer(big), { config: kpiOf(), point: {} }, never);
  expect(list.total).toBe(10_500);
  const ids = new Set<string>();
  for await (const page of list.pages) for (const record of page) ids.add(record.externalId);
  expect([ids.size, transactions]).toEqual([10_000, 10]);

  const leaving = new AbortController();
  const broken = await exportDrill(deps(counting), viewer(big), { config: kpiOf(), point: {} }, leaving.signal);
  transactions = 0;
  const reading = async () => {
    for await (const _page of broken.pages) leaving.abort();
  };
  await expect(reading()).rejects.toThrow();
  expect(transactions).toBe(0);
});

test('questions take turns at the gate', async () => {
  const gate = createQueryGate({ concurrent: 1 });
  const count = async () => {
    const { rows } = await owner.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows[0]?.count;
  };
  await runAs(database.ownerUrl, async (blocker) => {
    await blocker.query('begin; lock table crm_statuses in access exclusive mode');
    const request = { config: kpiOf(), point: {}, limit: 10 };
    const asked = [1, 2, 3].map(() => loadDrill({ ...deps(), gate }, viewer(), request, never));
    await expect.poll(count).toBe(1);
    await pause(200);
    expect(await count()).toBe(1);
    await blocker.query('rollback');
    expect((await Promise.all(asked)).map(({ total }) => total)).toEqual([14, 14, 14]);
  });
});

test('what other tables add to a number has to be copied too', async () => {
  const loading = await insertTenant(owner);
  await owner.query(`update crm_sync_status set last_full_sync_at = null where tenant_id = $1 and entity = 'activities'`, [
    loading,
  ]);
  const ask = (config: WidgetConfig) => loadDrill(deps(), viewer(loading), { config, point: {}, limit: 10 }, never);
  expect((await ask(kpiOf())).total).toBe(0);
  await expect(ask(kpiOf({ measure: 'untouchedLeads' }))).rejects.toMatchObject({ code: 'wrong_state' });
});

test('while the records are being copied there is no list', async () => {
  const loading = await insertTenant(owner);
  await owner.query(
    `update crm_sync_status set last_full_sync_at = null, covered_from = null where tenant_id = $1 and entity = 'deals'`,
    [loading],
  );
  const request = { config: chartOf(), point: {}, limit: 10 };
  await expect(loadDrill(deps(), viewer(loading), request, never)).rejects.toMatchObject({ code: 'wrong_state' });
});
