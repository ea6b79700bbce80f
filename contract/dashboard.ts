import { z } from 'zod';
import { chartConfig, chartData, kpiConfig, kpiData, period } from './charts.ts';
import { crmMode, crmSource, semantic } from './crm.ts';
import type { Period } from './periods.ts';
import { syncState } from './sync.ts';

/** A chart or a KPI in its place on the dashboard. */
export const widget = z.strictObject({
  id: z.string(),
  isStandard: z.boolean(),
  position: z.number().int(),
  config: z.discriminatedUnion('chartType', [kpiConfig, chartConfig]),
});
export type Widget = z.infer<typeof widget>;

/** Draws no ink: white space, controls, marks that join, hide or turn text, and the blank of Braille. */
const INVISIBLE = /[\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;
const CONTROLS = /[\p{Cc}\u2028\u2029]/u;

/** What a person calls a widget: one line that can be seen. */
export const MAX_TITLE = 120;
const widgetTitle = z
  .string()
  .trim()
  .max(MAX_TITLE)
  .refine((text) => text.replace(INVISIBLE, '') !== '', { params: { code: 'blank' } })
  .refine((text) => !CONTROLS.test(text), { params: { code: 'invalid_characters' } })
  // JSON Schema knows neither trimming nor these checks; who reads only that has to be told.
  .meta({
    description: 'One line with at least one visible character. White space at its ends is cut off before it is counted.',
  });

const isDataSource = (name: string) => chartConfig.shape.dataSource.safeParse(name).success;
/** What a person gives may name what is not there: it is a name like those of fields, and refused like theirs. */
const asked = {
  title: widgetTitle,
  dataSource: z
    .string()
    .refine(isDataSource, { params: { code: 'unknown_field_name' } })
    .pipe(chartConfig.shape.dataSource)
    // Otherwise JSON Schema would have the string only, and not which there are.
    .meta({ enum: chartConfig.shape.dataSource.options }),
  /** Whoever knows of none leaves it out, as the chat's older answers do. */
  period: period.nullable().default(null),
};

/** What a widget is to show, as a request says it: a config without its id. */
export const widgetConfig = z.discriminatedUnion('chartType', [
  kpiConfig.omit({ chartId: true }).extend(asked),
  chartConfig.omit({ chartId: true }).extend(asked),
]);
export type WidgetConfig = z.infer<typeof widgetConfig>;

/** Body of POST /api/dashboard/preview, and of POST /api/dashboard/widgets: with the header `Idempotency-Key` it may be repeated. The answer is the `Widget`. */
export const widgetCreateRequest = z.strictObject({ config: widgetConfig });

/** Body of PATCH /api/dashboard/widgets/{id}: what is to change. `title` and `size` go over those of `config`. */
export const widgetPatchRequest = z.strictObject({
  config: widgetConfig.optional(),
  title: widgetTitle.optional(),
  size: chartConfig.shape.size.optional(),
  /** Place on the whole dashboard, as `Widget.position` counts. Standard widgets keep theirs; beyond the end is the end. */
  position: z.number().int().min(0).max(10_000).optional(),
});
export type WidgetPatchRequest = z.infer<typeof widgetPatchRequest>;

/** A widget that was taken off the dashboard and can be brought back. */
export const deletedWidget = widget.extend({ deletedAt: z.iso.datetime() });
export type DeletedWidget = z.infer<typeof deletedWidget>;

/** Answer of GET /api/dashboard/widgets: in the order of the dashboard. */
export const widgetListReply = z.array(widget);

/** Answer of GET /api/dashboard/widgets/bin: the last deleted first. */
export const widgetBinReply = z.array(deletedWidget);

/** Bodies of POST /api/dashboard/drill/csv (the latest 10,000 records; the file's name says when there are more), and with a page of POST /api/dashboard/drill: a number whose records are wanted. */
export const drillExportRequest = z.strictObject({
  /** Exactly one of the two. A standard widget's id is the name it has in GET /api/dashboard/widgets. */
  config: widgetConfig.optional(),
  widgetId: z.string().optional(),
  /** Keys of the chart's point, as its data has them; without one the whole axis or all series are meant. */
  point: z.strictObject({ categoryKey: z.string().max(500).optional(), seriesKey: z.string().max(500).optional() }).default({}),
});
export type DrillExportRequest = z.infer<typeof drillExportRequest>;

export const drillRequest = drillExportRequest.extend({
  /** `next` of the page before. */
  after: z.string().min(1).max(1000).optional(),
  limit: z.number().int().min(1).max(100).default(50),
});
export type DrillRequest = z.infer<typeof drillRequest>;

export const drillRecord = z.strictObject({
  externalId: z.string(),
  crmSource,
  title: z.string().nullable(),
  owner: z.strictObject({ id: z.string(), name: z.string() }).nullable(),
  /** As the CRM has it, in the record's own currency: decimal string. */
  value: z.strictObject({ amount: z.string(), currency: z.string().nullable() }).nullable(),
  /**
   * That amount in the display currency, as a sum of amounts takes it: decimal string of at most six places. Null where there is no
   * amount, or no rate for its currency. A forecast counts a part of it, and averages and rates are no sums.
   */
  worth: z.strictObject({ amount: z.string(), currency: z.string() }).nullable(),
  /** The moment by which the number counted it; null only in numbers of all time. */
  at: z.iso.datetime().nullable(),
  /** The record's page in the CRM; null where it has none. An activity's is the page of the record it belongs to. */
  url: z.string().nullable(),
});
export type DrillRecord = z.infer<typeof drillRecord>;

/** Answer of POST /api/dashboard/drill: the records a number counted, the latest first. Of a rate those of its numerator. */
export const drillReply = z.strictObject({
  /** What the records are: of a rate it may be something else than the config's data source. */
  entity: chartConfig.shape.dataSource,
  records: z.array(drillRecord),
  total: z.number().int(),
  next: z.string().nullable(),
});
export type DrillReply = z.infer<typeof drillReply>;

/** A widget's numbers, or why they are missing. One widget's failure leaves the others alone. */
export const widgetResult = z.discriminatedUnion('status', [
  z.strictObject({ id: z.string(), status: z.literal('ok'), data: z.discriminatedUnion('kind', [chartData, kpiData]) }),
  /** The table behind it is not copied yet: a number would be wrong, so none is shown. */
  z.strictObject({ id: z.string(), status: z.literal('not_synced') }),
  /** They could not be read this time; the next time they may. */
  z.strictObject({ id: z.string(), status: z.literal('failed') }),
  /** The config names what is no longer there, or would have too much to draw: only another one helps. */
  z.strictObject({ id: z.string(), status: z.literal('not_drawable') }),
]);
export type WidgetResult = z.infer<typeof widgetResult>;

/** Answer of POST /api/dashboard/preview. */
export const widgetPreview = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('ok'), data: z.discriminatedUnion('kind', [chartData, kpiData]) }),
  z.strictObject({ status: z.literal('not_synced') }),
]);
export type WidgetPreview = z.infer<typeof widgetPreview>;

