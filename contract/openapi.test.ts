import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { chartConfig, kpiConfig } from './charts.ts';
import { widgetConfig } from './dashboard.ts';
import { describeApi } from './openapi.ts';
import { REPLY_SCHEMAS, REQUEST_SCHEMAS } from './operations.ts';

const document = describeApi();

test('the description is valid OpenAPI 3.1', async () => {
  expect(await new Validator().validate({ ...document })).toEqual({ valid: true });
});

test('every schema it refers to is in it, and every schema in it is referred to', () => {
  const referred = Array.from(JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g), ([, name]) => name);
  expect(Array.from(new Set(referred)).toSorted()).toEqual(Object.keys(document.components.schemas));
  expect(Object.keys({ ...REQUEST_SCHEMAS, ...REPLY_SCHEMAS }).toSorted()).toEqual(Object.keys(document.components.schemas));
});

test('what requests share with answers means the same in both', () => {
  const requests = Object.keys(REQUEST_SCHEMAS).map((name) => document.components.schemas[name]);
  const shared = Object.entries(REPLY_SCHEMAS).filter(([name]) => JSON.stringify(requests).includes(`/${name}"`));
  expect(shared.map(([name]) => name)).toContain('CrmSource');
  for (const [, schema] of shared) expect(z.toJSONSchema(schema, { io: 'input' })).toEqual(z.toJSONSchema(schema));
});

test('it names no server', () => {
  expect(document).not.toHaveProperty('servers');
  expect(JSON.stringify(document)).not.toMatch(/https?:|localhost|127\.0\.0\.1|tenant_id/);
});

const ajv = new Ajv2020({ formats: { 'date-time': true, uuid: true } });
ajv.addVocabulary(['components']);
ajv.addSchema({ components: document.components }, 'api');

/** As somebody would who has only the description. */
function accepts(name: string, value: unknown): boolean {
  return ajv.validate(`api#/components/schemas/${name}`, value);
}

const CHART = {
  chartId: 'deals-by-stage',
  title: 'Deals by stage',
  description: '',
  chartType: 'bar',
  dataSource: 'deals',
  crmSource: 'all',
  xField: 'stage',
  yField: null,
  aggregation: 'count',
  measure: null,
  groupBy: null,
  timeBucket: null,
  timeRangeDays: 30,
  period: null,
  filterField: null,
  filterValue: null,
  pipeline: null,
  sortOrder: 'desc',
  limit: 10,
  size: 'medium',
};
const KPI = {
  chartId: 'won',
  title: 'Won',
  chartType: 'kpi',
  dataSource: 'deals',
  crmSource: 'bitrix24',
  metricField: 'value',
  aggregation: 'sum',
  measure: null,
  format: 'currency',
  timeRangeDays: null,
  period: null,
  comparisonPeriodDays: 30,
  filterField: null,
  filterValue: null,
  pipeline: null,
  size: 'small',
};
/** What both kinds of config have, changed; `undefined` leaves the field out. */
const CHANGES: [change: object, isAccepted: boolean][] = [
  [{}, true],
  [{ title: 'т'.repeat(120) }, true],
  [{ title: 'т'.repeat(121) }, false],
  [{ title: 7 }, false],
  [{ title: undefined }, false],
  [{ title: null }, false],
  [{ chartType: 'radar' }, false],
  [{ chartType: undefined }, false],
  [{ dataSource: 'invoices' }, false],
  [{ dataSource: 'constructor' }, false],
  [{ dataSource: ['deals'] }, false],
  [{ crmSource: 'zoho' }, true],
  [{ crmSource: 'salesforce' }, false],
  [{ aggregation: 'Count' }, false],
  [{ aggregation: 'median' }, true],
  [{ measure: 'winRate' }, true],
  [{ measure: '' }, false],
  [{ measure: "x'; drop table crm_deals; --" }, true],
  [{ measure: 'm'.repeat(65) }, false],
  [{ timeRangeDays: 1 }, true],
  [{ timeRangeDays: 0 }, false],
  [{ timeRangeDays: -1 }, false],
  [{ timeRangeDays: 1.5 }, false],
  [{ timeRangeDays: 3660 }, true],
  [{ timeRangeDays: 3661 }, false],
  [{ timeRangeDays: '30' }, false],
  [{ timeRangeDays: 1e300 }, false],
  [{ period: 'lastMonth' }, true],
  [{ period: 'nextMonth' }, false],
  [{ period: 30 }, false],
  [{ filterValue: '' }, true],
  [{ filterValue: 'v'.repeat(201) }, false],
  [{ filterValue: { $ne: null } }, false],
  [{ pipeline: 'p'.repeat(64) }, true],
  [{ pipeline: 'p'.repeat(65) }, false],
  [{ size: 'huge' }, false],
  [{ tenantId: 'x' }, false],
  [{ prototype: {} }, false],
];
const CHART_CHANGES: typeof CHANGES = [
  ...CHANGES,
  [{ chartType: 'stackedBar' }, true],
  [{ chartType: 'kpi' }, false],
  [{ description: 'd'.repeat(501) }, false],
  [{ description: null }, false],
  [{ xField: null, timeBucket: 'week' }, true],
  [{ timeBucket: 'fortnight' }, false],
  [{ limit: null }, true],
  [{ limit: 1001 }, false],
  [{ sortOrder: 'asc; drop table' }, false],
  [{ format: 'currency' }, false],
];
const KPI_CHANGES: typeof CHANGES = [
  ...CHANGES,
  [{ chartType: 'bar' }, false],
  [{ format: 'duration' }, true],
  [{ format: 'money' }, false],
  [{ format: undefined }, false],
  [{ comparisonPeriodDays: null }, true],
  [{ comparisonPeriodDays: 0 }, false],
  [{ metricField: '' }, false],
  [{ xField: 'stage' }, false],
];

const overJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('the described schema and the one the server parses with agree', () => {
  test.each(CHART_CHANGES)('on a chart with %j: %s', (change, isAccepted) => {
    const config = overJson({ ...CHART, ...change });
    expect([chartConfig.safeParse(config).success, accepts('ChartConfig', config)]).toEqual([isAccepted, isAccepted]);
    expect(accepts('KpiConfig', config)).toBe(false);
  });

  test.each(KPI_CHANGES)('on a KPI with %j: %s', (change, isAccepted) => {
    const config = overJson({ ...KPI, ...change });
    expect([kpiConfig.safeParse(config).success, accepts('KpiConfig', config)]).toEqual([isAccepted, isAccepted]);
    expect(accepts('ChartConfig', config)).toBe(false);
  });

  test.each([
    ...CHART_CHANGES.filter(([change]) => !('chartType' in change)).map(([change, is]) => [{ ...CHART, ...change }, is] as const),
    ...KPI_CHANGES.filter(([change]) => !('chartType' in change)).map(([change, is]) => [{ ...KPI, ...change }, is] as const),
  ])('on the same as a request says it, without an id: %j: %s', (config, isAccepted) => {
    const asked = overJson({ ...config, chartId: undefined });
    expect([widgetConfig.safeParse(asked).success, accepts('WidgetConfig', asked)]).toEqual([isAccepted, isAccepted]);
  });

  test('on one without a calendar period, which only a request may leave out', () => {
    const config = overJson({ ...KPI, period: undefined });
    expect([kpiConfig.safeParse(config).success, accepts('KpiConfig', config)]).toEqual([false, false]);
    const asked = overJson({ ...KPI, period: undefined, chartId: undefined });
    expect([widgetConfig.parse(asked).period, accepts('WidgetConfig', asked)]).toEqual([null, true]);
  });

  test.each([null, [], 'bar', 7, {}])('on what is no config at all: %j', (value) => {
    expect([chartConfig.safeParse(value).success, accepts('ChartConfig', value)]).toEqual([false, false]);
    expect([kpiConfig.safeParse(value).success, accepts('KpiConfig', value)]).toEqual([false, false]);
    expect([widgetConfig.safeParse(value).success, accepts('WidgetConfig', value)]).toEqual([false, false]);
  });
});

test('what JSON Schema cannot say of a title is said in words', () => {
  const title = { description: expect.stringContaining('visible character') };
  const branch = { properties: expect.objectContaining({ title: expect.objectContaining(title) }) };
  expect(document.components.schemas.WidgetConfig).toMatchObject({ oneOf: [branch, branch] });
  expect(accepts('WidgetConfig', overJson({ ...KPI, chartId: undefined, title: ' ' }))).toBe(true);
  expect(widgetConfig.safeParse(overJson({ ...KPI, chartId: undefined, title: ' ' })).success).toBe(false);
});
