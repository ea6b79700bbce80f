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
  expect(matchName(said, names, names)).toBe(meant);
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
  expect(matchName(said, names, names)).toBeNull();
});

test('what could be two names is neither', () => {
  const alike = [
    { name: 'firstCalA', label: 'A' },
    { name: 'firstCalB', label: 'B' },
  ];
  expect(matchName('firstCal', alike, alike)).toBeNull();
  const same = [
    { name: 'value', label: 'Сумма' },
    { name: 'amount', label: 'Сумма' },
  ];
  expect(matchName('Сумма', same, same)).toBeNull();
});

test.each([
  ['lostLeads', ['lostDeals']],
  ['createdBy', ['createdAt']],
  ['inCalls', ['calls']],
  // A name of another source.
  ['outcomes', ['outcome']],
])('%s does not become another name', (said, here) => {
  const named = (one: string) => ({ name: one, label: one });
  expect(matchName(said, here.map(named), ['outcomes', ...here].map(named))).toBeNull();
});

test('what is longer than any name is not compared', () => {
  const long = 'x'.repeat(1_000_000);
  expect(matchName(long, [{ name: long, label: long }], [])).toBeNull();
});
