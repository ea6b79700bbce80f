import { z } from 'zod';
import { chartConfig, chartData, kpiConfig, kpiData } from './charts.ts';
import { crmMode, crmSource, semantic } from './crm.ts';
import { syncState } from './sync.ts';

/** A chart or a KPI in its place on the dashboard. */
export const widget = z.strictObject({
  id: z.string(),
  isStandard: z.boolean(),
  position: z.number().int(),
  config: z.discriminatedUnion('chartType', [kpiConfig, chartConfig]),
});
export type Widget = z.infer<typeof widget>;

/** A widget's numbers, or why they are missing. One widget's failure leaves the others alone. */
const widgetResult = z.discriminatedUnion('status', [
  z.strictObject({ id: z.string(), status: z.literal('ok'), data: z.discriminatedUnion('kind', [chartData, kpiData]) }),
  /** The table behind it is not copied yet: a number would be wrong, so none is shown. */
  z.strictObject({ id: z.string(), status: z.literal('not_synced') }),
  z.strictObject({ id: z.string(), status: z.literal('failed') }),
]);
export type WidgetResult = z.infer<typeof widgetResult>;

/** Answer of GET /api/dashboard/data: every widget with its numbers. */
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
