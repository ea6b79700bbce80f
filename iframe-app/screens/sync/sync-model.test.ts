import { expect, test } from 'vitest';
import type { SyncStatusReply } from '../../../contract/sync.ts';
import { ApiError } from '../../api.ts';
import { completeSyncStatus, entityProgress, sampleSyncStatus } from '../../testing/sample-replies.ts';
import {
  commonCoverage,
  createSync,
  estimateSecondsLeft,
  isCopied,
  measureRate,
  overallProgress,
  pickHeadline,
  progressOf,
  type ShownStatus,
} from './sync-model.ts';

function status(done: number, over: Partial<SyncStatusReply> = {}): SyncStatusReply {
  return sampleSyncStatus({ entities: [entityProgress({ totalRecords: 1000, syncedRecords: done })], ...over });
}

function setUp(answers: (SyncStatusReply | ApiError)[], shown: ShownStatus | null = null) {
  const clock = { now: 0 };
  const progress: number[] = [];
  const orders: string[] = [];
  const sync = createSync({
    api: {
      getSyncStatus: async () => {
        const answer = answers.shift();
        if (!answer) throw new Error('asked too often');
        if (answer instanceof ApiError) throw answer;
        return answer;
      },
      startSync: async () => {
        orders.push('start');
        return { runId: 'run' };
      },
      resumeSync: async () => {
        orders.push('resume');
        return completeSyncStatus();
      },
      refreshSync: async () => {
        orders.push('refresh');
        return { nextSyncAt: '2025-11-24T09:06:00.000Z' };
      },
    },
    now: () => clock.now,
    shown: () => shown,
    onProgress: () => progress.push(clock.now),
  });
  return { sync, clock, progress, orders };
}

test('progress is read every 1.5 s while it moves, less and less often while it does not', async () => {
  const { sync } = setUp([status(100), status(200), status(200), status(200), status(300)]);
  expect([await sync.poll(), await sync.poll(), await sync.poll(), await sync.poll(), await sync.poll()]).toEqual([
    1500, 1500, 2250, 3375, 1500,
  ]);
});

test('the end of the sync is reported once; a complete copy is asked every minute whether it still is', async () => {
  const complete = status(1000, { status: 'complete' });
  const { sync, progress } = setUp([status(100), complete, complete]);
  await sync.poll();
  expect(await sync.poll()).toBe(60_000);
  expect(await sync.poll()).toBe(60_000);
  expect(progress).toHaveLength(1);
});

test('an answer to a poll that something newer has overtaken is dropped', async () => {
  const { sync } = setUp([status(100)]);
  const polling = sync.poll();
  sync.receive(status(300));
  await polling;
  expect(sync.status.value?.entities[0]?.syncedRecords).toBe(300);
});

test('a newer copy is reported at once, the same one never', () => {
  const { sync, progress } = setUp([]);
  const at = (dataAsOf: string) => completeSyncStatus({ dataAsOf });
  sync.receive(at('2025-11-24T09:05:00.000Z'));
  sync.receive(at('2025-11-24T09:05:00.000Z'));
  expect(progress).toHaveLength(0);
  sync.receive(at('2025-11-24T09:20:00.000Z'));
  expect(progress).toHaveLength(1);
  sync.receive(completeSyncStatus({ status: 'error', dataAsOf: '2025-11-24T09:20:00.000Z' }));
  expect(progress).toHaveLength(1);
});

test.each([
  ['of the same copy', { syncStatus: 'complete', dataAsOf: '2025-11-24T09:05:00.000Z' }, 0],
  ['of an older copy', { syncStatus: 'complete', dataAsOf: '2025-11-24T08:50:00.000Z' }, 1],
  ['of a copy that was still being made', { syncStatus: 'syncing', dataAsOf: '2025-11-24T09:05:00.000Z' }, 1],
  ['that are not there yet', null, 0],
] as const)('the first status asks for a reload where it finds numbers %s: %o → %i', (_name, shown, reloads) => {
  const { sync, progress } = setUp([], shown);
  sync.receive(completeSyncStatus());
  expect(progress).toHaveLength(reloads);
});

test('records that came last are reported though no others follow', () => {
  const { sync, clock, progress } = setUp([]);
  sync.receive(status(100));
  clock.now = 1000;
  sync.receive(status(200));
  clock.now = 15_000;
  sync.standStill();
  clock.now = 30_000;
  sync.standStill();
  expect(progress).toEqual([15_000]);
});

