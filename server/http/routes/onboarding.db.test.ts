import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OnboardingReply, onboardingReply } from '../../../contract/onboarding.ts';
import { wakeOnboarding } from '../../dashboard/onboarding.ts';
import { doOnboardingWork } from '../../dashboard/onboarding-work.ts';
import { dispatchDue } from '../../jobs/handlers/dispatcher.ts';
import { type DashboardRig, startDashboardRig } from '../../testing/dashboard-rig.ts';
import { insertRows } from '../../testing/insert-rows.ts';

/** Where each tenant's dashboard comes from: the steps people take, and those a worker takes between them. */

let rig: DashboardRig;

beforeAll(async () => {
  rig = await startDashboardRig();
  await insertBusiness();
});
afterAll(() => rig.close());
beforeEach(async () => {
  await rig.owner.query('delete from dashboard_configs');
  await rig.owner.query('delete from dashboard_widgets');
  await rig.owner.query(`update crm_sync_status set status = 'complete', last_full_sync_at = '2025-03-10T14:00:00Z'`);
});

/** Enough of everything for each category but products, which there are none of; the small world's own records come on top. */
async function insertBusiness(): Promise<void> {
  const own = (rows: Record<string, unknown>[]) =>
    rows.map((row, index) => ({
      tenant_id: rig.tenantId,
      crm_source: 'bitrix24',
      external_id: `b${index}`,
      created_at: new Date(Date.UTC(2025, 0, 1 + index)),
      ...row,
    }));
  const many = (count: number, row: (index: number) => Record<string, unknown>) =>
    Array.from({ length: count }, (_, i) => row(i));
  const owner = (index: number) => String(1 + (index % 2));
  await insertRows(
    rig.owner,
    'crm_leads',
    own(many(30, (i) => ({ status: 'NEW', source: i < 25 ? 'WEB' : null, assigned_to: owner(i) }))),
  );
  await insertRows(
    rig.owner,
    'crm_deals',
    own(many(40, (i) => ({ pipeline: '0', stage: 'NEW', value: '10', currency: 'USD', assigned_to: owner(i), source: 'WEB' }))),
  );
  await insertRows(
    rig.owner,
    'crm_activities',
    own(
      many(50, (i) => ({ type: 'call', started_at: new Date(Date.UTC(2025, 0, 1 + i)), employee_id: owner(i), completed: true })),
    ),
  );
  await insertRows(rig.owner, 'crm_contacts', own(many(25, (i) => ({ name: `C${i}`, source: 'WEB', assigned_to: owner(i) }))));
}

const admin = () => rig.tokens.admin;
const post = (path: string, body: unknown = {}, token = admin()) => rig.call(path, { body, token });
async function take(path: string, body: unknown = {}): Promise<OnboardingReply> {
  const response = await post(path, body);
  expect(response.status).toBe(200);
  return onboardingReply.parse(await response.json());
}
async function look(token: string = rig.tokens.member): Promise<OnboardingReply> {
  return onboardingReply.parse(await (await rig.call('/onboarding', { token })).json());
}
const refused = (path: string, body: unknown = {}, token: string | null = admin()) => rig.refusal(path, { body, token });

const deps = () => ({ db: rig.app.database.db, now: () => rig.app.clock.now, log: pino({ level: 'silent' }) });

/** What dispatcher and worker do until nothing is due. */
async function work(): Promise<void> {
  for (;;) {
    const jobs: { tenantId: string }[] = [];
    await rig.owner.query('update tenants set next_sync_at = least(next_sync_at, $1)', [rig.app.clock.now]);
    const send = async (name: string, sent: readonly { data: { tenantId: string } }[]) => {
      if (name === 'onboarding') jobs.push(...sent.map(({ data }) => data));
    };
    const clock = { now: () => rig.app.clock.now.getTime(), sleep: async () => {} };
    await dispatchDue({ db: rig.app.database.db, queue: { send }, clock });
    if (jobs.length === 0) return;
    for (const { tenantId } of jobs) await doOnboardingWork(deps(), tenantId, new AbortController().signal);
  }
}

