import { setTimeout as wait } from 'node:timers/promises';

/** Time as the parts that wait on it see it; passed in, so that tests and benchmarks need not live through it. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** @throws the signal's reason as soon as it is aborted */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: Date.now,
  async sleep(milliseconds, signal) {
    signal.throwIfAborted();
    await wait(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
  },
};
