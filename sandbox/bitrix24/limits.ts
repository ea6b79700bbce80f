import type { LimitOptions } from './state.ts';

/** Operating time is summed over this many one-minute baskets. */
const WINDOW_SECONDS = 600;
/** What counting costs for each row visited: 2.39 million rows took Bitrix24 49.9 s. */
const COUNT_SECONDS_PER_ROW = 49.9 / 2_390_000;
/** What a call costs that reads next to nothing, as a share of a page. */
const SMALL_CALL = 0.1;
const PAGE_SIZE = 50;

interface Basket {
  minute: number;
  /** When it leaves the window: ten minutes after its first call, Unix seconds. */
  resetAt: number;
  seconds: number;
}

export interface Operating {
  /** Seconds spent in the window. */
  operating: number;
  /** Unix seconds when the oldest minute leaves the window. */
  resetAt: number;
}

export interface PortalLimits {
  /** Counts a request of that address. False: refused (the bucket is full). */
  admit(address: string, now: number): boolean;
  /** False: the method's operating time is used up. */
  mayRun(method: string, now: number): boolean;
  /** Adds what a call cost, in seconds. @returns the cost, and what the method has used with it */
  spend(method: string, work: { records: number; counted?: number }, now: number): Operating & { cost: number };
  /** What the method has used so far. */
  operating(method: string, now: number): Operating;
}

/**
 * The two limits of a cloud portal: a leaky bucket of requests for each source address, and the operating time of each
 * method. Times are Unix seconds of sandbox time, fractional.
 */
export function createLimits(options: LimitOptions): PortalLimits {
  const buckets = new Map<string, { level: number; at: number }>();
  const baskets = new Map<string, Basket[]>();

  /** Baskets still in the window, oldest first. */
  function current(method: string, now: number): Basket[] {
    const kept = (baskets.get(method) ?? []).filter((basket) => basket.resetAt > now);
    baskets.set(method, kept);
    return kept;
  }

  function operating(method: string, now: number): Operating {
    const list = current(method, now);
    const total = list.reduce((sum, basket) => sum + basket.seconds, 0);
    return { operating: total, resetAt: Math.floor(list[0]?.resetAt ?? now + WINDOW_SECONDS) };
  }

  return {
    admit(address, now) {
      const { rate } = options;
      if (rate === null) return true;
      const bucket = buckets.get(address) ?? { level: 0, at: now };
      const level = Math.max(0, bucket.level - (now - bucket.at) * rate.drainPerSecond);
      const admitted = level + 1 <= rate.burst;
      buckets.set(address, { level: admitted ? level + 1 : level, at: now });
      return admitted;
    },
    mayRun: (method, now) => options.operatingSeconds === null || operating(method, now).operating < options.operatingSeconds,
    spend(method, work, now) {
      const list = current(method, now);
      const minute = Math.floor(now / 60);
      const last = list.at(-1);
      const pages = Math.max(SMALL_CALL, work.records / PAGE_SIZE);
      const cost = pages * options.pageCost + (work.counted ?? 0) * COUNT_SECONDS_PER_ROW;
      if (last?.minute === minute) last.seconds += cost;
      else list.push({ minute, resetAt: now + WINDOW_SECONDS, seconds: cost });
      return { ...operating(method, now), cost };
    },
    operating,
  };
}
