import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Aggregation, DataSource } from '../../contract/charts.ts';
import { type Asker, createAsker } from '../testing/analytics/asker.ts';
import { insertRows } from '../testing/insert-rows.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { insertTenant, SMALL_WORLD_NOW } from '../testing/small-world.ts';
import { CATALOG } from './catalog.ts';

/*
 * Every number of the catalog under every aggregation, worked out by hand. A dollar is 90 roubles, a euro 100, so a euro
 * is 100 ÷ 90 dollars; there is no rate for XYZ.
 */
const AGGREGATIONS = ['sum', 'average', 'median', 'min', 'max'] as const satisfies readonly Aggregation[];
const ENTITIES = Object.keys(CATALOG) as DataSource[];

/** Amount, currency; the same for leads, deals and companies. */
const AMOUNTS: readonly [string | null, string | null][] = [
  ['10', 'USD'], // 10
  ['90', 'EUR'], // 90 × 100 ÷ 90 = 100
  ['900', 'RUB'], // 900 ÷ 90 = 10
  ['33.335', 'USD'],
  ['-4', 'EUR'], // -4.444…
  ['5', 'XYZ'], // no rate: beside the number
  ['0', 'XYZ'], // zero is zero in every currency
  ['7', null], // no currency: beside the number
  ['0', null], // zero
  [null, 'USD'], // no amount
  [null, null],
];

let database: TestDatabase;
let owner: pg.Client;
let tenantId: string;
let dollars: Asker;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  tenantId = await insertTenant(owner);
  const created_at = '2025-03-01T12:00:00Z';
  const insert = (table: string, rows: readonly Record<string, unknown>[]) =>
    insertRows(
      owner,
      table,
      rows.map((row, index) => ({ tenant_id: tenantId, crm_source: 'bitrix24', external_id: String(index), ...row })),
    );
  const at = (second: number) => new Date(Date.parse(created_at) + second * 1000);
  const gone = { deleted_at: '2025-03-02T00:00:00Z' };
  const amounts = (column: string) => [
    ...AMOUNTS.map(([amount, currency]) => ({ [column]: amount, currency, created_at })),
    { [column]: '999', currency: 'USD', created_at, ...gone },
  ];
  // The first responses after 0, 60.5 and 3,600 seconds; one that says it came before the lead is none.
  const responses = new Map([0, 60.5, 3600, -60].map((seconds, index) => [index, at(seconds)]));
  const counts = [3, 5];
  await insert(
    'crm_leads',
    amounts('value').map((row, index) => ({
      ...row,
      activity_count: counts[index] ?? 0,
      first_response_at: responses.get(index) ?? null,
    })),
  );
  // Closed after half a day, at once, after ten days; before it was created (an import), never; and one without a creation.
  const closings = new Map([43_200, 0, 864_000, -60].map((seconds, index) => [index, at(seconds)]));
  await insert('crm_deals', [
    ...amounts('value').map((row, index) => ({
      ...row,
      activity_count: counts[index] ?? 0,
      closed_at: closings.get(index) ?? null,
    })),
    { closed_at: at(0) },
  ]);
  const employees = [10, 20, 60];
  await insert(
    'crm_companies',
    amounts('revenue').map((row, index) => ({ ...row, employee_count: employees[index] ?? null })),
  );
  await insert('crm_activities', [
    ...[0, 30, 91, null].map((duration_seconds) => ({ type: 'call', duration_seconds, started_at: created_at })),
    { type: 'call', duration_seconds: 999, started_at: created_at, ...gone },
  ]);
  const step = { owner_entity: 'deals', owner_external_id: '1', stage: 'NEW', semantic: 'open', kind: 'moved' };
  await insert('crm_stage_history', [
    ...[0, 1800, 5400].map((seconds) => ({ ...step, occurred_at: created_at, left_at: at(seconds) })),
    { ...step, occurred_at: created_at },
    { ...step, occurred_at: created_at, left_at: at(9999), ...gone },
  ]);
  await insert('crm_contacts', [{ created_at }, {}, { created_at, ...gone }]);
  // Of each of the first eleven deals one product at the price of the deal, but three of the first; of the deleted one as well.
  await insert(
    'crm_deal_products',
    amounts('price').map(({ price }, index) => ({
      deal_id: String(index),
      name: 'Course',
      quantity: index === 0 ? 3 : 1,
      price,
    })),
  );
  // Beside Ann and Dana, who has left.
  await insert('crm_users', [
    { external_id: '10', name: 'Eve', department: 'Sales', active: true },
    { external_id: '11', name: 'Bob', department: 'Sales', active: false },
    { external_id: '12', name: 'Cid', department: null, active: true },
  ]);
  dollars = await createAsker(database.db, tenantId, { now: SMALL_WORLD_NOW, timezone: 'America/New_York' });
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

/*
 * Amounts that can be converted, in order: -4.444… 0 0 10 10 33.335 100.
 * Sum 153.335 - 4.444… = 148.890…; mean of the seven 21.270…; the fourth is 10.
 */
