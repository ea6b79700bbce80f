import { type Clock, systemClock } from '../server/platform/clock.ts';

/** A clock that begins now and runs that many times faster than ours; waits on it are that much shorter. */
export function fasterClock(times: number): Clock {
  const startedAt = systemClock.now();
  return {
    now: () => startedAt + (systemClock.now() - startedAt) * times,
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / times, signal),
  };
}
