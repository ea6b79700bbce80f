import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createBitrixSandbox } from '../../sandbox/bitrix24/create-sandbox.ts';
import type { BitrixSandbox, SandboxPortal } from '../../sandbox/bitrix24/sandbox.ts';
import type { CrmAdapter, TokenSource } from '../crm/adapter.ts';
import { createAdapter } from '../crm/registry.ts';
import { systemClock } from '../platform/clock.ts';
import { createOutbound, type Outbound } from '../platform/outbound.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { runFullSync } from './full.ts';
import { type Run, RunLostError, takeRun } from './run.ts';
import { getSyncStatus } from './status.ts';

let database: TestDatabase;
let sandbox: BitrixSandbox;
let portal: SandboxPortal;
let outbound: Outbound;

beforeAll(async () => {
  database = await createTestDatabase();
  sandbox = await createBitrixSandbox({
    app: {
      clientId: 'local.1',
      clientSecret: 'secret',
      title: 'LeadRelay',
      scopes: ['crm', 'user_brief', 'department'],
      applicationUrl: 'http://127.0.0.1:9/app',
      installerUrl: 'http://127.0.0.1:9/install',
      eventHandlerUrl: 'http://127.0.0.1:9/events',
      version: 1,
    },
    portals: [{ size: 'tiny', limits: { rate: null, operatingSeconds: null, pageCost: 0.07 } }],
  });
  const [first] = sandbox.portals;
  if (!first) throw new Error('The sandbox has no portal');
  portal = first;
  outbound = createOutbound({ allow: [new URL(portal.url).host] });
});

afterAll(async () => {
  await outbound?.close();
  await sandbox?.close();
  await database?.drop();
});

const signal = new AbortController().signal;
let tenantId: string;

beforeEach(async () => {
  tenantId = await createTenant();
});

afterEach(() => sandbox.ledger.clear());

async function createTenant(): Promise<string> {
  const id = randomUUID();
  await database.db.withDirectory('write', (tx) =>
    tx.query({ text: 'insert into tenants (id, account_key) values ($1, $2)', values: [id, `bitrix24:${id}`] }),
  );
  await database.db.withTenant(id, 'write', (tx) =>
    tx.query({
      text: `insert into crm_connections (tenant_id, crm_source, account_id) values ($1, 'bitrix24', 'portal')`,
      values: [id],
    }),
  );
  return id;
}

function webhookTokens(): TokenSource {
  const token = { accessToken: null, endpoint: portal.createWebhook(1), version: 1 };
  return { get: async () => token, refresh: async () => token };
}

function createCrm(tenant: string): CrmAdapter {
  return createAdapter('bitrix24', {
    db: database.db,
    outbound,
    tokens: webhookTokens(),
    clock: systemClock,
    tenantId: tenant,
    license: null,
  });
}

async function beginRun(tenant = tenantId): Promise<Run> {
  const runId = randomUUID();
  const run = await database.db.withTenant(tenant, 'write', async (tx) => {
    await tx.query({
      text: `insert into sync_runs (tenant_id, run_id, crm_source, kind) values ($1, $2, 'bitrix24', 'full')`,
      values: [tenant, runId],
    });
    return takeRun(tx, tenant, 'bitrix24', runId);
  });
  if (!run) throw new Error('The run could not be taken');
  return run;
}

const deps = (tenant = tenantId) => ({ db: database.db, crm: createCrm(tenant), clock: systemClock });

async function idsOf(table: string, tenant = tenantId): Promise<string[]> {
  const rows = await database.db.withTenant(tenant, 'read', (tx) =>
    tx.query<{ external_id: string }>({ text: `select external_id from ${table}` }),
  );
  return rows.map((row) => row.external_id).sort();
}

/** What must be in the tables, from the sandbox's own records. */
function expectedIds(): Record<string, string[]> {
  const { world } = portal.state;
  const ids = (rows: Iterable<{ id: number }>) => [...rows].map(({ id }) => String(id)).sort();
  return {
    crm_leads: ids(world.leads),
    crm_deals: ids([...world.deals].filter((deal) => !deal.isRecurring)),
    crm_contacts: ids(world.contacts),
    crm_companies: ids([...world.companies].filter((company) => !company.isMyCompany)),
    crm_activities: ids(world.activities),
  };
}

async function expectEverythingCopied(tenant = tenantId): Promise<void> {
  for (const [table, ids] of Object.entries(expectedIds())) expect(await idsOf(table, tenant), table).toEqual(ids);
  const { world } = portal.state;
  expect(await idsOf('crm_stage_history', tenant)).toHaveLength(world.leadHistory.size + world.dealHistory.size);
}

test('a full sync copies every record, leaves templates and own companies out, and says it is complete', async () => {
  const run = await beginRun();
  await runFullSync(deps(), run, null, signal);
  await expectEverythingCopied();
  const status = await database.db.withTenant(tenantId, 'read', getSyncStatus);
  expect(status.status).toBe('complete');
  for (const entity of status.entities) expect(entity.syncedRecords).toBe(entity.totalRecords);
  expect(await idsOf('crm_users')).toHaveLength(portal.state.world.users.length);
});
