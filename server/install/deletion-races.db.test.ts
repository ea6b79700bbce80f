import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootData } from '../../contract/session.ts';
import { loadConfirmation, requestDeletion } from '../tenants/deletion.ts';
import type { FakePortal, FakeUser } from '../testing/fake-bitrix24.ts';
import { runAs } from '../testing/postgres.ts';
import { openPage, readProblem, startTestApp, type TestApp } from '../testing/test-app.ts';

/* Everything is to be deleted while somebody connects the CRM. */

const ADMIN: FakeUser = { id: '1', name: 'Dilnoza', isAdmin: true };

let app: TestApp;
let portal: FakePortal;

beforeAll(async () => {
  app = await startTestApp();
  portal = await app.bitrix.startPortal(`member-${randomUUID()}`);
});
afterAll(() => app?.close());

test('opening the app of a lost connection takes no deletion back that was asked for meanwhile; installing it anew does', async () => {
  expect((await openPage(app, 'install', portal, portal.open(ADMIN))).status).toBe(200);
  const tenantId = await findTenantId(`bitrix24:${portal.memberId}`);
  await sql(`update crm_connections set status = 'reauth' where tenant_id = $1`, [tenantId]);
  const response = await whileDeletionIsAskedFor(tenantId, () => openPage(app, 'app', portal, portal.open(ADMIN)));
  expect(response.status).toBe(403);
  expect(await state(tenantId)).toMatchObject({ status: 'deleting', tokens: 0, runs: 0 });
  expect((await openPage(app, 'install', portal, portal.open(ADMIN))).status).toBe(200);
  expect(await state(tenantId)).toMatchObject({ status: 'active', tokens: 1, runs: 1 });
});

test('a webhook that is connected meanwhile is not kept', async () => {
  const own = await app.bitrix.startPortal('webhook1');
  own.webhook = { secret: 'canary7secret8', user: ADMIN };
  const link = await app.bitrix24.connectWebhook(`${own.url}/rest/1/canary7secret8/`);
  const post = (path: string, body: object, token = '') =>
    fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
  const { session } = bootData.parse(await (await post('/api/session/code', { code: link.split('#code=')[1] ?? '' })).json());
  const tenantId = await findTenantId(`bitrix24-webhook:${new URL(own.url).host}`);
  const webhook = { crmSource: 'bitrix24', webhookUrl: `${own.url}/rest/1/canary7secret8/` };
  const response = await whileDeletionIsAskedFor(tenantId, () => post('/api/connections', webhook, session?.token));
  expect((await readProblem(response)).code).toBe('tenant_deleting');
  expect(await state(tenantId)).toMatchObject({ status: 'deleting', tokens: 0, runs: 0 });
});

test('a start with the webhook takes no deletion back; its link leads to where that can be undone', async () => {
  const own = await app.bitrix.startPortal('webhook2');
  own.webhook = { secret: 'canary7secret9', user: ADMIN };
  const connect = () => app.bitrix24.connectWebhook(`${own.url}/rest/1/canary7secret9/`);
  await connect();
  const tenantId = await findTenantId(`bitrix24-webhook:${new URL(own.url).host}`);
  await app.database.db.withTenant(tenantId, 'write', async (tx) =>
    requestDeletion(tx, tenantId, await loadConfirmation(tx, tenantId), app.clock.now),
  );
  const code = (await connect()).split('#code=')[1] ?? '';
  expect(await state(tenantId)).toMatchObject({ status: 'deleting', tokens: 0, runs: 0 });
  const post = (path: string, body: object, headers: object = {}) =>
    fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const { session } = bootData.parse(await (await post('/api/session/code', { code })).json());
  const undone = await post('/api/data/delete-all/undo', {}, { authorization: `Bearer ${session?.token}` });
  expect(await undone.json()).toEqual({ deletesAt: null });
  await connect();
  expect(await state(tenantId)).toMatchObject({ status: 'active', tokens: 1, runs: 1 });
});

/** Asks for the deletion, and has it come through once the request waits for it. */
async function whileDeletionIsAskedFor(tenantId: string, request: () => Promise<Response>): Promise<Response> {
  const { response } = await app.database.db.withTenant(tenantId, 'write', async (tx) => {
    await requestDeletion(tx, tenantId, await loadConfirmation(tx, tenantId), new Date());
    const asked = request();
    await expect.poll(countWaiting, { timeout: 10_000, interval: 20 }).toBe(1);
    return { response: asked };
  });
  return response;
}

async function countWaiting(): Promise<number> {
  const waiting = await sql(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
  return waiting.length;
}

async function findTenantId(accountKey: string): Promise<string> {
  const [row] = await sql<{ id: string }>('select id from tenants where account_key = $1', [accountKey]);
  return row?.id ?? '';
}

async function state(tenantId: string) {
  const [row] = await sql(
    `select status,
       (select count(coalesce(access_token_sealed, webhook_secret_sealed))::int from crm_connections where tenant_id = $1) as tokens,
       (select count(*)::int from sync_runs where tenant_id = $1 and state in ('queued', 'running')) as runs
     from tenants where id = $1`,
    [tenantId],
  );
  return row;
}

async function sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
  return runAs(app.database.ownerUrl, async (owner) => (await owner.query<Row>(text, values)).rows);
}
