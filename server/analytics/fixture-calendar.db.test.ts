import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChartConfig } from '../../contract/charts.ts';
import type { Period } from '../../contract/periods.ts';
import type { BusinessHours } from '../../contract/settings.ts';
import { type Asker, createAsker } from '../testing/analytics/asker.ts';
import { insertRows } from '../testing/insert-rows.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { insertTenant } from '../testing/small-world.ts';
import { toWorkingWeek } from './working-week.ts';

/*
 * Leads at the edges of months in Kathmandu (+5:45, so days begin at 18:15Z), and in the hours around New York's changes
 * of the clock.
 */
/** Moment (null: the CRM gave none) and how many leads were created then. */
type Created = readonly [at: string | null, times: number];

const MONTHS: readonly Created[] = [
  ['2023-02-28T18:14:59.999Z', 3], // 28 February 2023, its end
  ['2023-02-28T18:15:00Z', 2], // 1 March 2023
  ['2023-12-31T18:14:59.999Z', 1], // 31 December
  ['2023-12-31T18:15:00Z', 1], // 1 January
  ['2024-01-31T18:14:59.999Z', 2], // 31 January, its end
  ['2024-01-31T18:15:00Z', 3], // 1 February
  ['2024-02-28T18:15:00Z', 4], // 29 February, its beginning
  ['2024-02-29T18:14:59.999Z', 5], // and its end
  ['2024-02-29T18:15:00Z', 6], // 1 March
  ['2024-03-31T18:14:59.999Z', 7], // 31 March, its end
  ['2024-03-31T18:15:00Z', 8], // 1 April, which is tomorrow
  [null, 9],
];
const HOURS: readonly Created[] = [
  ['2025-03-09T06:59:59.999Z', 1], // 01:59 in winter, the last before 03:00
  ['2025-03-09T07:00:00Z', 2], // 03:00 in summer
  ['2025-11-02T03:59:59.999Z', 4], // the day before
  ['2025-11-02T05:30:00Z', 1], // 01:30 in summer
  ['2025-11-02T06:30:00Z', 2], // 01:30 in winter
  ['2025-11-03T04:59:59.999Z', 3], // 23:59
  ['2025-11-03T05:00:00Z', 8], // the day after
];

const NO_WORK: BusinessHours = { mon: null, tue: null, wed: null, thu: null, fri: null, sat: null, sun: null };

let database: TestDatabase;
let owner: pg.Client;
type AskAt = (now: string, hours?: Partial<BusinessHours>) => Promise<Asker>;
let kathmandu: AskAt;
let newYork: AskAt;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  kathmandu = await insertLeads(MONTHS, 'Asia/Kathmandu');
  newYork = await insertLeads(HOURS, 'America/New_York');
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

async function insertLeads(leads: readonly Created[], timezone: string): Promise<AskAt> {
  const tenantId = await insertTenant(owner);
  const moments = leads.flatMap(([at, times]) => Array.from({ length: times }, () => at));
  await insertRows(
    owner,
    'crm_leads',
    moments.map((created_at, id) => ({ tenant_id: tenantId, crm_source: 'bitrix24', external_id: String(id), created_at })),
  );
  return (now, hours) =>
    createAsker(database.db, tenantId, { now: new Date(now), timezone, workingWeek: toWorkingWeek({ ...NO_WORK, ...hours }) });
}

/** [key, value] of the steps that have anything. */
async function stepsOf(asker: Asker, config: Partial<ChartConfig>): Promise<(string | number | null)[][]> {
  const { series } = await asker.chart(config);
  return (series[0]?.points ?? []).filter(({ value }) => value !== 0).map(({ key, value }) => [key, value]);
}

const LAST_OF_MARCH = '2024-03-31T12:00:00Z';