/** Query of GET /api/dashboard/widgets/{id}/csv, and with ids of GET /api/dashboard/data: what the numbers are looked at through. */
const filterFields = {
  /** Days back from the end of today, in place of each widget's own. Numbers of all time stay that. */
  range: z.coerce.number().int().min(1).max(3660).optional(),
  /** A calendar period in place of days. */
  period: period.optional(),
  /** Only this CRM's records. */
  crm: crmSource.optional(),
};
const ONE_RANGE = { path: ['period'], params: { code: 'invalid_combination' } };
const hasOneRange = (filter: { range?: number | null | undefined; period?: Period | null | undefined }) =>
  (filter.range ?? null) === null || (filter.period ?? null) === null;

export const filterRequest = z.strictObject(filterFields).refine(hasOneRange, ONE_RANGE);

/** Body of PUT /api/dashboard/filter: what a person looks at the dashboard through from now on. */
export const dashboardFilter = z
  .strictObject({
    /** null without a period: each widget's own days. */
    range: z.number().int().min(1).max(3660).nullable(),
    /** A calendar period in place of days: `range` is null then. */
    period: period.nullable(),
    /** null: all of them. */
    crm: crmSource.nullable(),
  })
  .refine(hasOneRange, ONE_RANGE);

/** Query of GET /api/dashboard/data. */
export const dashboardRequest = z
  .strictObject({
    ...filterFields,
    /** Ids of widgets, joined by commas: only these are read. Default: all. */
    widgets: z
      .string()
      .min(1)
      .max(4000)
      .transform((ids) => ids.split(','))
      .optional(),
  })
  .refine(hasOneRange, ONE_RANGE);

/** Answer of GET /api/dashboard/data: the widgets as they are stored, with the numbers of what was asked. */
export const dashboardReply = z.strictObject({
  mode: crmMode,
  currency: z.string(),
  timezone: z.string(),
  /** False: neither the CRM nor a person has said it, and days are UTC's. An administrator's app then reports its own. */
  timezoneIsKnown: z.boolean(),
  syncStatus: syncState,
  dataAsOf: z.iso.datetime().nullable(),
  widgets: z.array(widget),
  results: z.array(widgetResult),
});
export type DashboardReply = z.infer<typeof dashboardReply>;

/** A code of the CRM with what it is called there. */
const named = z.strictObject({ code: z.string(), label: z.string() });

/** Query of GET /api/dashboard/record: a record of the CRM the session is of. */
export const recordRequest = z.strictObject({
  entity: z.enum(['leads', 'deals', 'contacts', 'companies']),
  externalId: z.string().min(1).max(64),
});

/** Answer of GET /api/dashboard/record: one record and what happened to it. Fields its kind does not have are null. */
export const recordReply = z.strictObject({
  entity: recordRequest.shape.entity,
  externalId: z.string(),
  crmSource,
  title: z.string().nullable(),
  pipeline: named.nullable(),
  stage: named.extend({ color: z.string().nullable(), semantic }).nullable(),
  source: named.nullable(),
  owner: z.strictObject({ id: z.string(), name: z.string() }).nullable(),
  /** As the CRM has it, in the record's own currency: decimal string. */
  amount: z.strictObject({ value: z.string(), currency: z.string().nullable() }).nullable(),
  createdAt: z.iso.datetime().nullable(),
  closedAt: z.iso.datetime().nullable(),
  /** Whole days from creation until it was closed, or until now. */
  ageDays: z.number().int().nullable(),
  /** Whole days since its stage changed, or since creation where it never did. */
  daysInStage: z.number().int().nullable(),
  activities: z.strictObject({
    /** null while activities are not copied: 0 would be wrong. */
    count: z.number().int().nullable(),
    lastAt: z.iso.datetime().nullable(),
    /** The next one that is planned and not done. */
    next: z.strictObject({ type: named, at: z.iso.datetime() }).nullable(),
  }),
  /** Stages it went through, oldest first, at most the latest 100. Empty for records without stages. */
  history: z.array(
    z.strictObject({
      pipeline: named.nullable(),
      stage: named.extend({ color: z.string().nullable(), semantic }),
      at: z.iso.datetime(),
    }),
  ),
  timezone: z.string(),
  dataAsOf: z.iso.datetime().nullable(),
});
export type RecordReply = z.infer<typeof recordReply>;
