import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OnboardingReply } from '../../../contract/onboarding.ts';
import { addRecord } from '../../../sandbox/bitrix24/rest/changes.ts';
import { LEADS } from '../../../sandbox/bitrix24/rest/entities.ts';
import { computeTruth } from '../../../sandbox/world/truth.ts';
import { loadOnboarding, refineCategories, selectCategories, startOnboarding } from '../../dashboard/onboarding.ts';
import { type SyncRig, startSyncRig } from '../../testing/sync-rig.ts';
import type { Job, JobQueue } from '../definitions.ts';
import { dispatchDue } from './dispatcher.ts';
import { createOnboardingHandler } from './onboarding.ts';

/** A portal of the sandbox, copied by the real sync, on its way to a dashboard. */

let rig: SyncRig;
const DAY_MS = 86_400_000;
const now = () => new Date(rig.clock.now());
const person = () => ({ tenantId: rig.tenantId, crmSource: 'bitrix24', userId: '1' }) as const;
const deps = () => ({ db: rig.database.db, now });
const look = (): Promise<OnboardingReply> => loadOnboarding(deps(), person());

beforeAll(async () => {
  rig = await startSyncRig();
});
afterAll(() => rig.close());

async function takeJobs(): Promise<Job<'onboarding'>[]> {
  const jobs: Job<'onboarding'>[] = [];
  const send: JobQueue['send'] = async (name, sent) => {
    if (name === 'onboarding') jobs.push(...(sent as Job<'onboarding'>[]));
  };
  await dispatchDue({ db: rig.database.db, clock: rig.clock, queue: { send } });
  return jobs;
}
const handle = (job: Job<'onboarding'>) =>
  createOnboardingHandler({ ...deps(), log: pino({ level: 'silent' }), llm: null })(job.data, new AbortController().signal);

test('the end of the first sync leads to the categories, with what the portal really has, and to a dashboard', async () => {
  expect(await startOnboarding(deps(), person())).toMatchObject({ state: 'syncing' });
  expect(await takeJobs()).toEqual([]);

  await rig.sync();
  // The rig has handed the tenant out already, without doing what onboarding waits for: it comes again after a while.
  rig.sandbox.clock.advance(60_000);
  const jobs = await takeJobs();
  expect(jobs).toEqual([{ data: { tenantId: rig.tenantId }, key: rig.tenantId }]);
  for (const job of jobs) await handle(job);

  const { state, quality, categories } = await look();
  expect(state).toBe('categories');
  const { counts, leftOut } = computeTruth(rig.portal.state.world, { now: rig.portal.now() });
  const records = Object.fromEntries(quality.map(({ entity, records: count }) => [entity, count]));
  expect(records).toMatchObject({
    leads: counts.leads,
    deals: counts.deals - leftOut.recurringDeals,
    contacts: counts.contacts,
    companies: counts.companies - leftOut.ownCompanies,
    activities: counts.activities,
  });

  const chosen = categories.filter(({ isAvailable }) => isAvailable).map(({ category }) => category);
  await selectCategories(deps(), person(), chosen);
  expect(await refineCategories(deps(), person(), {})).toMatchObject({ state: 'generating' });
  for (const job of await takeJobs()) await handle(job);
  const made = await look();
  expect(made.state).toBe('complete');
  expect(made.created.length).toBeGreaterThan(6);
});

test('later syncs find nothing to do for it, and a job that comes twice does nothing', async () => {
  rig.sandbox.clock.advance(DAY_MS);
  await rig.sync();
  rig.sandbox.clock.advance(60_000);
  // The products of deals may have come meanwhile.
  for (const job of await takeJobs()) await handle(job);
  await rig.sync();
  rig.sandbox.clock.advance(60_000);
  expect(await takeJobs()).toEqual([]);
  const before = await look();
  await handle({ data: { tenantId: rig.tenantId }, key: rig.tenantId });
  expect(await look()).toEqual(before);
});

describe('an empty portal that fills', () => {
  beforeAll(async () => {
    await rig.close();
    rig = await startSyncRig({ size: 'empty' });
  });

  /** Somebody works in the portal, and the regular sync comes. @returns how many jobs onboarding had */
  async function syncAfter(newLeads: number): Promise<number> {
    const actor = { userId: 1, byRobot: false, now: rig.portal.now() };
    for (let count = 0; count < newLeads; count++) {
      addRecord(rig.portal.state, LEADS, { title: 'New', assignedById: 1, sourceId: 'WEB' }, actor);
    }
    rig.sandbox.clock.advance(16 * 60_000);
    expect(await rig.runDue()).toBeGreaterThan(0);
    rig.sandbox.clock.advance(60_000);
    const jobs = await takeJobs();
    for (const job of jobs) await handle(job);
    return jobs.length;
  }
  const leads = ({ quality }: OnboardingReply) => quality.find(({ entity }) => entity === 'leads');
  const sources = ({ categories }: OnboardingReply) => categories.find(({ category }) => category === 'sourcePerformance');

  test('is offered what has become possible, without anybody asking', async () => {
    await startOnboarding(deps(), person());
    await rig.sync();
    rig.sandbox.clock.advance(60_000);
    for (const job of await takeJobs()) await handle(job);
    const empty = await look();
    expect(empty).toMatchObject({ state: 'categories', isFallback: false });
    expect(empty.categories.filter(({ isAvailable }) => isAvailable)).toEqual([]);
    expect(sources(empty)?.unlock).toEqual([{ kind: 'records', entity: 'leads', missing: 20 }]);

    expect(await syncAfter(0)).toBe(0);
    expect(await syncAfter(3)).toBe(1);
    expect(leads(await look())).toMatchObject({ records: 3, recommendation: 'insufficient' });
    expect(sources(await look())?.unlock).toEqual([{ kind: 'records', entity: 'leads', missing: 17 }]);
    expect(await syncAfter(0)).toBe(0);
    expect(await syncAfter(10)).toBe(0);
    expect(await syncAfter(7)).toBe(1);
    const filled = await look();
    expect(filled.state).toBe('categories');
    expect(leads(filled)?.records).toBe(20);
    expect(sources(filled)).toMatchObject({ isAvailable: true, unlock: [] });
    expect(await syncAfter(0)).toBe(0);
  });
});
