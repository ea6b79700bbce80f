import type { CrmSource } from '../../contract/crm.ts';
import type { Tx } from '../platform/db.ts';

/**
 * Channel on which processes hear that something which people are shown has changed. The payload is the id of the tenant all of
 * whose people are shown it, or `personTopic` of the one who is.
 */
export const TENANT_CHANNEL = 'leadrelay_tenant';

/**
 * Tells all processes once the transaction is committed. Belongs into every transaction that changes what a dashboard or the
 * sync's status shows: records, dictionaries, widgets, settings, connections. Saying it twice is saying it once.
 */
export async function announceTenant(tx: Tx, tenantId: string): Promise<void> {
  await tx.query({ text: 'select pg_notify($1, $2)', values: [TENANT_CHANNEL, tenantId] });
}

/** The payload of news that are one person's alone. */
export function personTopic(tenantId: string, { crmSource, userId }: { crmSource: CrmSource; userId: string }): string {
  return `${tenantId} ${crmSource} ${userId}`;
}

/** As `announceTenant`, of what only one person is shown differently. @param topic `personTopic` */
export async function announcePerson(tx: Tx, topic: string): Promise<void> {
  await tx.query({ text: 'select pg_notify($1, $2)', values: [TENANT_CHANNEL, topic] });
}
