import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../platform/clock.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { CrmError, type RateLimiter } from './adapter.ts';
import { createRateLimiter } from './rate-limiter.ts';

let database: TestDatabase;
let tenantId: string;
let now: number;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());
beforeEach(() => {
  tenantId = randomUUID();
  now = Date.UTC(2026, 0, 1);
});

const signal = new AbortController().signal;
/** Waiting takes no time but moves the clock. */
const clock: Clock = {
  now: () => now,
  sleep: async (milliseconds) => {
    now += milliseconds;
  },
};

function createLimiter(): RateLimiter {
  const limits = { drainPerSecond: 2, burst: 50, operatingSeconds: 480 };
  return createRateLimiter({ db: database.db, clock, tenantId, crmSource: 'bitrix24', limits });
}

/** A bucket as Bitrix24 keeps it, for the requests that passed. */
function highestLevel(times: readonly number[]): number {
  let [level, at, highest] = [0, times[0] ?? 0, 0];
  for (const time of times) {
    level = Math.max(0, level - ((time - at) / 1000) * 2) + 1;
    at = time;
    highest = Math.max(highest, level);
  }
  return highest;
}

test('a burst passes at once, then requests come at the rate the bucket drains; it never fills', async () => {
  const limiter = createLimiter();
  const startedAt = now;
  const times: number[] = [];
  for (let request = 0; request < 200; request++) {
    await limiter.acquire(['user.get'], signal);
    times.push(now);
  }
  expect(times.filter((time) => time === startedAt)).toHaveLength(35);
  // 165 more at two a second.
  expect(now - startedAt).toBe(82_500);
  // People who open pages meanwhile find room for fifteen requests at once.
  expect(highestLevel(times)).toBeLessThanOrEqual(35);
});

test('workers of one connection share the bucket, those of another have their own', async () => {
  const [one, two] = [createLimiter(), createLimiter()];
  for (let request = 0; request < 35; request++) await (request % 2 ? one : two).acquire([], signal);
  const before = now;
  await one.acquire([], signal);
  expect(now).toBeGreaterThan(before);
  tenantId = randomUUID();
  const after = now;
  await createLimiter().acquire([], signal);
  expect(now).toBe(after);
});

async function retryAfter(limiter: RateLimiter, methods: string[]): Promise<number | undefined> {
  const error: unknown = await limiter.acquire(methods, signal).catch((reason: unknown) => reason);
  return error instanceof CrmError ? error.retryAfterMs : undefined;
}

test('a refusal for coming too soon counts the bucket as full and halves the rate, which recovers within ten minutes', async () => {
  const limiter = createLimiter();
  await limiter.acquire([], signal);
  limiter.refused();
  // From 51 down to 35 at one a second.
  expect(await retryAfter(limiter, [])).toBe(16_000);
  now += 16_000;
  const before = now;
  for (let request = 0; request < 5; request++) await limiter.acquire([], signal);
  const seconds = (now - before) / 1000;
  expect(seconds).toBeGreaterThan(3);
  expect(seconds).toBeLessThan(6);
  now += 600_000;
  // The whole bucket, and then two a second.
  for (let request = 0; request < 35; request++) await limiter.acquire([], signal);
  const full = now;
  await limiter.acquire([], signal);
  expect(now - full).toBe(500);
});

test('work in the background takes half of the bucket and of a method’s time', async () => {
  const limiter = createLimiter();
  const startedAt = now;
  let atOnce = 0;
  while (now === startedAt) {
    await limiter.acquire([], signal, 'background');
    atOnce += 1;
  }
  // The last of them had to wait.
  expect(atOnce - 1).toBe(17);
  limiter.report({ method: 'crm.item.list', operatingSeconds: 300, spentSeconds: 3, resetAt: now + 200_000 });
  await limiter.acquire(['crm.item.list'], signal);
  const error: unknown = await limiter.acquire(['crm.item.list'], signal, 'background').catch((reason: unknown) => reason);
  expect(error).toMatchObject({ kind: 'rate_limit' });
  await limiter.acquire(['crm.item.list'], signal);
});

test('a clock that was wrong for a while holds nobody up once it is right', async () => {
  const limiter = createLimiter();
  now += 86_400_000;
  await limiter.acquire(['crm.item.list'], signal);
  limiter.report({ method: 'crm.item.list', operatingSeconds: 480, spentSeconds: 3, resetAt: now + 500_000 });
  expect(await retryAfter(limiter, ['crm.item.list'])).toBe(501_000);
  now -= 86_400_000;
  const before = now;
  await limiter.acquire(['crm.item.list'], signal);
  expect(now).toBe(before);
});

test('a method near its operating limit waits until the CRM forgets; other methods go on, and so does every worker', async () => {
  const limiter = createLimiter();
  await limiter.acquire(['crm.item.list'], signal);
  limiter.report({ method: 'crm.item.list', operatingSeconds: 460, spentSeconds: 3.5, resetAt: now + 400_000 });
  expect(await retryAfter(limiter, ['crm.item.list'])).toBe(401_000);
  expect(await retryAfter(createLimiter(), ['crm.activity.list', 'crm.item.list'])).toBe(401_000);
  await limiter.acquire(['crm.activity.list'], signal);
  now += 401_000;
  expect(await retryAfter(limiter, ['crm.item.list'])).toBeUndefined();
});

test('where the CRM keeps no count, the time its answers took is added up', async () => {
  const limiter = createLimiter();
  for (let request = 0; request < 12; request++) {
    await limiter.acquire(['crm.item.list'], signal);
    limiter.report({ method: 'crm.item.list', operatingSeconds: null, spentSeconds: 40, resetAt: null });
  }
  // All 480 seconds; forgotten eleven minutes after the last of them.
  expect(await retryAfter(limiter, ['crm.item.list'])).toBe(661_000);
});
