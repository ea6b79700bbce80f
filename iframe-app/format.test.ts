import { expect, test } from 'vitest';
import { createFormatter } from './format.ts';
import { LANGUAGES } from './i18n.ts';
import { i18nOf } from './testing/i18n.ts';

const en = createFormatter(i18nOf('en'));
const ru = createFormatter(i18nOf('ru'));
const uz = createFormatter(i18nOf('uz'));

const number = { format: 'number', currency: null } as const;
const dollars = { format: 'currency', currency: 'USD' } as const;
const percent = { format: 'percentage', currency: null } as const;
const seconds = { format: 'duration', currency: null } as const;

test.each([
  [en, '12450', number, '12,450'],
  [ru, '12450', number, '12\u00a0450'],
  [uz, 12450, number, '12\u00a0450'],
  [en, '9007199254740993', number, '9,007,199,254,740,993'],
  [en, '999.5', dollars, '$999.50'],
  [en, '20.00', dollars, '$20'],
  [en, '12345678.90', dollars, '$12,345,679'],
  [ru, '1500000', { format: 'currency', currency: 'RUB' }, '1\u00a0500\u00a0000\u00a0₽'],
  [en, '23.46', percent, '23.5%'],
  [ru, '23.46', percent, '23,5\u00a0%'],
  // 7 of 2,000: in binary less than 0.35, and 0.3% would be wrong.
  [en, '0.35', percent, '0.4%'],
  [en, 0.35, percent, '0.4%'],
  [en, 1e-7, percent, '0%'],
  [en, 45, seconds, '45 s'],
  [en, 5400, seconds, '1.5 h'],
  [en, 750, seconds, '13 min'],
  [ru, 90, seconds, '1,5 мин'],
  [en, 3 * 86_400, seconds, '3 d'],
  [en, 36 * 3600, seconds, '36 h'],
] as const)('%# exact values', (format, value, style, text) => {
  expect(format.exact(value, style)).toBe(text);
});

test.each([
  [en, 0, dollars, '$0'],
  [en, 9999, number, '9,999'],
  [en, 12_450, number, '12.5K'],
  [en, '12345678.90', dollars, '$12.3M'],
  [uz, 12_450, number, '12,5\u00a0ming'],
  [uz, 3_200_000, dollars, '3,2\u00a0mln\u00a0$'],
] as const)('%# compact values', (format, value, style, text) => {
  expect(format.compact(value, style)).toBe(text);
});

test('a currency that is no ISO code stands beside its amount instead of failing', () => {
  expect(en.exact('1200', { format: 'currency', currency: 'у.е.' })).toBe('1,200 у.е.');
});

test('a change is relative, for percentages in points, and unknown where there was nothing before', () => {
  expect(en.change('12450', '11000', number)).toBe('+13.2%');
  expect(en.change('90', '100', number)).toBe('-10%');
  expect(en.change('100', '100', number)).toBe('0%');
  expect(en.change('23.5', '22.1', percent)).toBe('+1.4 pp');
  expect(en.change('5', '0', number)).toBeNull();
});

test('a moment is told in the tenant’s time zone, with its day unless that is today there', () => {
  const at = '2025-11-24T20:30:00Z'; // 01:30 of the 25th in Tashkent
  expect(ru.moment(at, 'Asia/Tashkent', Date.parse('2025-11-25T03:00:00Z'))).toBe('01:30');
  expect(ru.moment(at, 'Asia/Tashkent', Date.parse('2025-11-24T15:00:00Z'))).toBe('25 нояб., 01:30');
  expect(uz.moment(at, 'Asia/Tashkent', Date.parse('2025-11-24T15:00:00Z'))).toBe('25-noy, 01:30');
  expect(en.moment(at, 'UTC', Date.parse('2025-11-26T00:00:00Z'))).toMatch(/^Nov 24, 8:30\sPM$/);
});

test('a moment of another year is told with it', () => {
  const at = '2025-12-31T20:30:00Z'; // already 2026 in Tashkent
  const later = Date.parse('2026-03-01T00:00:00Z');
  expect(ru.moment(at, 'Asia/Tashkent', later)).toBe('1 янв., 01:30');
  expect(ru.moment(at, 'UTC', later)).toMatch(/^31 дек\. 2025\sг\., 20:30$/);
  expect(uz.moment(at, 'UTC', later)).toBe('31-dek, 2025, 20:30');
  expect(en.moment(at, 'UTC', later)).toMatch(/^Dec 31, 2025, 8:30\sPM$/);
});

test.each([
  [en, 'March 2024'],
  [ru, 'марта 2024 г.'],
  [uz, '2024-yil mart'],
] as const)('%# a month is that of the tenant’s zone, in the case it is said in', (format, text) => {
  expect(format.month('2024-02-29T22:30:00.000Z', 'Asia/Tashkent')).toBe(text);
});

