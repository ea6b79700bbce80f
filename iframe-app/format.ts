import type { ValueFormat } from '../contract/charts.ts';
import type { I18n } from './i18n.ts';

/** How a value is written: its format and, for amounts, its currency. */
interface ValueStyle {
  format: ValueFormat;
  /** ISO 4217, for `currency` only. */
  currency: string | null;
}

export interface Formatter {
  /** The whole value: `12,450`, `$1,234,567`, `12.5%`, `3.4 h`. Takes decimal strings without loss. */
  exact(value: number | string, style: ValueStyle): string;
  /** A short form for axes and narrow cards: `12K`, `$1.2M`. */
  compact(value: number | string, style: ValueStyle): string;
  /** A change relative to before, signed: `+12.5%`; for percentages the difference in points: `+1.2 pp`. Null when there is none to tell. */
  change(value: string, previous: string, style: ValueStyle): string | null;
  /** A moment in the tenant's time zone: the time alone when it is today's, with the year when that is another one. */
  moment(iso: string, timeZone: string, now: number): string;
  /** The month of a moment in the tenant's time zone, in words and as it stands after 'back to': `March 2024`. */
  month(iso: string, timeZone: string): string;
  /** The time of day on this machine's clock. */
  clock(at: number): string;
}

const DURATION_UNITS = [
  { key: 'duration.day', seconds: 86_400, from: 2 * 86_400 },
  { key: 'duration.hour', seconds: 3600, from: 3600 },
  { key: 'duration.minute', seconds: 60, from: 60 },
  { key: 'duration.second', seconds: 1, from: 0 },
] as const;

/** Shorter numbers need no short form. */
const COMPACT_FROM = 10_000;
/** From here on, minor units of a currency are noise. */
const WHOLE_MONEY_FROM = 1000;
const WHOLE = { minimumFractionDigits: 0, maximumFractionDigits: 0 } as const;

