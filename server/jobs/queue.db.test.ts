import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, runAs, type TestDatabase } from '../testing/postgres.ts';
import type { JobData } from './definitions.ts';
import { createQueue, type JobContext, type RunningQueue } from './queue.ts';

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

const job = (): JobData<'sync-full'> => ({ tenantId: randomUUID(), crmSource: 'bitrix24', runId: randomUUID(), entities: null });

interface JobRow {
  state: string;
  output: unknown;
}
const jobRows = () =>
  runAs(database.ownerUrl, async (client) => (await client.query<JobRow>('select state, output from pgboss.job')).rows);

test('a job reaches the handler with its data', async () => {
  const data = job();
  const received = new Promise((resolve) => queue.work('sync-full', async (given) => resolve(given)));
  await queue.send('sync-full', data);
  expect(await received).toEqual(data);
});

test('a key has one job at a time, waiting or running', async () => {
  const [first, second] = [job(), job()];
  await queue.send('sync-full', first, { key: 'a' });
  await queue.send('sync-full', second, { key: 'a' });
  await queue.send('sync-full', second, { key: 'b' });
  expect(await jobRows()).toHaveLength(2);
});

test('a payload of another shape is neither sent nor handled', async () => {
  const wrong = { ...job(), accessToken: 'canary' };
  await expect(queue.send('sync-full', wrong)).rejects.toThrow();
  expect(await jobRows()).toEqual([]);
});

test('what a failed job throws is stored by its name only', async () => {
  const failed = new Promise<void>((resolve) =>
    queue.work('sync-full', async () => {
      resolve();
      throw new TypeError('canary-token');
    }),
  );
  await queue.send('sync-full', job());
  await failed;
  await queue.stop();
  const [row] = await jobRows();
  expect(row?.state).toBe('retry');
  expect(JSON.stringify(row)).not.toContain('canary');
});

test('stopping tells the running job, waits for it, and leaves it to be taken up again', async () => {
  let context: JobContext | undefined;
  const started = new Promise<void>((resolve) =>
    queue.work('sync-full', (_data, given) => {
      context = given;
      resolve();
      return new Promise((_resolve, reject) => given.signal.addEventListener('abort', () => reject(given.signal.reason)));
    }),
  );
  await queue.send('sync-full', job());
  await started;
  expect(context?.isLastAttempt).toBe(false);
  expect(context?.signal.aborted).toBe(false);
  await queue.stop();
  expect(context?.signal.aborted).toBe(true);
  expect(await jobRows()).toMatchObject([{ state: 'retry' }]);
});
