import type { Db, SqlQuery, Tx } from '../platform/db.ts';
import { isAfterFailure } from '../platform/db-errors.ts';
import { AppError } from '../platform/errors.ts';

export type Rows = readonly object[];

/** Of fewer records a statement takes less time than a round trip, and all are sent at once. */
const WORTH_TWO = 50_000;
/** No statement of a dashboard is begun later: each may take 5 s, and the others of the process wait for the connections. */
const BUDGET_MS = 15_000;
/** A dashboard that takes longer answers with what it has; its slow widgets are `failed`. */
const RETRY_BUDGET_MS = 5_000;

/**
 * Runs statements on one connection, or where one of them has much to read and another is free on two, each taking the dearest
 * that is left.
 * @param beside begins work on a second connection that sees the same snapshot; null when none is free
 * @param costs about how many records each statement reads
 * @param onRows called after each statement with the rows so far, null for those that have not answered
 * @returns rows in the order of `queries`, null for a statement that failed or was not begun; what those threw that failed by
 * themselves, by their place; how many there was no time for
 * @throws AppError when the database was lost: everyone's failure
 */
export async function runStatements(
  tx: Tx,
  beside: (work: (on: Tx) => Promise<void>) => Promise<void> | null,
  queries: readonly SqlQuery[],
  costs: readonly number[],
  onRows: (results: readonly (Rows | null)[]) => void,
): Promise<{ results: (Rows | null)[]; failures: ReadonlyMap<number, unknown>; leftOut: number }> {
  const results: (Rows | null)[] = queries.map(() => null);
  const failures = new Map<number, unknown>();
  /** @returns whether the transaction can go on */
  const run = async (on: Tx, index: number, query: SqlQuery): Promise<boolean> => {
    results[index] = await on.query(query).catch((error: unknown) => {
      if (error instanceof AppError) throw error;
      if (!isAfterFailure(error)) failures.set(index, error);
      return null;
    });
    onRows(results);
    return results[index] !== null;
  };
  if (queries.length <= 1 || Math.max(...costs) < WORTH_TWO) {
    await Promise.all(queries.map((query, index) => run(tx, index, query)));
    return { results, failures, leftOut: 0 };
  }
  const waiting = [...queries.entries()].sort(([a], [b]) => (costs[b] ?? 0) - (costs[a] ?? 0));
  const deadline = performance.now() + BUDGET_MS;
  const workOff = async (on: Tx) => {
    while (performance.now() < deadline) {
      const next = waiting.shift();
      // What is left is the other connection's, or for `retryFailed`.
      if (!next || !(await run(on, ...next))) return;
    }
  };
  await Promise.all([workOff(tx), beside(workOff)]);
  return { results, failures, leftOut: performance.now() < deadline ? 0 : waiting.length };
}

/**
 * One failed statement takes its whole transaction along, so those without rows are tried again, each by itself. What has failed by
 * itself comes last: it may well take all the time there is once more.
 * @param ran as `runStatements` has it
 */
export async function retryFailed(
  db: Db,
  tenantId: string,
  queries: readonly SqlQuery[],
  { results, failures }: { results: readonly (Rows | null)[]; failures: ReadonlyMap<number, unknown> },
  signal: AbortSignal,
): Promise<(Rows | null)[]> {
  const deadline = performance.now() + RETRY_BUDGET_MS;
  const retried = [...results];
  const missing = [...queries.entries()].filter(([index]) => !results[index]);
  for (const [index, query] of missing.sort(([a], [b]) => Number(failures.has(a)) - Number(failures.has(b)))) {
    signal.throwIfAborted();
    const left = Math.floor(deadline - performance.now());
    if (left <= 0) break;
    const options = { statementTimeoutMs: left, signal };
    retried[index] = await db.withTenant(tenantId, 'read', (tx) => tx.query(query), options).catch(passOverStatement);
  }
  return retried;
}

function passOverStatement(error: unknown): null {
  if (error instanceof AppError) throw error;
  return null;
}
