import { type Clock, systemClock } from '../server/platform/clock.ts';

/**
 * A clock that runs that many times faster than ours; waits on it are that much shorter.
 * @param startedAt our time at which both agree, Unix milliseconds; default now
 */
export function fasterClock(times: number, startedAt = systemClock.now()): Clock {
  return {
    now: () => startedAt + (systemClock.now() - startedAt) * times,
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / times, signal),
  };
}
