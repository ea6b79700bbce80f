import { expect, test } from 'vitest';
import { isPlainText } from './plain-text.ts';

test.each([
  'Выигранные сделки по отделам',
  "Yutilgan bitimlar bo‘yicha: kim ko'p?",
  'Who answers slowest, and when — by agent (calls)',
  'Он работает, т.е. отвечает и т.д. По отд. продаж.',
  'Based on sources, e.g. the web.',
  'Har bir xodim va uning bitimlari',
  'Her bir temsilci: yüz yüze görüşmeler',
  'Quality of sources',
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
  'see evil.com',
  't.me',
  'evil。com',
  'Топ пять агентов',
  'Двенадцать сделок',
  'Half of the deals',
  'Five agents',
  'Beshta xodim',
  'Бес қызметкер',
  'Beş temsilci',
  'Yüz anlaşma',
  'Тисячі лідів',
  'mail a@evil.test',
  'two\nlines',
  'turned \u202e around',
  'hidden\u200b',
  'x'.repeat(81),
])('%j cannot', (text) => {
  expect(isPlainText(text, 80)).toBe(false);
});
