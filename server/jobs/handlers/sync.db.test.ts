import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TokenSource } from '../../crm/adapter.ts';
import { getSyncStatus } from '../../sync/status.ts';
import { bringForward } from '../../tenants/schedule.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { json, type PortalAnswer, type ScriptedPortal, startScriptedPortal } from '../../testing/scripted-portal.ts';
import { createSyncHandler } from './sync.ts';

let database: TestDatabase;
let portal: ScriptedPortal;
let tenantId: string;
let now: number;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

beforeEach(async () => {
  now = Date.UTC(2026, 0, 1);
  tenantId = randomUUID();
  await database.db.withTenant(tenantId, 'write', async (tx) => {
    await tx.query({ text: 'insert into tenants (id, account_key) values ($1, $2)', values: [tenantId, `bitrix24:${tenantId}`] });
    await tx.query({
      text: `insert into crm_connections (tenant_id, crm_source, account_id, next_sync_at) values ($1, 'bitrix24', 'portal', $2)`,
      values: [tenantId, new Date(now)],
    });
    await tx.query({
      text: `insert into sync_runs (tenant_id, crm_source, kind) values ($1, 'bitrix24', 'full')`,
      values: [tenantId],
    });
    await tx.query({
      text: `insert into crm_sync_status (tenant_id, crm_source, entity, status) values ($1, 'bitrix24', 'leads', 'syncing')`,
      values: [tenantId],
    });
  });
});
afterEach(() => portal?.close());

async function runJob(options: { answer: PortalAnswer; signal?: AbortSignal; tenant?: string }) {
  await portal?.close();
  portal = await startScriptedPortal([options.answer]);
  const token = await portal.tokens.get();
  const tokens: TokenSource = { get: async () => token, refresh: () => portal.tokens.refresh(token) };
  const handler = createSyncHandler({
    db: database.db,
    outbound: portal.outbound,
    clock: { now: () => now, sleep: async () => {} },
    log: pino({ level: 'silent' }),
    createTokens: () => tokens,
  });
  await handler({ tenantId: options.tenant ?? tenantId, crmSource: 'bitrix24' }, options.signal ?? new AbortController().signal);
}

async function state() {
  return database.db.withTenant(tenantId, 'read', async (tx) => {
    const [run] = await tx.query<{ state: string }>({ text: 'select state from sync_runs' });
    const [connection] = await tx.query<{ status: string; next_sync_at: Date | null; failed_syncs: number }>({
      text: 'select status, next_sync_at, failed_syncs from crm_connections',
    });
    const [leads] = (await getSyncStatus(tx, tenantId)).entities;
    const waitSeconds = connection?.next_sync_at ? (connection.next_sync_at.getTime() - now) / 1000 : null;
    return {
      run: run?.state,
      connection: connection?.status,
      failures: connection?.failed_syncs,
      waitSeconds,
      leads: leads?.status,
      code: leads?.errorCode ?? null,
      message: leads?.errorMessage ?? null,
    };
  });
}

const set = (text: string) => database.db.withTenant(tenantId, 'write', (tx) => tx.query({ text }));
/** Until the planned moment. */
async function wait(): Promise<void> {
  now += ((await state()).waitSeconds ?? 0) * 1000;
}

const refused = (status: number, error: string) => json(status, { error, error_description: 'canary' });

test('a connection the CRM no longer accepts ends the run and is not asked again before a person has acted', async () => {
  await runJob({ answer: refused(401, 'authorization_error') });
  const after = await state();
  expect(after).toMatchObject({ run: 'failed', connection: 'reauth', leads: 'reauth', code: 'auth', waitSeconds: null });
  expect(after.message).not.toContain('canary');
  await runJob({ answer: refused(500, 'x') });
  expect(portal.requests).toEqual([]);
});

test('a portal whose API is switched off is tried once a day, and works again once it answers', async () => {
  await runJob({ answer: refused(503, 'OVERLOAD_LIMIT') });
  const blocked = await state();
  expect(blocked).toMatchObject({ run: 'queued', connection: 'blocked', leads: 'blocked', code: 'blocked' });
  expect(blocked.waitSeconds).toBeGreaterThanOrEqual(86_400);
  expect(blocked.waitSeconds).toBeLessThan(2 * 86_400);
  await runJob({ answer: refused(503, 'OVERLOAD_LIMIT') });
  expect(portal.requests).toEqual([]);
  await wait();
  await runJob({ answer: refused(503, 'OVERLOAD_LIMIT') });
  expect(portal.requests).toHaveLength(1);
  expect(await state()).toMatchObject({ connection: 'blocked' });
});

