import { expect, test } from 'vitest';
import type { SyncStatusReply } from '../../contract/sync.ts';
import { ApiError } from '../api.ts';
import { entityProgress, sampleSyncStatus } from '../testing/sample-replies.ts';
import { createSync, estimateSecondsLeft, overallProgress, pickHeadline, progressOf } from './sync-model.ts';

function status(done: number, over: Partial<SyncStatusReply> = {}): SyncStatusReply {
  return sampleSyncStatus({ entities: [entityProgress({ totalRecords: 1000, syncedRecords: done })], ...over });
}

function setUp(answers: (SyncStatusReply | ApiError)[]) {
  const clock = { now: 0 };
  const progress: number[] = [];
  const sync = createSync({
    api: {
      getSyncStatus: async () => {
        const answer = answers.shift();
        if (!answer) throw new Error('asked too often');
        if (answer instanceof ApiError) throw answer;
        return answer;
      },
      startSync: async () => ({ runId: 'run' }),
    },
    now: () => clock.now,
    onProgress: () => progress.push(clock.now),
  });
  return { sync, clock, progress };
}

test('progress is read every 1.5 s while it moves, less and less often while it does not', async () => {
  const { sync } = setUp([status(100), status(200), status(200), status(200), status(300)]);
  expect([await sync.poll(), await sync.poll(), await sync.poll(), await sync.poll(), await sync.poll()]).toEqual([
    1500, 1500, 2250, 3375, 1500,
  ]);
});

test('polling ends with the sync, which is reported once more', async () => {
  const { sync, progress } = setUp([status(100), status(1000, { status: 'complete' })]);
  await sync.poll();
  expect(await sync.poll()).toBeNull();
  expect(progress).toHaveLength(1);
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
