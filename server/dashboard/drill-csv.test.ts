import { expect, test } from 'vitest';
import { drillFileName } from './drill-csv.ts';

test('a file that does not hold all records says so in its name', () => {
  expect(drillFileName('Leads', 'en', 10_000)).toBe('Leads');
  expect(drillFileName('Leads', 'en', 10_001)).toBe('Leads (latest 10000 of 10001)');
  expect(drillFileName('Лиды', 'ru', 48_211)).toBe('Лиды (последние 10000 из 48211)');
  expect(drillFileName('Lidlar', 'uz', 48_211)).toBe('Lidlar (48211 tadan oxirgi 10000 tasi)');
  expect(drillFileName('Угоди', 'uk', 48_211)).toBe('Угоди (останні 10000 із 48211)');
});
