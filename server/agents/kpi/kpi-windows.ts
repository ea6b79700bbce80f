import { DateTime } from 'luxon';
import type { KpiWindows } from '../../analytics/kpi-query.ts';
import { lastDays } from '../../analytics/time-range.ts';
import type { ResolvedKpi } from './resolve-kpi.ts';

/**
 * The spans of time a question is about. The present month up to today is compared with as many days from the beginning of
 * the one before (or all of it, where it was shorter); a whole month with the whole one before.
 */
export function kpiWindows(
  { period, isCompared }: Pick<ResolvedKpi, 'period' | 'isCompared'>,
  now: Date,
  timezone: string,
): KpiWindows {
  if (!period) return { current: null, previous: null };
  const compared = (window: KpiWindows['previous']) => (isCompared ? window : null);
  if (period.kind === 'rolling') {
    const { days } = period;
    return { current: lastDays(days, now, timezone), previous: compared(lastDays(days, now, timezone, days)) };
  }
  // Dates without a zone: counting days never meets a clock change.
  const local = DateTime.fromJSDate(now, { zone: timezone });
  const today = DateTime.utc(local.year, local.month, local.day);
  const { unit, ago } = period;
  const between = (first: DateTime, last: DateTime) => lastDays(daysFrom(first, last) + 1, now, timezone, daysFrom(last, today));
  const start = today.startOf(unit).minus({ [`${unit}s`]: ago });
  const end = ago === 0 ? today : start.endOf(unit).startOf('day');
  const startBefore = start.minus({ [`${unit}s`]: 1 });
  const wholeBefore = start.minus({ days: 1 });
  const endBefore = ago === 0 ? DateTime.min(wholeBefore, startBefore.plus({ days: daysFrom(start, end) })) : wholeBefore;
  return { current: between(start, end), previous: compared(between(startBefore, endBefore)) };
}

function daysFrom(first: DateTime, last: DateTime): number {
  return Math.round(last.diff(first, 'days').days);
}
