import { expect, test } from 'vitest';
import { addWorkingTime, arrivalTimes, localDate, localMidnight, workingMoment } from './calendar.ts';
import { createRandom } from './random.ts';

const at = (iso: string) => Date.parse(`${iso}+05:00`) / 1000;

// 2026-11-23 is a Monday.
test.each([
  ['in office hours', '2026-11-23T10:00:00', 3600, '2026-11-23T11:00:00'],
  ['over the end of a day', '2026-11-23T18:30:00', 3600, '2026-11-24T09:30:00'],
  ['from before opening', '2026-11-23T06:00:00', 600, '2026-11-23T09:10:00'],
  ['from the night', '2026-11-23T22:00:00', 600, '2026-11-24T09:10:00'],
  ['from Saturday evening over Sunday', '2026-11-28T18:50:00', 1200, '2026-11-30T09:10:00'],
  ['from Sunday noon', '2026-11-29T12:00:00', 0, '2026-11-30T09:00:00'],
  ['over a week of six working days', '2026-11-23T12:00:00', 6 * 36_000, '2026-11-30T12:00:00'],
])('working time counts %s', (_, from, seconds, expected) => {
  expect(addWorkingTime(at(from), seconds)).toBe(at(expected));
});

test('a working moment lies between its bounds, in office hours where there are any', () => {
  const random = createRandom(1);
  for (let round = 0; round < 200; round++) {
    const moment = workingMoment(random, at('2026-11-28T18:00:00'), at('2026-11-30T10:00:00'));
    const saturday = moment >= at('2026-11-28T18:00:00') && moment <= at('2026-11-28T19:00:00');
    const monday = moment >= at('2026-11-30T09:00:00') && moment <= at('2026-11-30T10:00:00');
    expect(saturday || monday).toBe(true);
  }
  expect(workingMoment(random, at('2026-11-29T08:00:00'), at('2026-11-29T09:00:00'))).toBe(at('2026-11-29T09:00:00'));
});

test('local days begin at midnight in Tashkent, 19:00 UTC', () => {
  const evening = Date.parse('2026-11-23T19:00:00Z') / 1000;
  expect(localDate(evening)).toBe('2026-11-24');
  expect(localDate(evening - 1)).toBe('2026-11-23');
  expect(localMidnight(evening + 3600)).toBe(evening);
});

test('arrivals ascend, end at the present and are busier each year', () => {
  const now = at('2026-11-23T10:20:30');
  const times = arrivalTimes(createRandom(7), 5000, now);
  expect(times).toHaveLength(5000);
  expect([...times]).toEqual([...times].sort((a, b) => a - b));
  expect(times.at(-1)).toBeLessThan(now);
  const year = 365 * 86_400;
  const yearly = [5, 4, 3, 2, 1].map(
    (ago) => times.filter((time) => time > now - ago * year && time <= now - (ago - 1) * year).length,
  );
  expect(yearly).toEqual([...yearly].sort((a, b) => a - b));
});
