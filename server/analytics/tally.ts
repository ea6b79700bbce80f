import type { Decimal } from 'decimal.js';
import type { Unconverted } from '../../contract/charts.ts';
import type { PlainMeasure } from './catalog.ts';
import { type Dictionaries, formatAmount, identity, Money } from './dictionaries.ts';

/** A value as PostgreSQL gives it, with how many records have it. */
export interface WeightedValue {
  value: string;
  times: number;
}

/** Exact sums over the values of some records, all in one currency of one CRM (or not in money at all). */
interface Amounts {
  /** '' for values that are not money. */
  crmSource: string;
  currency: string;
  /** Records that have a value. */
  count: number;
  /** Those whose value is not zero: zero is zero in every currency, so only these need a rate. */
  nonZero: number;
  sum: Decimal;
  min: Decimal | null;
  max: Decimal | null;
  /** All values, in parts as they were read; only for a median. */
  values: readonly (readonly WeightedValue[])[];
  /** The same of fields that doubles say exactly. */
  doubles: readonly Float64Array[];
}

/** What is known of a set of records. Tallies add up, so a coarser grouping is folded from a finer one without loss. */
export interface Tally {
  rows: number;
  amounts: Map<string, Amounts>;
}

/** A number over a tally, with the records that could not go into it. */
export interface TallyResult {
  value: Decimal | null;
  unconverted: Unconverted[];
}

interface Rate {
  factor: Decimal;
  divisor: Decimal;
}

const ZERO = new Money(0);
const ONE = new Money(1);
const UNCHANGED: Rate = { factor: ONE, divisor: ONE };

export function createTally(): Tally {
  return { rows: 0, amounts: new Map() };
}

function addAmounts(tally: Tally, added: Amounts): void {
  const key = identity(added.crmSource, added.currency);
  const present = tally.amounts.get(key);
  if (!present) {
    tally.amounts.set(key, { ...added });
    return;
  }
  present.count += added.count;
  present.nonZero += added.nonZero;
  present.sum = present.sum.plus(added.sum);
  present.min = smaller(present.min, added.min);
  present.max = larger(present.max, added.max);
  if (added.values.length > 0) present.values = [...present.values, ...added.values];
  if (added.doubles.length > 0) present.doubles = [...present.doubles, ...added.doubles];
}

export function addTally(tally: Tally, added: Tally): void {
  tally.rows += added.rows;
  for (const amounts of added.amounts.values()) addAmounts(tally, amounts);
}

/**
 * The aggregate of a tally, money in the display currency. Amounts in a currency without a rate stay out of the value
 * and are listed. null: average, median, smallest or largest of nothing. Nothing is rounded here. The median of an even
 * number of values is the mean of the two in the middle.
 */
export function finishTally(tally: Tally, aggregation: PlainMeasure['aggregation'], money: MoneyContext | null): TallyResult {
  if (aggregation === 'count') return { value: new Money(tally.rows), unconverted: [] };
  let count = 0;
  let min: Decimal | null = null;
  let max: Decimal | null = null;
  // Divisor -> sum: amounts that share a divisor are added first and divided once, so that no remainder is lost.
  const sums = new Map<Decimal, Decimal>();
  const unconverted: Unconverted[] = [];
  const ranked: Ranked[] = [];
  const doubles: Float64Array[] = [];
  for (const amounts of tally.amounts.values()) {
    const rate = money ? findRate(amounts, money) : UNCHANGED;
    if (rate) {
      const { factor, divisor } = rate;
      count += amounts.count;
      const worth = rate === UNCHANGED ? amounts.sum : amounts.sum.times(factor);
      const present = sums.get(divisor);
      sums.set(divisor, present ? present.plus(worth) : worth);
      min = smaller(min, amounts.min?.times(factor).div(divisor) ?? null);
      max = larger(max, amounts.max?.times(factor).div(divisor) ?? null);
      if (aggregation === 'median') rankValues(amounts, rate, ranked);
      doubles.push(...amounts.doubles);
      continue;
    }
    if (amounts.nonZero > 0) {
      unconverted.push({ currency: amounts.currency, count: amounts.nonZero, amount: formatAmount(amounts.sum) });
    }
    const zeros = amounts.count - amounts.nonZero;
    if (zeros > 0) {
      count += zeros;
      min = smaller(min, ZERO);
      max = larger(max, ZERO);
      ranked.push({ value: '0', rate: UNCHANGED, approximate: 0, times: zeros });
    }
  }
  if (aggregation === 'median') {
    return { value: middleOf(ranked) ?? middleOfDoubles(doubles), unconverted: byCurrency(unconverted) };
  }
  let sum = ZERO;
  for (const [divisor, part] of sums) sum = sum.plus(divisor.eq(ONE) ? part : part.div(divisor));
  const value = { sum, average: count > 0 ? sum.div(count) : null, min, max }[aggregation];
  return { value, unconverted: byCurrency(unconverted) };
}

