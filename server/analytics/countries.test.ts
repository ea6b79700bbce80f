import { expect, test } from 'vitest';
import { findCountry, patternsOf } from './countries.ts';

test.each([
  ['9989', 'UZ'],
  ['7903', 'RU'],
  ['7701', 'KZ'],
  ['7612', 'KZ'],
  ['7', 'RU'],
  ['9965', 'KG'],
  ['4930', 'DE'],
  ['1212', 'US'],
  ['1416', 'CA'],
  ['1809', 'other'],
  ['1', 'US'],
  ['8001', 'other'],
  ['?', 'other'],
  ['', 'other'],
])('%s is of %s', (prefix, country) => {
  expect(findCountry(prefix)).toBe(country);
});

test('a filter finds exactly the numbers that are shown under the country', () => {
  const isLike = (prefix: string, patterns: readonly string[]) =>
    patterns.some((pattern) => prefix.startsWith(pattern.slice(0, -1)));
  const prefixes = ['?', ...Array.from({ length: 10_000 }, (_, index) => String(index))];
  for (const country of ['UZ', 'RU', 'KZ', 'US', 'CA', 'DE', 'other']) {
    const { of, except, orNone } = patternsOf(country);
    const found = prefixes.filter(
      (prefix) => (isLike(prefix, of) && !isLike(prefix, except)) || (orNone !== null && !isLike(prefix, orNone)),
    );
    expect(found).toEqual(prefixes.filter((prefix) => findCountry(prefix) === country));
  }
});
