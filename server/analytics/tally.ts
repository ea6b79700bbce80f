import type { Decimal } from 'decimal.js';
import type { Unconverted } from '../../contract/charts.ts';
import type { PlainMeasure } from './catalog.ts';
import { type Dictionaries, formatAmount, identity, Money } from './dictionaries.ts';

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
}

export function addTally(tally: Tally, added: Tally): void {
  tally.rows += added.rows;
  for (const amounts of added.amounts.values()) addAmounts(tally, amounts);
}

/**
 * The aggregate of a tally, money in the display currency. Amounts in a currency without a rate stay out of the value
 * and are listed. null: average, smallest or largest of nothing. Nothing is rounded here.
 */
export function finishTally(tally: Tally, aggregation: PlainMeasure['aggregation'], money: MoneyContext | null): TallyResult {
  if (aggregation === 'count') return { value: new Money(tally.rows), unconverted: [] };
  let count = 0;
  let min: Decimal | null = null;
  let max: Decimal | null = null;
  // Divisor -> sum: amounts that share a divisor are added first and divided once, so that no remainder is lost.
  const sums = new Map<Decimal, Decimal>();
  const unconverted: Unconverted[] = [];
  for (const amounts of tally.amounts.values()) {
    const rate = money ? findRate(amounts, money) : UNCHANGED;
    if (rate) {
      const { factor, divisor } = rate;
      count += amounts.count;
      sums.set(divisor, (sums.get(divisor) ?? ZERO).plus(amounts.sum.times(factor)));
      min = smaller(min, amounts.min?.times(factor).div(divisor) ?? null);
      max = larger(max, amounts.max?.times(factor).div(divisor) ?? null);
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
    }
  }
  let sum = ZERO;
  for (const [divisor, part] of sums) sum = sum.plus(part.div(divisor));
  const value = { sum, average: count > 0 ? sum.div(count) : null, min, max }[aggregation];
  return { value, unconverted: byCurrency(unconverted) };
}

export interface MoneyContext {
  displayCurrency: string;
  rates: Dictionaries['rates'];
}

/** amount × rate(its currency) ÷ rate(display currency), both as that CRM gives them; null where one is missing. */
function findRate({ crmSource, currency }: Amounts, { displayCurrency, rates }: MoneyContext): Rate | null {
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
