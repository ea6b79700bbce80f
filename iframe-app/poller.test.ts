import { expect, test } from 'vitest';
import { startPolling } from './poller.ts';

function setUp(delays: (number | null)[], isHidden = false) {
  const page = { hidden: isHidden, shown: () => {}, listening: false };
  const timers: { ms: number; fire: () => void }[] = [];
  let runs = 0;
  const stop = startPolling(
    async () => {
      runs += 1;
      return delays.shift() ?? null;
    },
    {
      isHidden: () => page.hidden,
      onShown(callback) {
        page.listening = true;
        page.shown = () => {
          page.hidden = false;
          callback();
        };
        return () => {
          page.listening = false;
        };
      },
    },
    {
      after(ms, fire) {
        const timer = { ms, fire };
        timers.push(timer);
        return () => {
          timers.splice(timers.indexOf(timer) >>> 0, 1);
        };
      },
    },
  );
  return { page, timers, stop, runs: () => runs, settle: () => new Promise((resolve) => setImmediate(resolve)) };
}

test('the task says when it runs again, and that it is done', async () => {
  const polling = setUp([100, 250, null]);
  await polling.settle();
  expect(polling.timers.map(({ ms }) => ms)).toEqual([100]);
  polling.timers.shift()?.fire();
  await polling.settle();
  expect(polling.timers.map(({ ms }) => ms)).toEqual([250]);
  polling.timers.shift()?.fire();
  await polling.settle();
  expect(polling.runs()).toBe(3);
  expect(polling.timers).toEqual([]);
  expect(polling.page.listening).toBe(false);
});

test('a hidden page is left alone and brought up to date when it is shown', async () => {
  const polling = setUp([100, 100], true);
  await polling.settle();
  expect(polling.runs()).toBe(0);
  polling.page.shown();
  await polling.settle();
  expect(polling.runs()).toBe(1);
});

test('a page shown during a run does not start a second one', async () => {
  const polling = setUp([100, 100]);
  polling.page.shown();
  await polling.settle();
  expect(polling.runs()).toBe(1);
});

test('a stopped poll leaves no timer and no listener', async () => {
  const polling = setUp([100, 100]);
  await polling.settle();
  polling.stop();
  expect(polling.timers).toEqual([]);
  expect(polling.page.listening).toBe(false);
});
