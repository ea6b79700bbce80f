import type { Tx } from '../platform/db.ts';

/** Channel on which processes hear that a tenant's sync has something new to show; the payload is the tenant's id. */
export const SYNC_CHANNEL = 'leadrelay_sync';

/** Tells whoever watches the tenant's sync once the transaction is committed. */
export async function announceSync(tx: Tx, tenantId: string): Promise<void> {
  await tx.query({ text: 'select pg_notify($1, $2)', values: [SYNC_CHANNEL, tenantId] });
}