test('a stream that has nothing to say for long shows that the CRM makes us wait', () => {
  const { sync, clock } = setUp([]);
  sync.receive(status(400));
  for (const at of [15_000, 30_000, 45_000]) {
    expect(sync.isWaiting.value).toBe(false);
    clock.now = at;
    sync.standStill();
  }
  expect(sync.isWaiting.value).toBe(true);
});

test('after somebody has asked for news, polling is quick until they are there, for a minute at most', async () => {
  const before = completeSyncStatus();
  const after = completeSyncStatus({ dataAsOf: '2025-11-24T09:20:00.000Z' });
  const { sync, clock, orders } = setUp([before, before, after, after, before]);
  expect(await sync.poll()).toBe(60_000);
  expect(await sync.askCrm()).toBe(true);
  expect(orders).toEqual(['refresh']);
  expect([await sync.poll(), await sync.poll(), await sync.poll()]).toEqual([5000, 60_000, 60_000]);
  await sync.askCrm();
  clock.now = 60_000;
  expect(await sync.poll()).toBe(60_000);
});

test('what was paused is resumed, what has failed begins anew', async () => {
  const { sync, orders } = setUp([status(100)]);
  sync.receive(completeSyncStatus({ status: 'paused' }));
  await sync.restart();
  expect(sync.status.value?.status).toBe('complete');
  sync.receive(completeSyncStatus({ status: 'error' }));
  await sync.restart();
  expect(orders).toEqual(['resume', 'start']);
});

test('records a second are those of the last minute', () => {
  const samples = [
    { at: 0, done: 0 },
    { at: 30_000, done: 90_000 },
    { at: 60_000, done: 100_000 },
    { at: 90_000, done: 102_400 },
  ];
  expect(measureRate(samples)).toBe(207);
  expect(measureRate(samples.slice(2))).toBe(80);
  expect(measureRate(samples.slice(0, 2).map(({ at, done }) => ({ at, done: done * 1.4145 })))).toBe(4240);
});

test('no speed is told before it is known, nor one of nothing', () => {
  expect(measureRate([])).toBeNull();
  expect(
    measureRate([
      { at: 0, done: 0 },
      { at: 9_000, done: 9_000 },
    ]),
  ).toBeNull();
  expect(
    measureRate([
      { at: 0, done: 500 },
      { at: 30_000, done: 500 },
    ]),
  ).toBeNull();
  // A page that slept: the last minute has no beginning.
  expect(
    measureRate([
      { at: 0, done: 0 },
      { at: 600_000, done: 60_000 },
    ]),
  ).toBeNull();
});

test('everything is there from the month on that the slowest entity has reached', () => {
  const leads = entityProgress({ coveredFrom: '2024-03-05T00:00:00.000Z' });
  const deals = entityProgress({ entity: 'deals', coveredFrom: '2023-01-01T00:00:00.000Z' });
  const contacts = entityProgress({ entity: 'contacts', status: 'complete' });
  expect(commonCoverage([leads, deals, contacts])).toBe('2024-03-05T00:00:00.000Z');
  expect(commonCoverage([leads, entityProgress({ entity: 'activities' })])).toBeNull();
  expect(commonCoverage([contacts])).toBeNull();
  expect(commonCoverage([])).toBeNull();
});

test('a copy is whole once every entity has been loaded, whatever happens after that', () => {
  expect(isCopied(completeSyncStatus())).toBe(true);
  expect(isCopied(completeSyncStatus({ status: 'error' }, { status: 'error' }))).toBe(true);
  expect(isCopied(sampleSyncStatus())).toBe(false);
  expect(isCopied(sampleSyncStatus({ status: 'pending', entities: [] }))).toBe(false);
});

test('while records arrive the dashboard is told every ten seconds, and at once when an entity is complete', async () => {
  const { sync, clock, progress } = setUp([
    status(100),
    status(200),
    status(300),
    status(1000, {
      entities: [
        entityProgress({ status: 'complete', totalRecords: 1000, syncedRecords: 1000 }),
        entityProgress({ entity: 'deals' }),
      ],
    }),
  ]);
  for (const at of [0, 5000, 10_000, 11_500]) {
    clock.now = at;
    await sync.poll();
  }
  expect(progress).toEqual([10_000, 11_500]);
});

test('a failed read keeps the last progress and waits longer', async () => {
  const { sync } = setUp([status(100), new ApiError('network'), new ApiError('network'), new ApiError('network')]);
  await sync.poll();
  expect([await sync.poll(), await sync.poll(), await sync.poll()]).toEqual([3000, 6000, 10_000]);
  expect(sync.status.value?.entities[0]?.syncedRecords).toBe(100);
});

