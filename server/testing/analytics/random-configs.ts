import fc from 'fast-check';
import type { ChartConfig, DataSource, KpiConfig } from '../../../contract/charts.ts';
import { PERIODS, type Period, type Range, toRangeFields } from '../../../contract/periods.ts';
import { DIMENSIONS, measureOf, measuresOf, NUMBERS, TIMES } from './naive-answer.ts';
import type { World } from './random-world.ts';

const ENTITIES: readonly DataSource[] = [
  'leads',
  'deals',
  'activities',
  'contacts',
  'companies',
  'stageHistory',
  'products',
  'people',
];
const BUCKETS = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const;

/** What number is asked: a named measure, a count, or an aggregate of a field. */
function questions(mode: World['mode']) {
  return fc.constantFrom(...ENTITIES).chain((dataSource) => {
    const fields = Object.keys(NUMBERS[dataSource]);
    const named = fc
      .constantFrom(...Object.keys(measuresOf(dataSource, mode)))
      .map((measure) => ({ dataSource, measure, field: null, aggregation: 'count' as const }));
    const counted = fc.constant({ dataSource, measure: null, field: null, aggregation: 'count' as const });
    if (fields.length === 0) return fc.oneof(named, counted);
    const aggregated = fc.record({
      dataSource: fc.constant(dataSource),
      measure: fc.constant(null),
      field: fc.constantFrom(...fields),
      aggregation: fc.constantFrom('sum', 'average', 'median', 'min', 'max'),
    });
    return fc.oneof(named, named, aggregated, counted);
  });
}

type Question = { dataSource: DataSource; measure: string | null; field: string | null; aggregation: ChartConfig['aggregation'] };

/** Names that the data source and all tables of a measure have. */
function sharedNames(names: Record<DataSource, object>, question: Question, mode: World['mode']): string[] {
  const { parts } = measureOf(asKpi(question), mode);
  return Object.keys(names[question.dataSource]).filter((name) =>
    parts.every(({ entity, lacks }) => name in names[entity] && !lacks?.test(name)),
  );
}

function hasTimes(question: Question, mode: World['mode']): boolean {
  return sharedNames(TIMES, question, mode).length > 0;
}

function asKpi({ field, ...question }: Question): KpiConfig {
  return {
    ...question,
    chartId: 'k',
    title: 'KPI',
    chartType: 'kpi',
    crmSource: 'all',
    metricField: field,
    format: 'number',
    timeRangeDays: null,
    period: null,
    comparisonPeriodDays: null,
    filterField: null,
    filterValue: null,
    pipeline: null,
    size: 'small',
  };
}

function restrictions(question: Question, mode: World['mode']) {
  const parts = measureOf(asKpi(question), mode).parts;
  const filter = fc.constantFrom(...sharedNames(DIMENSIONS, question, mode)).chain((filterField) => {
    const dimension = DIMENSIONS[parts[0]?.entity ?? question.dataSource][filterField];
    const values = [...(dimension?.codes ?? []), '', 'nothing', "' or true --", '%'];
    return fc.record({ filterField: fc.constant(filterField), filterValue: fc.constantFrom(...values) });
  });
  const pipelines = parts.every(({ entity }) => 'pipeline' in DIMENSIONS[entity])
    ? fc.constantFrom(null, null, '0', '7', '')
    : fc.constant(null);
  return fc.record({
    crmSource: fc.constantFrom('all' as const, 'all' as const, 'bitrix24' as const, 'hubspot' as const, 'zoho' as const),
    filter: fc.oneof(fc.constant({ filterField: null, filterValue: null }), filter),
    pipeline: pipelines,
  });
}

const PERIOD_NAMES = Object.keys(PERIODS) as Period[];
const RANGES: fc.Arbitrary<Range> = fc.oneof(
  fc.constantFrom(null, 1, 7, 30, 90, 365),
  fc.integer({ min: 1, max: 500 }),
  fc.constantFrom(...PERIOD_NAMES),
);
/** Of no more steps than can be compared in time. */
const SHORT_RANGES: Partial<Record<(typeof BUCKETS)[number], fc.Arbitrary<Range>>> = {
  hour: fc.oneof(
    fc.integer({ min: 1, max: 14 }),
    fc.constantFrom('yesterday' as const, 'thisWeek' as const, 'lastWeek' as const),
  ),
  day: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.constantFrom(...PERIOD_NAMES.filter((name) => !name.endsWith('Year')))),
};

