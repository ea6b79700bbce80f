import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { DashboardReply } from '../../contract/dashboard.ts';
import type { DbListener } from '../platform/db-listener.ts';
import { createDashboardCache } from './dashboard-cache.ts';
import type { LoadedDashboard } from './load-dashboard.ts';
import type { Viewer } from './tenant-context.ts';

const NOW = Date.parse('2025-03-10T15:00:00Z');
const ANN: Viewer = { tenantId: 't1', crmSource: 'bitrix24', userId: '1' };
const BOB: Viewer = { ...ANN, userId: '2' };
const EVE: Viewer = { ...ANN, tenantId: 't2' };
const never = new AbortController().signal;

const REPLY: DashboardReply = {
  mode: 'classic',
  currency: 'USD',
  timezone: 'UTC',
  timezoneIsKnown: true,
  syncStatus: 'complete',
  dataAsOf: null,
  widgets: [],
  results: [],
};

/** A cache over loads that end when the test says so, each with another reply. */
function setUp() {
  const watchers: ((payload: string | null) => void)[] = [];
  const loads: { viewer: Viewer; signal: AbortSignal; end: (more?: Partial<LoadedDashboard>) => void; fail: () => void }[] = [];
  const state = { now: NOW, isListening: true };
  const tenantNews: DbListener = {
    watch: () => () => {},
    watchAll: (callback) => void watchers.push(callback),
    tell: (payload) => {
      for (const callback of watchers) callback(payload);
    },
    isListening: () => state.isListening,
    close: async () => {},
    closing: never,
  };
  const cache = createDashboardCache({
    tenantNews,
    now: () => new Date(state.now),
    load: (viewer, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<LoadedDashboard>();
      const reply = { ...REPLY, timezone: `Zone/${loads.length + 1}` };
      const end = (more: Partial<LoadedDashboard> = {}) =>
        resolve({ reply, locale: 'en', validUntil: new Date(NOW + 3_600_000), ...more });
      loads.push({ viewer, signal, end, fail: () => reject(new Error('no database')) });
      return promise;
    },
  });
  /** The number of the load whose reply the viewer gets; with a hit marked. */
  const ask = async (viewer: Viewer, signal = never) => {
    const { dashboard, isHit } = await cache.get(viewer, signal);
    const { timezone } = JSON.parse(dashboard.body.toString()) as DashboardReply;
    expect(gunzipSync(dashboard.gzipped).equals(dashboard.body)).toBe(true);
    return `${timezone.slice(5)}${isHit ? ' hit' : ''}`;
  };
  /** Asks and lets the load that this begins end. */
  const load = async (viewer: Viewer, more?: Partial<LoadedDashboard>) => {
    const asked = ask(viewer);
    loads.at(-1)?.end(more);
    return asked;
  };
  const hear = (payload: string | null) => {
    for (const callback of watchers) callback(payload);
  };
  return { ask, load, loads, hear, state };
}

test('what was loaded is not loaded again until its tenant changes', async () => {
  const { ask, load, hear } = setUp();
  expect(await load(ANN)).toBe('1');
  expect(await ask(ANN)).toBe('1 hit');
  hear('t2');
  expect(await ask(ANN)).toBe('1 hit');
  hear('t1');
  expect(await load(ANN)).toBe('2');
});

test('a change that is heard while a load is under way is in the next answer', async () => {
  const { ask, load, loads, hear } = setUp();
  const before = ask(ANN);
  hear('t1');
  const after = ask(ANN);
  expect(loads).toHaveLength(2);
  loads[1]?.end();
  expect(await after).toBe('2');
  loads[0]?.end();
  expect(await before).toBe('1');
  // The load that began before the change ended last, and is not what is remembered.
  expect(await ask(ANN)).toBe('2 hit');
  hear('t1');
  expect(await load(ANN)).toBe('3');
});

test('viewers of one language share a dashboard, those of another have their own, tenants share nothing', async () => {
  const { ask, load } = setUp();
  expect(await load(ANN, { locale: 'en' })).toBe('1');
  // Whose language is not known yet has to ask.
  expect(await load(BOB, { locale: 'ru' })).toBe('2');
  expect(await load(EVE, { locale: 'en' })).toBe('3');
  expect([await ask(ANN), await ask(BOB), await ask(EVE)]).toEqual(['1 hit', '2 hit', '3 hit']);
});

