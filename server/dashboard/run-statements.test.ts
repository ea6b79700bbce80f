import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Db, SqlQuery, Tx } from '../platform/db.ts';
import { retryFailed, runStatements } from './run-statements.ts';

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
  expect([failures.size, leftOut]).toEqual([0, 30 - begun]);
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

describe('one that never ends in time', () => {
  const SLOW = 7;
  /** As PostgreSQL answers: what takes too long is ended, and what comes behind it in its transaction is not begun. */
  function createTransaction(timeoutMs: number): Tx {
    let isLost = false;
    const refuse = (code: string) => {
      isLost = true;
      const error = new pg.DatabaseError('refused', 0, 'error');
      throw Object.assign(error, { code });
    };
    return {
      query: async <Row extends object>({ text }: SqlQuery) => {
        if (isLost) refuse('25P02');
        vi.advanceTimersByTime(text === String(SLOW) ? timeoutMs : 10);
        if (text === String(SLOW)) refuse('57014');
        return [{ text }] as object[] as Row[];
      },
      orm: () => Promise.reject(new Error('unused')),
    };
  }
  const db = {
    withTenant: (_tenantId: string, _mode: string, work: (tx: Tx) => unknown, options?: { statementTimeoutMs?: number }) =>
      work(createTransaction(options?.statementTimeoutMs ?? 5000)),
  } as Db;

  test('leaves the others to the second connection', async () => {
    const costs = QUERIES.map((_, index) => (index === SLOW ? 2 * MANY : MANY));
    const second = createTransaction(5000);
    const ran = await runStatements(
      createTransaction(5000),
      (work) => work(second),
      QUERIES,
      costs,
      () => {},
    );
    expect(ran.results).toEqual(QUERIES.map(({ text }, index) => (index === SLOW ? null : [{ text }])));
    expect([[...ran.failures.keys()], ran.leftOut]).toEqual([[SLOW], 0]);
  });

  test.each([
    ['sent together', 1],
    ['begun one by one', MANY],
  ])('has no rows, and all others have theirs: %s', async (_name, cost) => {
    const ran = await runStatements(
      createTransaction(5000),
      () => null,
      QUERIES,
      QUERIES.map(() => cost),
      () => {},
    );
    expect([[...ran.failures.keys()], ran.leftOut]).toEqual([[SLOW], 0]);
    const results = await retryFailed(db, 'tenant', QUERIES, ran, new AbortController().signal);
    expect(results).toEqual(QUERIES.map(({ text }, index) => (index === SLOW ? null : [{ text }])));
  });
});
