import type { Windows } from '../../analytics/resolve.ts';
import { calendarWindows, lastDays } from '../../analytics/time-range.ts';
import type { ResolvedKpi } from './resolve-kpi.ts';

/** The spans of time a question is about: days are compared with as many before them, a calendar period as on the dashboard. */
export function kpiWindows(
  { period, isCompared }: Pick<ResolvedKpi, 'period' | 'isCompared'>,
  now: Date,
  timezone: string,
): Windows {
  if (!period) return { current: null, previous: null };
  const compared = (window: Windows['previous']) => (isCompared ? window : null);
  if (period.kind === 'rolling') {
    const { days } = period;
    return { current: lastDays(days, now, timezone), previous: compared(lastDays(days, now, timezone, days)) };
  }
  const { current, previous } = calendarWindows(period, now, timezone);
  return { current, previous: compared(previous) };
}
