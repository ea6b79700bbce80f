import { z } from 'zod';
import { crmSource } from './crm.ts';
import { PERIODS, type Period } from './periods.ts';

/** What a chart can be drawn from. */
const dataSource = z.enum(['leads', 'deals', 'activities', 'contacts', 'companies', 'stageHistory', 'products', 'people']);
export type DataSource = z.infer<typeof dataSource>;

const chartType = z.enum(['bar', 'line', 'area', 'pie', 'donut', 'stackedBar', 'funnel', 'kpi']);

const aggregation = z.enum(['count', 'sum', 'average', 'median', 'min', 'max']);
export type Aggregation = z.infer<typeof aggregation>;

const timeBucket = z.enum(['hour', 'day', 'week', 'month', 'quarter', 'year']);
export type TimeBucket = z.infer<typeof timeBucket>;

const widgetSize = z.enum(['small', 'medium', 'large']);
export type WidgetSize = z.infer<typeof widgetSize>;

/** `number` counts, `currency` amounts in the display currency, `percentage` 0–100, `duration` seconds. */
const valueFormat = z.enum(['number', 'currency', 'percentage', 'duration']);
export type ValueFormat = z.infer<typeof valueFormat>;

const chartId = z.string().min(1).max(64);
const title = z.string().min(1).max(120);
/** A name from the analytics catalog (a dimension or a measure); the catalog, not this schema, knows which exist. */
const fieldName = z.string().min(1).max(64);
/** Days back from the end of the tenant's today; null without a `period` means all time. */
const timeRangeDays = z.number().int().min(1).max(3660).nullable();
export const period = z.enum(Object.keys(PERIODS) as Period[]);

/** One chart of a dashboard or of a chat answer. */
export const chartConfig = z.strictObject({
  chartId,
  title,
  description: z.string().max(500),
  chartType: chartType.exclude(['kpi']),
  dataSource,
  crmSource: z.union([crmSource, z.literal('all')]),
  /** Dimension on the category axis; null with a `timeBucket`: the axis is time. */
  xField: fieldName.nullable(),
  /** Field that is aggregated; null with `count` or a named `measure`. */
  yField: fieldName.nullable(),
  aggregation,
  /** A named measure of the catalog (`winRate`, `pipelineValue`, …); wins over aggregation and yField. */
  measure: fieldName.nullable(),
  /** Dimension whose values become series. */
  groupBy: fieldName.nullable(),
  timeBucket: timeBucket.nullable(),
  timeRangeDays,
  /** A calendar period in place of days: `timeRangeDays` is null then. */
  period: period.nullable(),
  filterField: fieldName.nullable(),
  filterValue: z.string().max(200).nullable(),
  pipeline: z.string().max(64).nullable(),
  sortOrder: z.enum(['asc', 'desc']),
  limit: z.number().int().min(1).max(1000).nullable(),
  size: widgetSize,
});
export type ChartConfig = z.infer<typeof chartConfig>;

/** One number with its comparison. */
export const kpiConfig = z.strictObject({
  chartId,
  title,
  chartType: z.literal('kpi'),
  dataSource,
  crmSource: z.union([crmSource, z.literal('all')]),
  metricField: fieldName.nullable(),
  aggregation,
  measure: fieldName.nullable(),
  format: valueFormat,
  timeRangeDays,
  /** As in a chart. It is compared with the one before: a whole one with all of it, the present one with as many of its first days. */
  period: period.nullable(),
  /** The KPI is compared with the same window this many days earlier; null: no comparison but that of a period. */
  comparisonPeriodDays: z.number().int().min(1).max(3660).nullable(),
  filterField: fieldName.nullable(),
  filterValue: z.string().max(200).nullable(),
  pipeline: z.string().max(64).nullable(),
  size: widgetSize,
});
export type KpiConfig = z.infer<typeof kpiConfig>;

/** Records whose amount could not be converted to the display currency, shown beside the total ("+ 3 deals in XYZ"). */
const unconverted = z.strictObject({ currency: z.string(), count: z.number().int(), amount: z.string() });
export type Unconverted = z.infer<typeof unconverted>;

/** What one of several CRMs has of a number. */
const crmShare = z.strictObject({
  crmSource,
  /** Decimal string, as `value` of the whole. Of counts and sums the shares add up to it, to the cent. */
  value: z.string().nullable(),
  rowCount: z.number().int(),
});
export type CrmShare = z.infer<typeof crmShare>;

/** One point of a chart. `key` is the CRM's code (or an ISO local date for time), `label` is for people. */
const chartPoint = z.strictObject({
  key: z.string(),
  label: z.string(),
  /** null: nothing to say (a rate over zero records), drawn as a gap. */
  value: z.number().nullable(),
  color: z.string().nullable(),
  /** Of a ratio: how many records it is a ratio of. */
  of: z.number().int().optional(),
  /** A step in time of which only a part is counted: it began before the chart's days, ends after them, or is not over yet. */
  isPartial: z.literal(true).optional(),
});
export type ChartPoint = z.infer<typeof chartPoint>;

const chartSeries = z.strictObject({ key: z.string(), label: z.string(), points: z.array(chartPoint) });
export type ChartSeries = z.infer<typeof chartSeries>;

/** What a chart shows: every series has the same keys in the same order. */
export const chartData = z.strictObject({
  kind: z.literal('chart'),
  /** What heads a table of it: what the points are (of a time axis its step), and what is counted. */
  columns: z.strictObject({ category: z.string(), value: z.string() }),
  series: z.array(chartSeries),
  format: valueFormat,
  currency: z.string().nullable(),
  /** The number over all records of the chart, before any limit: decimal string, exact. */
  total: z.string().nullable(),
  /** Records counted in, before any limit. */
  rowCount: z.number().int(),
  unconverted: z.array(unconverted),
  /** `total` by CRM, in the order of their names; empty unless all of several CRMs are asked. */
  byCrm: z.array(crmShare),
});
export type ChartData = z.infer<typeof chartData>;

export const kpiData = z.strictObject({
  kind: z.literal('kpi'),
  /** Decimal string, exact; null when the denominator is zero. */
  value: z.string().nullable(),
  previous: z.string().nullable(),
  format: valueFormat,
  currency: z.string().nullable(),
  rowCount: z.number().int(),
  unconverted: z.array(unconverted),
  /** `value` by CRM, in the order of their names; empty unless all of several CRMs are asked. */
  byCrm: z.array(crmShare),
});
export type KpiData = z.infer<typeof kpiData>;