export function createFormatter(i18n: I18n): Formatter {
  const locales = i18n.intlLocale;
  const numberFormats = new Map<string, Intl.NumberFormat>();
  const numberFormat = (options: Intl.NumberFormatOptions) => {
    const key = JSON.stringify(options);
    const known = numberFormats.get(key) ?? new Intl.NumberFormat(locales, options);
    numberFormats.set(key, known);
    return known;
  };
  // Intl writes decimal strings exactly; a number would lose digits beyond 2^53.
  const write = (value: number | string, options: Intl.NumberFormatOptions, power = '') => {
    const exactly = value as Intl.StringNumericLiteral;
    const sign = options.currency && i18n.currencySigns[options.currency];
    if (!sign && !power) return numberFormat(options).format(exactly);
    const parts = numberFormat(options).formatToParts(exactly);
    const last = parts.findLastIndex(({ type }) => type === 'integer' || type === 'fraction');
    return parts
      .map(
        ({ type, value: text }, at) =>
          (type === 'currency' && sign ? sign : text) + (at === last && power ? `\u00a0${power}` : ''),
      )
      .join('');
  };
  const money = (currency: string | null): Intl.NumberFormatOptions =>
    isCurrencyCode(currency) ? { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } : { maximumFractionDigits: 2 };
  const withUnknownCurrency = (text: string, currency: string | null) =>
    currency !== null && !isCurrencyCode(currency) ? `${text} ${currency}` : text;

  const duration = (value: number) => {
    const unit = DURATION_UNITS.find(({ from }) => Math.abs(value) >= from) ?? DURATION_UNITS[3];
    const amount = value / unit.seconds;
    return i18n.t(unit.key, {
      value: write(amount, { maximumFractionDigits: Math.abs(amount) < 10 && unit.seconds > 1 ? 1 : 0 }),
    });
  };
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locales, options);
  const ownMonth = (months: readonly string[] | undefined, at: number, timeZone: string) =>
    months?.[Number(new Intl.DateTimeFormat('en', { month: 'numeric', timeZone }).format(at)) - 1];
  const yearOf = (at: number, timeZone: string) => new Intl.DateTimeFormat('en', { year: 'numeric', timeZone }).format(at);
  const dayAndMonth = (at: number, timeZone: string, withYear: boolean) => {
    const words = i18n.ownWords;
    if (words === null) {
      return date({ day: 'numeric', month: 'short', ...(withYear && { year: 'numeric' }), timeZone }).format(at);
    }
    return (withYear ? words.dayOfYear : words.day)
      .replace('{day}', date({ day: 'numeric', timeZone }).format(at))
      .replace('{month}', ownMonth(words.shortMonths, at, timeZone) ?? '')
      .replace('{year}', yearOf(at, timeZone));
  };

  const exact: Formatter['exact'] = (value, { format, currency }) => {
    switch (format) {
      case 'number':
        return write(value, { maximumFractionDigits: 2 });
      case 'percentage':
        return write(shiftPercent(value), { style: 'percent', maximumFractionDigits: 1 });
      case 'duration':
        return duration(Number(value));
      case 'currency': {
        const amount = Number(value);
        const whole = Math.abs(amount) >= WHOLE_MONEY_FROM || Number.isInteger(amount) ? WHOLE : {};
        return withUnknownCurrency(write(value, { ...money(currency), ...whole }), currency);
      }
    }
  };

  return {
    exact,
    compact(value, style) {
      if (style.format === 'percentage' || style.format === 'duration') return exact(value, style);
      const currency = style.format === 'currency' ? style.currency : null;
      const unit = style.format === 'currency' ? money(currency) : {};
      const amount = Number(value);
      if (Math.abs(amount) < COMPACT_FROM) {
        return withUnknownCurrency(write(value, Number.isInteger(amount) ? { ...unit, ...WHOLE } : unit), currency);
      }
      const power = i18n.ownWords?.powers.find(({ from }) => Math.abs(amount) >= from);
      const short = { ...unit, minimumFractionDigits: 0, maximumFractionDigits: 1 } as const;
      const text = power ? write(amount / power.from, short, power.word) : write(value, { ...short, notation: 'compact' });
      return withUnknownCurrency(text, currency);
    },
    change(value, previous, { format }) {
      const now = Number(value);
      const before = Number(previous);
      if (format === 'percentage') {
        return i18n.t('kpi.points', { value: write(now - before, { maximumFractionDigits: 1, signDisplay: 'exceptZero' }) });
      }
      if (before === 0) return null;
      return write((now - before) / Math.abs(before), { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' });
    },
    moment(iso, timeZone, now) {
      const at = Date.parse(iso);
      const day = date({ dateStyle: 'short', timeZone });
      const isToday = day.format(at) === day.format(now);
      const time = date({ timeStyle: 'short', timeZone }).format(at);
      if (isToday) return time;
      return `${dayAndMonth(at, timeZone, yearOf(at, timeZone) !== yearOf(now, timeZone))}, ${time}`;
    },
    month(iso, timeZone) {
      const at = Date.parse(iso);
      // Beside a day a month stands in the case it needs here: in Russian `марта`, alone it would be `март`.
      const beside = date({ day: 'numeric', month: 'long', timeZone }).formatToParts(at);
      const month = ownMonth(i18n.ownWords?.months, at, timeZone) ?? beside.find(({ type }) => type === 'month')?.value ?? '';
      return i18n.t('date.month', { month, year: yearOf(at, timeZone) });
    },
    clock: (at) => date({ timeStyle: 'short' }).format(at),
  };
}

/** ISO 4217 codes are three letters; a CRM may hold anything, and Intl throws at the rest. */
function isCurrencyCode(currency: string | null): currency is string {
  return currency !== null && /^[A-Za-z]{3}$/.test(currency);
}

/** Percentages travel as 0–100, Intl wants 0–1. As text: in binary 0.35 / 100 is a little less, and would be written as 0.3 %. */
function shiftPercent(value: number | string): number | string {
  const text = String(value);
  return text.includes('e') ? Number(value) / 100 : `${text}e-2`;
}