const STATES = ['not_started', 'syncing', 'analyzing', 'categories', 'refining', 'generating', 'complete'] as const;
type State = (typeof STATES)[number];

/** Takes the first round up to a state. */
async function reach(state: State): Promise<void> {
  if (state === 'not_started') return;
  if (state === 'syncing') await rig.owner.query(`update crm_sync_status set last_full_sync_at = null where entity = 'deals'`);
  await take('/onboarding/start');
  if (state === 'syncing' || state === 'analyzing') return;
  await work();
  if (state === 'categories') return;
  await take('/onboarding/select', { categories: ['salesPipeline', 'employeePerformance'] });
  if (state === 'refining') return;
  await take('/onboarding/refine', { answers: {} });
  if (state === 'generating') return;
  await work();
}

async function endSync(kind: 'full' | 'incremental' = 'full'): Promise<void> {
  await rig.owner.query(`update crm_sync_status set last_full_sync_at = '2025-03-10T14:30:00Z' where tenant_id = $1`, [
    rig.tenantId,
  ]);
  await rig.app.database.db.withTenant(rig.tenantId, 'write', (tx) => wakeOnboarding(tx, rig.tenantId, kind, rig.app.clock.now));
}

describe('the first round', () => {
  test('goes from the data to a dashboard, and tells where it is', async () => {
    expect(await look()).toMatchObject({ state: 'not_started', mode: 'classic', quality: [], categories: [], isReentry: false });
    await rig.owner.query(`update crm_sync_status set last_full_sync_at = null where entity = 'deals'`);
    expect(await take('/onboarding/start')).toMatchObject({ state: 'syncing', categories: [], quality: [] });
    await work();
    expect(await look()).toMatchObject({ state: 'syncing' });

    await endSync();
    expect(await look()).toMatchObject({ state: 'syncing' });
    await work();
    const offered = await look();
    expect(offered).toMatchObject({ state: 'categories', isFallback: false, selected: [], questions: [], created: [] });
    expect(offered.quality.map(({ entity }) => entity)).toEqual([
      'leads',
      'deals',
      'activities',
      'contacts',
      'companies',
      'products',
    ]);

    const chosen = await take('/onboarding/select', { categories: ['salesPipeline', 'employeePerformance'] });
    expect(chosen).toMatchObject({ state: 'refining', selected: ['employeePerformance', 'salesPipeline'] });
    expect(chosen.questions.map(({ id }) => id)).toEqual(['employeeFocus', 'pipelineRange', 'pipelineDetail']);

    expect(await take('/onboarding/refine', { answers: { pipelineDetail: 'stages' } })).toMatchObject({ state: 'generating' });
    await work();
    const made = await look();
    expect(made).toMatchObject({ state: 'complete', isReentry: false });
  });

  test('begins at the categories where the data was looked at already', async () => {
    await endSync();
    await work();
    expect(await look()).toMatchObject({ state: 'not_started' });
    expect(await take('/onboarding/start')).toMatchObject({ state: 'categories' });
  });
});

describe('a step out of its turn is refused', () => {
  const POSSIBLE: Record<string, { body: unknown; in: State[] }> = {
    '/onboarding/start': { body: {}, in: ['not_started', 'syncing', 'analyzing', 'categories'] },
    '/onboarding/select': { body: { categories: ['salesPipeline'] }, in: ['categories', 'refining'] },
    '/onboarding/refine': { body: { answers: {} }, in: ['refining', 'generating'] },
    '/reconfigure': { body: {}, in: ['complete'] },
  };
  test.each(STATES)('in %s', async (state) => {
    await reach(state);
    expect(await look()).toMatchObject({ state });
    for (const [path, { body, in: states }] of Object.entries(POSSIBLE)) {
      if (!states.includes(state)) expect([path, await refused(path, body)]).toEqual([path, '409 wrong_state']);
    }
    expect(await look()).toMatchObject({ state });
  });
});
