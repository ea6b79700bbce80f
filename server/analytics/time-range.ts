import { LRUCache } from 'lru-cache';
import { DateTime } from 'luxon';
import type { TimeBucket } from '../../contract/charts.ts';
import type { CalendarSpan } from '../../contract/periods.ts';
import type { Locale } from './labels.ts';

/** A half-open span of time: `from` is in it, `to` is not. */
export interface TimeWindow {
  from: Date;
  to: Date;
}

/** One step of a time axis. It ends where the next one starts, the last one where the window ends. */
export interface Bucket {
  start: Date;
  /** The window begins in the middle of it, and `start` is the window's, or ends there. */
  isCut: boolean;
  /** ISO date of the local day, week (its Monday), month, quarter or year; for hours ISO time with its offset, as 01:00 comes twice in autumn. */
  key: string;
  label: string;
}

/** More steps than this no chart can show, and no answer may hold. */
export const MAX_BUCKETS = 1000;

const QUARTER_FORMAT: Record<Locale, string> = {
  en: "'Q'q yyyy",
  ru: "q 'кв.' yyyy",
  uz: "q-'chorak' yyyy",
  kk: "yyyy 'ж.' q-'тоқсан'",
  uk: "q 'кв.' yyyy",
  tr: "yyyy q'. çeyrek'",
};

/**
 * The last `days` whole local days up to the end of today: 1 is today alone.
 * @param endDaysAgo moves the window back by whole local days: 30 gives the window that ended 30 days ago
 */
export function lastDays(days: number, now: Date, timezone: string, endDaysAgo = 0): TimeWindow {
  const lastDay = localDate(now, timezone).minus({ days: endDaysAgo });
  return {
    from: startOfLocalDay(lastDay.minus({ days: days - 1 }), timezone),
    to: startOfLocalDay(lastDay.plus({ days: 1 }), timezone),
  };
}

/**
 * A calendar period and what it is compared with. The present one ends with today, and goes with as many days from the beginning
 * of the one before, or with all of it where it was shorter; a whole one goes with the whole one before.
 */
export function calendarWindows(
  { unit, ago }: CalendarSpan,
  now: Date,
  timezone: string,
): { current: TimeWindow; previous: TimeWindow } {
  const units = (count: number) => ({ [`${unit}s`]: count });
  const tomorrow = localDate(now, timezone).plus({ days: 1 });
  const start = localDate(now, timezone).startOf(unit).minus(units(ago));
  const end = ago === 0 ? tomorrow : start.plus(units(1));
  const startBefore = start.minus(units(1));
  const endBefore = ago === 0 ? DateTime.min(start, startBefore.plus(end.diff(start, 'days'))) : start;
  const between = (first: DateTime, behind: DateTime) => ({
    from: startOfLocalDay(first, timezone),
    to: startOfLocalDay(behind, timezone),
  });
  return { current: between(start, end), previous: between(startBefore, endBefore) };
}

/**
 * The time axis of a chart of all time: it ends with today and reaches back `MAX_BUCKETS` steps, or to 1970 if that is
 * nearer. The caller drops the empty steps at its beginning.
 */
export function allTimeWindow(bucket: 'week' | 'month' | 'quarter' | 'year', now: Date, timezone: string): TimeWindow {
  const today = localDate(now, timezone);
  const first = today.startOf(bucket).minus({ [`${bucket}s`]: MAX_BUCKETS - 1 });
  const epoch = DateTime.utc(1970, 1, 1);
  return {
    from: startOfLocalDay(DateTime.max(first, epoch), timezone),
    to: startOfLocalDay(today.plus({ days: 1 }), timezone),
  };
}

/**
 * Cuts a window into local hours, days, weeks from Monday, months, quarters or years, oldest first. The first and the
 * last step may be cut short by the window. Days have 23 or 25 hours where the clock changes.
 */
export function cutIntoBuckets(window: TimeWindow, bucket: TimeBucket, timezone: string, locale: Locale): readonly Bucket[] {
  const key = [window.from.getTime(), window.to.getTime(), bucket, timezone, locale].join(' ');
  const known = axes.get(key);
  if (known) return known;
  const cut = cutAnew(window, bucket, timezone, locale);
  axes.set(key, cut);
  return cut;
}

