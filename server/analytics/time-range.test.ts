import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allTimeWindow, cutIntoBuckets, lastDays, MAX_BUCKETS } from './time-range.ts';

const at = (iso: string) => new Date(iso);
const iso = ({ from, to }: { from: Date; to: Date }) => [from.toISOString(), to.toISOString()];

describe('the last N days', () => {
  test('1 day is today from local midnight to local midnight', () => {
    // 21:30Z on the 4th is 02:30 on the 5th in Tashkent (UTC+5).
    expect(iso(lastDays(1, at('2025-03-04T21:30:00Z'), 'Asia/Tashkent'))).toEqual([
      '2025-03-04T19:00:00.000Z',
      '2025-03-05T19:00:00.000Z',
    ]);
  });

  test('30 days reach back over the end of February in a leap year', () => {
    // 30 days ending with 15 March 2024: 15 of March, 15 of February (29 - 15 + 1 = 15th on).
    expect(iso(lastDays(30, at('2024-03-15T12:00:00Z'), 'UTC'))).toEqual([
      '2024-02-15T00:00:00.000Z',
      '2024-03-16T00:00:00.000Z',
    ]);
    expect(iso(lastDays(30, at('2025-03-15T12:00:00Z'), 'UTC'))).toEqual([
      '2025-02-14T00:00:00.000Z',
      '2025-03-16T00:00:00.000Z',
    ]);
  });

  test('a window with the spring change in New York is one hour short', () => {
    // Clocks went from 02:00 EST to 03:00 EDT on 9 March 2025: 8 March begins at 05:00Z, 10 March at 04:00Z.
    expect(iso(lastDays(2, at('2025-03-09T15:00:00Z'), 'America/New_York'))).toEqual([
      '2025-03-08T05:00:00.000Z',
      '2025-03-10T04:00:00.000Z',
    ]);
  });

  test('the day of the autumn change in London has 25 hours', () => {
    // British Summer Time ended at 01:00Z on 26 October 2025.
    expect(iso(lastDays(1, at('2025-10-26T23:30:00Z'), 'Europe/London'))).toEqual([
      '2025-10-25T23:00:00.000Z',
      '2025-10-27T00:00:00.000Z',
    ]);
  });

  test('a day without a midnight begins at 01:00, one with two midnights at the first', () => {
    // Cairo, 26 April 2024: 00:00 (+02) became 01:00 (+03). Havana, 3 November 2024: 01:00 (-04) became 00:00 (-05).
    expect(lastDays(1, at('2024-04-26T10:00:00Z'), 'Africa/Cairo').from.toISOString()).toBe('2024-04-25T22:00:00.000Z');
    expect(lastDays(1, at('2024-11-03T10:00:00Z'), 'America/Havana').from.toISOString()).toBe('2024-11-03T04:00:00.000Z');
  });

  test('the window of the same length that ended 30 days ago', () => {
    expect(iso(lastDays(30, at('2025-03-31T12:00:00Z'), 'UTC', 30))).toEqual([
      '2025-01-31T00:00:00.000Z',
      '2025-03-02T00:00:00.000Z',
    ]);
  });

  test('begins at the first instant of a local date, in every zone at every moment', () => {
    const zones = [
      'America/New_York',
      'Europe/London',
      'Africa/Cairo',
      'America/Havana',
      'Asia/Tashkent',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'America/Santiago',
    ];
    const localDate = (zone: string, instant: number) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(instant);
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.date({ min: at('2015-01-01T00:00:00Z'), max: at('2026-12-31T00:00:00Z'), noInvalidDate: true }),
        fc.integer({ min: 1, max: 400 }),
        (zone, now, days) => {
          const { from, to } = lastDays(days, now, zone);
          expect(localDate(zone, to.getTime() - 1)).toBe(localDate(zone, now.getTime()));
          expect(localDate(zone, to.getTime()) > localDate(zone, now.getTime())).toBe(true);
          expect(localDate(zone, from.getTime() - 1) < localDate(zone, from.getTime())).toBe(true);
          const span = Date.parse(localDate(zone, now.getTime())) - Date.parse(localDate(zone, from.getTime()));
          expect(span).toBe((days - 1) * 86_400_000);
        },
      ),
    );
  });

  test('an unknown zone is an error, not UTC', () => {
    expect(() => lastDays(1, at('2025-01-01T00:00:00Z'), 'Mars/Olympus')).toThrow('Not a time zone');
  });
});

