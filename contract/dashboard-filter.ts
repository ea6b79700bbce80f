import type { TimeBucket } from './charts.ts';
import type { CrmSource } from './crm.ts';
import type { Widget } from './dashboard.ts';

/** What a person looks at the whole dashboard through. No zod here: the app loads this before its first chart. */
export interface DashboardFilter {
  /** Days back from the end of today, in place of each widget's own; null: each its own. Numbers of all time stay that. */
  range: number | null;
  /** Only this CRM's records; null: as each widget says. */
  crm: CrmSource | null;
}

export const NO_FILTER: DashboardFilter = { range: null, crm: null };

/** Beyond so many days a chart takes the next longer step: nobody can read more than some hundred marks. */
const MOST_HOURLY_DAYS = 14;
const MOST_DAILY_DAYS = 400;

/**
 * The widget's config as the filter has it. A KPI that looks at days is then compared with as many days before them; today, which is
 * not over, with nothing.
 */
export function narrowConfig<Config extends Widget['config']>(config: Config, { range, crm }: DashboardFilter): Config {
  const ofCrm = crm !== null && config.crmSource === 'all' ? { ...config, crmSource: crm } : config;
  if (range === null || config.timeRangeDays === null) return ofCrm;
  if (ofCrm.chartType === 'kpi') return { ...ofCrm, timeRangeDays: range, comparisonPeriodDays: range === 1 ? null : range };
  return { ...ofCrm, timeRangeDays: range, timeBucket: stepFor(ofCrm.timeBucket, range) };
}

/** The step of a time axis over so many days (null: all time): its own, a longer one where that would be too many, hours of one day. */
export function stepFor(step: TimeBucket | null, days: number | null): TimeBucket | null {
  if (step !== 'hour' && step !== 'day') return step;
  if (days === null) return 'month';
  if (days === 1) return 'hour';
  if (step === 'hour' && days <= MOST_HOURLY_DAYS) return step;
  return days <= MOST_DAILY_DAYS ? 'day' : 'week';
}