const MONEY = ['148.89', '21.27', '10.00', '-4.44', '100.00'];
/** sum, average, median, min, max */
const EXPECTED: Record<string, readonly string[]> = {
  'leads value': MONEY,
  'deals value': MONEY,
  'companies revenue': MONEY,
  // 3, 5 and nine zeros: 8 ÷ 11 = 0.727…
  'leads activityCount': ['8', '0.73', '0', '0', '5'],
  // The same and one zero more: 8 ÷ 12 = 0.666…
  'deals activityCount': ['8', '0.67', '0', '0', '5'],
  // 0, 60.5, 3600: 3660.5 ÷ 3 = 1220.166…
  'leads firstResponse': ['3660.5', '1220.17', '60.5', '0', '3600'],
  // 0, half a day, 10 days.
  'deals cycleDays': ['10.5', '3.5', '0.5', '0', '10'],
  // 0, 30, 91: 121 ÷ 3 = 40.333…
  'activities durationSeconds': ['121', '40.33', '30', '0', '91'],
  // 10, 20, 60
  'companies employeeCount': ['90', '30', '20', '10', '60'],
  // 0, 1800, 5400
  'stageHistory timeInStage': ['7200', '2400', '1800', '0', '5400'],
  // 3 and ten times 1: 13 ÷ 11 = 1.1818…
  'products quantity': ['13', '1.18', '1', '1', '3'],
  'products price': MONEY,
  // The first ten dollars three times: 168.890…; the mean of the seven 24.127…; in order -4.444… 0 0 10 30 33.335 100.
  'products amount': ['168.89', '24.13', '10.00', '-4.44', '100.00'],
};
const NUMBERS = ENTITIES.flatMap((dataSource) =>
  [...CATALOG[dataSource].numbers.keys()].map((field) => [dataSource, field] as const),
);
const isMoney = (field: string) => ['value', 'revenue', 'price', 'amount'].includes(field);

test('every number of the catalog is worked out here', () => {
  expect(Object.keys(EXPECTED).sort()).toEqual(NUMBERS.map((names) => names.join(' ')).sort());
});

describe.each(NUMBERS)('%s %s', (dataSource, metricField) => {
  test.each(AGGREGATIONS.map((aggregation, index) => [aggregation, index] as const))('%s', async (aggregation, index) => {
    const data = await dollars.kpi({ dataSource, metricField, aggregation });
    expect(data.value).toBe(EXPECTED[`${dataSource} ${metricField}`]?.[index]);
    expect(data.unconverted).toEqual(
      isMoney(metricField)
        ? [
            { currency: '', count: 1, amount: '7.00' },
            { currency: 'XYZ', count: 1, amount: '5.00' },
          ]
        : [],
    );
  });

  test.each(AGGREGATIONS)('%s of nothing', async (aggregation) => {
    const data = await dollars.kpi({ dataSource, metricField, aggregation, crmSource: 'zoho' });
    // Nothing adds up to zero, but has no middle and no ends.
    const zero = isMoney(metricField) ? '0.00' : '0';
    expect(data.value).toBe(aggregation === 'sum' ? zero : null);
    expect(data.rowCount).toBe(0);
  });
});

test.each([
  ['leads', '11'],
  ['deals', '12'],
  ['activities', '4'],
  ['contacts', '2'],
  ['companies', '11'],
  ['stageHistory', '4'],
  ['products', '11'],
  ['people', '5'],
] as const)('count of %s: deleted ones are out, those without a date are in', async (dataSource, count) => {
  expect((await dollars.kpi({ dataSource })).value).toBe(count);
});

test('people are counted, those who have left apart, and of all time only', async () => {
  expect((await dollars.kpi({ dataSource: 'people', measure: 'totalPeople' })).value).toBe('5');
  expect((await dollars.kpi({ dataSource: 'people', measure: 'activePeople' })).value).toBe('3');
  const byDepartment = await dollars.chart({ dataSource: 'people', measure: 'totalPeople', xField: 'department' });
  expect(byDepartment.series[0]?.points.map(({ label, value }) => [label, value])).toEqual([
    ['Not set', 3],
    ['Sales', 2],
  ]);
  const lately = () => dollars.kpi({ dataSource: 'people', measure: 'totalPeople', timeRangeDays: 30 });
  expect(lately).toThrow(expect.objectContaining({ code: 'invalid_combination' }));
});

test('shown in a currency without a rate, its own amounts count and all others stand beside', async () => {
  const asker = await createAsker(database.db, tenantId, { now: SMALL_WORLD_NOW, timezone: 'UTC', displayCurrency: 'XYZ' });
  const data = await asker.kpi({ dataSource: 'deals', metricField: 'value', aggregation: 'average' });
  // 5 and two zeros. 90 - 4 euros, 10 + 33.335 dollars.
  expect(data).toMatchObject({ value: '1.67', currency: 'XYZ', rowCount: 12 });
  expect(data.unconverted).toEqual([
    { currency: '', count: 1, amount: '7.00' },
    { currency: 'EUR', count: 2, amount: '86.00' },
    { currency: 'RUB', count: 1, amount: '900.00' },
    { currency: 'USD', count: 2, amount: '43.335' },
  ]);
});

test('by currency each group has its own amounts in the display currency, and only what cannot be converted is reported', async () => {
  const data = await dollars.chart({ dataSource: 'deals', xField: 'currency', yField: 'value', aggregation: 'sum' });
  // EUR 100 - 4.444…; USD 10 + 33.335, half up; zeros of the others.
  const points = data.series[0]?.points.map(({ key, value }) => [key, value]);
  expect(points).toEqual([
    ['EUR', 95.56],
    ['USD', 43.34],
    ['RUB', 10],
    ['', 0],
    ['XYZ', 0],
  ]);
  expect(data.total).toBe('148.89');
  expect(data.unconverted.map(({ currency, count }) => [currency, count])).toEqual([
    ['', 1],
    ['XYZ', 1],
  ]);
});
