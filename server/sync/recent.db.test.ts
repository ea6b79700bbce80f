import { afterAll, beforeAll, expect, test } from 'vitest';
import { updateRecord } from '../../sandbox/bitrix24/rest/changes.ts';
import { DEALS } from '../../sandbox/bitrix24/rest/entities.ts';
import { createLookup } from '../../sandbox/bitrix24/rest/fields/field.ts';
import { type SyncRig, startSyncRig } from '../testing/sync-rig.ts';

/* What may be shown while old history is still on its way. */

const DAY_SECONDS = 86_400;

let rig: SyncRig;

beforeAll(async () => {
  rig = await startSyncRig({ size: 'small' });
});
afterAll(() => rig?.close());

interface Coverage {
  entity: string;
  covered_from: Date | null;
  active_from: Date | null;
  complete: boolean;
}

async function coverage(): Promise<Map<string, Coverage>> {
  const rows = await rig.query<Coverage>({
    text: `select entity, case when isfinite(covered_from) then covered_from end as covered_from,
             case when isfinite(active_from) then active_from end as active_from, status = 'complete' as complete
           from crm_sync_status`,
  });
  return new Map(rows.map((row) => [row.entity, row]));
}

const idsOf = async (query: string, from: Date) =>
  (await rig.query<{ external_id: string }>({ text: query, values: [from] })).map((row) => row.external_id).sort();

test('the last 90 days of everything are whole before anything older is copied, also what is older and happened in them', async () => {
  const { world } = rig.portal.state;
  const lookup = createLookup(world, 'deals');
  // A deal of years ago is won today.
  const old = [...world.deals].find(({ stageId, isRecurring }) => !isRecurring && lookup.semanticOf(stageId) === 'P');
  if (!old) throw new Error('The world has no open deal');
  const stage = world.statuses.find(
    ({ entityId, semantic }) => semantic === 'S' && entityId === (old.categoryId ? `DEAL_STAGE_${old.categoryId}` : 'DEAL_STAGE'),
  );
  updateRecord(
    rig.portal.state,
    DEALS,
    old.id,
    { stageId: stage?.statusId ?? '' },
    { userId: 1, byRobot: false, now: rig.portal.now() },
  );

  // The portal fails once old history is being read: what is there then is what people see for a while.
  let recentOnly: Map<string, Coverage> | null = null;
  for (let failAt = 8; recentOnly === null; failAt++) {
    rig.portal.playFaults([
      {
        when: { method: 'batch', from: failAt, times: 'always', forSeconds: 3600 },
        what: { kind: 'serverError', status: 500 },
      },
    ]);
    await rig.sync();
    await rig.portal.stopFaults();
    const seen = await coverage();
    const activities = seen.get('activities');
    const deals = seen.get('deals');
    if (activities?.complete) throw new Error('The load was through before it could be looked at');
    if (activities?.active_from && (deals?.active_from || deals?.complete)) recentOnly = seen;
  }

  const { active_from: activeFrom, covered_from: coveredFrom } = recentOnly.get('activities') ?? {};
  const since = (activeFrom?.getTime() ?? 0) / 1000;
  expect(since).toBeLessThanOrEqual(rig.portal.now() - 90 * DAY_SECONDS);
  expect(coveredFrom?.getTime()).toBeLessThanOrEqual(activeFrom?.getTime() ?? 0);
  const started = [...world.activities].filter(({ startAt }) => startAt >= since).map(({ id }) => String(id));
  expect(started.length).toBeGreaterThan(100);
  expect(await idsOf('select external_id from crm_activities where started_at >= $1', new Date(since * 1000))).toEqual(
    started.sort(),
  );
  const closed = [...world.deals].filter(
    ({ movedAt, stageId, isRecurring }) => !isRecurring && movedAt >= since && lookup.semanticOf(stageId) !== 'P',
  );
  expect(closed.map(({ id }) => id)).toContain(old.id);
  expect(await idsOf('select external_id from crm_deals where closed_at >= $1', new Date(since * 1000))).toEqual(
    closed.map(({ id }) => String(id)).sort(),
  );
  await rig.sync();
  expect([...(await coverage()).values()].every(({ complete }) => complete)).toBe(true);
  // It copies a small world of 36,000 records whole: 20 seconds alone, and two minutes where seven share two cores.
}, 240_000);
