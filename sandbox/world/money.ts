import { CURRENCIES_IN_USE } from './dictionaries.ts';
import { at, type Random } from './random.ts';

const WEIGHTS = CURRENCIES_IN_USE.map((currency) => currency.weight);

/** An amount in hundredths, around `factor` times what a home customer pays, with the index of its currency in CURRENCIES_IN_USE. */
export function drawAmount(
  random: Random,
  factor: number,
  currency = random.weighted(WEIGHTS),
): { cents: number; currency: number } {
  const { typical, step } = at(CURRENCIES_IN_USE, currency);
  const steps = Math.max(1, Math.round(random.around(typical * factor, 0.8) / step));
  return { cents: Math.round(steps * step * 100), currency };
}

/** '15000.00' */
export function amountText(cents: number): string {
  return (cents / 100).toFixed(2);
}
