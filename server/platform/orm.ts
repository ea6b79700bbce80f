import { AsyncLocalStorage } from 'node:async_hooks';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './prisma/client.ts';

/** Prisma inside the current transaction. */
export type Orm = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

export interface OrmRunner {
  /** Runs `work` with Prisma on the transaction that is open on this connection. */
  run<Result>(client: pg.PoolClient, work: (orm: Orm) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** Statements have their own timeout; this one only has to be longer than any of them. */
const TRANSACTION_TIMEOUT_MS = 10 * 60_000;

/** What Prisma says to open and close its transactions, and what that means inside one that is already open. */
const NESTED = new Map([
  ['BEGIN', 'savepoint orm'],
  ['COMMIT', 'release savepoint orm'],
  ['ROLLBACK', 'rollback to savepoint orm; release savepoint orm'],
]);
const NO_ROWS = { fields: [], rows: [], rowCount: 0 };

/**
 * One Prisma client for all transactions. It believes it owns a pool, but the connection it is given is the caller's, on which
 * its own BEGIN and COMMIT become savepoints. Calls go through $transaction because Prisma merges plain look-ups of all
 * callers in one tick into one statement, which would mix tenants; transactions keep them apart.
 * @param rethrow sees the driver's errors before Prisma translates them; what it throws reaches the caller unless Prisma knows it
 */
export function createOrmRunner(rethrow: (error: unknown) => never): OrmRunner {
  const current = new AsyncLocalStorage<pg.PoolClient>();
  const pool = Object.assign(new pg.Pool({ max: 1 }), {
    connect: async () => {
      const client = current.getStore();
      if (client === undefined) throw new Error('Prisma is reached through tx.orm only.');
      return borrow(client, rethrow);
    },
  });
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    errorFormat: 'minimal',
    transactionOptions: { timeout: TRANSACTION_TIMEOUT_MS },
  });
  return {
    run: (client, work) => current.run(client, () => prisma.$transaction(work)),
    close: () => prisma.$disconnect(),
  };
}

/** The connection as Prisma may see it: its transactions nest in ours, and giving it back is not its business. */
function borrow(client: pg.PoolClient, rethrow: (error: unknown) => never): pg.PoolClient {
  const query = async (config: pg.QueryArrayConfig) => {
    const nested = NESTED.get(config.text);
    if (nested === undefined) return client.query(config).catch(rethrow);
    // Not awaited, to save a round trip: should it fail, so do the statements behind it and the COMMIT at the end.
    client.query(nested).catch(() => {});
    return NO_ROWS;
  };
  return new Proxy(client, {
    get: (target, property) => {
      if (property === 'query') return query;
      if (property === 'release' || property === 'on' || property === 'removeListener') return () => {};
      return Reflect.get(target, property);
    },
  });
}
