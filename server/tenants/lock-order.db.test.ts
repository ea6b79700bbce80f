import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { kpiOf } from '../testing/dashboard-rig.ts';
import { type OnboardingRig, startOnboardingRig } from '../testing/onboarding-rig.ts';
import { runAs } from '../testing/postgres.ts';

/** What is asked at once locks a tenant's rows in one order: of two that wait for each other PostgreSQL would refuse one. */

let rig: OnboardingRig;

beforeAll(async () => {
  rig = await startOnboardingRig();
});
afterAll(() => rig.close());
beforeEach(async () => {
  await rig.reset();
  await rig.owner.query(`update tenants set status = 'active', deletes_at = null`);
  rig.app.tenantNews.tell(rig.tenantId);
});

const asAdmin = (path: string, body: object) => rig.call(path, { body, token: rig.tokens.admin });
const REQUESTS = {
  read: () => rig.call('/widgets'),
  addWidget: () => rig.call('/widgets', { body: { config: kpiOf() } }),
  beginOnboarding: () => asAdmin('/onboarding/start', {}),
  deleteAll: () => asAdmin('/../data/delete-all', { confirmation: `${rig.tenantId}.example` }),
};
const LOCKS = {
  'the access log': 'select pg_advisory_xact_lock(hashtextextended($1, 0))',
  'the tenant': 'select 1 from tenants where id = $1 for update',
};

test.each([
  ['the access log', 'beginOnboarding', 'addWidget'],
  ['the access log', 'addWidget', 'beginOnboarding'],
  ['the tenant', 'deleteAll', 'read'],
  ['the tenant', 'deleteAll', 'beginOnboarding'],
  ['the tenant', 'beginOnboarding', 'deleteAll'],
] as const)('where somebody holds %s, %s and %s get through one after the other', async (lock, first, second) => {
  await runAs(rig.app.database.ownerUrl, async (holder) => {
    await holder.query('begin');
    await holder.query(LOCKS[lock], [lock === 'the tenant' ? rig.tenantId : `access log ${rig.tenantId}`]);
    const answers: Promise<Response>[] = [];
    for (const request of [first, second]) {
      answers.push(REQUESTS[request]());
      await expect.poll(countWaiting, { interval: 20 }).toBe(answers.length);
    }
    await holder.query('commit');
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.filter((status) => status >= 300)).toEqual([]);
  });
});

async function countWaiting(): Promise<number> {
  const { rows } = await rig.owner.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.count ?? 0;
}
