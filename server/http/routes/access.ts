import type { Response } from 'express';
import type { Db } from '../../platform/db.ts';
import { type AccessEntry, logAccess } from '../../tenants/access-log.ts';
import { getSession } from '../session.ts';

/** Writes what a person is about to be told to the access log: nothing is answered before its row is safe. */
export function writeLog({ db }: { db: Db }, res: Response, entry: Omit<AccessEntry, 'accessedBy'>): Promise<void> {
  const { tenantId, userId } = getSession(res);
  return db.withTenant(tenantId, 'write', (tx) => logAccess(tx, tenantId, { ...entry, accessedBy: `user:${userId}` }));
}
