import { type JobWithMetadata, PgBoss } from 'pg-boss';
import type { Logger } from '../platform/log.ts';
import { JOBS, type JobData, type JobName, type JobQueue } from './definitions.ts';

export interface JobContext {
  /** Aborted when the process stops or the job has lost its place: stop at the next safe point and throw the reason. */
  signal: AbortSignal;
  /** Nothing comes after this attempt: what it throws is final. */
  isLastAttempt: boolean;
}

export type JobHandler<Name extends JobName> = (data: JobData<Name>, context: JobContext) => Promise<void>;

export interface RunningQueue extends JobQueue {
  /** Hands jobs of this name to the handler, several at a time. What it throws brings the job back later. */
  work<Name extends JobName>(name: Name, handler: JobHandler<Name>): Promise<void>;
  /** Takes no new jobs, tells the running ones to stop and waits for them, 10 s at most. */
  stop(): Promise<void>;
}

const SCHEMA = 'pgboss';
const JOB_NAMES = Object.keys(JOBS) as JobName[];
const STOP_TIMEOUT_MS = 10_000;
/** Jobs of one name at once in this process; two cores copy no more connections than this at a time. */
const CONCURRENCY = 4;

/** A job whose worker falls silent is given to another within this time; a long job is not cut, it keeps its heart beating. */
const QUEUE_OPTIONS = {
  policy: 'exclusive',
  notify: true,
  heartbeatSeconds: 20,
  expireInSeconds: 23 * 3600,
  // 5 s, 10 s, … 10 min: about three hours in all before a person has to look.
  retryLimit: 24,
  retryDelay: 5,
  retryBackoff: true,
  retryDelayMax: 600,
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
    monitorIntervalSeconds: 10,
  });
  // Without a listener the first lost connection would end the process.
  boss.on('error', (error) => log.error({ err: error }, 'The job queue has trouble with its database'));
  await boss.start();
  for (const name of JOB_NAMES) await boss.createQueue(name, QUEUE_OPTIONS);
  const stopping = new AbortController();

  return {
    async send(name, data, options = {}) {
      const parsed = JOBS[name].parse(data);
      await boss.send(name, parsed, options.key === undefined ? {} : { singletonKey: options.key });
    },
    async work(name, handler) {
      await boss.work(name, { includeMetadata: true, localConcurrency: CONCURRENCY }, async ([job]: JobWithMetadata[]) => {
        if (!job) return;
        const signal = AbortSignal.any([job.signal, stopping.signal]);
        const isLastAttempt = job.retryCount >= job.retryLimit;
        try {
          await handler(JOBS[name].parse(job.data) as JobData<typeof name>, { signal, isLastAttempt });
        } catch (error) {
          if (!signal.aborted) log.warn({ err: error, job: name, attempt: job.retryCount }, 'A job failed');
          // The queue stores what a failed job throws; the error's own fields have no business there.
          throw new Error(error instanceof Error ? error.name : 'Error');
        }
      });
    },
    async stop() {
      stopping.abort(new Error('The process is stopping'));
      await boss.stop({ graceful: true, timeout: STOP_TIMEOUT_MS });
    },
  };
}
