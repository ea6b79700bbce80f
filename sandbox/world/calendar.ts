import { countUpTo } from './columns.ts';
import { at, type Random } from './random.ts';

/** Uzbekistan is five hours east of UTC all year, and was for the whole history generated here. */
export const TIMEZONE = 'Asia/Tashkent';
const UTC_OFFSET = 5 * 3600;

export const DAY = 86_400;
const HISTORY_DAYS = 1826;

/** The office works Monday to Saturday from 9 to 19. */
const OPENS = 9 * 3600;
export const WORKING_DAY = 10 * 3600;
const WORKING_DAYS = 6;

/** New enquiries by local hour: a morning and an afternoon peak, and web forms in the evening. */
const HOUR_WEIGHTS = [4, 2, 1, 1, 1, 2, 6, 15, 45, 95, 125, 120, 90, 70, 100, 115, 110, 90, 60, 40, 30, 25, 16, 9];
/** Monday first. */
const WEEKDAY_WEIGHTS = [1.2, 1.1, 1.05, 1, 0.95, 0.55, 0.2];
/** January first: quiet winter and Navruz, a rush before the school year and at the year's end. */
const MONTH_WEIGHTS = [0.75, 0.9, 0.85, 1, 1.05, 0.95, 0.85, 1.15, 1.35, 1.15, 1.05, 1.1];
/** How much busier the last day is than the first. */
const GROWTH = 8;

/** Local days since 1970-01-01, which was a Thursday. */
const localDay = (time: number) => Math.floor((time + UTC_OFFSET) / DAY);
const weekday = (day: number) => (day + 3) % 7;

export function localMidnight(time: number): number {
  return localDay(time) * DAY - UTC_OFFSET;
}

/** 'YYYY-MM-DD' of the local date. */
export function localDate(time: number): string {
  return new Date((time + UTC_OFFSET) * 1000).toISOString().slice(0, 10);
}

export function historyStart(now: number): number {
  return localMidnight(now) - (HISTORY_DAYS - 1) * DAY;
}

/** Seconds the office had worked until then. */
function workedUntil(time: number): number {
  const day = localDay(time);
  const weeks = Math.floor((day + 3) / 7);
  const today = weekday(day) < WORKING_DAYS ? Math.min(Math.max(time - localMidnight(time) - OPENS, 0), WORKING_DAY) : 0;
  return (weeks * WORKING_DAYS + Math.min(weekday(day), WORKING_DAYS)) * WORKING_DAY + today;
}

/** The moment at which the office has worked so many seconds. */
function whenWorked(seconds: number): number {
  const days = Math.floor(seconds / WORKING_DAY);
  const day = Math.floor(days / WORKING_DAYS) * 7 + (days % WORKING_DAYS) - 3;
  return day * DAY + OPENS + Math.floor(seconds % WORKING_DAY) - UTC_OFFSET;
}

/** The moment that many working seconds later; always in office hours, never before `time`. */
export function addWorkingTime(time: number, seconds: number): number {
  return whenWorked(workedUntil(time) + Math.max(seconds, 0));
}

/** A random moment in office hours from `from` to `to`; `to` itself when the office is closed all that time. */
export function workingMoment(random: Random, from: number, to: number): number {
  const start = workedUntil(from);
  return Math.min(whenWorked(start + random.next() * (workedUntil(to) - start)), to);
}

/** Moments at which people turned to the company over five years up to `now`, ascending. */
export function arrivalTimes(random: Random, count: number, now: number): Uint32Array {
  const start = historyStart(now);
  const cumulative = new Float64Array(HISTORY_DAYS * 24);
  let total = 0;
  for (let slot = 0; slot < cumulative.length; slot++) {
    const begins = start + slot * 3600;
    const passed = Math.min(Math.max(now - begins, 0), 3600) / 3600;
    total += passed * at(HOUR_WEIGHTS, slot % 24) * dayWeight(begins, slot / cumulative.length);
    cumulative[slot] = total;
  }
  const times = new Uint32Array(count);
  for (let index = 0; index < count; index++) {
    const slot = Math.min(countUpTo(cumulative, random.next() * total), cumulative.length - 1);
    const begins = start + slot * 3600;
    times[index] = begins + Math.floor(random.next() * Math.min(3600, now - begins));
  }
  return times.sort();
}

function dayWeight(time: number, age: number): number {
  const month = new Date((time + UTC_OFFSET) * 1000).getUTCMonth();
  return GROWTH ** age * at(WEEKDAY_WEIGHTS, weekday(localDay(time))) * at(MONTH_WEIGHTS, month);
}
