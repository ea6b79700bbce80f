import { splitWords, type Word } from './words.ts';

type Unit = 'day' | 'week' | 'month' | 'quarter' | 'year';

/**
 * A span of whole local days. `rolling` ends with today. `calendar` is the unit that holds today, or the whole one so many
 * before; of the present one the days up to today.
 */
export type Period = { kind: 'rolling'; days: number } | { kind: 'calendar'; unit: Unit; ago: 0 | 1 };

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

const SENSE_OF = new Map(SENSES.flatMap(([sense, words]) => splitWords(words).map((word) => [word, sense] as const)));
const UNITS = new Set<Sense>(['day', 'week', 'month', 'quarter', 'year']);

/** The period that begins with the word at `start`, and how many words say it; null where none begins. */
export function periodAt(words: readonly Word[], start: number): { period: Period; length: number } | null {
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
  if (first === 'this' && next) return said({ kind: 'calendar', unit: next, ago: 0 }, place + 2);
  // "last month" is the calendar's, "in the last month" the days up to now.
  const isLast = words[place]?.text === LAST && words[place - 1]?.text !== 'the';
  if ((first === 'previous' || isLast) && next) return said({ kind: 'calendar', unit: next, ago: 1 }, place + 2);

  // "за последние 30 дней", "in 7 days", "last 3 months", "oxirgi hafta"
  let at = place;
  let isRange = false;
  while (
    senseAt(at) === 'within' ||
    senseAt(at) === 'rolling' ||
    words[at]?.text === LAST ||
    (isRange && SMALL.has(words[at]?.text ?? ''))
  ) {
    isRange = true;
    at += 1;
  }
  const number = /^\d{1,4}$/.test(words[at]?.text ?? '') ? Number(words[at]?.text) : null;
  const unit = unitAt(number === null ? at : at + 1);
  if (!unit || (!isRange && number === null)) return null;
  const days = (number ?? 1) * ROLLING_DAYS[unit];
  if (days < 1 || days > MAX_DAYS) return null;
  return said({ kind: 'rolling', days }, number === null ? at + 1 : at + 2);
}
