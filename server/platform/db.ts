import type { PrismaClient } from './prisma/client.ts';

/** A statement with its bound values. The text is written in this repository; nothing from outside becomes part of it. */
export interface SqlQuery {
  text: string;
  values?: readonly unknown[];
}

/** Prisma inside the current transaction. */
export type Orm = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

/** A transaction in which PostgreSQL shows the rows of one tenant only. */
export interface Tx {
  /** Runs one statement. int8 comes back as number, numeric as string, timestamptz as Date. */
  query<Row extends object>(query: SqlQuery): Promise<Row[]>;
  /** Single-row reads and writes through Prisma, in the same transaction and under the same tenant. */
  orm<Result>(work: (orm: Orm) => Promise<Result>): Promise<Result>;
}

export type TxMode = 'read' | 'write';

export interface Db {
  /**
   * The one door to tenant data: BEGIN [READ ONLY], SET LOCAL app.tenant_id, work, COMMIT.
   * @throws AppError `database_unavailable` when no connection can be had
   */
  withTenant<Result>(
    tenantId: string,
    mode: TxMode,
    work: (tx: Tx) => Promise<Result>,
    options?: { statementTimeoutMs?: number },
  ): Promise<Result>;
  /** A transaction without a tenant: it sees the `tenants` table and no tenant's rows. */
  withDirectory<Result>(mode: TxMode, work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** Answers whether the database can be reached at all; never throws. */
  isReady(): Promise<boolean>;
  close(): Promise<void>;
}
