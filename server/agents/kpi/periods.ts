import type { DateTime } from 'luxon';
import { type CalendarSpan, PERIODS, type Period as PeriodName, type Range } from '../../../contract/periods.ts';
import { splitWords, type Word } from './words.ts';

type Unit = CalendarSpan['unit'];

/**
 * A span of whole local days. `rolling` ends with today; `calendar` is one that is said by its distance from today, `named` a month
 * that is said by its name, which stays the same when today moves on.
 */
export type Period = { kind: 'rolling'; days: number } | ({ kind: 'calendar' | 'named' } & CalendarSpan);

interface Said {
  period: Period;
  /** How many words say it. */
  length: number;
}

/** More days back than this no question of this kind goes. */
const MAX_DAYS = 3660;
const ROLLING_DAYS: Record<Unit, number> = { day: 1, week: 7, month: 30, quarter: 90, year: 365 };

type Sense = 'this' | 'previous' | 'rolling' | 'within' | 'today' | 'yesterday' | Unit;

const SENSES: readonly (readonly [Sense, string])[] = [
  ['today', 'today сегодня bugun bugungi сегодняшний'],
  ['yesterday', 'yesterday вчера kecha kechagi вчерашний'],
  ['this', 'this current этот эта это эту этой этом текущий текущая текущую текущей текущем shu bu joriy'],
  [
    'previous',
    'previous прошлый прошлая прошлую прошлой прошлом прошлым прошлого предыдущий предыдущая предыдущую предыдущем o’tgan avvalgi',
  ],
  ['rolling', 'past последний последняя последние последних последнюю oxirgi so’nggi'],
  ['within', 'within over during за ichida davomida'],
  ['day', 'day days день дня дней дни kun kunda kunlik kuni kunga'],
  ['week', 'week weeks неделя неделю неделе недели недель неделей hafta haftada haftalik haftasi haftaga'],
  ['month', 'month months месяц месяца месяце месяцев месяцем oy oyda oylik oyi oyga'],
  ['quarter', 'quarter quarters квартал квартала квартале кварталом chorak chorakda choragi chorakka'],
  ['year', 'year years год года году лет годом yil yilda yillik yili yilga'],
];
/** In English both a whole unit before this one and a number of days are "last". */
const LAST = 'last';
/** May stand between the words of a period. */
const SMALL = new Set(['the', 'in', 'for', 'of', 'on', 'в', 'во', 'на', 'по']);

/** With a number before them which one is meant, unless that ends in one: "за 2 месяц" is in February, "за 2 месяца" within two of them. */
const SINGULAR = new Set(splitWords('день неделя неделю неделе месяц месяце год году'));
/** Quarters are called by their numbers, the first one too; how many they are is told by the plural, or by "last". */
const ONE_QUARTER = new Set(splitWords('quarter квартал квартале chorak chorakda choragi chorakka'));

/** By their place in the year: in English; in Russian in the cases that say when, of what and with what; in Uzbek before its endings. */
const MONTHS: readonly (readonly string[])[] = [
  'january январь января январе январем yanvar',
  'february февраль февраля феврале февралем fevral',
  'march март марта марте мартом mart',
  'april апрель апреля апреле апрелем aprel',
  'may май мая мае маем may',
  'june июнь июня июне июнем iyun',
  'july июль июля июле июлем iyul',
  'august август августа августе августом avgust',
  'september сентябрь сентября сентябре сентябрем sentabr sentyabr',
  'october октябрь октября октябре октябрем oktabr oktyabr',
  'november ноябрь ноября ноябре ноябрем noyabr',
  'december декабрь декабря декабре декабрем dekabr',
].map(splitWords);
const UZBEK_MONTH_ENDING = /(?:i?da(?:gi)?|ning|i)$/;
/** "oktabr oyida" */
const UZBEK_MONTH_AFTER = new Set(splitWords('oyi oyida oyidagi oyining'));
const MONTH_BEFORE = new Set(splitWords('in for of during over within в во за'));
/** A month after one of these is where something begins or ends. */
const BOUNDS = new Set(splitWords('from since after before until till by to с со от после до по к'));
const YEAR_WORDS = new Set(splitWords('of года год году г yil yili yilgi yilning'));
/** More months back than this no question of this kind goes. */
const MAX_MONTHS = 120;

const SENSE_OF = new Map(SENSES.flatMap(([sense, words]) => splitWords(words).map((word) => [word, sense] as const)));
const UNITS = new Set<Sense>(['day', 'week', 'month', 'quarter', 'year']);

/** The range of a widget that shows the same days, today and later; a month that is said by its name has none. */
export function toRange(period: Period): Range {
  if (period.kind === 'rolling') return period.days;
  const names = Object.keys(PERIODS) as PeriodName[];
  const isIt = (one: PeriodName) => PERIODS[one].unit === period.unit && PERIODS[one].ago === period.ago;
  return (period.kind === 'calendar' && names.find(isIt)) || null;
}

