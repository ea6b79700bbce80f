import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TokenSource } from '../../crm/adapter.ts';
import { systemClock } from '../../platform/clock.ts';
import { getSyncStatus } from '../../sync/status.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { json, type PortalAnswer, type ScriptedPortal, startScriptedPortal } from '../../testing/scripted-portal.ts';
import { createSyncFullHandler } from './sync-full.ts';

let database: TestDatabase;
let portal: ScriptedPortal;
let tenantId: string;
const runId = randomUUID();

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

beforeEach(async () => {
  tenantId = await createTenant();
});
afterEach(() => portal?.close());

async function createTenant(): Promise<string> {
  const id = randomUUID();
  await database.db.withDirectory('write', (tx) =>
    tx.query({ text: 'insert into tenants (id, account_key) values ($1, $2)', values: [id, `bitrix24:${id}`] }),
  );
  await database.db.withTenant(id, 'write', async (tx) => {
    await tx.query({
      text: `insert into crm_connections (tenant_id, crm_source, account_id) values ($1, 'bitrix24', 'portal')`,
      values: [id],
    });
    await tx.query({
      text: `insert into sync_runs (tenant_id, run_id, crm_source, kind) values ($1, $2, 'bitrix24', 'full')`,
      values: [id, runId],
    });
    await tx.query({
      text: `insert into crm_sync_status (tenant_id, crm_source, entity, status, run_id) values ($1, 'bitrix24', 'leads', 'syncing', $2)`,
      values: [id, runId],
    });
  });
  return id;
}

async function runJob(options: { answer: PortalAnswer; isLastAttempt?: boolean; signal?: AbortSignal; tenant?: string }) {
  portal = await startScriptedPortal([options.answer]);
  const token = await portal.tokens.get();
  const tokens: TokenSource = { get: async () => token, refresh: () => portal.tokens.refresh(token) };
  const handler = createSyncFullHandler({
    db: database.db,
    outbound: portal.outbound,
    clock: { now: systemClock.now, sleep: async () => {} },
    log: pino({ level: 'silent' }),
    createTokens: () => tokens,
  });
  const data = { tenantId: options.tenant ?? tenantId, crmSource: 'bitrix24' as const, runId, entities: null };
  return handler(data, { signal: options.signal ?? new AbortController().signal, isLastAttempt: options.isLastAttempt ?? false });
}

async function state(tenant = tenantId) {
  return database.db.withTenant(tenant, 'read', async (tx) => {
    const [run] = await tx.query<{ state: string }>({ text: 'select state from sync_runs' });
    const [connection] = await tx.query<{ status: string }>({ text: 'select status from crm_connections' });
    const [leads] = (await getSyncStatus(tx)).entities;
    return { run: run?.state, connection: connection?.status, leads: leads?.status, message: leads?.errorMessage ?? null };
  });
}

const refused = (status: number, error: string) => json(status, { error, error_description: 'canary' });

test('a connection the CRM no longer accepts ends the job and asks for a person', async () => {
  await runJob({ answer: refused(401, 'authorization_error') });
  const after = await state();
  expect(after).toMatchObject({ run: 'failed', connection: 'reauth', leads: 'reauth' });
  expect(after.message).not.toContain('canary');
});

test('a portal whose API is switched off is blocked, not tried again', async () => {
  await runJob({ answer: refused(503, 'OVERLOAD_LIMIT') });
  expect(await state()).toMatchObject({ run: 'failed', connection: 'blocked', leads: 'blocked' });
});

test('a portal that does not answer is tried again later, and given up with the last attempt', async () => {
  await expect(runJob({ answer: refused(502, 'x') })).rejects.toMatchObject({ kind: 'unavailable' });
  expect(await state()).toMatchObject({ run: 'queued', connection: 'active', leads: 'syncing' });
  await portal.close();
  await runJob({ answer: refused(502, 'x'), isLastAttempt: true });
  expect(await state()).toMatchObject({ run: 'failed', connection: 'active', leads: 'error' });
});

test('a load that fails before it knows what there is to copy says why, first load or later one', async () => {
  const set = (text: string) => database.db.withTenant(tenantId, 'write', (tx) => tx.query({ text }));
  const states = () =>
    database.db.withTenant(tenantId, 'read', async (tx) => {
      const { status, entities } = await getSyncStatus(tx);
      return { status, entities: entities.map(({ entity, status: one }) => `${entity} ${one}`) };
    });
  await set('delete from crm_sync_status');
  await runJob({ answer: refused(503, 'OVERLOAD_LIMIT') });
  expect(await states()).toEqual({
    status: 'blocked',
    entities: ['leads', 'deals', 'contacts', 'companies', 'activities', 'stageHistory'].map((entity) => `${entity} blocked`),
  });
  await portal.close();

  // An earlier run had copied all there is: a portal without leads, say.
  await set(`delete from crm_sync_status where entity <> 'deals'`);
  await set(`update crm_sync_status set status = 'complete', run_id = gen_random_uuid()`);
  await set(`update crm_connections set status = 'active'`);
  await set(`update sync_runs set state = 'queued'`);
  await runJob({ answer: refused(401, 'authorization_error') });
  expect(await states()).toEqual({ status: 'reauth', entities: ['deals reauth'] });
});

test('a worker that is stopped hands the run back as it found it', async () => {
  const controller = new AbortController();
  const answer: PortalAnswer = () => controller.abort(new Error('stopping'));
  await expect(runJob({ answer, signal: controller.signal })).rejects.toThrow();
  expect(await state()).toMatchObject({ run: 'queued', connection: 'active', leads: 'syncing', message: null });
});

test('a worker that is stopped in the last attempt leaves no run that waits for ever', async () => {
  const controller = new AbortController();
  const answer: PortalAnswer = () => controller.abort(new Error('stopping'));
  await runJob({ answer, signal: controller.signal, isLastAttempt: true });
  expect(await state()).toMatchObject({ run: 'failed', connection: 'active', leads: 'error' });
});

test('a job that comes twice, or for a run that was cancelled, asks the CRM for nothing', async () => {
  await database.db.withTenant(tenantId, 'write', (tx) => tx.query({ text: `update sync_runs set state = 'cancelled'` }));
  await runJob({ answer: refused(500, 'x') });
  expect(portal.requests).toEqual([]);
  expect(await state()).toMatchObject({ run: 'cancelled' });
});

test('a job that names another tenant finds nothing of this one', async () => {
  await runJob({ answer: refused(500, 'x'), tenant: randomUUID() });
  expect(portal.requests).toEqual([]);
  expect(await state()).toMatchObject({ run: 'queued' });
});
