import type { Entity } from '../../contract/crm.ts';
import { loadConnection } from '../tenants/connections.ts';
import { queueRechecks } from '../tenants/recheck-queue.ts';
import { bringForward } from '../tenants/schedule.ts';
import type { InstallContext } from './context.ts';

/** A busy portal sends events all day: its changes are read about once a minute then, many at a time. */
const DELAY_MS = 60_000;

const RECORD_EVENT = /^ONCRM(LEAD|DEAL|CONTACT|COMPANY|ACTIVITY)(ADD|UPDATE|DELETE|MOVETOCATEGORY)$/;
const ENTITIES: ReadonlyMap<string, Entity> = new Map([
  ['LEAD', 'leads'],
  ['DEAL', 'deals'],
  ['CONTACT', 'contacts'],
  ['COMPANY', 'companies'],
  ['ACTIVITY', 'activities'],
]);

/**
 * What a portal tells of a record is a hint and no data: it brings the next sync forward, and a record that is said to be
 * deleted is looked at then. Events of other kinds change nothing.
 * @param code upper case
 */
export async function hearOfRecord(
  { db, now }: Pick<InstallContext, 'db' | 'now'>,
  tenantId: string,
  code: string,
  externalId: string | undefined,
): Promise<void> {
  const [, word = '', change] = RECORD_EVENT.exec(code) ?? [];
  const entity = ENTITIES.get(word);
  if (!entity) return;
  const at = new Date(now().getTime() + DELAY_MS);
  await db.withTenant(tenantId, 'write', async (tx) => {
    if (change === 'DELETE' && externalId !== undefined) {
      await queueRechecks(tx, { tenantId, crmSource: 'bitrix24' }, entity, [externalId], 'event');
    }
    const connection = await loadConnection(tx, tenantId, 'bitrix24');
    // Most events of a burst find the sync brought forward already.
    const isSooner = connection?.nextSyncAt != null && connection.nextSyncAt <= at;
    if (connection?.status === 'active' && !isSooner) await bringForward(tx, tenantId, 'bitrix24', at);
  });
}