/** KPIs that can be asked, over everything the catalog has. */
export function kpiConfigs(mode: World['mode']): fc.Arbitrary<KpiConfig> {
  return questions(mode).chain((question) =>
    fc
      .record({
        restriction: restrictions(question, mode),
        range: hasTimes(question, mode) ? RANGES : fc.constant(null),
        comparison: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 400 })),
      })
      .map(({ restriction, range, comparison }) => ({
        ...asKpi(question),
        format: measureOf(asKpi(question), mode).format,
        ...restriction.filter,
        crmSource: restriction.crmSource,
        pipeline: restriction.pipeline,
        ...toRangeFields(range),
        comparisonPeriodDays: typeof range === 'number' ? comparison : null,
      })),
  );
}

/** Charts that can be drawn, over everything the catalog has. */
export function chartConfigs(mode: World['mode']): fc.Arbitrary<ChartConfig> {
  return questions(mode).chain((question) => {
    const dimensions = sharedNames(DIMENSIONS, question, mode);
    const times = sharedNames(TIMES, question, mode);
    const byCategory = fc.record({
      xField: fc.constantFrom(...dimensions),
      timeBucket: fc.constant(null),
      range: times.length > 0 ? RANGES : fc.constant(null),
    });
    const byTime = fc.constantFrom(...BUCKETS).chain((timeBucket) =>
      fc.record({
        xField: fc.constantFrom(null, ...times),
        timeBucket: fc.constant(timeBucket),
        range: SHORT_RANGES[timeBucket] ?? RANGES,
      }),
    );
    return fc
      .record({
        axis: times.length > 0 ? fc.oneof(byCategory, byCategory, byTime) : byCategory,
        restriction: restrictions(question, mode),
        groupBy: fc.oneof(fc.constant(null), fc.constantFrom(...dimensions)),
        sortOrder: fc.constantFrom('asc' as const, 'desc' as const),
        limit: fc.constantFrom(null, null, 1, 2, 3, 5, 10),
      })
      .map(({ axis, restriction, groupBy, sortOrder, limit }): ChartConfig => {
        const { field, ...asked } = question;
        const { range, ...axes } = axis;
        return {
          ...asked,
          ...axes,
          ...toRangeFields(range),
          ...restriction.filter,
          chartId: 'c',
          title: 'Chart',
          description: '',
          chartType: 'bar',
          crmSource: restriction.crmSource,
          pipeline: restriction.pipeline,
          yField: field,
          groupBy,
          sortOrder,
          limit,
          size: 'medium',
        };
      });
  });
}

const HOSTILE_TEXTS = [
  '',
  '\0',
  'NEW\0',
  '\ud800',
  "'; drop table crm_leads; --",
  '$1',
  'created_at',
  'constructor',
  '__proto__',
  'toString',
  'custom:',
  'custom:UF_MANY',
  'custom:UF_TEXT',
  'custom:UF_DATE',
  "custom:x' or 1=1 --",
  'custom:constructor',
  'custom:UF_LIST',
  'weekday',
  'hour',
  'businessHours',
  'country',
  'department',
  'status',
  'stage',
  'value',
  'createdAt',
  'cycleDays',
  'winRate',
  'weightedPipeline',
  'soldAmount',
  'product',
  'active',
  'staleDeals',
  'conversionRate',
  'medianFirstResponse',
  '%',
  '\\',
  '🙂'.repeat(16),
  'x'.repeat(5000),
];

/** Often nothing, so that what is hostile is sometimes all that is wrong. */
const texts = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
const numbers = fc.oneof(
  fc.constantFrom(null, 0, -1, 1, 3660, 3661, 1e9, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '1', {}, []),
  fc.integer(),
);

/** Anything that has the fields of a chart or a KPI. */
export const hostileConfigs: fc.Arbitrary<Record<string, unknown>> = fc.record({
  chartId: fc.constant('c'),
  title: fc.constant('t'),
  description: fc.constant(''),
  chartType: fc.constantFrom('bar', 'kpi', 'kpi', 'drop'),
  dataSource: fc.constantFrom(...ENTITIES, 'users'),
  crmSource: fc.constantFrom('all', 'bitrix24', "x'"),
  xField: texts,
  yField: texts,
  metricField: texts,
  aggregation: fc.constantFrom('count', 'sum', 'average', 'median', 'min', 'max', 'evil'),
  measure: texts,
  groupBy: texts,
  format: fc.constantFrom('number', 'currency', 'percentage', 'duration'),
  timeBucket: fc.constantFrom(null, ...BUCKETS),
  timeRangeDays: numbers,
  period: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.constantFrom('lastMonth', 'thisYear', 'constructor', 7)),
  comparisonPeriodDays: numbers,
  filterField: texts,
  filterValue: texts,
  pipeline: texts,
  sortOrder: fc.constantFrom('asc', 'desc'),
  limit: numbers,
  size: fc.constant('medium'),
});
