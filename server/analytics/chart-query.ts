import type { Decimal } from 'decimal.js';
import type { ChartConfig, ChartData, ChartPoint, ChartSeries, TimeBucket, ValueFormat } from '../../contract/charts.ts';
import { type CalendarSpan, PERIODS } from '../../contract/periods.ts';
import type { Dimension, LabelSource } from './catalog.ts';
import { refuse } from './condition.ts';
import { formatExact, totalOf } from './crm-shares.ts';
import type { Group, Term } from './cube.ts';
import { describeColumns } from './describe-columns.ts';
import { type DescribedValue, describeValue } from './dictionaries.ts';
import { GAP_LABELS } from './labels.ts';
import type { Plan } from './plan.ts';
import {
  type AnalyticsContext,
  type Answer,
  addTallies,
  answer,
  emptyTallies,
  findDimension,
  isTime,
  type Resolved,
  resolveQuestion,
  type Tallies,
  windowsOf,
} from './resolve.ts';
import { allTimeWindow, type Bucket, cutIntoBuckets, MAX_BUCKETS, type TimeWindow } from './time-range.ts';

const MAX_SERIES = 50;
const MAX_CATEGORIES = 1000;

/** A ratio of fewer records is as good as chance, and is no record: it comes after all others. */
const MIN_RATED = 10;

/** Key of the point or series that holds everything beyond the limit. No CRM has such a code. */
export const OTHERS_KEY = '__others';

/** A category or a series, with its share of the records. */
interface Slot {
  described: DescribedValue;
  total: Tallies;
  /** For a category: what it has in each series, by the series' id; empty where there is but one. */
  bySeries: Map<string, Tallies>;
  /** See `ChartPoint`. */
  isPartial?: boolean;
}

type AnswerOf = (tallies: Tallies) => Answer;

/** The question, with what its answers are worked out from. */
interface Asked {
  resolved: Resolved;
  context: AnalyticsContext;
  answerOf: AnswerOf;
}

interface Axis {
  window: TimeWindow | null;
  buckets: readonly Bucket[] | null;
  time: string | null;
  /** Dimension on the category axis; null where the axis is time. */
  category: string | null;
}

/**
 * Resolves a chart. Stages stand in the CRM's order, a time axis in time without gaps, all else by value (then label), ratios of
 * less than 10 records last.
 * Beyond `limit` (or 1,000 categories, 50 series) the rest is one "All others".
 * @param window null: all time; default: the one that the config says
 * @throws AppError `unknown_field_name`, `invalid_combination`
 */
export function planChart(
  config: ChartConfig,
  context: AnalyticsContext,
  window = windowsOf(config, context).current,
): Plan<ChartData> {
  const axis = resolveAxis(config, window, context);
  const { category } = axis;
  const dimensions = [category, config.groupBy].filter((name) => name !== null);
  const resolved = resolveQuestion({ ...config, field: config.yField }, { ...axis, dimensions }, context.mode, context);
  const parts = { category: category !== null, series: config.groupBy !== null };

  return {
    terms: resolved.terms,
    finish(groupsOf) {
      const { categories, series } = collect(resolved, groupsOf, parts, context);
      const total = totalOf(resolved, groupsOf, context);
      const { groupBy, limit, sortOrder } = config;
      // A median of many values is worked out once, for the order as for the point.
      const answers = new Map<Tallies, Answer>();
      const answerOf: AnswerOf = (tallies) => {
        const known = answers.get(tallies) ?? answer(resolved, tallies, context);
        answers.set(tallies, known);
        return known;
      };
      const asked = { resolved, context, answerOf };
      const shownSeries = groupBy === null ? [...series.values()] : arrange(series, 'desc', MAX_SERIES, null, asked);
      const shownCategories = axis.buckets
        ? overTime({ window: axis.window, isAllTime: window === null }, axis.buckets, categories, asked)
        : arrange(categories, sortOrder, MAX_CATEGORIES, limit, asked);
      const { value, rowCount, unconverted } = answer(resolved, total.tallies, context);
      return {
        kind: 'chart',
        columns: describeColumns(config, context),
        series: drawSeries(config, shownSeries, shownCategories, asked),
        format: resolved.format,
        currency: resolved.format === 'currency' ? context.displayCurrency : null,
        total: formatExact(value, resolved.format),
        rowCount,
        unconverted,
        byCrm: total.byCrm,
      };
    },
  };
}

function resolveAxis(config: ChartConfig, window: TimeWindow | null, context: AnalyticsContext): Axis {
  const { dataSource, xField, timeBucket } = config;
  const { timezone, locale } = context;
  if (timeBucket === null) {
    if (xField === null) throw refuse('A chart needs a field or a time bucket on its axis');
    if (isTime(dataSource, xField)) throw refuse('A time on the axis needs a time bucket');
    return { window, buckets: null, time: null, category: xField };
  }
  // An unknown name is told as such before it is told that it is no time.
  if (xField !== null && !isTime(dataSource, xField)) {
    findDimension(dataSource, xField, context);
    throw refuse('A time bucket needs a time on the axis');
  }
  const cut = window ?? allTimeAxis(timeBucket, context);
  const steps = mostDays(config) * (STEPS_A_DAY.get(timeBucket) ?? 0);
  if (steps > MAX_BUCKETS) throw refuse(`A time axis has at most ${MAX_BUCKETS} steps; take a shorter range or a longer step`);
  return { window: cut, buckets: cutIntoBuckets(cut, timeBucket, timezone, locale), time: xField, category: null };
}

