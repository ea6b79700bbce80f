import type { CrmSource } from '../../../contract/crm.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db.ts';
import type { Logger } from '../../platform/log.ts';
import { listDueDeletions } from '../../tenants/deletion.ts';
import { claimDueTenants, isOnboardingDue, listDueConnections } from '../../tenants/schedule.ts';
import type { Job, JobQueue } from '../definitions.ts';

export interface DispatcherDeps {
  db: Db;
  queue: JobQueue;
  clock: Clock;
  log: Logger;
}

export interface Dispatcher {
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

const TICK_MS = 1_000;
/** Thirty days need no exact second. */
const ERASURES_EVERY_MS = 60_000;

/**
 * Looks every second whose connections are due and leaves a job for each; every minute whose data is to be erased. One timer and
 * one indexed look-up, whatever the number of connections; any number of processes may run one.
 */
export function startDispatcher(deps: DispatcherDeps): Dispatcher {
  const stopping = new AbortController();
  const running = run(deps, stopping.signal);
  return {
    async stop() {
      stopping.abort(new Error('The process is stopping'));
      await running;
    },
  };
}

async function run(deps: DispatcherDeps, signal: AbortSignal): Promise<void> {
  let isInTrouble = false;
  let erasuresAt = deps.clock.now();
  while (!signal.aborted) {
    try {
      await dispatchDue(deps);
      if (deps.clock.now() >= erasuresAt) {
        await dispatchErasures(deps);
        erasuresAt = deps.clock.now() + ERASURES_EVERY_MS;
      }
      isInTrouble = false;
    } catch (error) {
      // Once for a database that is away, not once a second.
      if (!isInTrouble) deps.log.error({ err: error }, 'The dispatcher could not look for connections that are due');
      isInTrouble = true;
    }
    await deps.clock.sleep(TICK_MS, signal).catch(() => {});
  }
}

/** Queues a sync of every connection that is due, longest overdue first, and what onboarding waits for. @returns how many jobs */
export async function dispatchDue({ db, queue, clock }: Omit<DispatcherDeps, 'log'>): Promise<number> {
  const now = new Date(clock.now());
  const syncs: Job<'sync'>[] = [];
  const onboardings: Job<'onboarding'>[] = [];
  for (const tenantId of await claimDueTenants(db, now)) {
    const [due, isOnboarding] = await db.withTenant(tenantId, 'read', (tx) =>
      Promise.all([listDueConnections(tx, tenantId, now), isOnboardingDue(tx, tenantId, now)]),
    );
    for (const crmSource of due) syncs.push(syncJob(tenantId, crmSource));
    if (isOnboarding) onboardings.push({ data: { tenantId }, key: tenantId });
  }
  await queue.send('sync', syncs);
  await queue.send('onboarding', onboardings);
  return syncs.length + onboardings.length;
}

/** Queues the erasure of every tenant whose day has come. @returns how many jobs */
export async function dispatchErasures({ db, queue, clock }: Omit<DispatcherDeps, 'log'>): Promise<number> {
  const due = await listDueDeletions(db, new Date(clock.now()));
  await queue.send(
    'erase',
    due.map((tenantId) => ({ data: { tenantId }, key: tenantId })),
  );
  return due.length;
}

function syncJob(tenantId: string, crmSource: CrmSource): Job<'sync'> {
  return { data: { tenantId, crmSource }, key: `${tenantId} ${crmSource}` };
}
