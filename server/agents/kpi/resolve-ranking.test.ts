import { expect, test } from 'vitest';
import { resolveRanking } from './resolve-ranking.ts';

const AT = { now: new Date('2025-03-10T15:00:00Z'), timezone: 'America/New_York' };

test.each([
  ['кто лучший менеджер', null],
  ['Кто лучший?', null],
  ['какой менеджер лучше всех', null],
  ['кто больше всех продал в этом месяце', { kind: 'calendar', unit: 'month', ago: 0 }],
  ['лучшие сотрудники по продажам за 30 дней', { kind: 'rolling', days: 30 }],
  ['кто лучший менеджер в феврале', { kind: 'named', unit: 'month', ago: 1 }],
  ['who is the best', null],
  ['Who’s our best seller?', null],
  ['which agent won most deals', null],
  ['top agents by won deals last week', { kind: 'calendar', unit: 'week', ago: 1 }],
  ['eng yaxshi menejer kim', null],
  ['o‘tgan oy kim eng ko‘p sotgan', { kind: 'calendar', unit: 'month', ago: 1 }],
  ['энг яхши менежер ким', null],
])('understands %s', (question, period) => {
  expect(resolveRanking(question, AT)).toEqual({ period });
});

test.each([
  'who',
  'the best',
  'кто',
  'лучший источник',
  'best source of leads',
  'top deals',
  'who is the worst',
  'кто худший менеджер',
  'кто не лучший менеджер',
  'лучший менеджер по звонкам',
  'best manager by calls',
  'кто лучший менеджер вчера и сегодня',
  'best agents since October',
  'why is Dilshod the best agent',
  `who is the best ${'?'.repeat(600)}`,
])('leaves to others: %s', (question) => {
  expect(resolveRanking(question, AT)).toBeNull();
});
