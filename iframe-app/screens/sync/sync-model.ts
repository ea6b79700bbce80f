import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { EntityProgress, SyncState, SyncStatusReply } from '../../../contract/sync.ts';
import { type Api, ApiError } from '../../api.ts';

/** States in which the sync does not move on by itself soon, and the person should know why. */
export type SyncProblem = Exclude<SyncState, 'pending' | 'syncing' | 'complete'>;

/** Problems that pass by themselves, or that somebody has chosen: a badge is enough beside numbers that are all there. */
const QUIET_PROBLEMS: ReadonlySet<SyncProblem> = new Set(['error', 'paused']);

/** What of a sync's status the dashboard on show was calculated over. */
export interface ShownStatus {
  syncStatus: SyncState;
  dataAsOf: string | null;
}

export interface SyncModel {
  status: ReadonlySignal<SyncStatusReply | null>;
  /** News comes by itself at present. */
  isLive: ReadonlySignal<boolean>;
  /** Null while it cannot be told. */
  secondsLeft: ReadonlySignal<number | null>;
  /** Over the last minute; null while it cannot be told, or less than one. */
  recordsPerSecond: ReadonlySignal<number | null>;
  /** No record has arrived for a while, though nothing is wrong: the CRM makes us wait. */
  isWaiting: ReadonlySignal<boolean>;
  isRestarting: ReadonlySignal<boolean>;
  setLive(isLive: boolean): void;
  /** Takes a status that came by itself, or as the answer to an order. */
  receive(status: SyncStatusReply): void;
  /** Time has passed and the status is what it was. */
  standStill(): void;
  /** Reads the status once; answers the milliseconds until it should be read again. */
  poll(): Promise<number>;
  /** Starts the sync again after a problem, or lets it go on after a pause. */
  restart(): Promise<void>;
  /** Asks the CRM for what has changed. @returns whether it will be asked; nobody needs to know why not */
  askCrm(): Promise<boolean>;
}

interface Sample {
  at: number;
  done: number;
}

const FASTEST_POLL_MS = 1_500;
const SLOWEST_POLL_MS = 10_000;
/** How often a complete copy is asked whether it still is. */
const COMPLETE_POLL_MS = 60_000;
/** The same after somebody has asked for what is new: for as long as the answer usually takes. */
const AWAITED_POLL_MS = 5_000;
const AWAIT_FOR_MS = 60_000;
/**
 * The speed that the time left is taken from is that of this much of the past. A CRM lets a large load run fast for minutes and then
 * stand for minutes (Bitrix24 counts in windows of ten): over less than one such turn the time left jumps between far too little and
 * endless.
 */
const SPEED_WINDOW_MS = 12 * 60_000;
/** The speed that is told. */
const RATE_WINDOW_MS = 60_000;
/** A speed measured over less than this says nothing: the first requests of a load are the fastest. */
const MIN_SPEED_SPAN_MS = 10_000;
/** Records arrive every few seconds. After this long without one the person is told that this is no fault. */
const WAITING_AFTER_MS = 45_000;

/** While records arrive, numbers over them are worth another look this often. */
const REPORT_EVERY_MS = 10_000;

/**
 * @param deps.shown what the numbers on show were calculated over; null while there are none
 * @param deps.onProgress called when the copy is newer than before, when an entity or the whole sync has become complete, and every ten
 * seconds while records arrive
 */
