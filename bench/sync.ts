// Usage: npm run -s bench:sync -- --size tiny|small|large [--throttled] [--speed <times>]
//
// A first full sync of a sandbox portal through all that takes part in it: dispatcher, queue, limiter, transport, database.
// Prints one JSON line last. Without --throttled the portal answers as fast as it can: `recordsPerSecond` is from the first
// request to the last commit. With it the portal keeps to the cloud's limits on a clock that runs --speed times faster than
// ours (default 5, without limits 20), the sync's waits with it; `…Minutes` and `minutesTo…` are on the portal's clock.
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { loadDashboard } from '../server/dashboard/load-dashboard.ts';
import { createResultCache } from '../server/dashboard/result-cache.ts';
import { startDispatcher } from '../server/jobs/handlers/dispatcher.ts';
import { createSyncHandler } from '../server/jobs/handlers/sync.ts';
import { createQueue } from '../server/jobs/queue.ts';
import { createSealer } from '../server/platform/crypto.ts';
import { createLogger } from '../server/platform/log.ts';
import { createOutbound } from '../server/platform/outbound.ts';
import { createTokenSource } from '../server/tenants/connections.ts';
import { requestSync } from '../server/tenants/sync-requests.ts';
import { connectWebhook, createTenant } from '../server/testing/tenants.ts';
import { fasterClock } from './clock.ts';
import { startBenchDatabase } from './database.ts';
import type { ChildCounts, ChildReady, ChildStart } from './sandbox-child.ts';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: 'small' },
    speed: { type: 'string' },
    throttled: { type: 'boolean', default: false },
  },
});
const { size, throttled: isThrottled } = values;
if (size !== 'tiny' && size !== 'small' && size !== 'large') throw new Error('--size is tiny, small or large');
// Our own limiter keeps to the cloud's limits in any case: on a fast clock it never waits.
const speed = Number(values.speed ?? (isThrottled ? 5 : 20));
if (!(speed >= 1)) throw new Error('--speed is a number from 1 up');
const POLL_MS = 100;
const TABLES = ['leads', 'deals', 'contacts', 'companies', 'activities', 'stage_history'];

const child = fork(path.join(import.meta.dirname, 'sandbox-child.ts'), { execArgv: ['--max-old-space-size=2048'] });
const { webhookUrl } = await ask<ChildReady>(child, { size, speed, isThrottled } satisfies ChildStart);
const bench = await startBenchDatabase();
const log = createLogger({ logLevel: 'warn' }, process.stderr);
const outbound = createOutbound({ allow: [new URL(webhookUrl).host] });
const queue = await createQueue({ databaseUrl: bench.jobsUrl, log });
const clock = fasterClock(speed);
const sealer = createSealer(randomBytes(32).toString('hex'));
const refresh = () => Promise.reject(new Error('A webhook is not refreshed'));
await queue.work(
  'sync',
  createSyncHandler({
    db: bench.db,
    outbound,
    clock,
    log,
    createTokens: (tenant, crmSource) => createTokenSource({ db: bench.db, sealer, refresh }, tenant, crmSource),
  }),
);
const dispatcher = startDispatcher({ db: bench.db, queue, clock, log });
try {
  const tenantId = await createTenant(bench.owner);
  const runId = randomUUID();
  const now = new Date(clock.now());
  await bench.db.withTenant(tenantId, 'write', async (tx) => {
    await connectWebhook(tx, sealer, tenantId, webhookUrl);
    const request = {
      tenantId,
      crmSource: 'bitrix24',
      newRunId: runId,
      requestedBy: 'system:bench',
      entities: null,
      now,
    } as const;
    await requestSync(tx, 'full', request);
  });
  const startedAt = performance.now();
  const seconds = await watch(tenantId, runId, startedAt);
  const { requests, limitViolations, http503, http429 } = await ask<ChildCounts>(child, {});
  const records = await countRecords(tenantId);
  const toMinutes = (wallSeconds: number) => Number(((wallSeconds * speed) / 60).toFixed(2));
  console.log(
    JSON.stringify({
      records,
      requests,
      recordsPerRequest: Math.round(records / requests),
      wallSeconds: Number(seconds.all.toFixed(1)),
      recordsPerSecond: isThrottled ? null : Math.round(records / seconds.all),
      simulatedMinutes: isThrottled ? toMinutes(seconds.all) : null,
      minutesToFirstDashboard: isThrottled ? toMinutes(seconds.firstDashboard) : null,
      minutesToLeads: isThrottled ? toMinutes(seconds.leads) : null,
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
      limitViolations,
      http503,
      http429,
    }),
  );
} finally {
  await dispatcher.stop();
  await queue.stop();
  await outbound.close();
  await bench.stop();
  child.disconnect();
}

function ask<Reply>(sandbox: ChildProcess, message: object): Promise<Reply> {
  return new Promise((resolve, reject) => {
    sandbox.once('message', (reply) => resolve(reply as Reply));
    sandbox.once('exit', (code) => reject(new Error(`The sandbox ended with code ${code}`)));
    sandbox.send(message);
  });
}

/**
 * Follows the run to its end.
 * @returns seconds until every widget with a period had its numbers, until all leads were copied, and until the run was through
 * @throws when the run ends otherwise
 */
async function watch(tenantId: string, runId: string, startedAt: number) {
  const elapsed = () => (performance.now() - startedAt) / 1000;
  let firstDashboard: number | null = null;
  let leads: number | null = null;
  for (;;) {
    const { rows } = await bench.owner.query<{ state: string; leads: boolean; recent: boolean }>(
      `select state, exists (select from crm_sync_status s where s.tenant_id = r.tenant_id and entity = 'leads' and s.status = 'complete') as leads,
         (select count(*) = 3 from crm_sync_status s where s.tenant_id = r.tenant_id and entity in ('leads', 'deals', 'activities')
           and case when entity = 'leads' then covered_from else active_from end <= $2) as recent
       from sync_runs r where run_id = $1`,
      [runId, new Date(clock.now() - 90 * 86_400_000)],
    );
    const [run] = rows;
    if (run?.leads) leads ??= elapsed();
    // Asked only once it may be: the question itself takes time from the sync.
    if (firstDashboard === null && run?.recent && (await hasFirstDashboard(tenantId))) firstDashboard = elapsed();
    if (run?.state === 'complete')
      return { all: elapsed(), firstDashboard: firstDashboard ?? elapsed(), leads: leads ?? elapsed() };
    if (run?.state !== 'queued' && run?.state !== 'running') throw new Error(`The run ended ${run?.state}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** What counts all records there ever were has to wait for all of them. */
async function hasFirstDashboard(tenantId: string): Promise<boolean> {
  const deps = { db: bench.db, now: () => new Date(clock.now()), log, results: createResultCache() };
  const { reply: dashboard } = await loadDashboard(
    deps,
    { tenantId, crmSource: 'bitrix24', userId: '1' },
    new AbortController().signal,
  );
  const periods = new Set(dashboard.widgets.filter(({ config }) => config.timeRangeDays !== null).map(({ id }) => id));
  return dashboard.results.every(({ id, status }) => !periods.has(id) || status === 'ok');
}

async function countRecords(tenantId: string): Promise<number> {
  const counts = TABLES.map((table) => `(select count(*) from crm_${table} where tenant_id = $1)`).join(' + ');
  const { rows } = await bench.owner.query<{ records: string }>(`select ${counts} as records`, [tenantId]);
  return Number(rows[0]?.records);
}
