import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DashboardReply } from '../../contract/dashboard.ts';
import { type OnboardingRig, startOnboardingRig } from '../testing/onboarding-rig.ts';
import { eraseTenant } from './deletion.ts';
import { claimDueTenants, planNextSync } from './schedule.ts';

let rig: OnboardingRig;

beforeAll(async () => {
  rig = await startOnboardingRig();
});
afterAll(() => rig.close());

const asAdmin = (path: string, body: object) => rig.call(`/../data${path}`, { body, token: rig.tokens.admin });
const deleteAll = () => asAdmin('/delete-all', { confirmation: `${rig.tenantId}.example` });

test('a dashboard that was being made is made when the deletion is taken back', async () => {
  await rig.reach('generating');
  const claim = () => claimDueTenants(rig.app.database.db, rig.app.clock.now);
  expect((await deleteAll()).status).toBe(202);
  expect(await claim()).toEqual([]);
  // What ends after the deletion was asked for brings nothing back: each minute of thirty days a worker would look for nothing.
  const { db } = rig.app.database;
  const connection = { tenantId: rig.tenantId, crmSource: 'bitrix24' } as const;
  await db.withTenant(rig.tenantId, 'write', (tx) => planNextSync(tx, connection, rig.app.clock.now, null));
  expect(await claim()).toEqual([]);
  expect((await asAdmin('/delete-all/undo', {})).status).toBe(200);
  expect(await claim()).toEqual([rig.tenantId]);
});

test('a tenant that comes back while it is being erased claims nothing of what is gone', async () => {
  expect((await deleteAll()).status).toBe(202);
  const due = new Date(rig.app.clock.now.getTime() + 31 * 86_400_000);
  const stopping = new AbortController();
  const { db } = rig.app.database;
  const stopped: typeof db = {
    ...db,
    withTenant: (...args) => {
      stopping.abort();
      return db.withTenant(...args);
    },
  };
  expect(await eraseTenant(stopped, rig.tenantId, due, stopping.signal)).toBe(false);
  // As a new install does.
  await rig.owner.query(`update tenants set status = 'active', deletes_at = null where id = $1`, [rig.tenantId]);
  rig.app.tenantNews.tell(rig.tenantId);
  const { results, dataAsOf } = (await (await rig.call('/data')).json()) as DashboardReply;
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['not_synced']));
  expect(dataAsOf).toBe(null);
});
