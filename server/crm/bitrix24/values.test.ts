import { expect, test } from 'vitest';
import { cleanText, readCode, readCurrency, readLink, readMoney, readText, readTime } from './values.ts';

/** Reads a value and returns it with the problems that were noted. */
function read<Value>(reader: (value: unknown, note: (problem: string) => void) => Value, value: unknown): [Value, string[]] {
  const notes: string[] = [];
  return [reader(value, (problem) => notes.push(problem)), notes];
}

test('NUL and halves of surrogate pairs become replacement characters, whole emoji stay', () => {
  expect(cleanText('a\0b\uD83Dc\uDE00d😀', () => {})).toBe('a\uFFFDb\uFFFDc\uFFFDd😀');
});

test('a text over 64 KB is cut between characters, and that is noted', () => {
  const [text, notes] = read(readText, 'я'.repeat(40_000));
  // 65,536 bytes hold 32,768 two-byte letters.
  expect(text).toBe('я'.repeat(32_768));
  expect(notes).toEqual(['text_cut']);
  const [odd] = read(readText, `x${'я'.repeat(40_000)}`);
  expect(odd).toBe(`x${'я'.repeat(32_767)}`);
});

test.each([
  ['15000.00', '15000.00'],
  [19000.5, '19000.5'],
  ['-5', '-5'],
  ['9007199254740993.01', '9007199254740993.0100'],
  ['1.5e3', '1500.0000'],
  ['0.123456', '0.1235'],
  ['', null],
  [null, null],
])('an amount %s is read as %s without a note', (given, expected) => {
  expect(read(readMoney, given)).toEqual([expected, []]);
});

test.each([
  '1e20',
  '99999999999999999',
  '9999999999999999.99999',
  'NaN',
  'Infinity',
  '1 234,56',
  '100|USD',
  '0x10',
  true,
  {},
  Number.NaN,
])('an amount %s is null with a note', (given) => {
  const [amount, notes] = read(readMoney, given);
  expect(amount).toBeNull();
  expect(notes).toHaveLength(1);
});

const moment = (value: unknown) => read((given, note) => readTime(given, '+03:00', note), value);

test.each([
  ['2024-07-22T18:00:08+02:00', '2024-07-22T16:00:08.000Z'],
  ['2024-07-22T18:00:08Z', '2024-07-22T18:00:08.000Z'],
  ['2024-07-22T18:00:08+0530', '2024-07-22T12:30:08.000Z'],
  // No offset: the portal's.
  ['2024-07-22 18:00:08', '2024-07-22T15:00:08.000Z'],
  ['2024-02-29T12:00:00+00:00', '2024-02-29T12:00:00.000Z'],
  ['', null],
])('a moment %s is %s', (given, expected) => {
  expect(moment(given)).toEqual([expected, []]);
});

test.each([
  '0000-00-00T00:00:00+00:00',
  '2024-02-30T00:00:00+03:00',
  '2023-02-29T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '2150-01-01T00:00:00Z',
  '1721724354',
  1721724354,
  'infinity',
  {},
])('%s is no moment', (given) => {
  const [time, notes] = moment(given);
  expect(time).toBeNull();
  expect(notes).toHaveLength(1);
});

test('ids and codes stay text as given; 0 is no link, and what would not fit an index is refused', () => {
  expect(read(readCode, '007')).toEqual(['007', []]);
  expect(read(readCode, 253)).toEqual(['253', []]);
  expect(read(readLink, 0)).toEqual([null, []]);
  expect(read(readLink, '0')).toEqual([null, []]);
  expect(read(readCode, 'x'.repeat(201))).toEqual([null, ['code_too_long']]);
});

test('currencies are upper-cased', () => {
  expect(read(readCurrency, ' uzs')).toEqual(['UZS', []]);
  expect(read(readCurrency, null)).toEqual([null, []]);
});
