import { z } from 'zod';
import { chartConfig, chartData, kpiConfig, kpiData } from './charts.ts';
import { crmMode } from './crm.ts';
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
export const widgetResult = z.discriminatedUnion('status', [
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
  syncStatus: syncState,
  dataAsOf: z.iso.datetime().nullable(),
  widgets: z.array(widget),
  results: z.array(widgetResult),
});
export type DashboardReply = z.infer<typeof dashboardReply>;