/** As CLDR 48 has them; the expected texts are read off its tables. Narrow spaces within dates are plain ones here: V8 writes either. */
const BY_LANGUAGE = {
  en: {
    number: '1,234,567.89',
    percent: '23.5%',
    change: '+12.5%',
    money: ['$1,235', '₽1,235', 'UZS\u00a01,235', '₸1,235', '₴1,235', '₺1,235'],
    cents: '€9.50',
    compact: ['12.5K', '3.2M', '7.4B', '2.1T'],
    compactMoney: '$3.2M',
    moment: 'Mar 7, 3:05 PM',
    momentOfAnotherYear: 'Mar 7, 2024, 3:05 PM',
    month: 'March 2024',
    durations: ['45 s', '13 min', '1.5 h', '3 d'],
  },
  ru: {
    number: '1\u00a0234\u00a0567,89',
    percent: '23,5\u00a0%',
    change: '+12,5\u00a0%',
    money: [
      '1\u00a0235\u00a0$',
      '1\u00a0235\u00a0₽',
      '1\u00a0235\u00a0сум',
      '1\u00a0235\u00a0₸',
      '1\u00a0235\u00a0₴',
      '1\u00a0235\u00a0₺',
    ],
    cents: '9,50\u00a0€',
    compact: ['12,5\u00a0тыс.', '3,2\u00a0млн', '7,4\u00a0млрд', '2,1\u00a0трлн'],
    compactMoney: '3,2\u00a0млн\u00a0$',
    moment: '7 мар., 15:05',
    momentOfAnotherYear: '7 мар. 2024 г., 15:05',
    month: 'марта 2024 г.',
    durations: ['45 с', '13 мин', '1,5 ч', '3 дн.'],
  },
  uz: {
    number: '1\u00a0234\u00a0567,89',
    percent: '23,5%',
    change: '+12,5%',
    money: [
      '1\u00a0235\u00a0$',
      '1\u00a0235\u00a0₽',
      '1\u00a0235\u00a0soʻm',
      '1\u00a0235\u00a0₸',
      '1\u00a0235\u00a0₴',
      '1\u00a0235\u00a0₺',
    ],
    cents: '9,50\u00a0€',
    compact: ['12,5\u00a0ming', '3,2\u00a0mln', '7,4\u00a0mlrd', '2,1\u00a0trln'],
    compactMoney: '3,2\u00a0mln\u00a0$',
    moment: '7-mar, 15:05',
    momentOfAnotherYear: '7-mar, 2024, 15:05',
    month: '2024-yil mart',
    durations: ['45 s', '13 daq', '1,5 soat', '3 kun'],
  },
  kk: {
    number: '1\u00a0234\u00a0567,89',
    percent: '23,5%',
    change: '+12,5%',
    money: [
      '1\u00a0235\u00a0$',
      '1\u00a0235\u00a0₽',
      '1\u00a0235\u00a0сум',
      '1\u00a0235\u00a0₸',
      '1\u00a0235\u00a0₴',
      '1\u00a0235\u00a0₺',
    ],
    cents: '9,50\u00a0€',
    compact: ['12,5\u00a0мың', '3,2\u00a0млн', '7,4\u00a0млрд', '2,1\u00a0трлн'],
    compactMoney: '3,2\u00a0млн\u00a0$',
    moment: '7 нау., 15:05',
    momentOfAnotherYear: '2024 ж. 7 нау., 15:05',
    month: '2024 ж. наурыз',
    durations: ['45 с', '13 мин', '1,5 сағ', '3 күн'],
  },
  uk: {
    number: '1\u00a0234\u00a0567,89',
    percent: '23,5%',
    change: '+12,5%',
    money: [
      '1\u00a0235\u00a0$',
      '1\u00a0235\u00a0₽',
      '1\u00a0235\u00a0сум',
      '1\u00a0235\u00a0₸',
      '1\u00a0235\u00a0₴',
      '1\u00a0235\u00a0₺',
    ],
    cents: '9,50\u00a0€',
    compact: ['12,5\u00a0тис.', '3,2\u00a0млн', '7,4\u00a0млрд', '2,1\u00a0трлн'],
    compactMoney: '3,2\u00a0млн\u00a0$',
    moment: '7 бер., 15:05',
    momentOfAnotherYear: '7 бер. 2024 р., 15:05',
    month: 'березня 2024 р.',
    durations: ['45 с', '13 хв', '1,5 год', '3 дн.'],
  },
  tr: {
    number: '1.234.567,89',
    percent: '%23,5',
    change: '+%12,5',
    money: ['$1.235', '₽1.235', 'UZS\u00a01.235', '₸1.235', '₴1.235', '₺1.235'],
    cents: '€9,50',
    compact: ['12,5\u00a0B', '3,2\u00a0Mn', '7,4\u00a0Mr', '2,1\u00a0Tn'],
    compactMoney: '$3,2\u00a0Mn',
    moment: '7 Mar, 15:05',
    momentOfAnotherYear: '7 Mar 2024, 15:05',
    month: 'Mart 2024',
    durations: ['45 sn', '13 dk', '1,5 sa', '3 gün'],
  },
};

test.each(LANGUAGES)('%s writes numbers, amounts and dates its own way', (language) => {
  const format = createFormatter(i18nOf(language));
  const money = (value: string, currency: string) => format.exact(value, { format: 'currency', currency });
  const plainly = (text: string) => text.replaceAll('\u202f', ' ');
  const march = '2024-03-07T15:05:00Z';
  expect({
    number: format.exact('1234567.89', number),
    percent: format.exact('23.46', percent),
    change: format.change('112.5', '100', number),
    money: ['USD', 'RUB', 'UZS', 'KZT', 'UAH', 'TRY'].map((currency) => money('1234.5', currency)),
    cents: money('9.5', 'EUR'),
    compact: [12_450, 3_200_000, 7_400_000_000, 2_100_000_000_000].map((value) => format.compact(value, number)),
    compactMoney: format.compact(3_200_000, dollars),
    moment: plainly(format.moment(march, 'UTC', Date.parse('2024-06-01T00:00:00Z'))),
    momentOfAnotherYear: plainly(format.moment(march, 'UTC', Date.parse('2025-06-01T00:00:00Z'))),
    month: format.month(march, 'UTC'),
    durations: [45, 750, 5400, 3 * 86_400].map((value) => format.exact(value, seconds)),
  }).toEqual(BY_LANGUAGE[language]);
});