test('who takes another language has theirs looked up anew, and the others keep their dashboards', async () => {
  const { ask, load, loads, hear } = setUp();
  await load(ANN, { locale: 'en' });
  await load(BOB, { locale: 'ru' });
  hear('t1 bitrix24 1');
  expect(await ask(BOB)).toBe('2 hit');
  // While it is looked up Ann changes her mind: what was read before is hers no more.
  const before = ask(ANN);
  hear('t1 bitrix24 1');
  const after = ask(ANN);
  expect(loads).toHaveLength(4);
  loads[3]?.end({ locale: 'uz' });
  expect(await after).toBe('4');
  loads[2]?.end({ locale: 'ru' });
  expect(await before).toBe('3');
  expect(await ask(ANN)).toBe('4 hit');
  // With the tenant's news all of them go.
  hear('t1');
  expect(await load(ANN, { locale: 'uz' })).toBe('5');
  expect(await load(BOB, { locale: 'ru' })).toBe('6');
});

test('who waits for a load that another began in their language gets none in the language that one has taken since', async () => {
  const { ask, load, loads, hear, state } = setUp();
  await load(ANN, { locale: 'en' });
  await load(BOB, { locale: 'en' });
  state.now += 60_000;
  const [ann, bob] = [ask(ANN), ask(BOB)];
  expect(loads).toHaveLength(3);
  hear('t1 bitrix24 1');
  loads[2]?.end({ locale: 'ru' });
  expect(await ann).toBe('3');
  await expect.poll(() => loads.length).toBe(4);
  loads[3]?.end({ locale: 'en' });
  expect(await bob).toBe('4');
  expect([await ask(BOB), await load(ANN, { locale: 'ru' })]).toEqual(['4 hit', '5']);
});

test('requests that come together wait for one load', async () => {
  const { ask, loads } = setUp();
  const asked = [ask(ANN), ask(ANN), ask(ANN)];
  expect(loads).toHaveLength(1);
  loads[0]?.end();
  expect(await Promise.all(asked)).toEqual(['1', '1', '1']);
});

test('a load goes on while one reader is left, and ends with the last', async () => {
  const { ask, loads } = setUp();
  const [first, second] = [new AbortController(), new AbortController()];
  const asked = [ask(ANN, first.signal), ask(ANN, second.signal)];
  first.abort();
  await expect(asked[0]).rejects.toThrow();
  expect(loads[0]?.signal.aborted).toBe(false);
  second.abort();
  await expect(asked[1]).rejects.toThrow();
  expect(loads[0]?.signal.aborted).toBe(true);
  // Nobody joins a load that is being ended.
  const next = ask(ANN);
  expect(loads).toHaveLength(2);
  loads[1]?.end();
  expect(await next).toBe('2');
});

test('a load that failed is everybody’s failure who waited, and is tried again', async () => {
  const { ask, load, loads } = setUp();
  const asked = [ask(ANN), ask(ANN)];
  loads[0]?.fail();
  await expect(asked[0]).rejects.toThrow('no database');
  await expect(asked[1]).rejects.toThrow('no database');
  await turn();
  expect(await load(ANN)).toBe('2');
});

test('a dashboard on which something failed is not remembered', async () => {
  const { load } = setUp();
  const failed = { ...REPLY, results: [{ id: 'w', status: 'failed' as const }] };
  await load(ANN, { reply: failed });
  expect(await load(ANN)).toBe('2');
});

test('a dashboard ends with its day', async () => {
  const { ask, load, state } = setUp();
  await load(ANN, { validUntil: new Date(NOW + 30_000) });
  state.now = NOW + 29_999;
  expect(await ask(ANN)).toBe('1 hit');
  state.now = NOW + 30_000;
  expect(await load(ANN)).toBe('2');
});

test('a dashboard is looked at anew after a minute, should a change have gone unannounced', async () => {
  const { ask, load, state } = setUp();
  await load(ANN);
  state.now = NOW + 59_999;
  expect(await ask(ANN)).toBe('1 hit');
  state.now = NOW + 60_000;
  expect(await load(ANN)).toBe('2');
});

test('while changes cannot be heard, nothing is remembered and what was is forgotten', async () => {
  const { ask, load, hear, state } = setUp();
  await load(ANN);
  state.isListening = false;
  hear(null);
  expect(await load(ANN)).toBe('2');
  expect(await load(ANN)).toBe('3');
  state.isListening = true;
  hear(null);
  expect(await load(ANN)).toBe('4');
  expect(await ask(ANN)).toBe('4 hit');
});
