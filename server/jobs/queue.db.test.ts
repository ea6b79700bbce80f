import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, runAs, type TestDatabase } from '../testing/postgres.ts';
import type { Job, JobData } from './definitions.ts';
import { createQueue, type RunningQueue } from './queue.ts';

let database: TestDatabase;
let queue: RunningQueue;
const log = pino({ level: 'silent' });

beforeEach(async () => {
  database = await createTestDatabase();
  queue = await createQueue({ databaseUrl: database.jobsUrl, log });
});
afterEach(async () => {
  await queue.stop();
  await database.drop();
});

const job = (
  key: string = randomUUID(),
  data: JobData<'sync'> = { tenantId: randomUUID(), crmSource: 'bitrix24' },
): Job<'sync'> => ({
  data,
  key,
});

interface JobRow {
  state: string;
  output: unknown;
}
const jobRows = () =>
  runAs(database.ownerUrl, async (client) => (await client.query<JobRow>('select state, output from pgboss.job')).rows);

test('a job reaches the handler with its data', async () => {
  const sent = job();
  const received = new Promise((resolve) => queue.work('sync', async (given) => resolve(given)));
  await queue.send('sync', [sent]);
  expect(await received).toEqual(sent.data);
});

test('a key has one job at a time, waiting or running, also among those sent together', async () => {
  await queue.send('sync', [job('a'), job('b')]);
  await queue.send('sync', [job('b'), job('a'), job('c'), job('c')]);
  expect(await jobRows()).toHaveLength(3);
});

test('finished jobs go after an hour', async () => {
  const deleteAfter = () =>
    runAs(database.ownerUrl, async (client) => {
      const { rows } = await client.query<{ seconds: number }>('select distinct deletion_seconds as seconds from pgboss.queue');
      return rows;
    });
  expect(await deleteAfter()).toEqual([{ seconds: 3600 }]);
  // Also of queues that an earlier version made.
  await runAs(database.ownerUrl, (client) => client.query('update pgboss.queue set deletion_seconds = 604800'));
  await (await createQueue({ databaseUrl: database.jobsUrl, log })).stop();
  expect(await deleteAfter()).toEqual([{ seconds: 3600 }]);
});

test('a payload of another shape is neither sent nor handled', async () => {
  const wrong = { ...job().data, accessToken: 'canary' };
  await expect(queue.send('sync', [job('a'), job('b', wrong)])).rejects.toThrow();
  expect(await jobRows()).toEqual([]);
});

test('what a failed job throws is stored by its name only', async () => {
  const failed = new Promise<void>((resolve) =>
    queue.work('sync', async () => {
      resolve();
      throw new TypeError('canary-token');
    }),
  );
  await queue.send('sync', [job()]);
  await failed;
  await queue.stop();
  const [row] = await jobRows();
  expect(row?.state).toBe('retry');
  expect(JSON.stringify(row)).not.toContain('canary');
});

test('stopping tells the running job, waits for it, and leaves it to be taken up again', async () => {
  let given: AbortSignal | undefined;
  const started = new Promise<void>((resolve) =>
    queue.work('sync', (_data, signal) => {
      given = signal;
      resolve();
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    }),
  );
  await queue.send('sync', [job()]);
  await started;
  expect(given?.aborted).toBe(false);
  await queue.stop();
  expect(given?.aborted).toBe(true);
  expect(await jobRows()).toMatchObject([{ state: 'retry' }]);
});
