import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { DashboardReply, RecordReply } from '../contract/dashboard.ts';
import type { SyncStatusReply } from '../contract/sync.ts';
import { SCOPES } from '../marketplace/bitrix24/manifest.ts';
import { createBitrixSandbox } from '../sandbox/bitrix24/create-sandbox.ts';
import type { BitrixSandbox, SandboxPortal } from '../sandbox/bitrix24/sandbox.ts';
import { computeTruth } from '../sandbox/world/truth.ts';
import { buildApp } from '../scripts/build-app.ts';
import { createQueue } from './jobs/queue.ts';
import { type RunningServer, startServer } from './main.ts';
import { loadConfig } from './platform/config.ts';
import { findFreePort } from './platform/free-port.ts';
import { createLogger } from './platform/log.ts';
import { createTestDatabase, runAs, type TestDatabase } from './testing/postgres.ts';
import { readBoot, TEST_SECRET } from './testing/test-app.ts';

/*
 * Two portals, installed and copied by the whole server. Their worlds have the same ids with other contents, so anything that
 * crosses from one to the other shows.
 */

interface Tenant {
  portal: SandboxPortal;
  id: string;
  token: string;
}

let database: TestDatabase;
let sandbox: BitrixSandbox;
let server: RunningServer;
let url: string;
let tenants: [Tenant, Tenant];

beforeAll(async () => {
  const port = await findFreePort();
  url = `http://127.0.0.1:${port}`;
  const [clientId, clientSecret] = ['local.65f0c0ffee.12345678', 'the-client-secret-of-two-tenants'];
  sandbox = await createBitrixSandbox({
    app: {
      ...{ clientId, clientSecret, title: 'LeadRelay', version: 1, scopes: [...SCOPES] },
      applicationUrl: `${url}/bitrix24/app`,
      installerUrl: `${url}/bitrix24/install`,
      eventHandlerUrl: `${url}/bitrix24/events`,
    },
    portals: [
      { size: 'tiny', seed: 7 },
      { size: 'tiny', seed: 8 },
    ],
  });
  database = await createTestDatabase();
  const config = loadConfig({
    ...{ PORT: String(port), PUBLIC_URL: url, LEADRELAY_SECRET: TEST_SECRET, LOG_LEVEL: 'silent' },
    ...{ DATABASE_URL: database.ownerUrl, APP_DATABASE_URL: database.appUrl, BOSS_DATABASE_URL: database.jobsUrl },
    ...{ BITRIX24_CLIENT_ID: clientId, BITRIX24_CLIENT_SECRET: clientSecret, BITRIX24_OAUTH_URLS: sandbox.authUrl },
    OUTBOUND_ALLOW: [sandbox.authUrl, ...sandbox.portals.map((portal) => portal.url)].map((text) => new URL(text).host).join(','),
  });
  server = await startServer(config, { assetsDir: await buildApp() });
  const [first, second] = sandbox.portals;
  if (!first || !second) throw new Error('The sandbox has too few portals.');
  tenants = [await installAndSync(first), await installAndSync(second)];
});

afterAll(async () => {
  await server?.close();
  await sandbox?.close();
  await database?.drop();
});

