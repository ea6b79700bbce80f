import { expect, test } from 'vitest';
import { createDashboardReadings } from './dashboard-readings.ts';

function setUp() {
  const clock = { ms: Date.parse('2026-03-01T12:00:00Z') };
  const readings = createDashboardReadings(() => new Date(clock.ms));
  /** Whether it is written down. */
  const look = (view: string, etag: string | null, shownCount = 5) => {
    const isNews = readings.isNews(view, { etag, shownCount });
    if (isNews) readings.keep(view, { etag, shownCount });
    return isNews;
  };
  return { clock, look, readings };
}

test('a dashboard that is being made, looked at all the while, is one reading a minute', () => {
  const { clock, look } = setUp();
  const looks = Array.from({ length: 13 }, (_, index) => {
    clock.ms += index === 0 ? 0 : 10_000;
    return look('ann', `etag ${index}`);
  });
  expect(looks).toEqual([true, false, false, false, false, false, true, false, false, false, false, false, true]);
});

test('the same dashboard told again is no further reading, whenever that is; of another person it is one', () => {
  const { clock, look } = setUp();
  expect([look('ann', 'a'), look('ann', 'a'), look('bob', 'a')]).toEqual([true, false, true]);
  clock.ms += 3_600_000;
  expect([look('ann', 'a'), look('ann', 'b'), look('ann', 'b')]).toEqual([false, true, false]);
});

test('what shows its first number is read for the first time', () => {
  const { look } = setUp();
  expect([look('ann', 'a', 0), look('ann', 'b', 0), look('ann', 'c', 4), look('ann', 'd', 9)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

test('what could not be written down is news the next time', () => {
  const { readings } = setUp();
  const told = { etag: null, shownCount: 1 };
  expect([readings.isNews('ann', told), readings.isNews('ann', told)]).toEqual([true, true]);
});
