import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db.ts';
import type { Logger } from '../../platform/log.ts';
import { eraseTenant } from '../../tenants/deletion.ts';
import type { JobHandler } from '../queue.ts';

/** Erases a tenant whose day has come. What stops half-way is carried on by the next job. */
export function createEraseHandler({ db, clock, log }: { db: Db; clock: Clock; log: Logger }): JobHandler<'erase'> {
  return async ({ tenantId }, signal) => {
    if (await eraseTenant(db, tenantId, new Date(clock.now()), signal)) log.info({ tenantId }, 'all data of a tenant was erased');
  };
}
