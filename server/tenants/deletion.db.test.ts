import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DashboardReply } from '../../contract/dashboard.ts';
import { type OnboardingRig, startOnboardingRig } from '../testing/onboarding-rig.ts';
import { runAs } from '../testing/postgres.ts';
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

describe('the last step of an erasure, with which the whole access log goes', () => {
  const due = new Date('2025-06-01T00:00:00Z');
  const { signal: never } = new AbortController();

  beforeAll(async () => {
    await rig.owner.query(`update tenants set status = 'deleting', deletes_at = $2 where id = $1`, [rig.neighbourId, due]);
  });

  test('does not hold up a process that stops', async () => {
    const stopping = new AbortController();
    await runAs(rig.app.database.ownerUrl, async (holder) => {
      await holder.query('begin; lock table data_access_logs in access exclusive mode');
      const erased = eraseTenant(rig.app.database.db, rig.neighbourId, due, stopping.signal);
      erased.catch(() => {});
      await expect.poll(countWaiting).toBe(1);
      stopping.abort();
      await expect(erased).rejects.toMatchObject({ code: '57014' });
    });
    expect((await rig.owner.query('select 1 from tenants where id = $1', [rig.neighbourId])).rowCount).toBe(1);
  });

  test('may take ten minutes', async () => {
    const { db } = rig.app.database;
    const limits: unknown[] = [];
    const watched: typeof db = {
      ...db,
      withTenant: (id, mode, work, options) =>
        db.withTenant(
          id,
          mode,
          (tx) =>
            work({
              ...tx,
              query: async (query) => {
                if (query.text.startsWith('delete from tenants'))
                  limits.push(...(await tx.query({ text: 'show statement_timeout' })));
                return tx.query(query);
              },
            }),
          options,
        ),
    };
    expect(await eraseTenant(watched, rig.neighbourId, due, never)).toBe(true);
    expect(limits).toEqual([{ statement_timeout: '10min' }]);
  });
});

async function countWaiting(): Promise<number | undefined> {
  const { rows } = await rig.owner.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.count;
}
