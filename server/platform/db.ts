import pg from 'pg';
import { AppError } from './errors.ts';
import { createOrmRunner, type Orm, type OrmRunner } from './orm.ts';

/** A statement with its bound values. The text is written in this repository; nothing from outside becomes part of it. */
export interface SqlQuery {
  text: string;
  values?: readonly unknown[];
}

/** A transaction in which PostgreSQL shows the rows of one tenant only. Refuses work once it has ended. */
export interface Tx {
  /**
   * Runs one statement. int8 comes back as number, numeric and date as string, timestamptz as Date.
   * Statements that do not need each other's rows may be sent at once (Promise.all): they travel together.
   */
  query<Row extends object>(query: SqlQuery): Promise<Row[]>;
  /**
   * Single-row reads and writes through Prisma, in the same transaction and under the same tenant. What is thrown undoes
   * this call's writes only. Await it before sending other statements: between its start and end they would share its fate.
   */
  orm<Result>(work: (orm: Orm) => Promise<Result>): Promise<Result>;
}

type TxMode = 'read' | 'write';

export interface Db {
  /**
   * The one door to tenant data: BEGIN [READ ONLY], SET LOCAL app.tenant_id, work, COMMIT; what `work` throws rolls back and
   * is thrown on. `read` sees one snapshot throughout. A statement may take 5 s in `read` and 30 s in `write` unless told.
   * Do not call it inside `work`: two connections for one task can use up the pool for good.
   * @param options.signal when it aborts, the running statement is cancelled in PostgreSQL and `work`'s statements fail
   * @param options.isLong it waits for others while it is open: at most half of the connections are held so at once
   * @throws AppError `database_unavailable` when no connection can be had or it is lost, `invalid_id` for an id that is no UUID
   */
  withTenant<Result>(
    tenantId: string,
    mode: TxMode,
    work: (tx: Tx) => Promise<Result>,
    options?: { statementTimeoutMs?: number; signal?: AbortSignal; isLong?: boolean },
  ): Promise<Result>;
  /**
   * A further `read` transaction of a tenant that sees the snapshot which another, still open one has exported
   * (`pg_export_snapshot()`), so that two cores can work on one answer.
   * @returns null when no connection is free: waiting for a second one while holding a first could use up the pool for good
   */
  beside<Result>(
    tenantId: string,
    snapshot: string,
    work: (tx: Tx) => Promise<Result>,
    options?: { signal?: AbortSignal },
  ): Promise<Result> | null;
  /** A transaction without a tenant: it sees the `tenants` table and no tenant's rows. */
  withDirectory<Result>(mode: TxMode, work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** Answers whether the database can be reached at all; never throws. */
  isReady(): Promise<boolean>;
  /** Waits for running transactions, then closes the connections. */
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 60_000;
const RETRY_AFTER_SECONDS = 5;
const STATEMENT_TIMEOUT_MS = { read: 5_000, write: 30_000 } as const satisfies Record<TxMode, number>;
/** Widgets of one dashboard and their cached version must come from one moment, hence the snapshot for reads. */
const BEGIN = {
  read: 'begin isolation level repeatable read read only',
  write: 'begin',
} as const satisfies Record<TxMode, string>;
const SNAPSHOT = /^[0-9A-F]+(?:-[0-9A-F]+)*$/i;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * @param settings.url connection string of the app role
 * @param settings.poolSize connections; 2 per core is enough, more only lengthen the tail
 */
export function createDb(settings: { url: string; poolSize: number }): Db {
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: settings.poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    application_name: 'leadrelay',
    types: createTypes(),
    // Statements that are sent together reach PostgreSQL in one round trip, BEGIN with the first of them.
    pipeline: true,
  });
  // A lost connection fails the statements on it, which is where it is reported; without listeners it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const orm = createOrmRunner(refuseLostConnection);
  const long = createPlaces(Math.max(1, Math.floor(settings.poolSize / 2)));

  async function transact<Result>(
    mode: TxMode,
    begin: string,
    work: (tx: Tx) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    const client = await pool.connect().catch(refuseLostConnection);
    const tx = createTx(client, orm);
    let broken = false;
    let stopWatching = () => {};
    try {
      const begun = client.query(begin).catch(refuseLostConnection);
      if (signal) stopWatching = cancelOnAbort(signal, client, settings.url);
      const [result] = await Promise.all([work(tx), begun]);
      tx.end();
      const committed = client.query('commit').catch(refuseLostConnection);
      if (mode === 'write') requireCommit(await committed);
      else committed.catch(() => {});
      return result;
    } catch (error) {
      tx.end();
      // Statements still under way come first; only then may the connection serve somebody else.
      await client.query('rollback').catch(() => {
        broken = true;
      });
      throw error;
    } finally {
      stopWatching();
      // A cancellation may still be on its way: it must not meet the connection's next user.
      client.release(broken || signal?.aborted);
    }
  }

