import { expect, test } from 'vitest';
import { formatDay, formatTime, parseTime } from './time.ts';

const MOMENT = Date.UTC(2026, 5, 15, 22, 30, 5) / 1000;

test('moments carry the offset of the portal server', () => {
  expect(formatTime(MOMENT, 180)).toBe('2026-06-16T01:30:05+03:00');
  expect(formatTime(MOMENT, -330)).toBe('2026-06-15T17:00:05-05:30');
});

test('a day is the day at the portal server', () => {
  expect(formatDay(MOMENT, 180)).toBe('2026-06-16T03:00:00+03:00');
  expect(formatDay(MOMENT, -300)).toBe('2026-06-15T00:00:00-05:00');
});

test.each([
  ['2026-06-15T22:30:05Z', MOMENT],
  ['2026-06-16T01:30:05+03:00', MOMENT],
  ['2026-06-16T01:30:05', MOMENT],
  ['2026-06-16 01:30:05', MOMENT],
  ['16.06.2026 01:30:05', MOMENT],
  ['2026-06-16', Date.UTC(2026, 5, 15, 21) / 1000],
  ['yesterday', null],
  ['2026-13-01', null],
])('%s is read as %s', (text, expected) => {
  expect(parseTime(text, 180)).toBe(expected);
});
