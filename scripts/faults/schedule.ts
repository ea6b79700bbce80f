import { randomUUID } from 'node:crypto';
import type { Job } from '../../server/jobs/definitions.ts';
import { dispatchDue } from '../../server/jobs/handlers/dispatcher.ts';
import type { Clock } from '../../server/platform/clock.ts';
import { bookNextTurn, planNextSync } from '../../server/tenants/schedule.ts';
import type { FaultCase } from './fault.ts';

/* F38: everything is due at once. */

const TENANTS = 200;
const DAY_SECONDS = 86_400;
const TURN_SECONDS = 900;
/** Jobs that a worker does at a time, and what one takes. */
const WORKERS = 4;
const JOB_SECONDS = 2;

export const SCHEDULE_FAULTS: readonly FaultCase[] = [
  {
    fault: 'F38',
    what: `${TENANTS} tenants are due after a day's standstill`,
    async run(stage, checks) {
      const { db } = await stage.createDatabase();
      const stoppedAt = Date.UTC(2026, 5, 1);
      const restartedAt = stoppedAt + DAY_SECONDS * 1000;
      // Each had its own place in the quarter of an hour; in no order of their ids.
      const tenants = Array.from({ length: TENANTS }, (_, index) => ({
        id: randomUUID(),
        dueAt: stoppedAt + ((index * 7_919) % (TURN_SECONDS * 1000)),
      }));
      for (const { id, dueAt } of tenants) {
        await db.withDirectory('write', (tx) =>
          tx.query({
            text: 'insert into tenants (id, account_key, next_sync_at) values ($1, $2, $3)',
            values: [id, id, new Date(dueAt)],
          }),
        );
        await db.withTenant(id, 'write', (tx) =>
          tx.query({
            text: `insert into crm_connections (tenant_id, crm_source, account_id, next_sync_at) values ($1::uuid, 'bitrix24', $1::uuid::text, $2)`,
            values: [id, new Date(dueAt)],
          }),
        );
      }

      let second = 0;
      const clock: Clock = { now: () => restartedAt + second * 1000, sleep: async () => {} };
      const waiting: { job: Job<'sync'>; since: number }[] = [];
      const known = new Set<string>();
      const queue = {
        async send(_name: string, jobs: readonly unknown[]) {
          // The dispatcher under test sends no others.
          for (const job of jobs as readonly Job<'sync'>[]) {
            if (known.has(job.key)) continue;
            known.add(job.key);
            waiting.push({ job, since: second });
          }
        },
      };
      let running: { job: Job<'sync'>; until: number; booked: Date }[] = [];
      const begun: { id: string; second: number; waited: number }[] = [];
      const arrivals: number[] = [];
      for (; second < TURN_SECONDS; second++) {
        for (const { job, booked } of running.filter(({ until }) => until <= second)) {
          const { tenantId } = job.data;
          const next = new Date(clock.now() + TURN_SECONDS * 1000);
          await db.withTenant(tenantId, 'write', (tx) => planNextSync(tx, job.data, next, booked));
          known.delete(job.key);
        }
        running = running.filter(({ until }) => until > second);
        const before = known.size;
        await dispatchDue({ db, queue, clock });
        arrivals.push(known.size - before);
        while (running.length < WORKERS) {
          const next = waiting.shift();
          if (!next) break;
          const { tenantId, crmSource } = next.job.data;
          begun.push({ id: tenantId, second, waited: second - next.since });
          const booked = await db.withTenant(tenantId, 'write', (tx) =>
            bookNextTurn(tx, tenantId, crmSource, new Date(clock.now())),
          );
          running.push({ job: next.job, until: second + JOB_SECONDS, booked });
        }
        if (begun.length >= TENANTS && running.length === 0) break;
      }

      const served = new Map<string, number>();
      for (const { id } of begun) served.set(id, (served.get(id) ?? 0) + 1);
      checks.equal('tenants that had their turn within 15 minutes', served.size, TENANTS);
      // A missed day is 96 turns; only the newest counts.
      checks.equal('most turns of one tenant', Math.max(...served.values()), 1);
      checks.that(Math.max(...begun.map((one) => one.second)) <= TURN_SECONDS, 'somebody waited more than 15 minutes');
      checks.that(Math.max(...arrivals) <= 3, `${Math.max(...arrivals)} jobs were queued within one second`);
      checks.that(Math.max(...begun.map(({ waited }) => waited)) <= 60, 'a queue built up');
      const order = begun.map(({ id }) => tenants.find((one) => one.id === id)?.dueAt ?? 0);
      checks.that(
        order.every((dueAt, index) => dueAt >= (order[index - 1] ?? 0)),
        'who was overdue longest did not come first',
      );
    },
  },
];