/** A chart of a period that grows must not become too much some day. */
function mostDays({ timeRangeDays, period }: ChartConfig): number {
  return period === null ? (timeRangeDays ?? 0) : MOST_DAYS[PERIODS[period].unit];
}

const MOST_DAYS: Record<CalendarSpan['unit'], number> = { day: 1, week: 7, month: 31, quarter: 92, year: 366 };
const STEPS_A_DAY = new Map<TimeBucket, number>([
  ['hour', 24],
  ['day', 1],
]);

function allTimeAxis(timeBucket: TimeBucket, { now, timezone }: AnalyticsContext): TimeWindow {
  if (timeBucket === 'hour' || timeBucket === 'day') {
    throw refuse(`All time cannot be cut into ${timeBucket}s; take weeks or longer, or a range of days`);
  }
  return allTimeWindow(timeBucket, now, timezone);
}

/** Sorts the groups of all terms into categories (or buckets) and series. Each term knows its table's own dimensions. */
function collect(
  resolved: Resolved,
  groupsOf: (term: Term) => readonly Group[],
  has: { category: boolean; series: boolean },
  context: AnalyticsContext,
) {
  const categories = new Map<string, Slot>();
  const series = new Map<string, Slot>();
  const describe = (dimension: Dimension | undefined, crmSource: string, values: readonly string[] = []) =>
    dimension ? describeValue(dimension, crmSource, values, context.dictionaries, context.locale) : NO_VALUE;
  if (!has.series) slotFor(series, NO_VALUE, resolved);
  // A week has seven days and a day 24 hours, whether anything happened in them or not.
  const clock = has.category ? resolved.terms[0]?.dimensions[0] : undefined;
  for (const code of CLOCK_CODES.get(clock?.labels) ?? []) slotFor(categories, describe(clock, '', [code]), resolved);

  resolved.terms.forEach((term, index) => {
    const [first, second] = term.dimensions;
    for (const { crmSource, bucket, values, tally } of groupsOf(term)) {
      const category = has.category ? describe(first, crmSource, values[0]) : { ...NO_VALUE, id: String(bucket) };
      const one = has.series ? describe(has.category ? second : first, crmSource, values[has.category ? 1 : 0]) : NO_VALUE;
      const tallies = resolved.terms.map((_, position) => (position === index ? tally : EMPTY));
      const slot = slotFor(categories, category, resolved);
      addTallies(slot.total, tallies);
      if (has.series) addTallies(cellOf(slot, one.id, resolved), tallies);
      addTallies(slotFor(series, one, resolved).total, tallies);
    }
  });
  return { categories, series };
}

const CLOCK_CODES = new Map<LabelSource | undefined, readonly string[]>([
  ['weekday', Array.from({ length: 7 }, (_, index) => String(index + 1))],
  ['hour', Array.from({ length: 24 }, (_, index) => String(index))],
]);
const EMPTY = { rows: 0, amounts: new Map() };
const NO_VALUE: DescribedValue = { id: '', crmSource: '', code: '', label: '', pipeline: null, color: null, rank: null };

function slotFor(slots: Map<string, Slot>, described: DescribedValue, resolved: Resolved): Slot {
  let slot = slots.get(described.id);
  if (!slot) {
    slot = { described, total: emptyTallies(resolved), bySeries: new Map() };
    slots.set(described.id, slot);
  }
  return slot;
}

function cellOf(slot: Slot, seriesId: string, resolved: Resolved): Tallies {
  let tallies = slot.bySeries.get(seriesId);
  if (!tallies) {
    tallies = emptyTallies(resolved);
    slot.bySeries.set(seriesId, tallies);
  }
  return tallies;
}

/** Puts slots in order and folds those beyond the limit into one at the end. The largest (or smallest) are the ones kept. */
function arrange(
  slots: ReadonlyMap<string, Slot>,
  sortOrder: 'asc' | 'desc',
  most: number,
  limit: number | null,
  { resolved, context, answerOf }: Asked,
): Slot[] {
  const room = Math.min(limit ?? most, most);
  const byValue = [...slots.values()]
    .map((slot) => ({ slot, described: slot.described, told: answerOf(slot.total) }))
    .sort((a, b) => compareRanked(a, b, sortOrder, resolved))
    .map(({ slot }) => slot);
  const shown = byValue.slice(0, byValue.length > room ? Math.min(room, most - 1) : room);
  const rest = byValue.slice(shown.length);
  if (shown.some((slot) => slot.described.rank !== null)) {
    shown.sort((a, b) => (a.described.rank ?? 0) - (b.described.rank ?? 0) || compareText(a.described.id, b.described.id));
  }
  return rest.length === 0 ? shown : [...shown, mergeSlots(rest, resolved, context)];
}

