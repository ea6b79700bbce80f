import { expect, test } from 'vitest';
import type { Widget } from './dashboard.ts';
import { NO_FILTER, narrowConfig, stepFor } from './dashboard-filter.ts';

const KPI: Widget['config'] = {
  chartId: 'x',
  title: 'X',
  chartType: 'kpi',
  dataSource: 'deals',
  crmSource: 'all',
  metricField: null,
  aggregation: 'count',
  measure: null,
  format: 'number',
  timeRangeDays: 30,
  period: null,
  comparisonPeriodDays: null,
  filterField: null,
  filterValue: null,
  pipeline: null,
  size: 'small',
};
const { metricField: _metric, format: _format, comparisonPeriodDays: _days, ...COMMON } = KPI;
const CHART: Widget['config'] = {
  ...COMMON,
  chartType: 'line',
  description: '',
  xField: null,
  yField: null,
  groupBy: null,
  timeBucket: 'day',
  sortOrder: 'desc',
  limit: null,
};

test('without a filter a config stays what it is', () => {
  expect(narrowConfig(KPI, NO_FILTER)).toBe(KPI);
});

test('days take the place of days, and a KPI is compared with as many before', () => {
  expect(narrowConfig(KPI, { range: 7, period: null, crm: null })).toEqual({ ...KPI, timeRangeDays: 7, comparisonPeriodDays: 7 });
  expect(narrowConfig(CHART, { range: 7, period: null, crm: null })).toEqual({ ...CHART, timeRangeDays: 7 });
  expect(narrowConfig(KPI, { range: 1, period: null, crm: null })).toEqual({
    ...KPI,
    timeRangeDays: 1,
    comparisonPeriodDays: null,
  });
});

test('a calendar period takes the place of days, and is compared in its own way', () => {
  const lastMonth = { range: null, period: 'lastMonth', crm: null } as const;
  const compared: Widget['config'] = { ...KPI, comparisonPeriodDays: 30 };
  expect(narrowConfig(compared, lastMonth)).toEqual({ ...KPI, timeRangeDays: null, period: 'lastMonth' });
  expect(narrowConfig(CHART, lastMonth)).toEqual({ ...CHART, timeRangeDays: null, period: 'lastMonth' });
  const ofPeriod: Widget['config'] = { ...KPI, timeRangeDays: null, period: 'thisYear' };
  expect(narrowConfig(ofPeriod, { range: 7, period: null, crm: null })).toEqual({
    ...KPI,
    timeRangeDays: 7,
    comparisonPeriodDays: 7,
  });
});

test.each([
  ['week', 'yesterday', 'hour'],
  ['month', 'thisWeek', 'day'],
  ['hour', 'lastWeek', 'day'],
  ['week', 'thisMonth', 'day'],
  ['day', 'lastQuarter', 'week'],
  ['day', 'thisYear', 'month'],
  [null, 'thisYear', null],
] as const)('steps of one %s over %s become steps of one %s', (timeBucket, period, expected) => {
  const config = { ...CHART, timeBucket };
  expect(narrowConfig(config, { range: null, period, crm: null })).toMatchObject({ timeBucket: expected });
});

test('what counts all time goes on counting it', () => {
  const allTime: Widget['config'] = { ...CHART, timeRangeDays: null, timeBucket: 'month' };
  expect(narrowConfig(allTime, { range: 7, period: null, crm: null })).toBe(allTime);
});

test.each([
  ['day', 1, 'hour'],
  ['week', 1, 'hour'],
  ['month', 7, 'day'],
  ['week', 20, 'day'],
  ['week', 21, 'week'],
  ['month', 30, 'day'],
  ['month', 90, 'month'],
  ['quarter', 269, 'month'],
  ['year', 365, 'month'],
  ['hour', 14, 'hour'],
  ['hour', 15, 'day'],
  ['hour', 401, 'week'],
  ['day', 400, 'day'],
  ['day', 401, 'week'],
  ['week', 3660, 'week'],
] as const)('steps of one %s over %i days become steps of one %s', (timeBucket, range, expected) => {
  expect(narrowConfig({ ...CHART, timeBucket }, { range, period: null, crm: null })).toMatchObject({ timeBucket: expected });
});

test('one CRM is asked where all were, and never another one than the widget names', () => {
  expect(narrowConfig(KPI, { range: null, period: null, crm: 'hubspot' }).crmSource).toBe('hubspot');
  const own = { ...KPI, crmSource: 'zoho' as const };
  expect(narrowConfig(own, { range: null, period: null, crm: 'hubspot' })).toBe(own);
});

test('all of time is cut into months where it was cut into less', () => {
  expect((['hour', 'day', 'week', 'year', null] as const).map((step) => stepFor(step, null))).toEqual([
    'month',
    'month',
    'week',
    'year',
    null,
  ]);
});
