import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { EntityProgress, SyncState, SyncStatusReply } from '../../contract/sync.ts';
import { type Api, ApiError } from '../api.ts';

/** States in which the sync does not move on by itself soon, and the person should know why. */
export type SyncProblem = Exclude<SyncState, 'pending' | 'syncing' | 'complete'>;

export interface SyncModel {
  status: ReadonlySignal<SyncStatusReply | null>;
  /** Null while it cannot be told. */
  secondsLeft: ReadonlySignal<number | null>;
  /** No record has arrived for a while, though nothing is wrong: the CRM makes us wait. */
  isWaiting: ReadonlySignal<boolean>;
  isRestarting: ReadonlySignal<boolean>;
  /** Reads the progress once; answers the milliseconds until it should be read again, null when the sync is complete. */
  poll(): Promise<number | null>;
  /** Starts the sync again after a problem. */
  restart(): Promise<void>;
}

interface Sample {
  at: number;
  done: number;
}

const FASTEST_POLL_MS = 1_500;
const SLOWEST_POLL_MS = 10_000;
/**
 * The speed is taken over this much of the past. A CRM lets a large load run fast for minutes and then stand for minutes
 * (Bitrix24 counts in windows of ten): over less than one such turn the time left jumps between far too little and endless.
 */
const SPEED_WINDOW_MS = 12 * 60_000;
/** A speed measured over less than this says nothing: the first requests of a load are the fastest. */
const MIN_SPEED_SPAN_MS = 10_000;
/** Records arrive every few seconds. After this long without one the person is told that this is no fault. */
const WAITING_AFTER_MS = 45_000;

/** While records arrive, numbers over them are worth another look this often. */
const REPORT_EVERY_MS = 10_000;

/** @param deps.onProgress called when an entity or the whole sync has become complete, and every ten seconds while records arrive */
export function createSync(deps: {
  api: Pick<Api, 'getSyncStatus' | 'startSync'>;
  now: () => number;
  onProgress: () => void;
}): SyncModel {
  const status = signal<SyncStatusReply | null>(null);
  const samples = signal<Sample[]>([]);
  const isRestarting = signal(false);
  let pollMs = FASTEST_POLL_MS;
  let reportedAt = deps.now();

  async function poll(): Promise<number | null> {
    let reply: SyncStatusReply;
    try {
      reply = await deps.api.getSyncStatus();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The dashboard's own load tells the person; this one only waits longer.
      pollMs = Math.min(pollMs * 2, SLOWEST_POLL_MS);
      return pollMs;
    }
    const done = countDone(reply.entities);
    const before = samples.value.at(-1);
    const moved = before === undefined || before.done !== done || status.value?.status !== reply.status;
    pollMs = moved ? FASTEST_POLL_MS : Math.min(pollMs * 1.5, SLOWEST_POLL_MS);
    const completed = countComplete(reply.entities) > countComplete(status.value?.entities ?? []);
    const finished = reply.status === 'complete';
    batch(() => {
      status.value = reply;
      samples.value = keepRecent(samples.value, { at: deps.now(), done });
    });
    if (finished || completed || (moved && deps.now() - reportedAt >= REPORT_EVERY_MS)) {
      reportedAt = deps.now();
      deps.onProgress();
    }
    return finished ? null : pollMs;
  }

  return {
    status,
    isRestarting,
    secondsLeft: computed(() => estimateSecondsLeft(samples.value, status.value?.entities ?? [])),
    isWaiting: computed(() => status.value?.status === 'syncing' && standsSinceMs(samples.value) >= WAITING_AFTER_MS),
    poll,
    async restart() {
      isRestarting.value = true;
      try {
        await deps.api.startSync();
        await poll();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      } finally {
        isRestarting.value = false;
      }
    },
  };
}

/** The entity to name in the headline: the one that is loading, else the first that is not complete, else the first. */
export function pickHeadline(entities: EntityProgress[]): EntityProgress | null {
  return (
    entities.find((one) => one.status === 'syncing' && one.totalRecords !== null) ??
    entities.find((one) => one.status !== 'complete') ??
    entities[0] ??
    null
  );
}

/** 0–1; null while the CRM has not said how many records there are. An entity that grew during its load is not more than full. */
export function progressOf(entity: EntityProgress): number | null {
  if (entity.status === 'complete') return 1;
  if (entity.totalRecords === null) return null;
  return entity.totalRecords === 0 ? 1 : Math.min(entity.syncedRecords / entity.totalRecords, 1);
}

/** How much of everything is copied, 0–1; null while a total is unknown. */
export function overallProgress(entities: EntityProgress[]): number | null {
  let total = 0;
  let done = 0;
  for (const entity of entities) {
    const progress = progressOf(entity);
    if (progress === null) return null;
    const size = entity.totalRecords ?? entity.syncedRecords;
    total += size;
    done += size * progress;
  }
  return total === 0 ? null : done / total;
}

/** Records left over the speed of the last minutes; null while a total is unknown or the speed is not measured yet. */
export function estimateSecondsLeft(samples: readonly Sample[], entities: EntityProgress[]): number | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last.at - first.at < MIN_SPEED_SPAN_MS || last.done <= first.done) return null;
  let left = 0;
  for (const entity of entities) {
    if (entity.status === 'complete') continue;
    if (entity.totalRecords === null) return null;
    left += Math.max(entity.totalRecords - entity.syncedRecords, 0);
  }
  const recordsPerSecond = (last.done - first.done) / ((last.at - first.at) / 1000);
  return left / recordsPerSecond;
}

export function toProblem(status: SyncState): SyncProblem | null {
  return status === 'pending' || status === 'syncing' || status === 'complete' ? null : status;
}

/** How long the count has not moved. */
function standsSinceMs(samples: readonly Sample[]): number {
  const last = samples.at(-1);
  const reached = samples.find((sample) => sample.done === last?.done);
  return last && reached ? last.at - reached.at : 0;
}

function countDone(entities: EntityProgress[]): number {
  return entities.reduce((sum, one) => sum + one.syncedRecords, 0);
}

function countComplete(entities: EntityProgress[]): number {
  return entities.filter((one) => one.status === 'complete').length;
}

/** A count that went back means that a load began anew: what was measured before says nothing about it. */
function keepRecent(samples: Sample[], next: Sample): Sample[] {
  const last = samples.at(-1);
  if (last && next.done < last.done) return [next];
  return [...samples.filter((sample) => next.at - sample.at <= SPEED_WINDOW_MS), next];
}