test('a portal that does not answer is tried again later and later, a quarter of an hour at most, and never given up', async () => {
  const waits: number[] = [];
  for (let attempt = 0; attempt < 12; attempt++) {
    await runJob({ answer: refused(502, 'x') });
    const after = await state();
    expect(after).toMatchObject({ run: 'queued', connection: 'active', failures: attempt + 1 });
    // A hiccup is not shown.
    expect(after.leads).toBe(attempt === 0 ? 'syncing' : 'error');
    waits.push(after.waitSeconds ?? 0);
    await wait();
  }
  expect(waits[0]).toBeGreaterThanOrEqual(8);
  expect(waits[0]).toBeLessThanOrEqual(10);
  expect(Math.max(...waits)).toBeLessThanOrEqual(900);
  expect(waits.at(-1)).toBeGreaterThanOrEqual(720);
});

test.each<[code: string, answer: PortalAnswer]>([
  ['unavailable', refused(502, 'x')],
  ['rate_limit', refused(503, 'QUERY_LIMIT_EXCEEDED')],
  ['bad_response', json(200, { result: 'canary', time: {} })],
])('a portal that keeps failing is shown with the code %s and a sentence of our own', async (code, answer) => {
  await runJob({ answer });
  await wait();
  await runJob({ answer });
  const after = await state();
  expect(after).toMatchObject({ leads: 'error', code, message: expect.stringMatching(/LeadRelay tries again by itself\.$/) });
  expect(after.message).not.toContain('canary');
});

test('a load that fails before it knows what there is to copy says why', async () => {
  await set('delete from crm_sync_status');
  await runJob({ answer: refused(503, 'OVERLOAD_LIMIT') });
  const { status, entities } = await database.db.withTenant(tenantId, 'read', (tx) => getSyncStatus(tx, tenantId));
  expect(status).toBe('blocked');
  expect(entities.map(({ entity, status: one }) => `${entity} ${one}`)).toEqual(
    ['leads', 'deals', 'contacts', 'companies', 'activities', 'stageHistory'].map((entity) => `${entity} blocked`),
  );
});

test('when changes cannot be read the copy stays, and is shown as standing', async () => {
  await set(`update sync_runs set state = 'complete'`);
  await set(`update crm_sync_status set status = 'complete', last_full_sync_at = now(), last_sync_cursor = now()`);
  await runJob({ answer: refused(502, 'x') });
  expect(await state()).toMatchObject({ leads: 'complete', failures: 1 });
  await wait();
  await runJob({ answer: refused(502, 'x') });
  expect(await state()).toMatchObject({ leads: 'error', code: 'unavailable', failures: 2 });
});

test('a worker that is stopped hands the run back as it found it, for another at once', async () => {
  const controller = new AbortController();
  const answer: PortalAnswer = () => controller.abort(new Error('stopping'));
  await runJob({ answer, signal: controller.signal });
  expect(await state()).toMatchObject({
    run: 'queued',
    connection: 'active',
    leads: 'syncing',
    code: null,
    message: null,
    waitSeconds: 0,
    failures: 0,
  });
});

test('a job that comes before its time asks the CRM for nothing; one whose worker vanished is carried on', async () => {
  await set(`update crm_connections set next_sync_at = next_sync_at + interval '5 minutes'`);
  await runJob({ answer: refused(502, 'x') });
  expect(portal.requests).toEqual([]);
  await set(`update sync_runs set state = 'running'`);
  await runJob({ answer: refused(502, 'x') });
  expect(portal.requests.length).toBeGreaterThan(0);
});

test('a wish that comes while a sync runs is served right after it', async () => {
  await set('update crm_connections set failed_syncs = 9');
  const answer: PortalAnswer = async (_request, response) => {
    await database.db.withTenant(tenantId, 'write', (tx) => bringForward(tx, tenantId, 'bitrix24', new Date(now + 1_000)));
    response.writeHead(502).end();
  };
  await runJob({ answer });
  expect((await state()).waitSeconds).toBe(1);
  await wait();
  await runJob({ answer: refused(502, 'x') });
  expect((await state()).waitSeconds).toBeGreaterThan(600);
});

test('a job that names another tenant finds nothing of this one', async () => {
  await runJob({ answer: refused(500, 'x'), tenant: randomUUID() });
  expect(portal.requests).toEqual([]);
  expect(await state()).toMatchObject({ run: 'queued' });
});
