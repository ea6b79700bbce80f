import { expect, test } from 'vitest';
import { matchName } from './match-name.ts';

const names = [
  { name: 'assignee', label: 'Ответственный' },
  { name: 'stage', label: 'Стадия' },
  { name: 'wonValue', label: 'Сумма выигранных' },
  { name: 'wonDeals', label: 'Выиграно' },
  { name: 'custom:UF_1', label: 'Регион' },
  { name: 'source', label: 'Источник' },
];

test.each([
  ['assignee', 'assignee'],
  ['custom:UF_1', 'custom:UF_1'],
  ['Assignee', 'assignee'],
  ['assignee_id', 'assignee'],
  ['won_value', 'wonValue'],
  ['WonValues', 'wonValue'],
  ['asignee', 'assignee'],
  ['регион', 'custom:UF_1'],
  ['Ответственный', 'assignee'],
])('%s is %s', (said, meant) => {
  expect(matchName(said, names)).toBe(meant);
});

test.each([
  // Unknown, too short to guess at, and what every object answers to.
  'region',
  'stagy',
  'owner',
  '',
  'constructor',
  '__proto__',
  'assignee; drop table crm_deals',
])('%s is nothing', (said) => {
  expect(matchName(said, names)).toBeNull();
});

test('what could be two names is neither', () => {
  const alike = [
    { name: 'firstCallAt', label: 'A' },
    { name: 'firstCallBy', label: 'B' },
  ];
  expect(matchName('firstCall', alike)).toBeNull();
  expect(
    matchName('Сумма', [
      { name: 'value', label: 'Сумма' },
      { name: 'amount', label: 'Сумма' },
    ]),
  ).toBeNull();
});
