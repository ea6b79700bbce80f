import type { TimeBucket } from './charts.ts';
import type { CrmSource } from './crm.ts';
import type { Widget } from './dashboard.ts';
import { type CalendarSpan, PERIODS, type Period, type Range, rangeOf, toRangeFields } from './periods.ts';

/** What a person looks at the whole dashboard through. No zod here: the app loads this before its first chart. */
export interface DashboardFilter {
  /** Days back from the end of today, in place of each widget's own; null without a period: each its own. Numbers of all time stay that. */
  range: number | null;
  /** A calendar period in place of days. */
  period: Period | null;
  /** Only this CRM's records; null: as each widget says. */
  crm: CrmSource | null;
}

export const NO_FILTER: DashboardFilter = { range: null, period: null, crm: null };

/** Beyond so many days a chart takes the next longer step: nobody can read more than some hundred marks. */
const MOST_HOURLY_DAYS = 14;
const MOST_DAILY_DAYS = 400;

/**
 * The widget's config as the filter has it. A KPI that looks at days is then compared with as many days before them; today, which is
 * not over, with nothing.
 */
export function narrowConfig<Config extends Widget['config']>(config: Config, filter: DashboardFilter): Config {
  const { crm } = filter;
  const range = filter.period ?? filter.range;
  const ofCrm = crm !== null && config.crmSource === 'all' ? { ...config, crmSource: crm } : config;
  if (range === null || rangeOf(config) === null) return ofCrm;
  const fields = toRangeFields(range);
  if (ofCrm.chartType !== 'kpi') return { ...ofCrm, ...fields, timeBucket: stepFor(ofCrm.timeBucket, range) };
  return { ...ofCrm, ...fields, comparisonPeriodDays: range === 1 ? null : fields.timeRangeDays };
}

/** Steps of which a calendar period has some ten to thirty. */
const STEP_OF: Record<CalendarSpan['unit'], TimeBucket> = {
  day: 'hour',
  week: 'day',
  month: 'day',
  quarter: 'week',
  year: 'month',
};

/** Over fewer days a chart of such steps would be two or three marks, of which the first and the last are parts. */
const LEAST_DAYS = { week: 21, month: 90, quarter: 270, year: 1095 } as const satisfies Partial<Record<TimeBucket, number>>;
/** So many days are still told one by one where nobody has said how. */
const MOST_UNASKED_DAYS = 120;

/** The step that a range has by itself. */
export function stepOf(range: Range): TimeBucket {
  if (typeof range === 'string') return STEP_OF[PERIODS[range].unit];
  if (range === null || range > MOST_UNASKED_DAYS) return 'month';
  return range === 1 ? 'hour' : 'day';
}

/** The step of a time axis over a range: of days its own, a longer one where that would be too many, a shorter one where it would be too few. */
export function stepFor<Step extends TimeBucket | null>(step: Step, range: Range): TimeBucket | Extract<Step, null>;
export function stepFor(step: TimeBucket | null, range: Range): TimeBucket | null {
  if (step === null) return null;
  if (typeof range === 'string') return stepOf(range);
  if (step !== 'hour' && step !== 'day') return range !== null && range < LEAST_DAYS[step] ? stepOf(range) : step;
  if (range === null) return 'month';
  if (range === 1) return 'hour';
  if (step === 'hour' && range <= MOST_HOURLY_DAYS) return step;
  return range <= MOST_DAILY_DAYS ? 'day' : 'week';
}
