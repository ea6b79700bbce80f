import { DateTime, IANAZone } from 'luxon';

/**
 * To PostgreSQL three letters are an abbreviation with one offset for the whole year, or somebody else's zone (IST is Israel's). These
 * mean the same to both.
 */
const THREE_LETTERS = new Set(['EST', 'GMT', 'HST', 'MST', 'PRC', 'ROC', 'ROK', 'UCT', 'UTC']);

/** Whether days can be cut in a zone of that name, here and in PostgreSQL alike. */
export function isTimeZone(name: string | null | undefined): name is string {
  if (typeof name !== 'string' || !IANAZone.isValidZone(name)) return false;
  // An offset that PostgreSQL reads has a colon.
  return /^[a-z]{3}$/i.test(name) ? THREE_LETTERS.has(name.toUpperCase()) : !/^[+-]\d{4}$/.test(name);
}

/** A span of time throughout which a zone's clock is not changed. */
export interface SteadyOffset {
  from: Date;
  to: Date;
  /** East of UTC. */
  offsetMinutes: number;
}

const DAY_MS = 86_400_000;
/** Further from now nobody asks for hours of the day; a zone that was steady for so long may be steady for longer. */
const MAX_DAYS = 40 * 365;
const known = new Map<string, SteadyOffset>();

/** The span around the present in which the zone has one offset: half a year where clocks are changed, decades elsewhere. */
export function steadyOffset(timezone: string): SteadyOffset {
  const now = Date.now();
  const present = known.get(timezone);
  if (present && now >= present.from.getTime() && now < present.to.getTime()) return present;
  const offsetAt = (day: number) => DateTime.fromMillis(now + day * DAY_MS, { zone: timezone }).offset;
  const offsetMinutes = offsetAt(0);
  const isSteady = (day: number) => offsetAt(day) === offsetMinutes;
  // A clock that is changed is changed back within the year, so a week is a step that misses nothing.
  let [first, last] = [0, 0];
  while (first > -MAX_DAYS && isSteady(first - 7)) first -= 7;
  while (last < 365 && isSteady(last + 7)) last += 7;
  const steady = { from: new Date(now + first * DAY_MS), to: new Date(now + last * DAY_MS), offsetMinutes };
  known.set(timezone, steady);
  return steady;
}