test('months end with their last local millisecond, February on the 29th', async () => {
  const asker = await kathmandu(LAST_OF_MARCH);
  // 31 + 29 + 31 days are the three months: 1 + 2; 3 + 4 + 5; 6 + 7.
  expect(await stepsOf(asker, { timeBucket: 'month', timeRangeDays: 91 })).toEqual([
    ['2024-01-01', 3],
    ['2024-02-01', 12],
    ['2024-03-01', 13],
  ]);
  expect(await stepsOf(asker, { timeBucket: 'quarter', timeRangeDays: 91 })).toEqual([['2024-01-01', 28]]);
  expect(await stepsOf(asker, { timeBucket: 'day', timeRangeDays: 91 })).toEqual([
    ['2024-01-01', 1],
    ['2024-01-31', 2],
    ['2024-02-01', 3],
    ['2024-02-29', 9],
    ['2024-03-01', 6],
    ['2024-03-31', 7],
  ]);
});

test('weeks run over the ends of months', async () => {
  // 1 January 2024 was a Monday, so were 29 January, 26 February and 25 March.
  expect(await stepsOf(await kathmandu(LAST_OF_MARCH), { timeBucket: 'week', timeRangeDays: 91 })).toEqual([
    ['2024-01-01', 1],
    ['2024-01-29', 5],
    ['2024-02-26', 15],
    ['2024-03-25', 7],
  ]);
});

test('a step that begins before the days that are asked for, or is not over yet, is marked', async () => {
  const asker = await kathmandu(LAST_OF_MARCH);
  const marked = async (config: Partial<ChartConfig>) =>
    (await asker.chart(config)).series[0]?.points.flatMap(({ key, isPartial }) => (isPartial ? key : []));
  // 91 days begin with Monday, 1 January, and 90 in the middle of its week; the week of 25 March ends with its day.
  expect(await marked({ timeBucket: 'week', timeRangeDays: 91 })).toEqual(['2024-03-25']);
  expect(await marked({ timeBucket: 'week', timeRangeDays: 90 })).toEqual(['2024-01-01', '2024-03-25']);
  expect(await marked({ timeBucket: 'month', timeRangeDays: 59 })).toEqual(['2024-02-01', '2024-03-01']);
  // 59 days begin on 2 February; of the day the afternoon is to come: 12:00Z is 17:45, and 18:00 has not begun.
  expect(await marked({ timeBucket: 'day', timeRangeDays: 3 })).toEqual(['2024-03-31']);
  const hours = (await marked({ timeBucket: 'hour', timeRangeDays: 1 })) ?? [];
  expect([hours.length, hours[0]]).toEqual([7, '2024-03-31T17:00+05:45']);
  expect(await marked({ timeBucket: 'year' })).toEqual(['2024-01-01']);
  expect(await marked({ xField: 'weekday' })).toEqual([]);
});

test('an axis of all time ends with today and has no place for records without a moment, which a count has', async () => {
  const asker = await kathmandu(LAST_OF_MARCH);
  const byYear = await asker.chart({ timeBucket: 'year' });
  // 3 + 2 + 1; 1 + 2 + 3 + 4 + 5 + 6 + 7.
  expect(byYear.series[0]?.points.map(({ key, value }) => [key, value])).toEqual([
    ['2023-01-01', 6],
    ['2024-01-01', 28],
  ]);
  expect(byYear).toMatchObject({ total: '34', rowCount: 34 });
  // 34, and 8 of tomorrow, and 9 without a moment.
  expect((await asker.kpi({ measure: 'totalLeads' })).value).toBe('51');
});

test.each([
  ['a leap day with the day 365 days earlier: 1 March', 1, 365, '2024-02-29T12:00:00Z', '9', '2'],
  ['and 366 days earlier: 28 February', 1, 366, '2024-02-29T12:00:00Z', '9', '3'],
  // The 31 days before March began on 30 January: 2 + 3 + 4 + 5.
  ['March with the 31 days before it', 31, 31, LAST_OF_MARCH, '13', '14'],
  // The 29 days before February began on 3 January: 2.
  ['February with the 29 days before it', 29, 29, '2024-02-29T12:00:00Z', '12', '2'],
  ['a day without leads before', 1, 1, LAST_OF_MARCH, '7', '0'],
])('compares %s', async (_what, timeRangeDays, comparisonPeriodDays, now, value, previous) => {
  const asker = await kathmandu(now);
  const data = await asker.kpi({ measure: 'totalLeads', timeRangeDays, comparisonPeriodDays });
  expect([data.value, data.previous]).toEqual([value, previous]);
});