async function installAndSync(portal: SandboxPortal): Promise<Tenant> {
  const asPage = (path: string, body: URLSearchParams | string) =>
    fetch(`${portal.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      body,
      headers: {
        origin: portal.url,
        'content-type': typeof body === 'string' ? 'application/json' : 'application/x-www-form-urlencoded',
      },
    });
  await asPage('/marketplace/install/', new URLSearchParams());
  const launch = await asPage('/portal/frame/launch', JSON.stringify({ placement: 'DEFAULT', handler: '', options: {} }));
  const opening = (await launch.json()) as { url: string; form: Record<string, string> };
  const boot = await readBoot(await fetch(opening.url, { method: 'POST', body: new URLSearchParams(opening.form) }));
  const token = boot.session?.token ?? '';
  await vi.waitFor(
    async () => expect((await get<SyncStatusReply>('/api/crm/sync/status', token)).status).toBe('complete'),
    30_000,
  );
  const [row] = await asOwner<{ id: string }>('select id from tenants where account_key = $1', [
    `bitrix24:${portal.state.memberId}`,
  ]);
  return { portal, id: row?.id ?? '', token };
}

async function get<Reply>(path: string, token: string): Promise<Reply> {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status, path).toBe(200);
  return (await response.json()) as Reply;
}

function asOwner<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
  return runAs(database.ownerUrl, async (client) => (await client.query(text, values)).rows as Row[]);
}

test('each tenant’s dashboard has its own portal’s numbers', async () => {
  const totals: string[] = [];
  for (const { portal, token } of tenants) {
    const reply = await get<DashboardReply>('/api/dashboard/data', token);
    const truth = computeTruth(portal.state.world, { now: Date.now() / 1000 });
    const values = new Map(reply.results.map((result) => [result.id, result.status === 'ok' ? result.data : null]));
    const kpi = (id: string) => {
      const data = values.get(id);
      return data?.kind === 'kpi' ? data.value : null;
    };
    expect(kpi('totalLeads')).toBe(String(truth.kpis.totalLeads));
    expect(kpi('totalDeals')).toBe(String(truth.kpis.totalDeals));
    expect(kpi('pipelineValue')).toBe(truth.kpis.pipelineValue.value);
    totals.push(kpi('pipelineValue') ?? '');
  }
  expect(new Set(totals).size, 'the two worlds must differ for this test to say anything').toBe(2);
});

test('the same record id is another record for each tenant, and a record only one portal has is not found by the other', async () => {
  const [first, second] = tenants;
  const ids = (tenant: Tenant) => tenant.portal.state.world.leads.idsAfter(0, 1_000);
  const shared = ids(first).filter((id) => ids(second).includes(id));
  const onlyFirst = ids(first).filter((id) => !ids(second).includes(id));
  expect(shared.length).toBeGreaterThan(10);
  expect(onlyFirst.length).toBeGreaterThan(0);
  for (const id of shared) {
    for (const { portal, token } of tenants) {
      const reply = await get<RecordReply>(`/api/dashboard/record?entity=leads&externalId=${id}`, token);
      expect(reply.title).toBe(portal.state.world.leads.get(id)?.title);
    }
  }
  const path = (id: number | string | undefined) => `/api/dashboard/record?entity=leads&externalId=${id}`;
  const refusal = async (id: number | string | undefined) => {
    const response = await fetch(`${url}${path(id)}`, { headers: { authorization: `Bearer ${second.token}` } });
    const { requestId: _, instance: __, ...rest } = (await response.json()) as Record<string, unknown>;
    return [response.status, rest];
  };
  // Another tenant's record and one that nobody has are refused alike.
  expect(await refusal(onlyFirst[0])).toEqual(await refusal(99_999_999));
  expect((await refusal(onlyFirst[0]))[0]).toBe(404);
});

test('in SQL a tenant sees all of its rows and none of the other’s, in every table', async () => {
  const tables = await asOwner<{ table: string }>(
    `select c.relname as table from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.attname = 'tenant_id'`,
  );
  expect(tables.length).toBeGreaterThan(20);
  let filled = 0;
  for (const { table } of tables) {
    for (const { id } of tenants) {
      const count = `select count(*)::int as count, count(*) filter (where tenant_id <> '${id}')::int as foreign from ${table}`;
      const [seen] = await database.db.withTenant(id, 'read', (tx) =>
        tx.query<{ count: number; foreign: number }>({ text: count }),
      );
      const [there] = await asOwner<{ count: number }>(`select count(*)::int as count from ${table} where tenant_id = $1`, [id]);
      expect(seen, table).toEqual({ count: there?.count, foreign: 0 });
      if ((there?.count ?? 0) > 0) filled += 1;
    }
  }
  // Records, dictionaries, sync state, connection and settings of both: the comparison is not one of empty tables.
  expect(filled).toBeGreaterThanOrEqual(2 * 12);
});

test('a job for a connection that is not due, or for a tenant that does not exist, does nothing', async () => {
  const before = await asOwner('select * from sync_runs order by tenant_id, run_id');
  const requests = sandbox.ledger.entries.length;
  const forged = [tenants[0].id, '11111111-1111-4111-8111-111111111111'].map((tenantId) => ({
    tenantId,
    crmSource: 'bitrix24' as const,
  }));
  const queue = await createQueue({ databaseUrl: database.jobsUrl, log: createLogger({ logLevel: 'silent' }) });
  await queue.send(
    'sync',
    forged.map((data) => ({ data, key: `forged ${data.tenantId}` })),
  );
  await queue.stop();
  await vi.waitFor(async () => {
    const jobs = await asOwner<{ state: string }>(`select state from pgboss.job where singleton_key like 'forged %'`);
    expect(jobs).toEqual([{ state: 'completed' }, { state: 'completed' }]);
  }, 20_000);
  expect(await asOwner('select * from sync_runs order by tenant_id, run_id')).toEqual(before);
  expect(sandbox.ledger.entries.length).toBe(requests);
});

test('job rows hold ids only', async () => {
  const jobs = await asOwner<{ name: string; data: Record<string, unknown> }>('select name, data from pgboss.job');
  const shapes = new Set(jobs.map(({ name, data }) => `${name}: ${Object.keys(data).toSorted().join(', ')}`));
  expect([...shapes].toSorted()).toEqual(['onboarding: tenantId', 'sync: crmSource, tenantId']);
});
