import { z } from 'zod';
import { chartConfig, kpiConfig } from './charts.ts';
import { crmSource } from './crm.ts';

/** A name that a config may say, with what it is called in the person's language. */
const named = z.strictObject({ name: z.string(), label: z.string() });
export type CatalogName = z.infer<typeof named>;

const format = kpiConfig.shape.format;

/** What records can be told apart by: their fields, what the clock says of one of their times, or the CRM's own fields (`custom:…`). */
const catalogDimension = named.extend({
  kind: z.enum(['field', 'clock', 'custom']),
  /** As the end of a title: "by stage". */
  by: z.string(),
});
export type CatalogDimension = z.infer<typeof catalogDimension>;

/** A named number of a data source. */
const catalogMeasure = named.extend({
  format,
  /** What it tells: how many, how much money, which share, how long. */
  kind: z.enum(['count', 'money', 'share', 'time']),
  /** Whether its numbers of parts add up to that of all, as counts and sums do and averages do not. */
  isAdded: z.boolean(),
  /** Names of the data source's dimensions that it can be cut by: a rate's other table has to know them too. */
  dimensions: z.array(z.string()),
  /** Whether it can be asked of one pipeline. */
  hasPipeline: z.boolean(),
});
export type CatalogMeasure = z.infer<typeof catalogMeasure>;

const catalogSource = named.extend({
  name: chartConfig.shape.dataSource,
  /** For `xField`, `groupBy` and `filterField`. */
  dimensions: z.array(catalogDimension),
  /** For `xField` with a `timeBucket`. */
  times: z.array(named),
  /** For `yField` and `metricField`, with any aggregation but `count`. They can be cut by every dimension. */
  numbers: z.array(named.extend({ format })),
  /** For `measure`. */
  measures: z.array(catalogMeasure),
});
export type CatalogSource = z.infer<typeof catalogSource>;

/** Answer of GET /api/dashboard/catalog: what a widget can be made of, in the person's language. */
export const catalogReply = z.strictObject({
  sources: z.array(catalogSource),
  aggregations: z.array(named.extend({ name: chartConfig.shape.aggregation })),
  /** For `pipeline`, in the CRM's order. */
  pipelines: z.array(named.extend({ crmSource })),
  crmSources: z.array(named.extend({ name: crmSource })),
});
export type CatalogReply = z.infer<typeof catalogReply>;

/** Query of GET /api/dashboard/catalog/values. */
export const dimensionValuesRequest = z.strictObject({
  dataSource: chartConfig.shape.dataSource,
  /** A name of the data source's `dimensions`. */
  dimension: z.string().min(1).max(64),
});

/** Answer of GET /api/dashboard/catalog/values. */
export const dimensionValuesReply = z.strictObject({
  /** For `filterValue`; '' are records without one. */
  values: z.array(z.strictObject({ value: z.string(), label: z.string() })),
  /** False: only the most frequent are told. */
  isWhole: z.boolean(),
});
export type DimensionValuesReply = z.infer<typeof dimensionValuesReply>;
