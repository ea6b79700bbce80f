import { expect, test } from 'vitest';
import { kpiWindows } from './kpi-windows.ts';
import type { Period } from './periods.ts';

/** `2025-03-01 05:00 > 2025-03-11 04:00 vs …`, in UTC. */
function shown(period: Period | null, at: string, timezone: string): string {
  const { current, previous } = kpiWindows({ period, isCompared: true }, new Date(at), timezone);
  const text = (window: typeof current) =>
    window ? [window.from, window.to].map((one) => one.toISOString().slice(0, 16).replace('T', ' ')).join(' > ') : 'all';
  return `${text(current)} vs ${text(previous)}`;
}

const calendar = (unit: 'day' | 'week' | 'month' | 'quarter' | 'year', ago: 0 | 1): Period => ({ kind: 'calendar', unit, ago });

// New York is five hours behind UTC until 9 March 2025 at 07:00Z, four from then on.
test.each<[string, Period | null, string, string]>([
  ['all time', null, '2025-03-10T15:00:00Z', 'all vs all'],
  [
    'today',
    { kind: 'rolling', days: 1 },
    '2025-03-10T15:00:00Z',
    '2025-03-10 04:00 > 2025-03-11 04:00 vs 2025-03-09 05:00 > 2025-03-10 04:00',
  ],
  [
    'yesterday, a day of 23 hours',
    calendar('day', 1),
    '2025-03-10T15:00:00Z',
    '2025-03-09 05:00 > 2025-03-10 04:00 vs 2025-03-08 05:00 > 2025-03-09 05:00',
  ],
  [
    'this week, which began today',
    calendar('week', 0),
    '2025-03-10T15:00:00Z',
    '2025-03-10 04:00 > 2025-03-11 04:00 vs 2025-03-03 05:00 > 2025-03-04 05:00',
  ],
  [
    'last week',
    calendar('week', 1),
    '2025-03-10T15:00:00Z',
    '2025-03-03 05:00 > 2025-03-10 04:00 vs 2025-02-24 05:00 > 2025-03-03 05:00',
  ],
  [
    'this month and as many days of the last',
    calendar('month', 0),
    '2025-03-10T15:00:00Z',
    '2025-03-01 05:00 > 2025-03-11 04:00 vs 2025-02-01 05:00 > 2025-02-11 05:00',
  ],
  [
    'this month on its 31st, against a shorter one',
    calendar('month', 0),
    '2025-03-31T15:00:00Z',
    '2025-03-01 05:00 > 2025-04-01 04:00 vs 2025-02-01 05:00 > 2025-03-01 05:00',
  ],
  [
    'last month, of a leap year',
    calendar('month', 1),
    '2024-03-15T15:00:00Z',
    '2024-02-01 05:00 > 2024-03-01 05:00 vs 2024-01-01 05:00 > 2024-02-01 05:00',
  ],
  [
    'this quarter',
    calendar('quarter', 0),
    '2025-05-02T12:00:00Z',
    '2025-04-01 04:00 > 2025-05-03 04:00 vs 2025-01-01 05:00 > 2025-02-02 05:00',
  ],
  [
    'last year',
    calendar('year', 1),
    '2025-03-10T15:00:00Z',
    '2024-01-01 05:00 > 2025-01-01 05:00 vs 2023-01-01 05:00 > 2024-01-01 05:00',
  ],
  [
    'the day it still is over there',
    calendar('day', 1),
    '2025-03-10T03:00:00Z',
    '2025-03-08 05:00 > 2025-03-09 05:00 vs 2025-03-07 05:00 > 2025-03-08 05:00',
  ],
])('%s', (_, period, at, expected) => {
  expect(shown(period, at, 'America/New_York')).toBe(expected);
});

test('what is not compared has no period before', () => {
  const { previous } = kpiWindows({ period: calendar('month', 0), isCompared: false }, new Date('2025-03-10T15:00:00Z'), 'UTC');
  expect(previous).toBeNull();
});
