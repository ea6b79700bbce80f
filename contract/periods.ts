/** A local day, week (from Monday), month, quarter or year: the one that holds today, or the whole one so many before. */
export interface CalendarSpan {
  unit: 'day' | 'week' | 'month' | 'quarter' | 'year';
  ago: number;
}

/**
 * Calendar periods a widget can look at. Of the present one the days up to today count. No zod here: the app loads this before its
 * first chart.
 */
export const PERIODS = {
  yesterday: { unit: 'day', ago: 1 },
  thisWeek: { unit: 'week', ago: 0 },
  lastWeek: { unit: 'week', ago: 1 },
  thisMonth: { unit: 'month', ago: 0 },
  lastMonth: { unit: 'month', ago: 1 },
  thisQuarter: { unit: 'quarter', ago: 0 },
  lastQuarter: { unit: 'quarter', ago: 1 },
  thisYear: { unit: 'year', ago: 0 },
  lastYear: { unit: 'year', ago: 1 },
} as const satisfies Record<string, CalendarSpan>;
export type Period = keyof typeof PERIODS;

/** Days back from the end of today, a calendar period, or null: all time. */
export type Range = number | Period | null;

/** The two fields by which a config says its range: one of them, or neither. */
export interface RangeFields {
  timeRangeDays: number | null;
  period: Period | null;
}

export function rangeOf({ timeRangeDays, period }: RangeFields): Range {
  return period ?? timeRangeDays;
}

export function toRangeFields(range: Range): RangeFields {
  return typeof range === 'string' ? { timeRangeDays: null, period: range } : { timeRangeDays: range, period: null };
}
