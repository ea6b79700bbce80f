import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Sealer } from '../platform/crypto.ts';
import type { Tx } from '../platform/db.ts';
import { saveConnection } from '../tenants/connections.ts';

/** A tenant with an active connection, as an install leaves it. */
export async function createTenant(owner: pg.ClientBase): Promise<string> {
  const tenantId = randomUUID();
  await owner.query(`insert into tenants (id, account_key) values ($1, $2)`, [tenantId, `bitrix24:${tenantId}`]);
  await owner.query(`insert into crm_connections (tenant_id, crm_source, account_id) values ($1, 'bitrix24', 'bench')`, [
    tenantId,
  ]);
  return tenantId;
}

/** Connects the tenant by an inbound webhook of its portal. */
export async function connectWebhook(tx: Tx, sealer: Sealer, tenantId: string, webhookUrl: string): Promise<void> {
  const [, endpoint = '', secret = ''] = /^(.*\/)(\d+\/[^/]+)\/$/.exec(webhookUrl) ?? [];
  await saveConnection(tx, sealer, tenantId, {
    crmSource: 'bitrix24',
    accountId: new URL(webhookUrl).host,
    endpoint,
    oauthServer: null,
    scopes: [],
    mode: 'classic',
    timezone: null,
    baseCurrency: null,
    adminUserId: '1',
    appStatus: null,
    credentials: { kind: 'webhook', secret },
  });
}