/** The same axes are asked for all day long, and calendars are slow: a year of days takes some milliseconds. */
const axes = new LRUCache<string, readonly Bucket[]>({ max: 500 });

function cutAnew(window: TimeWindow, bucket: TimeBucket, timezone: string, locale: Locale): Bucket[] {
  const buckets = bucket === 'hour' ? hours(window, timezone, locale) : calendarSteps(window, bucket, timezone, locale);
  // Where a zone skipped a whole day, two local dates begin at one instant.
  return buckets.filter((step, index) => step.start < (buckets[index + 1]?.start ?? window.to));
}

function hours(window: TimeWindow, timezone: string, locale: Locale): Bucket[] {
  const buckets: Bucket[] = [];
  for (let at = window.from.getTime(); at < window.to.getTime(); at += 3_600_000) {
    const local = DateTime.fromMillis(at, { zone: timezone });
    buckets.push({
      start: new Date(at),
      isCut: false,
      key: local.toISO({ suppressSeconds: true, suppressMilliseconds: true }) ?? '',
      label: local.setLocale(locale).toLocaleString({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
    });
  }
  return buckets;
}

function calendarSteps(window: TimeWindow, bucket: Exclude<TimeBucket, 'hour'>, timezone: string, locale: Locale): Bucket[] {
  const label = labeller(window, bucket, locale);
  const buckets: Bucket[] = [];
  let step = localDate(window.from, timezone).startOf(bucket);
  let start = startOfLocalDay(step, timezone);
  while (start < window.to) {
    const next = step.plus({ [`${bucket}s`]: 1 });
    const end = startOfLocalDay(next, timezone);
    buckets.push({
      start: new Date(Math.max(start.getTime(), window.from.getTime())),
      isCut: start < window.from || end > window.to,
      key: step.toISODate(),
      label: label(step),
    });
    step = next;
    start = end;
  }
  return buckets;
}

function labeller(window: TimeWindow, bucket: Exclude<TimeBucket, 'hour'>, locale: Locale): (step: DateTime) => string {
  if (bucket === 'year') return (step) => step.toFormat('yyyy');
  if (bucket === 'quarter') return (step) => step.toFormat(QUARTER_FORMAT[locale]);
  if (bucket === 'month') return formatter(locale, { month: 'short', year: 'numeric' });
  const moreThanAYear = window.to.getTime() - window.from.getTime() > 366 * 86_400_000;
  const format: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', ...(moreThanAYear && { year: 'numeric' }) };
  return formatter(locale, format);
}

/** Of dates that are held in UTC. One formatter for all steps: making one takes longer than using it. */
function formatter(locale: Locale, options: Intl.DateTimeFormatOptions): (step: DateTime) => string {
  const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
  return (step) => format.format(step.toMillis());
}

/** The local calendar date as a date without a zone (held in UTC), so that adding days never meets a clock change. */
function localDate(at: Date, timezone: string): DateTime<true> {
  const local = DateTime.fromJSDate(at, { zone: timezone });
  if (!local.isValid) throw new Error(`Not a time zone: ${timezone}`);
  return DateTime.utc(local.year, local.month, local.day) as DateTime<true>;
}

/** The first instant of a local date: 01:00 where midnight is skipped, the earlier one where midnight comes twice. */
function startOfLocalDay(date: DateTime, timezone: string): Date {
  const midnight = Date.UTC(date.year, date.month - 1, date.day);
  const offset = offsetAt(timezone, midnight - DAY_MS);
  // Far from any change of the clock, which is nearly always, one subtraction tells it.
  if (offset === offsetAt(timezone, midnight + DAY_MS)) return new Date(midnight - offset * 60_000);
  const local = DateTime.fromObject({ year: date.year, month: date.month, day: date.day }, { zone: timezone });
  return new Date(Math.min(...local.getPossibleOffsets().map((instant) => instant.toMillis())));
}

const DAY_MS = 86_400_000;
/** Minutes east of UTC by zone and instant: neighbouring days ask for the same ones. */
const offsets = new LRUCache<string, number>({ max: 5_000 });

function offsetAt(timezone: string, at: number): number {
  const key = `${timezone} ${at}`;
  let offset = offsets.get(key);
  if (offset === undefined) {
    offset = DateTime.fromMillis(at, { zone: timezone }).offset;
    offsets.set(key, offset);
  }
  return offset;
}
