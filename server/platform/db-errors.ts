import pg from 'pg';
import type { Db } from './db.ts';

const MAX_ATTEMPTS = 3;
/**
 * Serialization failure, deadlock, lock timeout: the same transaction may well succeed when it is tried again. What says that
 * a statement itself is wrong (22xxx, 23xxx, 42xxx) is not among them.
 */
const CONFLICTS = new Set(['40001', '40P01', '55P03']);

/** PostgreSQL had no room for a row: nothing but a person or time mends it, and nothing is wrong with the row. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '53100';
}

/** A statement was ended before it was done: it took too long, or nobody waited for it any more. */
export function isStatementTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '57014';
}

/** A statement was not begun, as one before it in the same transaction had failed. */
export function isAfterFailure(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '25P02';
}

/** The same door, whose writes are tried up to three times when they lose a conflict: their work must not change what it was given. */
export function retryConflicts(db: Db): Db {
  return {
    ...db,
    async withTenant(tenantId, mode, work, options) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await db.withTenant(tenantId, mode, work, options);
        } catch (error) {
          const isConflict = error instanceof pg.DatabaseError && CONFLICTS.has(error.code ?? '');
          if (!isConflict || mode !== 'write' || attempt === MAX_ATTEMPTS) throw error;
        }
      }
    },
  };
}
