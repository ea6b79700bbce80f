import { setTimeout as delay } from 'node:timers/promises';
import type { WorldSize } from '../../sandbox/world/types.ts';
import { CHAOS_FAULTS } from './chaos.ts';
import { type Checks, createChecks } from './checks.ts';
import { CLOCK_FAULTS } from './clocks.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { DATABASE_FAULTS } from './database.ts';
import { createStage, type FaultCase, type Places, type Stage } from './fault.ts';
import { LIMIT_FAULTS, LIMITS_NOT_PLAYED } from './limits.ts';
import { NETWORK_FAULTS, NETWORK_NOT_PLAYED } from './network.ts';
import { PROCESS_FAULTS } from './processes.ts';
import { RECORD_FAULTS } from './records.ts';
import { checkConverges, createRig } from './rig.ts';
import { SCHEDULE_FAULTS } from './schedule.ts';
import { TOKEN_FAULTS } from './tokens.ts';
import { VALUE_FAULTS } from './values.ts';

const CASES: readonly FaultCase[] = [
  ...PROCESS_FAULTS,
  ...LIMIT_FAULTS,
  ...NETWORK_FAULTS,
  ...TOKEN_FAULTS,
  ...RECORD_FAULTS,
  ...CLOCK_FAULTS,
  ...VALUE_FAULTS,
  ...DATABASE_FAULTS,
  ...SCHEDULE_FAULTS,
  ...CHAOS_FAULTS,
];
const NOT_PLAYED = [...LIMITS_NOT_PLAYED, ...NETWORK_NOT_PLAYED];
/** Rows of the matrix: each must have been played or be listed as not playable. */
const ROWS = Array.from({ length: 40 }, (_, index) => `F${String(index + 1).padStart(2, '0')}`);
/** Cases at once. What they do is mostly ours to compute, on one core; the other is PostgreSQL's. */
const LANES = 3;
/** Those that mostly wait, for heartbeats and processes to start. */
const SLOW_LANES = 8;
/** Without kills, which take a heartbeat each, on a small portal. */
const LONGEST_CASE_MS = 150_000;
const KILL_MS = 30_000;

export interface FaultOptions {
  seeds: number;
  size: WorldSize;
  kills: number;
  /** Rows to play; null: all. */
  only: readonly string[] | null;
}

export interface FaultSummary {
  /** Rows that were played, at least in part. */
  faults: number;
  passed: number;
  /** Things that were not as they have to be. */
  differences: number;
  /** What was not played, and why. A row may also be listed here that was played in part. */
  notApplicable: string[];
  /** Seconds, the longest of each kind. */
  slowest: Record<string, number>;
  seeds: number;
  seconds: number;
}

interface Row {
  left: number;
  seconds: number;
  failures: string[];
}

