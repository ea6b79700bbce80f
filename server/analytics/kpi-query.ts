import type { KpiConfig, KpiData } from '../../contract/charts.ts';
import { refuse } from './condition.ts';
import { formatExact, totalOf } from './crm-shares.ts';
import type { Plan } from './plan.ts';
import { type AnalyticsContext, answer, resolveQuestion } from './resolve.ts';
import { lastDays, type TimeWindow } from './time-range.ts';

/** The spans of time a KPI looks at. */
export interface KpiWindows {
  /** null: all time. */
  current: TimeWindow | null;
  /** null: it is not compared. */
  previous: TimeWindow | null;
}

/**
 * Resolves a KPI. Its value is exact: amounts and averages rounded half up to two places at the very end, percentages
 * likewise, counts whole.
 * @param windows default: those the config says, which end with today
 * @throws AppError `unknown_field_name`, `invalid_combination`
 */
export function planKpi(config: KpiConfig, context: AnalyticsContext, windows = windowsOf(config, context)): Plan<KpiData> {
  const resolveIn = (window: TimeWindow | null) =>
    resolveQuestion(
      { ...config, field: config.metricField },
      { window, buckets: null, time: null, dimensions: [] },
      context.mode,
      context,
    );
  const current = resolveIn(windows.current);
  const previous = windows.previous && resolveIn(windows.previous);
  if (config.format !== current.format) throw refuse(`This number is a ${current.format}, not a ${config.format}`);

  return {
    terms: [...current.terms, ...(previous?.terms ?? [])],
    finish(groupsOf) {
      const { tallies, byCrm } = totalOf(current, groupsOf, context);
      const now = answer(current, tallies, context);
      const before = previous && answer(previous, totalOf(previous, groupsOf, context).tallies, context);
      return {
        kind: 'kpi',
        value: formatExact(now.value, current.format),
        previous: before && formatExact(before.value, current.format),
        format: current.format,
        currency: current.format === 'currency' ? context.displayCurrency : null,
        rowCount: now.rowCount,
        unconverted: now.unconverted,
        byCrm,
      };
    },
  };
}

function windowsOf({ timeRangeDays, comparisonPeriodDays }: KpiConfig, { now, timezone }: AnalyticsContext): KpiWindows {
  if (timeRangeDays === null) {
    if (comparisonPeriodDays !== null) throw refuse('A number of all time has no earlier period to compare with');
    return { current: null, previous: null };
  }
  return {
    current: lastDays(timeRangeDays, now, timezone),
    previous: comparisonPeriodDays === null ? null : lastDays(timeRangeDays, now, timezone, comparisonPeriodDays),
  };
}
