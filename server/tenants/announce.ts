import type { Tx } from '../platform/db.ts';

/** Channel on which processes hear that something of a tenant's which people are shown has changed; the payload is its id. */
export const TENANT_CHANNEL = 'leadrelay_tenant';

/**
 * Tells all processes once the transaction is committed. Belongs into every transaction that changes what a dashboard or the
 * sync's status shows: records, dictionaries, widgets, settings, connections. Saying it twice is saying it once.
 */
export async function announceTenant(tx: Tx, tenantId: string): Promise<void> {
  await tx.query({ text: 'select pg_notify($1, $2)', values: [TENANT_CHANNEL, tenantId] });
}
