// Usage: npm run -s bench:sync -- --size tiny|small|large [--speed <times>]
//
// A full sync of a throttled sandbox portal through the real job: queue, limiter, transport, database. Prints one JSON line
// last. --speed lets the portal's clock and the sync's waits run that much faster: the limits stay as they are in portal time.
// Default: 1, for large 10. `simulatedMinutes` is how long it took on the portal's clock.
import { fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createSyncFullHandler } from '../server/jobs/handlers/sync-full.ts';
import { createQueue } from '../server/jobs/queue.ts';
import { type Clock, systemClock } from '../server/platform/clock.ts';
import { createSealer } from '../server/platform/crypto.ts';
import { createLogger } from '../server/platform/log.ts';
import { createOutbound } from '../server/platform/outbound.ts';
import { createTokenSource, saveConnection } from '../server/tenants/connections.ts';
import { requestFullSync } from '../server/tenants/sync-requests.ts';
import { createTenant, startBenchDatabase } from './database.ts';
import type { ChildCounts, ChildReady, ChildStart } from './sandbox-child.ts';

const { values } = parseArgs({ options: { size: { type: 'string', default: 'small' }, speed: { type: 'string' } } });
const { size } = values;
if (size !== 'tiny' && size !== 'small' && size !== 'large') throw new Error('--size is tiny, small or large');
const speed = Number(values.speed ?? (size === 'large' ? 10 : 1));
if (!(speed >= 1)) throw new Error('--speed is a number from 1 up');
const POLL_MS = 100;

const child = fork(path.join(import.meta.dirname, 'sandbox-child.ts'), { execArgv: ['--max-old-space-size=2048'] });
const ask = <Reply>(message: object) =>
  new Promise<Reply>((resolve, reject) => {
    child.once('message', (reply) => resolve(reply as Reply));
    child.once('exit', (code) => reject(new Error(`The sandbox ended with code ${code}`)));
    child.send(message);
  });
const start: ChildStart = { size, speed };
const { webhookUrl } = await ask<ChildReady>(start);
const bench = await startBenchDatabase();
const log = createLogger({ logLevel: 'warn' }, process.stderr);
const outbound = createOutbound({ allow: [new URL(webhookUrl).host] });
const queue = await createQueue({ databaseUrl: bench.jobsUrl, log });
try {
  const tenantId = await createTenant(bench.owner);
  const sealer = createSealer(randomBytes(32).toString('hex'));
  const runId = randomUUID();
  await bench.db.withTenant(tenantId, 'write', async (tx) => {
    const [, endpoint = '', secret = ''] = /^(.*\/)([^/]+)\/$/.exec(webhookUrl) ?? [];
    await saveConnection(tx, sealer, tenantId, {
      crmSource: 'bitrix24',
      accountId: 'bench',
      endpoint,
      oauthServer: null,
      scopes: [],
      mode: 'classic',
      timezone: null,
      baseCurrency: null,
      adminUserId: '1',
      appStatus: null,
      credentials: { kind: 'webhook', secret },
    });
    await requestFullSync(tx, { tenantId, crmSource: 'bitrix24', newRunId: runId, requestedBy: 'system:bench', now: new Date() });
  });
  const refresh = () => Promise.reject(new Error('A webhook is not refreshed'));
  await queue.work(
    'sync-full',
    createSyncFullHandler({
      db: bench.db,
      outbound,
      clock: fasterClock(speed),
      log,
      createTokens: (tenant, crmSource) => createTokenSource({ db: bench.db, sealer, refresh }, tenant, crmSource),
    }),
  );
  const startedAt = performance.now();
  await queue.send('sync-full', { tenantId, crmSource: 'bitrix24', runId, entities: null }, { key: runId });
  await waitUntilComplete(runId);
  const wallSeconds = (performance.now() - startedAt) / 1000;
  const { requests, limitViolations } = await ask<ChildCounts>({});
  const records = await countRecords(tenantId);
  console.log(
    JSON.stringify({
      records,
      requests,
      recordsPerRequest: Math.round(records / requests),
      wallSeconds: Number(wallSeconds.toFixed(1)),
      simulatedMinutes: Number(((wallSeconds * speed) / 60).toFixed(1)),
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
      limitViolations,
    }),
  );
} finally {
  await queue.stop();
  await outbound.close();
  await bench.stop();
  child.disconnect();
}

function fasterClock(times: number): Clock {
  const startedAt = systemClock.now();
  return {
    now: () => startedAt + (systemClock.now() - startedAt) * times,
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / times, signal),
  };
}

/** @throws when the run ends otherwise */
async function waitUntilComplete(runId: string): Promise<void> {
  for (;;) {
    const { rows } = await bench.owner.query<{ state: string }>('select state from sync_runs where run_id = $1', [runId]);
    const state = rows[0]?.state;
    if (state === 'complete') return;
    if (state !== 'queued' && state !== 'running') throw new Error(`The run ended ${state}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Everything that was copied, dictionaries included. */
async function countRecords(tenantId: string): Promise<number> {
  const tables = [
    'leads',
    'deals',
    'contacts',
    'companies',
    'activities',
    'stage_history',
    'users',
    'statuses',
    'pipelines',
    'currencies',
    'products',
  ];
  const counts = tables.map((table) => `(select count(*) from crm_${table} where tenant_id = $1)`).join(' + ');
  const { rows } = await bench.owner.query<{ records: string }>(`select ${counts} as records`, [tenantId]);
  return Number(rows[0]?.records);
}
