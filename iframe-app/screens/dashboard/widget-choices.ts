import type { ChartConfig } from '../../../contract/charts.ts';
import type { Range } from '../../../contract/periods.ts';

export type ChartKind = ChartConfig['chartType'];

/** What is offered of the calendar; 1 is today. */
const CALENDAR: readonly Range[] = [1, 'yesterday', 'thisWeek', 'lastWeek', 'thisMonth', 'lastMonth', 'thisYear'];
/** Days back that are offered. */
const LAST_DAYS: readonly Range[] = [7, 30, 90, 365];

/** Ranges to choose from, in two groups, with the one that holds now: it may be another, as one from the chat. */
export function offerRanges(present: Range): Record<'calendar' | 'lastDays', readonly Range[]> {
  const offer = (ranges: readonly Range[], isTheirs: boolean) =>
    isTheirs && !ranges.includes(present) ? [...ranges, present] : ranges;
  const isOfCalendar = typeof present === 'string' || present === 1;
  return {
    calendar: offer(CALENDAR, isOfCalendar),
    lastDays: offer(LAST_DAYS, present !== null && !isOfCalendar),
  };
}

/** Whether what is counted has days that can be chosen: people are told as they are. */
export function hasTime({ dataSource }: Pick<ChartConfig, 'dataSource'>): boolean {
  return dataSource !== 'people';
}

/** Narrowest first. */
export const SIZES = ['small', 'medium', 'large'] as const;

const LINES = ['line', 'area'] as const;

/** With "All others" as many as there are colours. */
const MOST_SLICES = 7;

/** How many categories a chart of that kind shows by themselves, at most `limit` of them. */
export function limitTo(kind: ChartKind, limit: number | null): number | null {
  return kind === 'donut' || kind === 'pie' ? Math.min(limit ?? MOST_SLICES, MOST_SLICES) : limit;
}

type Drawn = Pick<ChartConfig, 'chartType' | 'timeBucket' | 'groupBy' | 'measure'>;

/**
 * In which ways the numbers of a chart can be drawn, the present one among them.
 * @param isAdded whether they add up: parts of a whole and one upon the other are drawn only of such
 */
export function kindsOf(config: Drawn, isAdded: boolean): ChartKind[] {
  const kinds = suitableKinds(config, isAdded);
  return kinds.includes(config.chartType) ? kinds : [...kinds, config.chartType];
}

function suitableKinds({ timeBucket, groupBy, measure }: Drawn, isAdded: boolean): ChartKind[] {
  if (groupBy !== null) return [...(timeBucket === null ? [] : LINES), ...(isAdded ? (['stackedBar'] as const) : []), 'bar'];
  if (timeBucket !== null) return [...LINES, 'bar'];
  // A record counts at each stage that it has come to: steps, and no parts.
  if (measure === 'stageReached') return ['bar', 'funnel'];
  return isAdded ? ['bar', 'donut', 'pie', 'funnel'] : ['bar'];
}
