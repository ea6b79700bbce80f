import { expect, test } from 'vitest';
import { toCanonicalJson, toDecimal, toId, toMoment, toText } from './canonical.ts';

test.each([
  ['15000.00', '15000'],
  ['0.50', '0.5'],
  ['-0.00', '0'],
  ['-12.3400', '-12.34'],
  ['007.10', '7.1'],
  ['100', '100'],
  ['9007199254740993.01', '9007199254740993.01'],
  ['NaN', 'NaN'],
])('the amount %s is written %s', (amount, written) => {
  expect(toDecimal(amount)).toBe(written);
});

test('nothing is null, a moment is UTC to the second', () => {
  expect([toText(null), toText(''), toId(0), toMoment(0)]).toEqual([null, null, null, null]);
  expect([toText(' a '), toId(7), toMoment(Date.UTC(2026, 5, 15, 9) / 1000)]).toEqual([' a ', '7', '2026-06-15T09:00:00Z']);
});

test('a text is what PostgreSQL can keep, cut at 64 KB between two characters', () => {
  expect(toText('a\0b\uD83D')).toBe('a\uFFFDb\uFFFD');
  const full = 'я'.repeat(32 * 1024);
  expect(toText(full)).toBe(full);
  expect(toText(`${full}я`)).toBe(full);
  expect(toText(`${'x'.repeat(64 * 1024 - 3)}😀`)).toBe('x'.repeat(64 * 1024 - 3));
});

test('JSON is sorted at every depth', () => {
  expect(toCanonicalJson({ b: [{ d: 1, c: 2 }], a: 'x' })).toBe('{"a":"x","b":[{"c":2,"d":1}]}');
});