export function createSync(deps: {
  api: Pick<Api, 'getSyncStatus' | 'startSync' | 'resumeSync' | 'refreshSync'>;
  now: () => number;
  shown: () => ShownStatus | null;
  onProgress: () => void;
}): SyncModel {
  const status = signal<SyncStatusReply | null>(null);
  const samples = signal<Sample[]>([]);
  const isLive = signal(false);
  const isRestarting = signal(false);
  let pollMs = FASTEST_POLL_MS;
  let awaitsUntil = 0;
  let reportedAt = deps.now();
  let hasUnreported = false;
  let received = 0;

  function receive(reply: SyncStatusReply): void {
    const before = status.value;
    received += 1;
    hasUnreported ||= before !== null && hasMoved(before, reply);
    batch(() => {
      status.value = reply;
      takeSample();
    });
    if (before === null ? isAheadOf(reply, deps.shown()) : isNews(reply, before)) report();
    else reportIfDue();
  }

  function takeSample(): void {
    samples.value = keepRecent(samples.value, { at: deps.now(), done: countDone(status.value?.entities ?? []) });
  }

  function reportIfDue(): void {
    if (hasUnreported && deps.now() - reportedAt >= REPORT_EVERY_MS) report();
  }

  function report(): void {
    reportedAt = deps.now();
    hasUnreported = false;
    deps.onProgress();
  }

  async function poll(): Promise<number> {
    const receivedBefore = received;
    const before = status.value;
    let reply: SyncStatusReply;
    try {
      reply = await deps.api.getSyncStatus();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The dashboard's own load tells the person; this one only waits longer.
      pollMs = Math.min(pollMs * 2, SLOWEST_POLL_MS);
      return pollMs;
    }
    // What came by itself meanwhile is newer than this answer.
    if (received === receivedBefore) receive(reply);
    pollMs = hasMoved(before, reply) ? FASTEST_POLL_MS : Math.min(pollMs * 1.5, SLOWEST_POLL_MS);
    if (reply.status !== 'complete') return pollMs;
    if (before?.dataAsOf !== reply.dataAsOf) awaitsUntil = 0;
    return deps.now() < awaitsUntil ? AWAITED_POLL_MS : COMPLETE_POLL_MS;
  }

  return {
    status,
    isLive,
    setLive(value) {
      isLive.value = value;
    },
    isRestarting,
    secondsLeft: computed(() => estimateSecondsLeft(samples.value, status.value?.entities ?? [])),
    recordsPerSecond: computed(() => measureRate(samples.value)),
    isWaiting: computed(() => status.value?.status === 'syncing' && standsSinceMs(samples.value) >= WAITING_AFTER_MS),
    receive,
    standStill() {
      if (status.value?.status === 'syncing') takeSample();
      reportIfDue();
    },
    poll,
    async restart() {
      isRestarting.value = true;
      try {
        if (status.value?.status === 'paused') receive(await deps.api.resumeSync());
        else {
          await deps.api.startSync();
          await poll();
        }
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      } finally {
        isRestarting.value = false;
      }
    },
    async askCrm() {
      try {
        await deps.api.refreshSync();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return false;
      }
      awaitsUntil = deps.now() + AWAIT_FOR_MS;
      return true;
    },
  };
}

/** Whether records have arrived, or the sync stands otherwise. */
function hasMoved(before: SyncStatusReply | null, next: SyncStatusReply): boolean {
  return before === null || countDone(before.entities) !== countDone(next.entities) || before.status !== next.status;
}

/** Whether numbers calculated over the copy as it was before are old ones now. */
function isNews(next: SyncStatusReply, before: SyncStatusReply): boolean {
  return (
    next.dataAsOf !== before.dataAsOf ||
    countComplete(next.entities) > countComplete(before.entities) ||
    (next.status === 'complete' && before.status !== 'complete')
  );
}

function isAheadOf(next: SyncStatusReply, shown: ShownStatus | null): boolean {
  if (shown === null) return false;
  return next.dataAsOf !== shown.dataAsOf || (next.status === 'complete' && shown.syncStatus !== 'complete');
}

/** Whether every entity has been copied whole once: what fails after that leaves all numbers standing. */
export function isCopied({ entities }: SyncStatusReply): boolean {
  return entities.length > 0 && entities.every((one) => one.status === 'complete' || one.lastFullSyncAt !== null);
}

/** Whether a problem stays until somebody does something about it. */
export function needsPerson(problem: SyncProblem): boolean {
  return !QUIET_PROBLEMS.has(problem);
}

/** The moment from which on the records of all entities are copied; null while one of them cannot say, or once all are complete. */
export function commonCoverage(entities: readonly EntityProgress[]): string | null {
  const loading = entities.filter(({ status }) => status !== 'complete').map(({ coveredFrom }) => coveredFrom);
  if (loading.includes(null)) return null;
  return loading.filter((from) => from !== null).reduce<string | null>(later, null);
}

function later(a: string | null, b: string): string {
  return a === null || Date.parse(b) > Date.parse(a) ? b : a;
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

/** Records a second over the last minute, rounded: more digits would only flicker. */
export function measureRate(samples: readonly Sample[]): number | null {
  const last = samples.at(-1);
  const first = last && samples.find(({ at }) => last.at - at <= RATE_WINDOW_MS);
  if (!first || last.at - first.at < MIN_SPEED_SPAN_MS) return null;
  const rate = (last.done - first.done) / ((last.at - first.at) / 1000);
  return Math.round(Number(rate.toPrecision(3))) || null;
}

export function isProblem(state: SyncState): state is SyncProblem {
  return state !== 'pending' && state !== 'syncing' && state !== 'complete';
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
