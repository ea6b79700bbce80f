import { expect, test } from 'vitest';
import { identity, Money } from './dictionaries.ts';
import { addTally, createTally, finishTally, type Tally } from './tally.ts';

/** Rates as a CRM whose base is the rouble gives them; it has none for XYZ. */
const rates = new Map([
  [identity('bitrix24', 'RUB'), new Money('1')],
  [identity('bitrix24', 'USD'), new Money('90')],
  [identity('bitrix24', 'EUR'), new Money('100')],
  [identity('bitrix24', 'UZS'), new Money('0.0071')],
]);
const inDollars = { displayCurrency: 'USD', rates };

function tallyOf(amounts: readonly [currency: string, value: string][], crmSource = 'bitrix24'): Tally {
  const tally = createTally();
  for (const [currency, value] of amounts) {
    const amount = new Money(value);
    const one = {
      crmSource,
      currency,
      count: 1,
      nonZero: amount.isZero() ? 0 : 1,
      sum: amount,
      min: amount,
      max: amount,
      values: [],
      doubles: [],
    };
    addTally(tally, { rows: 1, amounts: new Map([['', one]]) });
  }
  return tally;
}

test('amounts are converted by amount × rate ÷ display rate and rounded once, at the end', () => {
  // 100 USD + 50 EUR × 100 ÷ 90 (55.555…) + 1,000,000 UZS × 0.0071 ÷ 90 (78.888…) = 234.444…
  const { value, unconverted } = finishTally(
    tallyOf([
      ['USD', '100'],
      ['EUR', '50'],
      ['UZS', '1000000'],
    ]),
    'sum',
    inDollars,
  );
  expect(value?.toFixed(2)).toBe('234.44');
  expect(unconverted).toEqual([]);
});

test('cents do not drift: ten dimes are a dollar, and a third of a cent three times is a cent', () => {
  expect(finishTally(tallyOf(Array.from({ length: 10 }, () => ['USD', '0.1'] as const)), 'sum', inDollars).value?.toFixed()).toBe(
    '1',
  );
  const thirds = new Map([
    [identity('bitrix24', 'A'), new Money('1')],
    [identity('bitrix24', 'B'), new Money('2')],
    [identity('bitrix24', 'D'), new Money('3')],
  ]);
  // 0.005 A + 0.005 B = (0.005 + 0.010) ÷ 3 = 0.005 exactly, which rounds up.
  const { value } = finishTally(
    tallyOf([
      ['A', '0.005'],
      ['B', '0.005'],
    ]),
    'sum',
    { displayCurrency: 'D', rates: thirds },
  );
  expect(value?.toFixed(2)).toBe('0.01');
});

test('half a cent rounds up', () => {
  expect(finishTally(tallyOf([['USD', '2.345']]), 'sum', inDollars).value?.toFixed(2)).toBe('2.35');
});

test('amounts without a rate or a currency are listed and never added', () => {
  const tally = tallyOf([
    ['USD', '10'],
    ['XYZ', '5'],
    ['XYZ', '7.5'],
    ['', '3'],
  ]);
  expect(finishTally(tally, 'sum', inDollars)).toMatchObject({
    unconverted: [
      { currency: '', count: 1, amount: '3.00' },
      { currency: 'XYZ', count: 2, amount: '12.50' },
    ],
  });
  expect(finishTally(tally, 'sum', inDollars).value?.toFixed(2)).toBe('10.00');
});

test('the display currency needs no rate, and without its rate nothing else converts', () => {
  const { value, unconverted } = finishTally(
    tallyOf([
      ['XYZ', '4'],
      ['USD', '2'],
    ]),
    'sum',
    { displayCurrency: 'XYZ', rates },
  );
  expect(value?.toFixed(2)).toBe('4.00');
  expect(unconverted).toEqual([{ currency: 'USD', count: 1, amount: '2.00' }]);
});

