import { z } from 'zod';
import { kpiData } from './charts.ts';
import { widgetConfig } from './dashboard.ts';

/** Body of POST /api/dashboard/kpi: a question for one number, in English, Russian or Uzbek. */
export const kpiRequest = z.strictObject({ question: z.string().trim().min(1).max(500) });

/** Answer of POST /api/dashboard/kpi. */
export const kpiReply = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('ok'),
    /** What the number is, in the person's language. */
    title: z.string(),
    data: kpiData,
    /** The days it counts, as ISO local dates, both in it; null: all time. */
    range: z.strictObject({ from: z.string(), to: z.string() }).nullable(),
    /** The same number as a widget; null where no widget can hold the period: a month by its name stays where it is, and a dashboard moves on. */
    widget: widgetConfig.nullable(),
  }),
  /** The records it counts are still being copied: a number would be wrong, so none is given. */
  z.strictObject({ status: z.literal('not_synced'), title: z.string() }),
  /** It asks for something else, or not for one number. */
  z.strictObject({ status: z.literal('not_understood') }),
]);
export type KpiReply = z.infer<typeof kpiReply>;
