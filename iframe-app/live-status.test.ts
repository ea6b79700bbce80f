import { expect, test } from 'vitest';
import type { SyncStatusReply } from '../contract/sync.ts';
import { ApiError } from './api.ts';
import { startLiveStatus } from './live-status.ts';
import { completeSyncStatus } from './testing/sample-replies.ts';

interface OpenedStream {
  send: (status: SyncStatusReply | null) => void;
  end: () => void;
  fail: (error: ApiError) => void;
  isClosed: () => boolean;
}

/** Live status over scripted streams and a clock that moves only by `pass`. */
function setUp({ isHidden = false } = {}) {
  const clock = { now: 0 };
  const timers = new Set<{ at: number; fire: () => void }>();
  const streams: OpenedStream[] = [];
  const told: string[] = [];
  const page = { isHidden, shown: new Set<() => void>(), hidden: new Set<() => void>() };
  const listen = (listeners: Set<() => void>) => (callback: () => void) => {
    listeners.add(callback);
    return () => listeners.delete(callback);
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const live = startLiveStatus({
    watch: (report, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => reject(signal.reason));
      streams.push({ send: report, end: resolve, fail: reject, isClosed: () => signal.aborted });
      return promise;
    },
    poll: async () => {
      told.push('poll');
      return 2000;
    },
    onStatus: ({ status }) => told.push(status),
    onQuiet: () => told.push('quiet'),
    onLive: (isLive) => told.push(isLive ? 'live' : 'not live'),
    page: { isHidden: () => page.isHidden, onShown: listen(page.shown), onHidden: listen(page.hidden) },
    timers: {
      after(ms, fire) {
        const timer = { at: clock.now + ms, fire };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
    now: () => clock.now,
    random: () => 1,
  });
  return {
    live,
    streams,
    timers,
    page,
    settle,
    /** What has been told since the last look. */
    told: () => told.splice(0),
    latest: () => {
      const stream = streams.at(-1);
      if (!stream) throw new Error('no stream was opened');
      return stream;
    },
    show() {
      page.isHidden = false;
      for (const callback of page.shown) callback();
      return settle();
    },
    hide() {
      page.isHidden = true;
      for (const callback of page.hidden) callback();
      return settle();
    },
    async pass(ms: number) {
      await settle();
      const until = clock.now + ms;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (!next) break;
        clock.now = next.at;
        timers.delete(next);
        next.fire();
        await settle();
      }
      clock.now = until;
      await settle();
    },
  };
}

test('a stream that lives is the only source: nothing is polled, and it stays open', async () => {
  const { latest, streams, told, pass } = setUp();
  latest().send(completeSyncStatus({ status: 'syncing' }));
  latest().send(completeSyncStatus());
  for (let i = 0; i < 40; i += 1) {
    await pass(15_000);
    latest().send(null);
  }
  expect(streams).toHaveLength(1);
  expect(told().filter((one) => one !== 'quiet')).toEqual(['live', 'syncing', 'complete']);
});

test('a stream that says nothing within five seconds is given up, and the status polled', async () => {
  const { latest, streams, told, pass } = setUp();
  await pass(4_999);
  latest().send(null);
  expect(told()).toEqual([]);
  await pass(1);
  expect(streams[0]?.isClosed()).toBe(true);
  expect(told()).toEqual(['not live', 'poll']);
  streams[0]?.send(completeSyncStatus());
  expect(told()).toEqual([]);
});

test('the polling goes on while another stream is tried, and ends with its first message', async () => {
  const { latest, streams, told, pass } = setUp();
  latest().fail(new ApiError('bad_reply'));
  await pass(0);
  expect(told()).toEqual(['not live', 'poll']);
  await pass(1_000);
  expect(streams).toHaveLength(2);
  await pass(1_000);
  expect(told()).toEqual(['poll']);
  latest().send(completeSyncStatus());
  expect(told()).toEqual(['live', 'complete']);
  await pass(10_000);
  expect(told()).toEqual([]);
});

test('tries grow rarer up to every 30 seconds, and there are never two streams at once', async () => {
  const { latest, streams, pass } = setUp();
  const openedAfter: number[] = [];
  for (const ms of [1, 2, 4, 8, 16, 30, 30]) {
    latest().fail(new ApiError('network'));
    await pass(ms * 1000 - 1);
    const before = streams.length;
    await pass(1);
    openedAfter.push(streams.length - before);
  }
  expect(openedAfter).toEqual([1, 1, 1, 1, 1, 1, 1]);
});

test('the server says when to come back', async () => {
  const { latest, streams, pass } = setUp();
  latest().fail(new ApiError('refused', { code: 'rate_limited', retryAfterMs: 20_000 }));
  await pass(19_999);
  expect(streams).toHaveLength(1);
  await pass(1);
  expect(streams).toHaveLength(2);
});

test('a stream that ends after a good life is opened again without polling; one that keeps ending at once is not trusted', async () => {
  const { latest, streams, told, pass } = setUp();
  latest().send(completeSyncStatus());
  await pass(20_000);
  latest().end();
  await pass(1_000);
  expect(streams).toHaveLength(2);
  expect(told()).toEqual(['live', 'complete', 'not live']);
  latest().send(completeSyncStatus());
  latest().end();
  await pass(999);
  expect(told()).toEqual(['live', 'complete', 'not live', 'poll']);
});

test('a connection that dies without a word is given up after 45 seconds', async () => {
  const { latest, streams, told, pass } = setUp();
  latest().send(completeSyncStatus());
  await pass(30_000);
  latest().send(null);
  told();
  await pass(44_999);
  expect(latest().isClosed()).toBe(false);
  await pass(1);
  expect(streams[0]?.isClosed()).toBe(true);
  await pass(1_000);
  expect(streams).toHaveLength(2);
});

test('a hidden page has no stream, no polling and no timer; shown, it has a stream at once', async () => {
  const { latest, streams, told, timers, pass, hide, show } = setUp();
  latest().send(completeSyncStatus());
  await hide();
  expect(latest().isClosed()).toBe(true);
  expect(timers.size).toBe(0);
  await pass(600_000);
  expect(told()).toEqual(['live', 'complete', 'not live']);
  await show();
  expect(streams).toHaveLength(2);
  latest().fail(new ApiError('network'));
  await pass(0);
  expect(told()).toEqual(['not live', 'poll']);
  await hide();
  expect(timers.size).toBe(0);
  await pass(600_000);
  expect(streams).toHaveLength(2);
  expect(told()).toEqual([]);
});

test('a page that is hidden from the start waits until it is shown', async () => {
  const { streams, show } = setUp({ isHidden: true });
  expect(streams).toHaveLength(0);
  await show();
  expect(streams).toHaveLength(1);
});

test('with the session all ends, until the page is shown anew', async () => {
  const { latest, streams, told, timers, pass, hide, show } = setUp();
  latest().fail(new ApiError('network'));
  await pass(1_000);
  latest().fail(new ApiError('session'));
  await pass(600_000);
  expect(timers.size).toBe(0);
  expect(streams).toHaveLength(2);
  expect(told().at(-1)).toBe('not live');
  await hide();
  await show();
  expect(streams).toHaveLength(3);
});

test('woken, it polls at once where it polls, and opens nothing where it lives', async () => {
  const { live, latest, streams, told, settle, pass } = setUp();
  latest().fail(new ApiError('network'));
  await pass(0);
  told();
  live.wake();
  await settle();
  expect(told()).toEqual(['poll']);
  await pass(1_000);
  latest().send(completeSyncStatus());
  told();
  live.wake();
  await settle();
  expect(told()).toEqual([]);
  expect(streams).toHaveLength(2);
});

test('stopped, it leaves no stream, no timer and no listener', async () => {
  const { live, latest, page, timers, settle } = setUp();
  latest().send(completeSyncStatus());
  live.stop();
  await settle();
  expect(latest().isClosed()).toBe(true);
  expect(timers.size).toBe(0);
  expect(page.shown.size + page.hidden.size).toBe(0);
});