test.each<[Period, string, string, string]>([
  // 6 + 7; all of February, which was shorter: 3 + 4 + 5.
  ['thisMonth', LAST_OF_MARCH, '13', '12'],
  // February; January: 1 + 2.
  ['lastMonth', LAST_OF_MARCH, '12', '3'],
  // Its one day, and 1 February.
  ['thisMonth', '2024-03-01T12:00:00Z', '6', '3'],
  // 29 and 28 February.
  ['yesterday', '2024-03-01T12:00:00Z', '9', '0'],
  // From Monday, 25 March; from 18 to 24 March.
  ['thisWeek', LAST_OF_MARCH, '7', '0'],
  // 26 February to Friday, 1 March.
  ['thisWeek', '2024-03-01T12:00:00Z', '15', '0'],
  // Monday, 25 to Sunday, 31 December.
  ['lastWeek', '2024-01-01T12:00:00Z', '1', '0'],
  // 91 days; of the 92 before the first 91, without 31 December.
  ['thisQuarter', LAST_OF_MARCH, '28', '0'],
  ['thisQuarter', '2024-02-29T12:00:00Z', '15', '0'],
  ['lastQuarter', LAST_OF_MARCH, '1', '0'],
  // 91 days of 2024; 1 January to 1 April 2023, which was the 91st: 3 + 2.
  ['thisYear', LAST_OF_MARCH, '28', '5'],
  // Up to the 31st day of 2024 and of 2023.
  ['thisYear', '2024-01-31T12:00:00Z', '3', '0'],
  ['lastYear', LAST_OF_MARCH, '6', '0'],
])('%s of %s by the local calendar: %s, and %s in what it is compared with', async (period, now, value, previous) => {
  const data = await (await kathmandu(now)).kpi({ measure: 'totalLeads', period });
  expect([data.value, data.previous]).toEqual([value, previous]);
});

test.each<[Period, string, string, string]>([
  // 23 hours, 05:00Z to 04:00Z.
  ['yesterday', '2025-03-10T04:00:00Z', '3', '0'],
  ['lastWeek', '2025-03-10T15:00:00Z', '3', '0'],
  // Still Sunday.
  ['thisWeek', '2025-03-10T03:59:59Z', '3', '0'],
  // 25 hours, 04:00Z to 05:00Z: 1 + 2 + 3.
  ['yesterday', '2025-11-03T12:00:00Z', '6', '4'],
  ['lastWeek', '2025-11-03T12:00:00Z', '10', '0'],
  ['thisWeek', '2025-11-03T12:00:00Z', '8', '0'],
  // 1 to 3 November: all but March; 1 to 3 October.
  ['thisMonth', '2025-11-03T12:00:00Z', '18', '0'],
])('%s at %s over a change of the clock: %s, and %s before', async (period, now, value, previous) => {
  const data = await (await newYork(now)).kpi({ measure: 'totalLeads', period });
  expect([data.value, data.previous]).toEqual([value, previous]);
});

test('the axis of a calendar period ends with it, and a step it cuts at either end is marked', async () => {
  const asker = await kathmandu(LAST_OF_MARCH);
  const axis = async (period: Period, timeBucket: ChartConfig['timeBucket']) => {
    const points = (await asker.chart({ period, timeBucket })).series[0]?.points ?? [];
    return [points.length, points.at(-1)?.key, points.flatMap(({ key, isPartial }) => (isPartial ? key : []))];
  };
  expect(await axis('lastMonth', 'day')).toEqual([29, '2024-02-29', []]);
  // February was Thursday to Thursday.
  expect(await axis('lastMonth', 'week')).toEqual([5, '2024-02-26', ['2024-01-29', '2024-02-26']]);
  // 1 October 2023 was a Sunday, and so was 31 December.
  expect(await axis('lastQuarter', 'week')).toEqual([14, '2023-12-25', ['2023-09-25']]);
  expect(await axis('lastYear', 'month')).toEqual([12, '2023-12-01', []]);
  expect(await axis('yesterday', 'hour')).toEqual([24, '2024-03-30T23:00+05:45', []]);
  // What goes on ends with today.
  expect(await axis('thisMonth', 'day')).toEqual([31, '2024-03-31', ['2024-03-31']]);
  expect(await axis('thisYear', 'month')).toEqual([3, '2024-03-01', ['2024-03-01']]);
  expect(await stepsOf(asker, { period: 'lastMonth', timeBucket: 'week' })).toEqual([
    ['2024-01-29', 3],
    ['2024-02-26', 9],
  ]);
});

