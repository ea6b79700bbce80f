import { expect, test } from 'vitest';
import { isPlainText } from './plain-text.ts';

test.each([
  'Выигранные сделки по отделам',
  "Yutilgan bitimlar bo‘yicha: kim ko'p?",
  'Who answers slowest, and when — by agent (calls)',
])('%s can be shown', (text) => {
  expect(isPlainText(text, 80)).toBe(true);
});

test.each([
  '',
  'Top 5 agents',
  'Выручка за ٣ месяца',
  '<b>Deals</b>',
  '![x](//evil.test)',
  'see https://evil.test',
  'www.evil.test',
  'mail a@evil.test',
  'two\nlines',
  'turned \u202e around',
  'hidden\u200b',
  'x'.repeat(81),
])('%j cannot', (text) => {
  expect(isPlainText(text, 80)).toBe(false);
});
