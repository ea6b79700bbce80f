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
const LONGEST_DAYS = new Map<TimeBucket, [days: number, longer: TimeBucket]>([
  ['hour', [14, 'day']],
  ['day', [400, 'week']],
]);

/** The widget's config as the filter has it. A KPI that looks at days is then compared with as many days before them. */
export function narrowConfig<Config extends Widget['config']>(config: Config, { range, crm }: DashboardFilter): Config {
  const ofCrm = crm !== null && config.crmSource === 'all' ? { ...config, crmSource: crm } : config;
  if (range === null || config.timeRangeDays === null) return ofCrm;
  if (ofCrm.chartType === 'kpi') return { ...ofCrm, timeRangeDays: range, comparisonPeriodDays: range };
  return { ...ofCrm, timeRangeDays: range, timeBucket: stepFor(ofCrm.timeBucket, range) };
}

function stepFor(bucket: TimeBucket | null, days: number): TimeBucket | null {
  const most = bucket && LONGEST_DAYS.get(bucket);
  return most && days > most[0] ? stepFor(most[1], days) : bucket;
}
