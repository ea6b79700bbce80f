import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SqlQuery, Tx } from '../platform/db.ts';
import { runStatements } from './run-statements.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const MANY = 1_000_000;
const QUERIES: SqlQuery[] = Array.from({ length: 30 }, (_, index) => ({ text: `${index}` }));

/** A connection on which each statement takes so long. */
function createTx(takesMs: number): Tx {
  return {
    query: async () => {
      vi.advanceTimersByTime(takesMs);
      return [];
    },
    orm: () => Promise.reject(new Error('unused')),
  };
}

test.each([
  ['4 s', 4000, 4],
  ['a tenth of a second', 100, 30],
])('of statements that take %s each none is begun after 15 s', async (_name, takesMs, begun) => {
  const costs = QUERIES.map(() => MANY);
  const { results, failures, leftOut } = await runStatements(
    createTx(takesMs),
    () => null,
    QUERIES,
    costs,
    () => {},
  );
  expect(results.map((rows) => rows !== null)).toEqual(QUERIES.map((_, index) => index < begun));
  expect([failures, leftOut]).toEqual([[], 30 - begun]);
});

test('the dearest are begun first, on a second connection too where one is free', async () => {
  const costs = QUERIES.map((_, index) => (index + 1) * MANY);
  const used: string[] = [];
  const named = (name: string): Tx => ({
    ...createTx(4000),
    query: async ({ text }) => {
      used.push(`${name} ${text}`);
      vi.advanceTimersByTime(4000);
      return [];
    },
  });
  const { leftOut } = await runStatements(
    named('first'),
    (work) => work(named('second')),
    QUERIES,
    costs,
    () => {},
  );
  expect(used).toEqual(['first 29', 'second 28', 'first 27', 'second 26']);
  expect(leftOut).toBe(26);
});