function middleOfDoubles(parts: readonly Float64Array[]): Decimal | null {
  const count = parts.reduce((sum, { length }) => sum + length, 0);
  if (count === 0) return null;
  // Their order means nothing, so that one part alone may be put in another.
  const [values = new Float64Array()] = parts.length === 1 ? parts : [joined(parts, count)];
  const upper = selectNth(values, Math.floor(count / 2));
  // The selection leaves what is smaller in front: the other middle one is the largest of it.
  const lower = count % 2 === 1 ? upper : values.subarray(0, count / 2).reduce((most, one) => Math.max(most, one));
  return new Money(lower).plus(upper).div(2);
}

function joined(parts: readonly Float64Array[], count: number): Float64Array {
  const whole = new Float64Array(count);
  let filled = 0;
  for (const part of parts) {
    whole.set(part, filled);
    filled += part.length;
  }
  return whole;
}

/** The value that would stand at `place` if all were sorted, in a quarter of the time. Those before it end up no larger. */
function selectNth(values: Float64Array, place: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1] ?? 0;
    let [left, right] = [low, high];
    while (left <= right) {
      while ((values[left] ?? 0) < pivot) left += 1;
      while ((values[right] ?? 0) > pivot) right -= 1;
      if (left > right) break;
      const moved = values[left] ?? 0;
      values[left] = values[right] ?? 0;
      values[right] = moved;
      left += 1;
      right -= 1;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else break;
  }
  return values[place] ?? 0;
}

/** A value with what it is about worth; the exact worth costs a hundred times more and is seldom needed. */
interface Ranked {
  value: string;
  rate: Rate;
  approximate: number;
  times: number;
}

function rankValues(amounts: Amounts, rate: Rate, into: Ranked[]): void {
  const factor = rate === UNCHANGED ? 1 : rate.factor.toNumber() / rate.divisor.toNumber();
  for (const part of amounts.values) {
    for (const { value, times } of part) into.push({ value, rate, approximate: Number(value) * factor, times });
  }
}

/** Relative error that neither reading a decimal as a double nor converting it so can reach. */
const ERROR = 1e-12;

/** Doubles are sorted natively and find the places; which exact value stands there is decided among the few beside it. */
function middleOf(ranked: readonly Ranked[]): Decimal | null {
  const count = ranked.reduce((sum, { times }) => sum + times, 0);
  if (count === 0) return null;
  const sorted = new Float64Array(count);
  let filled = 0;
  for (const { approximate, times } of ranked) {
    sorted.fill(approximate, filled, filled + times);
    filled += times;
  }
  sorted.sort();
  const lower = valueAt(Math.floor((count - 1) / 2), sorted, ranked);
  const upper = valueAt(Math.floor(count / 2), sorted, ranked);
  return lower.plus(upper).div(2);
}

function valueAt(place: number, sorted: Float64Array, ranked: readonly Ranked[]): Decimal {
  const about = sorted[place] ?? 0;
  const margin = Math.abs(about) * ERROR;
  let passed = 0;
  const near = new Map<string, { worth: Decimal; times: number }>();
  for (const one of ranked) {
    if (one.approximate < about - margin) passed += one.times;
    else if (one.approximate <= about + margin) {
      const worth = worthOf(one);
      const key = worth.toString();
      near.set(key, { worth, times: one.times + (near.get(key)?.times ?? 0) });
    }
  }
  for (const { worth, times } of [...near.values()].sort((a, b) => a.worth.comparedTo(b.worth))) {
    passed += times;
    if (place < passed) return worth;
  }
  return ZERO;
}

function worthOf({ value, rate }: Ranked): Decimal {
  return new Money(value).times(rate.factor).div(rate.divisor);
}

export interface MoneyContext {
  displayCurrency: string;
  rates: Dictionaries['rates'];
}

/** What one amount adds to a sum; null where its currency has no rate, and it is not zero. Not rounded. */
export function convert(amount: Decimal, of: Pick<Amounts, 'crmSource' | 'currency'>, money: MoneyContext): Decimal | null {
  if (amount.isZero()) return ZERO;
  const rate = findRate(of, money);
  if (rate === UNCHANGED) return amount;
  return rate && amount.times(rate.factor).div(rate.divisor);
}

/** amount × rate(its currency) ÷ rate(display currency), both as that CRM gives them; null where one is missing. */
function findRate(
  { crmSource, currency }: Pick<Amounts, 'crmSource' | 'currency'>,
  { displayCurrency, rates }: MoneyContext,
): Rate | null {
  if (currency === displayCurrency) return UNCHANGED;
  const factor = rates.get(identity(crmSource, currency));
  const divisor = rates.get(identity(crmSource, displayCurrency));
  return factor && divisor ? { factor, divisor } : null;
}

/** One entry a currency: several CRMs may lack a rate for the same one. */
function byCurrency(entries: Unconverted[]): Unconverted[] {
  const merged = new Map<string, Unconverted>();
  for (const entry of entries) {
    const present = merged.get(entry.currency);
    if (present) {
      present.count += entry.count;
      present.amount = formatAmount(new Money(present.amount).plus(entry.amount));
    } else {
      merged.set(entry.currency, { ...entry });
    }
  }
  return [...merged.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

function smaller(a: Decimal | null, b: Decimal | null): Decimal | null {
  if (!a || !b) return a ?? b;
  return b.lt(a) ? b : a;
}

function larger(a: Decimal | null, b: Decimal | null): Decimal | null {
  if (!a || !b) return a ?? b;
  return b.gt(a) ? b : a;
}