function mergeSlots(slots: readonly Slot[], resolved: Resolved, context: AnalyticsContext): Slot {
  const label = GAP_LABELS.others[context.locale];
  const merged: Slot = {
    described: { ...NO_VALUE, id: OTHERS_KEY, code: OTHERS_KEY, label },
    total: emptyTallies(resolved),
    bySeries: new Map(),
  };
  for (const slot of slots) {
    addTallies(merged.total, slot.total);
    for (const [seriesId, tallies] of slot.bySeries) addTallies(cellOf(merged, seriesId, resolved), tallies);
  }
  return merged;
}

/** Every step of the axis, empty ones too. An axis of all time begins with the first step that has anything. */
function overTime(
  { window, isAllTime }: { window: TimeWindow | null; isAllTime: boolean },
  buckets: readonly Bucket[],
  found: Map<string, Slot>,
  { resolved, context: { now } }: Asked,
): Slot[] {
  const steps = buckets.map(
    ({ key, label, isCut }, index): Slot => ({
      ...(found.get(String(index)) ?? { total: emptyTallies(resolved), bySeries: new Map() }),
      described: { ...NO_VALUE, id: key, code: key, label },
      isPartial: isCut || (buckets[index + 1]?.start ?? window?.to ?? now) > now,
    }),
  );
  if (!isAllTime) return steps;
  const first = buckets.findIndex((_, index) => found.has(String(index)));
  return first < 0 ? [] : steps.slice(first);
}

function drawSeries(
  config: ChartConfig,
  series: readonly Slot[],
  categories: readonly Slot[],
  { resolved, answerOf }: Asked,
): ChartSeries[] {
  const categoryNames = nameSlots(categories);
  const seriesNames = config.groupBy === null ? [{ key: 'value', label: config.title }] : nameSlots(series);
  const shownIds = new Set(series.map((slot) => slot.described.id));
  const empty = emptyTallies(resolved);
  const talliesOf = (category: Slot, one: Slot) => {
    if (config.groupBy === null) return category.total;
    return one.described.id === OTHERS_KEY ? othersOf(category, shownIds, resolved) : category.bySeries.get(one.described.id);
  };
  return series.map((one, index) => {
    const name = seriesNames[index] ?? { key: '', label: '' };
    const points = categories.map((category, position): ChartPoint => {
      const told = answerOf(talliesOf(category, one) ?? empty);
      return {
        key: categoryNames[position]?.key ?? '',
        label: categoryNames[position]?.label ?? '',
        value: toNumber(told.value, resolved.format),
        color: config.groupBy === null ? category.described.color : one.described.color,
        ...(resolved.measure.kind === 'ratio' && { of: told.rowCount }),
        ...(category.isPartial && { isPartial: true }),
      };
    });
    return { ...name, points };
  });
}

/** What a category has in the series that are not shown by themselves. */
function othersOf(category: Slot, shownIds: ReadonlySet<string>, resolved: Resolved): Tallies {
  const tallies = emptyTallies(resolved);
  for (const [seriesId, part] of category.bySeries) if (!shownIds.has(seriesId)) addTallies(tallies, part);
  return tallies;
}

/** Codes as keys, told apart by CRM and pipeline only where two are equal; stages named with their pipeline where there are several. */
function nameSlots(slots: readonly Slot[]): { key: string; label: string }[] {
  const uses = new Map<string, number>();
  for (const { described } of slots) uses.set(described.code, (uses.get(described.code) ?? 0) + 1);
  const pipelines = new Set(slots.map(({ described }) => described.pipeline).filter((pipeline) => pipeline !== null));
  return slots.map(({ described: { id, code, label, pipeline } }) => ({
    key: (uses.get(code) ?? 0) > 1 ? id.replaceAll('\0', ':') : code,
    label: pipeline !== null && pipelines.size > 1 ? `${pipeline} · ${label}` : label,
  }));
}

function toNumber(value: Decimal | null, format: ValueFormat): number | null {
  if (value === null) return null;
  return format === 'number' && value.isInteger() ? value.toNumber() : value.toDecimalPlaces(2).toNumber();
}

/** A value of a dimension with its number. */
export interface Ranked {
  described: DescribedValue;
  told: Answer;
}

/** The order by which a chart keeps the first of its values. */
export function compareRanked(a: Ranked, b: Ranked, sortOrder: 'asc' | 'desc', { measure }: Resolved): number {
  const isThin = ({ told }: Ranked) => measure.kind === 'ratio' && told.rowCount < MIN_RATED;
  return (
    Number(isThin(a)) - Number(isThin(b)) ||
    compareValues(a.told.value, b.told.value, sortOrder) ||
    compareText(a.described.label, b.described.label) ||
    compareText(a.described.id, b.described.id)
  );
}

/** Nothing to say comes last in either direction. */
function compareValues(a: Decimal | null, b: Decimal | null, sortOrder: 'asc' | 'desc'): number {
  if (!a || !b) return Number(!a) - Number(!b);
  return sortOrder === 'asc' ? a.comparedTo(b) : b.comparedTo(a);
}

/** By code units: the same on every machine. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
