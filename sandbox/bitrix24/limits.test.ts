import { afterEach, expect, test } from 'vitest';
import { createLimits } from './limits.ts';
import { addLead, startTestPortal, type TestPortal } from './test-portal.ts';

const limitsOf = (options: Partial<Parameters<typeof createLimits>[0]>) =>
  createLimits({ rate: null, operatingSeconds: null, pageCost: 1, ...options });

test('the bucket takes a burst, then what drains', () => {
  const limits = limitsOf({ rate: { drainPerSecond: 2, burst: 50 } });
  const admitted = (now: number, count: number) =>
    Array.from({ length: count }, () => limits.admit('10.0.0.1', now)).filter(Boolean).length;
  expect(admitted(0, 60)).toBe(50);
  expect(admitted(3, 10)).toBe(6);
  expect(limits.admit('10.0.0.2', 3)).toBe(true);
  expect(admitted(1000, 60)).toBe(50);
});

test('a method stops when its time is used up and goes on when the oldest minute leaves the window', () => {
  const limits = limitsOf({ operatingSeconds: 10, pageCost: 4 });
  expect(limits.spend('a', { records: 50 }, 30)).toEqual({ operating: 4, resetAt: 630, cost: 4 });
  expect(limits.spend('a', { records: 50 }, 59)).toEqual({ operating: 8, resetAt: 630, cost: 4 });
  expect(limits.mayRun('a', 61)).toBe(true);
  // The call that crosses the limit still ends.
  expect(limits.spend('a', { records: 50 }, 61)).toEqual({ operating: 12, resetAt: 630, cost: 4 });
  expect(limits.mayRun('a', 62)).toBe(false);
  expect(limits.mayRun('b', 62)).toBe(true);
  expect(limits.mayRun('a', 629)).toBe(false);
  expect(limits.mayRun('a', 630)).toBe(true);
  expect(limits.operating('a', 630)).toEqual({ operating: 4, resetAt: 661 });
});

test('a count costs by the rows it visits: 2.39 million rows take 49.9 s', () => {
  expect(limitsOf({ pageCost: 0 }).spend('a', { records: 50, counted: 2_390_000 }, 0).operating).toBeCloseTo(49.9, 6);
});

let p: TestPortal | null = null;
afterEach(async () => {
  await p?.sandbox.close();
  p = null;
});

test('over HTTP: 503 when the bucket is full, and again in sandbox time', async () => {
  p = await startTestPortal({ limits: { rate: { drainPerSecond: 2, burst: 5 }, operatingSeconds: null } });
  const { call, clock } = p;
  const replies = await Promise.all(Array.from({ length: 12 }, () => call('server.time')));
  const refused = replies.filter(({ status }) => status === 503);
  expect(refused.length).toBeGreaterThanOrEqual(5);
  expect(refused[0]?.body).toMatchObject({ error: 'QUERY_LIMIT_EXCEEDED' });
  clock.advance(1000);
  expect((await call('server.time')).status).toBe(200);
});

test('over HTTP: a batch is one request, its commands spend their own methods time', async () => {
  p = await startTestPortal({ limits: { rate: { drainPerSecond: 2, burst: 50 }, operatingSeconds: 10, pageCost: 100 } });
  const { call, clock, portal, sandbox } = p;
  addLead(portal);
  // One record of 50 costs less than the floor of a tenth of a page: 10 s.
  const cmd = {
    first: 'crm.lead.list?start=-1',
    second: 'crm.lead.list?start=-1',
    other: 'crm.item.list?entityTypeId=1&start=-1',
  };
  const { body, status } = await call('batch', { cmd });
  expect(status).toBe(200);
  const { result, result_error: errors } = body.result as Record<string, Record<string, unknown>>;
  expect(Object.keys(result ?? {})).toEqual(['first', 'other']);
  expect(errors).toEqual({
    second: { error: 'OPERATION_TIME_LIMIT', error_description: 'Method is blocked due to operation time limit.' },
  });
  // The batch was answered; that a limit was met inside it must not go unseen.
  expect(sandbox.ledger.entries.at(-1)).toMatchObject({ error: null, commandErrors: ['OPERATION_TIME_LIMIT'] });
  const blocked = await call('crm.lead.list', { start: -1 });
  expect(blocked).toMatchObject({ status: 429, body: { error: 'OPERATION_TIME_LIMIT', time: { operating: 10 } } });
  clock.advance(600_000);
  expect((await call('crm.lead.list', { start: -1 })).status).toBe(200);
});

test('answers can take the time they cost', async () => {
  p = await startTestPortal({ limits: { rate: null, operatingSeconds: null, pageCost: 1, answerDelay: true } });
  const { call, clock } = p;
  const before = clock.now();
  // Each command costs the floor of a tenth of a page: 0.2 s in all.
  await call('batch', { cmd: ['server.time', 'profile'] });
  expect(clock.now() - before).toBeGreaterThanOrEqual(200);
});