test('the time left is the records left over the speed', () => {
  const entities = [
    entityProgress({ totalRecords: 1000, syncedRecords: 400 }),
    entityProgress({ entity: 'deals', status: 'pending', totalRecords: 300, syncedRecords: 0 }),
    entityProgress({ entity: 'contacts', status: 'complete', totalRecords: 50, syncedRecords: 60 }),
  ];
  // 200 records in 10 s are 20 a second; 600 + 300 are left.
  const samples = [
    { at: 0, done: 260 },
    { at: 10_000, done: 460 },
  ];
  expect(estimateSecondsLeft(samples, entities)).toBe(45);
});

test('no time is promised before the speed is known, while it stands still, or while a total is unknown', () => {
  const entities = [entityProgress({ totalRecords: 1000, syncedRecords: 400 })];
  expect(estimateSecondsLeft([{ at: 0, done: 0 }], entities)).toBeNull();
  expect(
    estimateSecondsLeft(
      [
        { at: 0, done: 0 },
        { at: 2000, done: 400 },
      ],
      entities,
    ),
  ).toBeNull();
  expect(
    estimateSecondsLeft(
      [
        { at: 0, done: 400 },
        { at: 10_000, done: 400 },
      ],
      entities,
    ),
  ).toBeNull();
  const unknown = [...entities, entityProgress({ entity: 'activities', totalRecords: null })];
  expect(
    estimateSecondsLeft(
      [
        { at: 0, done: 0 },
        { at: 10_000, done: 400 },
      ],
      unknown,
    ),
  ).toBeNull();
});

test('a load that began anew forgets the speed of the one before', async () => {
  const { sync, clock } = setUp([status(500), status(900), status(100)]);
  await sync.poll();
  clock.now = 10_000;
  await sync.poll();
  expect(sync.secondsLeft.value).toBe(2.5);
  clock.now = 20_000;
  await sync.poll();
  expect(sync.secondsLeft.value).toBeNull();
});

test('a pause of the CRM counts into the speed, and is told once it lasts', async () => {
  const { sync, clock } = setUp([status(0), status(400), status(400), status(400), status(500)]);
  const pollAt = async (at: number) => {
    clock.now = at;
    await sync.poll();
    return { isWaiting: sync.isWaiting.value, secondsLeft: sync.secondsLeft.value };
  };
  await pollAt(0);
  // 400 in 100 s: the other 600 take 150 s.
  expect(await pollAt(100_000)).toEqual({ isWaiting: false, secondsLeft: 150 });
  expect(await pollAt(140_000)).toEqual({ isWaiting: false, secondsLeft: 210 });
  expect(await pollAt(400_000)).toEqual({ isWaiting: true, secondsLeft: 600 });
  expect(await pollAt(500_000)).toEqual({ isWaiting: false, secondsLeft: 500 });
});

test('a sync that is not loading waits for nothing', async () => {
  const { sync, clock } = setUp([status(400), status(400, { status: 'error' })]);
  await sync.poll();
  clock.now = 60_000;
  await sync.poll();
  expect(sync.isWaiting.value).toBe(false);
});

test('the headline is the entity that is loading, else the first that is not complete', () => {
  const leads = entityProgress({ status: 'complete' });
  const deals = entityProgress({ entity: 'deals', status: 'pending', totalRecords: null });
  const contacts = entityProgress({ entity: 'contacts' });
  expect(pickHeadline([leads, deals, contacts])?.entity).toBe('contacts');
  expect(pickHeadline([leads, deals])?.entity).toBe('deals');
  expect(pickHeadline([leads])?.entity).toBe('leads');
  expect(pickHeadline([])).toBeNull();
});

test('progress is unknown without a total and never more than full', () => {
  expect(progressOf(entityProgress({ totalRecords: null }))).toBeNull();
  expect(progressOf(entityProgress({ totalRecords: 0, syncedRecords: 0 }))).toBe(1);
  expect(progressOf(entityProgress({ totalRecords: 100, syncedRecords: 120 }))).toBe(1);
  expect(progressOf(entityProgress({ totalRecords: 100, syncedRecords: 25 }))).toBe(0.25);
});

test('progress of everything weighs each entity by its records', () => {
  const leads = entityProgress({ totalRecords: 300, syncedRecords: 100 });
  const deals = entityProgress({ entity: 'deals', status: 'complete', totalRecords: 100, syncedRecords: 104 });
  expect(overallProgress([leads, deals])).toBe(0.5);
  expect(overallProgress([leads, entityProgress({ totalRecords: null })])).toBeNull();
  expect(overallProgress([])).toBeNull();
});
