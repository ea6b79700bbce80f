import type { ChartConfig } from '../../../contract/charts.ts';

export type ChartKind = ChartConfig['chartType'];

/** Days back that are offered; null is all time. */
export const RANGES = [1, 7, 30, 90, 365, null];

/** Narrowest first. */
export const SIZES = ['small', 'medium', 'large'] as const;

/** With "All others" as many as there are colours. */
const MOST_SLICES = 7;

/** How many categories a chart of that kind shows by themselves, at most `limit` of them. */
export function limitTo(kind: ChartKind, limit: number | null): number | null {
  return kind === 'donut' || kind === 'pie' ? Math.min(limit ?? MOST_SLICES, MOST_SLICES) : limit;
}

/** In which ways the numbers of a chart can be drawn. */
export function kindsOf(config: ChartConfig): ChartKind[] {
  if (config.timeBucket !== null)
    return config.groupBy === null ? ['line', 'area', 'bar'] : ['line', 'area', 'stackedBar', 'bar'];
  return config.groupBy === null ? ['bar', 'donut', 'pie', 'funnel'] : ['stackedBar', 'bar'];
}
