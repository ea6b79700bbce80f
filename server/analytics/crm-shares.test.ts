import { expect, test } from 'vitest';
import type { KpiConfig } from '../../contract/charts.ts';
import { totalOf } from './crm-shares.ts';
import type { Group } from './cube.ts';
import { identity, Money } from './dictionaries.ts';
import { type AnalyticsContext, resolveQuestion } from './resolve.ts';

const context: AnalyticsContext = {
  now: new Date('2025-03-10T15:00:00Z'),
  timezone: 'UTC',
  workingWeek: [],
  displayCurrency: 'USD',
  locale: 'en',
  mode: 'classic',
  crmSources: ['bitrix24', 'hubspot', 'zoho'],
  dictionaries: {
    statuses: new Map(),
    users: new Map(),
    pipelines: new Map(),
    rates: new Map(),
    customFields: new Map(),
    stageOdds: new Map(),
  },
};

function resolve(measure: string, crmSource: KpiConfig['crmSource'] = 'all') {
  const question = { dataSource: 'deals', crmSource, aggregation: 'count', measure, field: null } as const;
  const rest = { filterField: null, filterValue: null, pipeline: null };
  return resolveQuestion(
    { ...question, ...rest },
    { window: null, buckets: null, time: null, dimensions: [] },
    'classic',
    context,
  );
}

/** Deals of one CRM, each with the same part of `sum` dollars. */
function group(crmSource: string, rows: number, sum: string): Group {
  const amounts = {
    crmSource,
    currency: 'USD',
    count: rows,
    nonZero: rows,
    sum: new Money(sum),
    min: null,
    max: null,
    values: [],
    doubles: [],
  };
  return { crmSource, bucket: 0, values: [], tally: { rows, amounts: new Map([[identity(crmSource, 'USD'), amounts]]) } };
}

const sharesOf = (measure: string, groups: readonly Group[]) =>
  totalOf(resolve(measure), () => groups, context).byCrm.map(({ crmSource, value, rowCount }) => [crmSource, value, rowCount]);

test('shares of a sum add up to it to the cent: who lost most by rounding down gets the cent that is missing', () => {
  // 10.004 + 10.003 + 0.004 = 20.011 → 20.01; rounded down 10.00 + 10.00 + 0.00 = 20.00, the first lost as much as the last.
  const groups = [group('bitrix24', 2, '10.004'), group('hubspot', 1, '10.003'), group('zoho', 1, '0.004')];
  expect(sharesOf('pipelineValue', groups)).toEqual([
    ['bitrix24', '10.01', 2],
    ['hubspot', '10.00', 1],
    ['zoho', '0.00', 1],
  ]);
  // −0.006 − 0.006 = −0.012 → −0.01; rounded down −0.01 − 0.01 = −0.02.
  expect(sharesOf('pipelineValue', [group('bitrix24', 1, '-0.006'), group('hubspot', 1, '-0.006')])).toEqual([
    ['bitrix24', '0.00', 1],
    ['hubspot', '-0.01', 1],
    ['zoho', '0.00', 0],
  ]);
});

test('averages and rates are each CRM’s own; of nothing there is none', () => {
  expect(sharesOf('averageDeal', [group('bitrix24', 3, '10'), group('hubspot', 2, '7')])).toEqual([
    ['bitrix24', '3.33', 3],
    ['hubspot', '3.50', 2],
    ['zoho', null, 0],
  ]);
});

test('a number of one CRM has no shares', () => {
  const { byCrm } = totalOf(resolve('pipelineValue', 'hubspot'), () => [group('hubspot', 1, '5')], context);
  expect(byCrm).toEqual([]);
});
