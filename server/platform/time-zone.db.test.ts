import { expect, test } from 'vitest';
import { createTestDatabase } from '../testing/postgres.ts';
import { isTimeZone } from './time-zone.ts';

test('a zone that is taken for one says the same time here and in PostgreSQL, in summer as in winter', async () => {
  const database = await createTestDatabase();
  try {
    const moments = ['2025-01-10T15:00:00Z', '2025-07-10T15:00:00Z'];
    const known = await database.db.withDirectory('read', (tx) =>
      tx.query<{ name: string }>({ text: `select name from pg_timezone_names where name not like 'posix%'` }),
    );
    const names = [...new Set([...known.map(({ name }) => name), ...Intl.supportedValuesOf('timeZone')])].filter(isTimeZone);
    expect(names.length).toBeGreaterThan(400);
    const told = await database.db.withDirectory('read', (tx) =>
      tx.query<{ name: string; at: Date; local: string }>({
        text: `select name, at, to_char(at at time zone name, 'YYYY-MM-DD HH24:MI') as local
               from unnest($1::text[]) name cross join unnest($2::timestamptz[]) at`,
        values: [names, moments],
      }),
    );
    const here = (timeZone: string, at: Date) =>
      new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at);
    expect(told.filter(({ name, at, local }) => here(name, at) !== local)).toEqual([]);
    expect(told).toHaveLength(names.length * moments.length);
  } finally {
    await database.drop();
  }
});

test.each(['CET', 'eet', 'WET', 'MET', 'IST', 'PST', 'ECT', '+0530', 'Z', 'Mars/Olympus', '', null])('%s is none', (name) => {
  expect(isTimeZone(name)).toBe(false);
});

test.each(['UTC', 'gmt', 'Asia/Tashkent', 'asia/tashkent', 'EST5EDT', '+05:30'])('%s is one', (name) => {
  expect(isTimeZone(name)).toBe(true);
});
