import { type JobWithMetadata, PgBoss } from 'pg-boss';
import type { Logger } from '../platform/log.ts';
import { JOBS, type JobData, type JobName, type JobQueue } from './definitions.ts';

/**
 * @param signal aborted when the process stops or the job has lost its place: stop at the next safe point. What is thrown
 * brings the job back in seconds, so a handler plans its later attempts itself and throws only what it cannot even write down.
 */
export type JobHandler<Name extends JobName> = (data: JobData<Name>, signal: AbortSignal) => Promise<void>;

export interface RunningQueue extends JobQueue {
  /** Hands jobs of this name to the handler, several at a time. @param lanes how many at most; default: 8 */
  work<Name extends JobName>(name: Name, handler: JobHandler<Name>, lanes?: number): Promise<void>;
  /** Takes no new jobs, tells the running ones to stop and waits for them, 10 s at most. */
  stop(): Promise<void>;
}

const SCHEMA = 'pgboss';
const JOB_NAMES = Object.keys(JOBS) as JobName[];
const STOP_TIMEOUT_MS = 10_000;
/** Jobs of one name at once in this process; two cores copy no more connections than this at a time. */
const CONCURRENCY = 8;
/** How often it is looked for jobs whose worker has fallen silent; with the heartbeat and the delay this stays under 20 s. */
const SUPERVISE_SECONDS = 2;
/** Jobs that are sent wake the workers; those that come back after a while do not. */
const POLLING = { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 1 };
/** pg-boss's own week would be 6.7 million rows where 10,000 tenants sync every quarter of an hour; what was done stands elsewhere. */
const KEEP_FINISHED_SECONDS = 3600;
const QUEUE_OPTIONS = {
  policy: 'exclusive',
  notify: true,
  // The least pg-boss allows. A long job is not cut, it keeps its heart beating.
  heartbeatSeconds: 10,
  expireInSeconds: 23 * 3600,
  retryLimit: 100,
  retryDelay: 2,
  deleteAfterSeconds: KEEP_FINISHED_SECONDS,
} as const;

/**
 * The job queue, in the database that `databaseUrl` names. `exclusive` queues hold one job per key, queued or running.
 * @throws when the database cannot be reached
 */
export async function createQueue({ databaseUrl, log }: { databaseUrl: string; log: Logger }): Promise<RunningQueue> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    schema: SCHEMA,
    createSchema: false,
    application_name: 'leadrelay jobs',
    max: 4,
    useListenNotify: true,
    schedule: false,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    maintenanceIntervalSeconds: KEEP_FINISHED_SECONDS,
  });
  // Without a listener the first lost connection would end the process.
  boss.on('error', (error) => log.error({ err: error }, 'The job queue has trouble with its database'));
  await boss.start();
  for (const name of JOB_NAMES) {
    await boss.createQueue(name, QUEUE_OPTIONS);
    // A queue that an earlier version made keeps its own.
    const { policy: _, ...changeable } = QUEUE_OPTIONS;
    await boss.updateQueue(name, changeable);
  }
  const stopping = new AbortController();

  return {
    async send(name, jobs) {
      if (jobs.length === 0) return;
      const rows = jobs.map(({ data, key }) => ({ data: JOBS[name].parse(data), singletonKey: key }));
      await boss.insert(name, rows);
    },

    async work(name, handler, lanes = CONCURRENCY) {
      for (let lane = 0; lane < lanes; lane++) {
        const options = { includeMetadata: true as const, ...POLLING };
        const id = await boss.work(name, options, async ([job]: JobWithMetadata[]) => {
          if (!job) return;
          // Without this a lane that has done a job waits for its next poll, however many jobs are waiting.
          boss.notifyWorker(id);
          const signal = AbortSignal.any([job.signal, stopping.signal]);
          try {
            await handler(JOBS[name].parse(job.data) as JobData<typeof name>, signal);
          } catch (error) {
            if (!signal.aborted) log.warn({ err: error, job: name, attempt: job.retryCount }, 'A job failed');
            // The queue stores what a failed job throws; the error's own fields have no business there.
            throw new Error(error instanceof Error ? error.name : 'Error');
          }
        });
      }
    },

    async stop() {
      stopping.abort(new Error('The process is stopping'));
      await boss.stop({ graceful: true, timeout: STOP_TIMEOUT_MS });
    },
  };
}
