import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createQueryGate } from './query-gate.ts';

const never = new AbortController().signal;

/** Work that ends when told. */
function held() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: () => promise, end: resolve };
}

test('four of a tenant run at once, the fifth when one has ended, another tenant’s at once', async () => {
  const gate = createQueryGate({ concurrent: 4 });
  const running = Array.from({ length: 4 }, held);
  const all = running.map(({ work }) => gate.run('a', never, work));
  let hasStarted = false;
  const fifth = gate.run('a', never, async () => {
    hasStarted = true;
  });
  await gate.run('b', never, async () => {});
  expect(hasStarted).toBe(false);
  running[0]?.end();
  await fifth;
  expect(hasStarted).toBe(true);
  for (const { end } of running) end();
  await Promise.all(all);
});

test('they start in the order they came', async () => {
  const gate = createQueryGate({ concurrent: 1 });
  const first = held();
  const order: number[] = [];
  const all = [
    gate.run('a', never, first.work),
    ...[1, 2, 3].map((one) => gate.run('a', never, async () => void order.push(one))),
  ];
  first.end();
  await Promise.all(all);
  expect(order).toEqual([1, 2, 3]);
});

test('who waits too long, or behind too many, is asked to come again', async () => {
  const gate = createQueryGate({ concurrent: 1, waiting: 1, waitMs: 20 });
  const first = held();
  const running = gate.run('a', never, first.work);
  const waiting = gate.run('a', never, async () => 'late').catch((error: unknown) => error);
  await expect(gate.run('a', never, async () => {})).rejects.toMatchObject({ code: 'rate_limited', retryAfterSeconds: 2 });
  expect(await waiting).toMatchObject({ code: 'rate_limited' });
  first.end();
  await running;
  expect(await gate.run('a', never, async () => 'free again')).toBe('free again');
});

test('who goes away while waiting gives up the place; failures give back theirs', async () => {
  const gate = createQueryGate({ concurrent: 1 });
  const first = held();
  const running = gate.run('a', never, first.work);
  const leaving = new AbortController();
  const gone = gate.run('a', leaving.signal, async () => {}).catch((error: unknown) => error);
  leaving.abort();
  expect(await gone).toMatchObject({ name: 'AbortError' });
  first.end();
  await running;
  await expect(
    gate.run('a', never, async () => {
      throw new Error('of the work');
    }),
  ).rejects.toThrow('of the work');
  expect(await Promise.race([gate.run('a', never, async () => 'mine'), pause(1000)])).toBe('mine');
});