test('one range at a time, no other comparison than a period’s own, and no more steps than its longest has room for', async () => {
  const asker = await kathmandu('2024-01-01T12:00:00Z');
  const refused = { code: 'invalid_combination' };
  await expect(async () => asker.kpi({ period: 'thisMonth', timeRangeDays: 30 })).rejects.toMatchObject(refused);
  await expect(async () => asker.chart({ period: 'thisMonth', timeRangeDays: 30, xField: 'owner' })).rejects.toMatchObject(
    refused,
  );
  await expect(async () => asker.kpi({ period: 'thisMonth', comparisonPeriodDays: 30 })).rejects.toMatchObject(refused);
  // On 1 January its hours are but 24.
  await expect(async () => asker.chart({ period: 'thisYear', timeBucket: 'hour' })).rejects.toMatchObject(refused);
});

test('the hour that is skipped in spring is no step', async () => {
  const asker = await newYork('2025-03-09T20:00:00Z');
  const hours = { timeBucket: 'hour', timeRangeDays: 1 } as const;
  expect((await asker.chart(hours)).series[0]?.points).toHaveLength(23);
  expect(await stepsOf(asker, hours)).toEqual([
    ['2025-03-09T01:00-05:00', 1],
    ['2025-03-09T03:00-04:00', 2],
  ]);
});

test('the hour that comes twice in autumn is two steps in time and one of the clock', async () => {
  const asker = await newYork('2025-11-02T20:00:00Z');
  const hours = { timeBucket: 'hour', timeRangeDays: 1 } as const;
  expect((await asker.chart(hours)).series[0]?.points).toHaveLength(25);
  expect(await stepsOf(asker, hours)).toEqual([
    ['2025-11-02T01:00-04:00', 1],
    ['2025-11-02T01:00-05:00', 2],
    ['2025-11-02T23:00-05:00', 3],
  ]);
  expect(await stepsOf(asker, { xField: 'hour', timeRangeDays: 1 })).toEqual([
    ['1', 3],
    ['23', 3],
  ]);
});

test.each([
  // All but 4 of Saturday night: 1 and 2 of March; 1, 2 and 3 of November’s Sunday, whose work goes on to Monday’s 8.
  ['up to midnight and on', { sun: { from: '01:30', to: '24:00' }, mon: { from: '00:00', to: '09:00' } }, 17, 4],
  // The 2 of 03:00 in March; 23:59 is the end and no longer work.
  ['from the hour that follows the skipped one', { sun: { from: '03:00', to: '23:59' } }, 2, 19],
  // 1 of March at 01:59; both half past ones of November, 1 and 2.
  ['over the hour that comes twice', { sun: { from: '01:30', to: '03:00' } }, 4, 17],
  ['on no day', {}, 0, 21],
])('work %s tells what came within it by the clock on the wall', async (_what, hours, within, outside) => {
  const asker = await newYork('2025-12-31T20:00:00Z', hours);
  const expected = [
    ['outside', outside],
    ['within', within],
  ].filter(([, count]) => count !== 0);
  const told = await asker.chart({ xField: 'businessHours' });
  expect(told.series[0]?.points.map(({ key, value }) => [key, value]).sort()).toEqual(expected);
  const filter = { measure: 'totalLeads', filterField: 'createdAtBusinessHours' } as const;
  expect((await asker.kpi({ ...filter, filterValue: 'within' })).value).toBe(String(within));
  expect((await asker.kpi({ ...filter, filterValue: 'outside' })).value).toBe(String(outside));
});

test('a record without a moment is neither within business hours nor outside', async () => {
  const asker = await kathmandu(LAST_OF_MARCH, { sun: { from: '00:00', to: '24:00' } });
  const { value } = await asker.kpi({ measure: 'totalLeads', filterField: 'businessHours', filterValue: '' });
  expect(value).toBe('9');
});