/** Plays the matrix and tells of each row on stderr once all its cases are through. */
export async function runFaults({ seeds, size, kills, only }: FaultOptions): Promise<FaultSummary> {
  const startedAt = performance.now();
  const isWanted = ({ fault }: { fault: string }) => only === null || only.includes(fault);
  const cases = Array.from({ length: seeds }, (_, index) =>
    CASES.filter(isWanted).map((one) => ({ ...one, seed: index + 1 })),
  ).flat();
  const rows = new Map<string, Row>();
  for (const { fault } of cases)
    rows.set(fault, { ...(rows.get(fault) ?? { seconds: 0, failures: [] }), left: (rows.get(fault)?.left ?? 0) + 1 });
  const notPlayed = NOT_PLAYED.filter(isWanted);
  for (const { fault, reason } of notPlayed) console.error(`${fault} notApplicable: ${reason}`);
  for (const fault of ROWS) {
    const isMissing =
      (only === null || only.includes(fault)) && !rows.has(fault) && !notPlayed.some((one) => one.fault === fault);
    if (isMissing) rows.set(fault, { left: 0, seconds: 0, failures: [`${fault} is not played`] });
  }

  const cluster = await startCluster();
  const stages = new Set<Stage>();
  const slowest: Record<string, number> = {};
  const endAll = async () => {
    await Promise.all([...stages].map((stage) => stage.end()));
    await cluster.stop();
  };
  const stopListening = onInterrupt(endAll);
  try {
    const places = await learnPlaces(cluster, size);
    const play = async (one: FaultCase & { seed: number }, database: Awaited<ReturnType<Cluster['createDatabase']>>) => {
      const row = rows.get(one.fault);
      if (!row) return;
      const begunAt = performance.now();
      const stage = createStage({ cluster, database, places, size, kills, seed: one.seed }, `${one.fault} ${one.what}`);
      stages.add(stage);
      const { failures, measured } = await playCase(one, stage);
      for (const [what, took] of measured) slowest[what] = Math.max(slowest[what] ?? 0, took);
      stages.delete(stage);
      row.seconds += (performance.now() - begunAt) / 1000;
      row.failures.push(...failures.map((failure) => `${one.what}${seeds > 1 ? ` (seed ${one.seed})` : ''}: ${failure}`));
      row.left -= 1;
      if (row.left === 0) tell(one.fault, row);
    };
    const lane = async (waiting: (FaultCase & { seed: number })[]) => {
      const database = await cluster.createDatabase();
      for (let next = waiting.shift(); next; next = waiting.shift()) await play(next, database);
    };
    const slow = cases.filter(({ isSlow }) => isSlow);
    const quick = cases.filter(({ isSlow }) => !isSlow);
    await Promise.all([
      ...Array.from({ length: Math.min(SLOW_LANES, slow.length) }, () => lane(slow)),
      ...Array.from({ length: Math.min(LANES, quick.length) }, () => lane(quick)),
    ]);
  } finally {
    stopListening();
    await endAll();
  }
  const all = [...rows.values()];
  return {
    faults: all.length,
    passed: all.filter(({ failures }) => failures.length === 0).length,
    differences: all.reduce((sum, { failures }) => sum + failures.length, 0),
    notApplicable: notPlayed.map(({ fault, reason }) => `${fault}: ${reason}`),
    slowest,
    seeds,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  };
}

async function playCase(one: FaultCase, stage: Stage): Promise<Checks> {
  const checks = createChecks();
  try {
    await withinTime(one.run(stage, checks), (LONGEST_CASE_MS + stage.kills * KILL_MS) * (stage.size === 'tiny' ? 1 : 5));
  } catch (error) {
    checks.that(false, error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await stage.end();
  }
  return checks;
}

/** An engine that never gives up must not make us wait for ever either; what it works with is closed behind it. */
async function withinTime(running: Promise<void>, timeoutMs: number): Promise<void> {
  const ended = new AbortController();
  const late = delay(timeoutMs, undefined, { signal: ended.signal }).then(
    () => Promise.reject(new Error(`did not end within ${timeoutMs / 1000} s`)),
    () => {},
  );
  try {
    await Promise.race([running, late]);
  } finally {
    ended.abort();
  }
}

/** Ends what is running before the process does. @returns stops listening */
function onInterrupt(end: () => Promise<void>): () => void {
  const stop = async (signal: NodeJS.Signals) => {
    await end();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return () => {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  };
}

function tell(fault: string, { seconds, failures }: Row): void {
  const what = CASES.filter((one) => one.fault === fault).map((one) => one.what);
  const title = what.length === 1 ? what[0] : `${what[0]} and ${what.length - 1} more`;
  console.error(`${fault} ${title}: ${seconds.toFixed(1)} s, ${failures.length === 0 ? 'ok' : 'NOT OK'}`);
  for (const failure of failures) console.error(`    ${failure}`);
}

/**
 * A load without faults: where its pages are, and that nothing but the faults can be to blame.
 * @throws Error when even that does not go well
 */
async function learnPlaces(cluster: Cluster, size: WorldSize): Promise<Places> {
  const database = await cluster.createDatabase();
  const rig = await createRig(database.db, { size });
  try {
    await rig.runUntil(async () => (await rig.status()).entities.length > 0 && (await rig.countCycles()) === 0, 1);
    const batches = rig.requests().filter(({ method }) => method === 'batch');
    const isPage = (commands: readonly string[]) => /list$/.test(commands[0] ?? '') && new Set(commands).size === 1;
    const pages = batches.flatMap(({ commands }, index) => (isPage(commands) ? [index + 1] : []));
    const checks = createChecks();
    await checkConverges(rig, checks);
    if (checks.failures.length > 0) throw new Error(`A load without faults fails: ${checks.failures.join('; ')}`);
    const [start, middle, last] = [pages[0], pages[Math.floor(pages.length / 2)], pages.at(-1)];
    if (!start || !middle || !last) throw new Error('A load without faults has no pages');
    return { start, middle, last };
  } finally {
    await rig.close();
    await database.close();
  }
}