describe('buckets', () => {
  test('days around the spring change keep their local dates and lose an hour', () => {
    const window = lastDays(3, at('2025-03-10T15:00:00Z'), 'America/New_York');
    const buckets = cutIntoBuckets(window, 'day', 'America/New_York', 'en');
    expect(buckets.map(({ key, label, start }) => [key, label, start.toISOString()])).toEqual([
      ['2025-03-08', 'Mar 8', '2025-03-08T05:00:00.000Z'],
      ['2025-03-09', 'Mar 9', '2025-03-09T05:00:00.000Z'],
      ['2025-03-10', 'Mar 10', '2025-03-10T04:00:00.000Z'],
    ]);
  });

  test('weeks begin on Monday, and the window cuts the first one short', () => {
    // 10 days ending Wednesday 5 March 2025 begin on Monday 24 February; 9 days on Tuesday the 25th.
    const now = at('2025-03-05T12:00:00Z');
    expect(cutIntoBuckets(lastDays(10, now, 'UTC'), 'week', 'UTC', 'en').map(({ key }) => key)).toEqual([
      '2025-02-24',
      '2025-03-03',
    ]);
    const cut = cutIntoBuckets(lastDays(9, now, 'UTC'), 'week', 'UTC', 'en');
    expect(cut.map(({ key, start }) => [key, start.toISOString()])).toEqual([
      ['2025-02-24', '2025-02-25T00:00:00.000Z'],
      ['2025-03-03', '2025-03-03T00:00:00.000Z'],
    ]);
  });

  test('months, quarters and years have their own lengths', () => {
    const window = { from: at('2024-01-01T00:00:00Z'), to: at('2025-01-01T00:00:00Z') };
    const months = cutIntoBuckets(window, 'month', 'UTC', 'en');
    expect(months.map(({ key }) => key)).toEqual(
      Array.from({ length: 12 }, (_, month) => `2024-${String(month + 1).padStart(2, '0')}-01`),
    );
    expect(months[2]?.start.toISOString()).toBe('2024-03-01T00:00:00.000Z');
    expect(cutIntoBuckets(window, 'quarter', 'UTC', 'en').map(({ key, label }) => [key, label])).toEqual([
      ['2024-01-01', 'Q1 2024'],
      ['2024-04-01', 'Q2 2024'],
      ['2024-07-01', 'Q3 2024'],
      ['2024-10-01', 'Q4 2024'],
    ]);
    expect(cutIntoBuckets(window, 'year', 'UTC', 'en').map(({ key, label }) => [key, label])).toEqual([['2024-01-01', '2024']]);
  });

  test('the hour that comes twice in autumn is two buckets', () => {
    const window = lastDays(1, at('2025-10-26T12:00:00Z'), 'Europe/London');
    const hours = cutIntoBuckets(window, 'hour', 'Europe/London', 'en').map(({ key }) => key);
    expect(hours).toHaveLength(25);
    expect(hours.slice(0, 4)).toEqual([
      '2025-10-26T00:00+01:00',
      '2025-10-26T01:00+01:00',
      '2025-10-26T01:00+00:00',
      '2025-10-26T02:00+00:00',
    ]);
  });

  test('a date that a zone skipped is no bucket', () => {
    // Samoa went from 29 to 31 December 2011.
    const window = { from: at('2011-12-29T10:00:00Z'), to: at('2012-01-01T10:00:00Z') };
    expect(cutIntoBuckets(window, 'day', 'Pacific/Apia', 'en').map(({ key }) => key)).toEqual([
      '2011-12-29',
      '2011-12-31',
      '2012-01-01',
    ]);
  });

  test('all time ends with today and has at most the steps a chart can show', () => {
    const now = at('2025-06-11T12:00:00Z');
    const months = allTimeWindow('month', now, 'UTC');
    expect(iso(months)).toEqual(['1970-01-01T00:00:00.000Z', '2025-06-12T00:00:00.000Z']);
    const weeks = allTimeWindow('week', now, 'UTC');
    expect(cutIntoBuckets(weeks, 'week', 'UTC', 'en')).toHaveLength(MAX_BUCKETS);
  });

  test('labels speak the reader’s language', () => {
    const window = { from: at('2025-03-01T00:00:00Z'), to: at('2025-03-02T00:00:00Z') };
    expect(cutIntoBuckets(window, 'day', 'UTC', 'ru')[0]?.label).toBe('1 мар.');
    expect(cutIntoBuckets(window, 'quarter', 'UTC', 'uz')[0]?.label).toBe('1-chorak 2025');
    expect(cutIntoBuckets(window, 'quarter', 'UTC', 'kk')[0]?.label).toBe('2025 ж. 1-тоқсан');
    expect(cutIntoBuckets(window, 'quarter', 'UTC', 'uk')[0]?.label).toBe('1 кв. 2025');
    expect(cutIntoBuckets(window, 'quarter', 'UTC', 'tr')[0]?.label).toBe('2025 1. çeyrek');
  });
});