/** The one period that the words say; those that say it are taken. */
export function findPeriod(
  words: readonly Word[],
  take: (start: number, length: number) => void,
  today: DateTime | null,
): Period | 'unclear' | null {
  let found: Period | null = null;
  for (let at = 0; at < words.length; at += 1) {
    const said = periodAt(words, at, today);
    if (!said) continue;
    if (found) return 'unclear';
    found = said.period;
    take(at, said.length);
    at += said.length - 1;
  }
  return found;
}

/** Whether a month is named: it may also be a person, or a part of something's name. */
export function namesMonth(words: readonly Word[]): boolean {
  return words.some(({ text }) => monthOf(text) !== null);
}

function monthOf(text: string): number | null {
  const found = MONTHS.findIndex((names) => names.includes(text) || names.includes(text.replace(UZBEK_MONTH_ENDING, '')));
  return found < 0 ? null : found + 1;
}

/** "in October", "октябрь 2026 года", "2026-yil oktabrida": of that year, else the last one that has begun. */
function monthAt(words: readonly Word[], start: number, today: DateTime): Said | null {
  const text = (at: number) => words[at]?.text ?? '';
  const yearOf = (at: number) => (/^(?:19|20)\d\d$/.test(text(at)) ? Number(text(at)) : null);
  let at = start;
  if (MONTH_BEFORE.has(text(at))) at += 1;
  if (BOUNDS.has(text(at - 1))) return null;
  let year = yearOf(at);
  if (year !== null) at += YEAR_WORDS.has(text(at + 1)) ? 2 : 1;
  const named = text(at);
  const month = monthOf(named);
  if (month === null) return null;
  const isAlone = at === start && !UZBEK_MONTH_AFTER.has(text(at + 1));
  at += UZBEK_MONTH_AFTER.has(text(at + 1)) ? 2 : 1;
  if (year === null) {
    const place = text(at) === 'of' ? at + 1 : at;
    year = yearOf(place);
    if (year !== null) at = YEAR_WORDS.has(text(place + 1)) ? place + 2 : place + 1;
  }
  // "How many leads may we have"
  if (named === 'may' && isAlone && year === null) return null;
  const hasBegun = month <= today.month;
  const ago = 12 * (today.year - (year ?? (hasBegun ? today.year : today.year - 1))) + today.month - month;
  return ago < 0 || ago > MAX_MONTHS ? null : { period: { kind: 'named', unit: 'month', ago }, length: at - start };
}

/**
 * The period that begins with the word at `start`, and how many words say it; null where none begins.
 * @param today by the local calendar; null: no month is said by its name
 */
export function periodAt(words: readonly Word[], start: number, today: DateTime | null): Said | null {
  const month = today && monthAt(words, start, today);
  if (month) return month;
  let place = start;
  while (SMALL.has(words[place]?.text ?? '')) place += 1;
  const senseAt = (at: number) => SENSE_OF.get(words[at]?.text ?? '');
  const unitAt = (at: number) => {
    const sense = senseAt(at);
    return sense !== undefined && UNITS.has(sense) ? (sense as Unit) : null;
  };
  const said = (period: Period, end: number) => ({ period, length: end - start });

  const first = senseAt(place);
  if (first === 'today') return said({ kind: 'rolling', days: 1 }, place + 1);
  if (first === 'yesterday') return said({ kind: 'calendar', unit: 'day', ago: 1 }, place + 1);
  const next = unitAt(place + 1);
  if (first === 'this' && next === 'day') return said({ kind: 'rolling', days: 1 }, place + 2);
  if (first === 'this' && next) return said({ kind: 'calendar', unit: next, ago: 0 }, place + 2);
  // "last month" is the calendar's, "in the last month" the days up to now.
  const isLast = words[place]?.text === LAST && words[place - 1]?.text !== 'the';
  if ((first === 'previous' || isLast) && next) return said({ kind: 'calendar', unit: next, ago: 1 }, place + 2);

  // "за последние 30 дней", "in 7 days", "last 3 months", "oxirgi hafta"
  let at = place;
  let isRange = false;
  let isRolling = false;
  while (
    senseAt(at) === 'within' ||
    senseAt(at) === 'rolling' ||
    words[at]?.text === LAST ||
    (isRange && SMALL.has(words[at]?.text ?? ''))
  ) {
    isRange = true;
    isRolling ||= senseAt(at) === 'rolling' || words[at]?.text === LAST;
    at += 1;
  }
  const number = /^\d{1,4}$/.test(words[at]?.text ?? '') ? Number(words[at]?.text) : null;
  const unit = unitAt(number === null ? at : at + 1);
  if (!unit || (!isRange && number === null)) return null;
  if (number !== null && !isRolling && isOrdinal(number, words[at + 1]?.text ?? '')) return null;
  const days = (number ?? 1) * ROLLING_DAYS[unit];
  if (days < 1 || days > MAX_DAYS) return null;
  return said({ kind: 'rolling', days }, number === null ? at + 1 : at + 2);
}

function isOrdinal(number: number, unit: string): boolean {
  return ONE_QUARTER.has(unit) || (SINGULAR.has(unit) && (number % 10 !== 1 || number % 100 === 11));
}
