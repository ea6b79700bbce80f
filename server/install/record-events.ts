import { readRecordEvent } from '../crm/bitrix24/record-event.ts';
import { loadConnection } from '../tenants/connections.ts';
import { queueRechecks } from '../tenants/recheck-queue.ts';
import { bringForward } from '../tenants/schedule.ts';
import type { InstallContext } from './context.ts';

/** A busy portal sends events all day: its changes are read about once a minute then, many at a time. */
const DELAY_MS = 60_000;

/**
 * What a portal tells of a record is a hint and no data: it brings the next sync forward, and a record that is said to be
 * deleted is looked at then. Events of other kinds change nothing.
 */
export async function hearOfRecord(
  { db, now }: Pick<InstallContext, 'db' | 'now'>,
  tenantId: string,
  code: string,
  externalId: string | undefined,
): Promise<void> {
  const event = readRecordEvent(code);
  if (!event) return;
  const at = new Date(now().getTime() + DELAY_MS);
  await db.withTenant(tenantId, 'write', async (tx) => {
    if (event.isDeletion && externalId !== undefined) {
      await queueRechecks(tx, { tenantId, crmSource: 'bitrix24' }, event.entity, [externalId], 'event');
    }
    const connection = await loadConnection(tx, tenantId, 'bitrix24');
    // Most events of a burst find the sync brought forward already.
    const isSooner = connection?.nextSyncAt != null && connection.nextSyncAt <= at;
    if (connection?.status === 'active' && !isSooner) await bringForward(tx, tenantId, 'bitrix24', at);
  });
}
