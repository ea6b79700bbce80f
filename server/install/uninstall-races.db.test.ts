import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Run, RunLostError, releaseRun, takeRun } from '../sync/run.ts';
import type { FakePortal, FakeUser } from '../testing/fake-bitrix24.ts';
import { runAs } from '../testing/postgres.ts';
import { openPage, postEvent, startTestApp, type TestApp } from '../testing/test-app.ts';

/* What happens to a connection while a sync is running on it. */

const ADMIN: FakeUser = { id: '1', name: 'Dilnoza', isAdmin: true };

let app: TestApp;
let portal: FakePortal;
let tenantId: string;
let run: Run;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.close());

beforeEach(async () => {
  portal = await app.bitrix.startPortal(`member-${randomUUID()}`);
  expect((await openPage(app, 'install', portal, portal.open(ADMIN))).status).toBe(200);
  tenantId = await runAs(app.database.ownerUrl, async (owner) => {
    const key = `bitrix24:${portal.memberId}`;
    const { rows } = await owner.query<{ id: string }>('select id from tenants where account_key = $1', [key]);
    return rows[0]?.id ?? '';
  });
  const taken = await app.database.db.withTenant(tenantId, 'write', (tx) => takeRun(tx, tenantId, 'bitrix24'));
  if (!taken) throw new Error('The install left no run');
  run = taken;
});

const uninstall = () =>
  postEvent(app, 'ONAPPUNINSTALL', {
    member_id: portal.memberId,
    application_token: `application-canary-${portal.memberId}`,
  });

async function connection() {
  const rows = await runAs(app.database.ownerUrl, async (client) => {
    const found = await client.query(
      `select c.status, c.refresh_token_sealed is null as erased, c.error_message,
         c.next_sync_at <= now() as is_due, r.state, r.run_id
       from crm_connections c join sync_runs r using (tenant_id) where tenant_id = $1 order by r.created_at, r.run_id = $2 desc`,
      [tenantId, run.runId],
    );
    return found.rows;
  });
  return rows;
}

/** Until `count` sessions wait for a lock. */
async function sessionsWait(count: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const waiting = await runAs(app.database.ownerUrl, (client) =>
        client.query(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`),
      );
      expect(waiting.rowCount).toBe(count);
    },
    { timeout: 5_000, interval: 20 },
  );
}

test('an uninstall meets a worker that is writing down its run, and neither is lost', async () => {
  const answered = await app.database.db.withTenant(tenantId, 'write', async (tx) => {
    await tx.query({ text: 'select 1 from sync_runs where run_id = $1 for update', values: [run.runId] });
    const response = uninstall();
    await sessionsWait(1);
    await tx.query({ text: `update crm_connections set license = 'ru_std' where tenant_id = $1`, values: [tenantId] });
    return { response };
  });
  expect((await answered.response).status).toBe(200);
  expect(await connection()).toMatchObject([{ status: 'uninstalled', erased: true, state: 'cancelled' }]);
});

test('an uninstall meets a reinstall, and neither is lost', async () => {
  const outcomes = await Promise.all([
    ...Array.from({ length: 4 }, () => openPage(app, 'install', portal, portal.open(ADMIN))),
    ...Array.from({ length: 4 }, uninstall),
  ]);
  expect(outcomes.filter(({ status }) => status >= 500)).toEqual([]);
});

test('a new install after lost access begins a run of its own: the old worker can no longer undo it', async () => {
  await runAs(app.database.ownerUrl, (client) =>
    client.query(`update crm_connections set status = 'reauth' where tenant_id = $1`, [tenantId]),
  );
  const before = (await app.listRuns()).length;
  expect((await openPage(app, 'app', portal, portal.open(ADMIN))).status).toBe(200);
  expect(await app.listRuns()).toHaveLength(before + 1);
  const release = app.database.db.withTenant(tenantId, 'write', (tx) => releaseRun(tx, run, 'failed', null));
  await expect(release).rejects.toBeInstanceOf(RunLostError);
  expect(await connection()).toMatchObject([
    { status: 'active', state: 'cancelled' },
    { status: 'active', state: 'queued' },
  ]);
});

test('a blocked connection works again once an administrator can open the app', async () => {
  await runAs(app.database.ownerUrl, async (client) => {
    await client.query(
      `update crm_connections set status = 'blocked', error_message = 'x', next_sync_at = now() + interval '1 day' where tenant_id = $1`,
      [tenantId],
    );
    await client.query(`update sync_runs set state = 'failed' where tenant_id = $1`, [tenantId]);
  });
  const before = await app.listRuns();
  expect((await openPage(app, 'app', portal, portal.open(ADMIN))).status).toBe(200);
  // What was interrupted goes on by itself; a portal that comes back is no reason to read everything again.
  expect(await app.listRuns()).toHaveLength(before.length);
  expect(await connection()).toMatchObject([{ status: 'active', error_message: null, is_due: true }]);
});