test('each CRM converts by its own rates', () => {
  const two = new Map([...rates, [identity('hubspot', 'EUR'), new Money('1.1')], [identity('hubspot', 'USD'), new Money('1')]]);
  const tally = tallyOf([['EUR', '9']]);
  addTally(tally, tallyOf([['EUR', '10']], 'hubspot'));
  // 9 × 100 ÷ 90 = 10, and 10 × 1.1 = 11.
  expect(finishTally(tally, 'sum', { displayCurrency: 'USD', rates: two }).value?.toFixed(2)).toBe('21.00');
});

test('zero is zero in every currency: it counts in an average and is not reported', () => {
  const tally = tallyOf([
    ['USD', '10'],
    ['XYZ', '0'],
  ]);
  expect(finishTally(tally, 'average', inDollars)).toMatchObject({ unconverted: [] });
  expect(finishTally(tally, 'average', inDollars).value?.toFixed(2)).toBe('5.00');
  expect(finishTally(tally, 'min', inDollars).value?.toFixed()).toBe('0');
});

test('smallest and largest are compared in the display currency', () => {
  // 9 EUR is 10 USD, 500 RUB is 5.56 USD.
  const tally = tallyOf([
    ['USD', '8'],
    ['EUR', '9'],
    ['RUB', '500'],
  ]);
  expect(finishTally(tally, 'max', inDollars).value?.toFixed(2)).toBe('10.00');
  expect(finishTally(tally, 'min', inDollars).value?.toFixed(2)).toBe('5.56');
});

test('of nothing, a sum is zero and average, smallest and largest are unknown', () => {
  const nothing = createTally();
  expect(finishTally(nothing, 'sum', inDollars).value?.toFixed()).toBe('0');
  expect(finishTally(nothing, 'count', null).value?.toFixed()).toBe('0');
  for (const aggregation of ['average', 'min', 'max'] as const)
    expect(finishTally(nothing, aggregation, inDollars).value).toBeNull();
});

test('adding a tally leaves the added one as it was', () => {
  const part = tallyOf([['USD', '1']]);
  const whole = createTally();
  addTally(whole, part);
  addTally(whole, part);
  expect(finishTally(whole, 'sum', null).value?.toFixed()).toBe('2');
  expect(finishTally(part, 'sum', null).value?.toFixed()).toBe('1');
});

test('a median is of what the amounts are worth, whatever they are written in', () => {
  const amounts = (currency: string, values: [value: string, times: number][]): Tally => ({
    rows: 0,
    amounts: new Map([
      [
        identity('bitrix24', currency),
        {
          crmSource: 'bitrix24',
          currency,
          count: values.reduce((sum, [, times]) => sum + times, 0),
          nonZero: values.reduce((sum, [value, times]) => sum + (Number(value) === 0 ? 0 : times), 0),
          sum: new Money(0),
          min: null,
          max: null,
          values: [values.map(([value, times]) => ({ value, times }))],
          doubles: [],
        },
      ],
    ]),
  });
  const tally = createTally();
  // In dollars: 1, 1, 2, 10 and 10.
  addTally(tally, amounts('RUB', [['90', 2]]));
  addTally(tally, amounts('USD', [['2', 1]]));
  addTally(tally, amounts('EUR', [['9', 2]]));
  expect(finishTally(tally, 'median', inDollars).value?.toFixed()).toBe('2');
  // Two zeros of a currency without a rate are zeros: 0, 0, 1, 1, 2, 10, 10.
  addTally(tally, amounts('XYZ', [['0', 2]]));
  expect(finishTally(tally, 'median', inDollars).value?.toFixed()).toBe('1');
  // 0, 0, 1, 1, a value that no double can tell from 1, 2, 5, 5, 10, 10: the middle lies between that value and 2.
  addTally(tally, amounts('USD', [['1.0000000000000000001', 1]]));
  addTally(tally, amounts('USD', [['5', 2]]));
  expect(finishTally(tally, 'median', inDollars).value?.toFixed()).toBe('1.50000000000000000005');
});

test('there is no median of nothing', () => {
  expect(finishTally(createTally(), 'median', inDollars).value).toBeNull();
});
