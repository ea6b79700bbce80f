import { LRUCache } from 'lru-cache';

/** What one person was told of one view of the dashboard, when it was last written down. */
interface Reading {
  etag: string | null;
  shownCount: number;
  at: number;
}

export interface DashboardReadings {
  /** Whether what is told now says more of who has read what than the access log does. */
  isNews(view: string, told: Omit<Reading, 'at'>): boolean;
  /** It stands in the access log. */
  keep(view: string, told: Omit<Reading, 'at'>): void;
}

/** A page that is open asks again with every change: nine times in a second, while a dashboard is being made. */
const ONE_READING_MS = 60_000;
/** Beyond, somebody's next look is written down once more than needed. */
const MAX_REMEMBERED = 10_000;

/**
 * Which looks at a dashboard are one reading: at what was told before, however much later, and at what has become of it within a
 * minute. A dashboard that has shown nothing yet has not been read.
 */
export function createDashboardReadings(now: () => Date): DashboardReadings {
  const readings = new LRUCache<string, Reading>({ max: MAX_REMEMBERED });
  return {
    isNews(view, { etag, shownCount }) {
      const last = readings.get(view);
      if (!last) return true;
      if (etag !== null && etag === last.etag) return false;
      return now().getTime() - last.at >= ONE_READING_MS || (last.shownCount === 0 && shownCount > 0);
    },
    keep: (view, told) => void readings.set(view, { ...told, at: now().getTime() }),
  };
}
