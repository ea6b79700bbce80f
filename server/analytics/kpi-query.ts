import type { KpiConfig, KpiData } from '../../contract/charts.ts';
import { refuse } from './condition.ts';
import { formatExact, totalOf } from './crm-shares.ts';
import type { Plan } from './plan.ts';
import { type AnalyticsContext, answer, resolveQuestion, type Windows, windowsOf } from './resolve.ts';
import { lastDays, type TimeWindow } from './time-range.ts';

/**
 * Resolves a KPI. Its value is exact: amounts and averages rounded half up to two places at the very end, percentages
 * likewise, counts whole.
 * @param windows default: those the config says, which end with today
 * @throws AppError `unknown_field_name`, `invalid_combination`
 */
export function planKpi(config: KpiConfig, context: AnalyticsContext, windows = kpiWindows(config, context)): Plan<KpiData> {
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

function kpiWindows(config: KpiConfig, context: AnalyticsContext): Windows {
  const { timeRangeDays, period, comparisonPeriodDays } = config;
  const windows = windowsOf(config, context);
  if (comparisonPeriodDays === null) return windows;
  if (period !== null) throw refuse('A calendar period is compared with the one before it, not with days; leave them out');
  if (timeRangeDays === null) throw refuse('A number of all time has no earlier period to compare with');
  return { ...windows, previous: lastDays(timeRangeDays, context.now, context.timezone, comparisonPeriodDays) };
}
