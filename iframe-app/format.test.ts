import { expect, test } from 'vitest';
import { createFormatter } from './format.ts';
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
  [uz, 12_450, number, '12,5 ming'],
  [uz, 3_200_000, dollars, '3,2 mln USD'],
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