  return {
    withTenant: async (tenantId, mode, work, options) => {
      if (!UUID.test(tenantId)) throw new AppError('invalid_id');
      const run = () =>
        transact(
          mode,
          // SET LOCAL and not set_config(): only the statement form is passed on to the shards of a Citus cluster.
          `${BEGIN[mode]}; set local app.tenant_id = '${tenantId}'; ${limitStatements(mode, options?.statementTimeoutMs)}`,
          work,
          options?.signal,
        );
      return options?.isLong ? long.run(run) : run();
    },
    beside: (tenantId, snapshot, work, options) => {
      if (!UUID.test(tenantId) || !SNAPSHOT.test(snapshot)) throw new AppError('invalid_id');
      const isFree = pool.waitingCount === 0 && (pool.idleCount > 0 || pool.totalCount < settings.poolSize);
      if (!isFree) return null;
      const begin = `${BEGIN.read}; set transaction snapshot '${snapshot}'; set local app.tenant_id = '${tenantId}'; ${limitStatements('read')}`;
      return transact('read', begin, work, options?.signal);
    },
    withDirectory: (mode, work) => transact(mode, `${BEGIN[mode]}; ${limitStatements(mode)}`, work),
    isReady: () =>
      pool.query('select 1').then(
        () => true,
        () => false,
      ),
    close: async () => {
      await orm.close();
      await pool.end();
    },
  };
}

/** Has only so many at work at once. Whoever waits longer than for a connection is refused as without one. */
function createPlaces(count: number) {
  let free = count;
  const waiting = new Set<() => void>();
  const enter = () =>
    new Promise<void>((resolve, reject) => {
      const refuse = () => {
        waiting.delete(start);
        reject(new AppError('database_unavailable', undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS }));
      };
      const timer = setTimeout(refuse, CONNECT_TIMEOUT_MS);
      const start = () => {
        clearTimeout(timer);
        waiting.delete(start);
        resolve();
      };
      waiting.add(start);
    });
  return {
    async run<Result>(work: () => Promise<Result>): Promise<Result> {
      if (free > 0) free -= 1;
      else await enter();
      try {
        return await work();
      } finally {
        // The place is handed over, not given up and taken.
        const [next] = waiting;
        if (next) next();
        else free += 1;
      }
    },
  };
}

function createTx(client: pg.PoolClient, orm: OrmRunner): Tx & { end(): void } {
  let ended = false;
  let lastOrm: Promise<unknown> = Promise.resolve();
  // The connection may belong to another tenant's transaction by then.
  const requireOpen = () => {
    if (ended) throw new Error('The transaction has ended: await everything inside the work function.');
  };
  return {
    query: async <Row extends object>({ text, values }: SqlQuery) => {
      requireOpen();
      const { rows } = await client.query<Row>(text, values === undefined ? undefined : [...values]).catch(refuseLostConnection);
      return rows;
    },
    orm: (work) => {
      // One at a time: each runs between its own savepoints, and those must nest.
      const next = lastOrm.then(() => {
        requireOpen();
        return orm.run(client, work);
      });
      lastOrm = next.catch(() => {});
      return next;
    },
    end: () => {
      ended = true;
    },
  };
}

/** Cancels what the connection is running once `signal` aborts. @returns stops listening */
function cancelOnAbort(signal: AbortSignal, client: pg.PoolClient, url: string): () => void {
  // Sent right behind BEGIN, so it costs no round trip of its own.
  const backend = client.query<{ pid: number }>('select pg_backend_pid() as pid');
  backend.catch(() => {});
  const cancel = async () => {
    const { rows } = await backend;
    // Not from the pool: everyone who holds a connection there may be waiting to be cancelled.
    const canceller = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    canceller.on('error', () => {});
    await canceller.connect();
    await canceller.query('select pg_cancel_backend($1)', [rows[0]?.pid]).finally(() => canceller.end());
  };
  // Where it cannot be cancelled, the statement timeout ends it.
  const listener = () => void cancel().catch(() => {});
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

function limitStatements(mode: TxMode, timeoutMs: number = STATEMENT_TIMEOUT_MS[mode]): string {
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs <= 0) throw new RangeError('statementTimeoutMs must be a positive integer.');
  return `set local statement_timeout = ${timeoutMs}`;
}

/** PostgreSQL answers COMMIT with ROLLBACK when a statement failed and `work` kept quiet about it. */
function requireCommit(result: pg.QueryResult): void {
  if (result.command !== 'COMMIT') throw new Error('The transaction was rolled back: a statement in it had failed.');
}

function createTypes(): pg.CustomTypesConfig {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  // A calendar day is no instant: the driver would make it midnight in the server's zone.
  types.setTypeParser(pg.types.builtins.DATE, (text) => text);
  return types;
}

function refuseLostConnection(error: unknown): never {
  if (!isLostConnection(error)) throw error;
  throw new AppError('database_unavailable', undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error });
}

/**
 * Whether the fault lies with the connection and not with the statement: everything but an error PostgreSQL answered a
 * statement with. 08 connection exceptions, 53 out of resources except disk, 57P shutdown, 25006 a primary that became read only.
 */
function isLostConnection(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return /^(08|53[023]|57P|28|3D000)/.test(error.code ?? '');
  return error instanceof Error && /^(ECONN|ETIMEDOUT|EPIPE|EHOST|ENET|ENOTFOUND|EAI_|ENOENT)/.test(systemCode(error))
    ? true
    : error instanceof Error &&
        /^(Connection terminated|timeout exceeded when trying to connect|Client (has encountered|was closed))/.test(
          error.message,
        );
}

function systemCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
