// Usage: npm run -s bench:dispatch -- [--connections 200] [--workers 2] [--speed 5]
//
// All connections are due at once, as after a day without a scheduler: that many sandbox portals, that many tenants, worker
// processes on a clock --speed times faster than ours. `maxWaitMinutes` is on that clock, from the start until a connection's
// portal was asked; `overlaps` counts moments at which one portal was asked by two at once. Prints one JSON line last.
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createBitrixSandbox } from '../sandbox/bitrix24/create-sandbox.ts';
import { TEST_APP } from '../sandbox/bitrix24/test-portal.ts';
import { createClock } from '../sandbox/clock.ts';
import { createSealer } from '../server/platform/crypto.ts';
import { connectWebhook, createTenant } from '../server/testing/tenants.ts';
import { fasterClock } from './clock.ts';
import { startBenchDatabase } from './database.ts';
import type { WorkerStart } from './worker-child.ts';

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '200' },
    workers: { type: 'string', default: '2' },
    speed: { type: 'string', default: '5' },
  },
});
const [connections, workers, speed] = [Number(values.connections), Number(values.workers), Number(values.speed)];
const DAY_MS = 86_400_000;
const POLL_MS = 200;
const LONGEST_MINUTES = 20;

const sandbox = await createBitrixSandbox({
  app: TEST_APP,
  clock: createClock({ speed }),
  portals: Array.from({ length: connections }, (_, index) => ({ size: 'empty' as const, seed: index + 1 })),
});
const bench = await startBenchDatabase();
const children: ChildProcess[] = [];
try {
  const secret = randomBytes(32).toString('hex');
  const sealer = createSealer(secret);
  const clockStart = Date.now();
  const clock = fasterClock(speed, clockStart);
  const dueAt = new Date(clock.now() - DAY_MS);
  for (const portal of sandbox.portals) {
    const tenantId = await createTenant(bench.owner);
    await bench.db.withTenant(tenantId, 'write', (tx) => connectWebhook(tx, sealer, tenantId, portal.createWebhook(1)));
    // As a complete copy stands there: what is due is to read what has changed.
    await bench.owner.query(
      `insert into crm_sync_status (tenant_id, crm_source, entity, status, last_sync_cursor, last_full_sync_at, covered_from, swept_at)
       select $1, 'bitrix24', entity, 'complete', $2, $2, '-infinity', $3
       from unnest(array['leads', 'deals', 'contacts', 'companies', 'activities', 'stageHistory']) entity`,
      [tenantId, dueAt, new Date(clock.now())],
    );
    await bench.owner.query('update crm_connections set next_sync_at = $2 where tenant_id = $1', [tenantId, dueAt]);
    await bench.owner.query('update tenants set next_sync_at = $2 where id = $1', [tenantId, dueAt]);
  }
  const allow = sandbox.portals.map(({ url }) => new URL(url).host);
  const start: WorkerStart = { databaseUrl: bench.appUrl, jobsUrl: bench.jobsUrl, secret, allow, speed, clockStart };
  for (let index = 0; index < workers; index++) children.push(await startWorker(start));
  const startedAt = sandbox.clock.now();
  const startedWall = performance.now();
  await waitUntilServed(startedAt);
  const { entries } = sandbox.ledger;
  const firstAsked = new Map<string, number>();
  for (const { portal, startedAt: at } of entries) if (!firstAsked.has(portal)) firstAsked.set(portal, at);
  console.log(
    JSON.stringify({
      connections,
      workers,
      served: firstAsked.size,
      maxWaitMinutes: Number(((Math.max(...firstAsked.values()) - startedAt) / 60_000).toFixed(2)),
      busiestMinute: busiestMinute([...firstAsked.values()]),
      overlaps: countOverlaps(entries),
      requests: entries.length,
      seconds: Number(((performance.now() - startedWall) / 1000).toFixed(1)),
    }),
  );
} finally {
  await Promise.all(children.map(stop));
  await bench.stop();
  await sandbox.close();
}

async function startWorker(start: WorkerStart): Promise<ChildProcess> {
  const child = fork(path.join(import.meta.dirname, 'worker-child.ts'));
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`A worker ended with code ${code}`)));
    child.send(start);
  });
  return child;
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.disconnect();
  });
}

/** Until every portal was asked and every run is over. @throws when that takes longer than it may */
async function waitUntilServed(startedAt: number): Promise<void> {
  for (;;) {
    const { rows } = await bench.owner.query<{ served: number }>(
      `select count(distinct tenant_id)::int as served from sync_runs where state = 'complete'`,
    );
    if (rows[0]?.served === connections) return;
    if (sandbox.clock.now() - startedAt > LONGEST_MINUTES * 60_000) throw new Error(`Only ${rows[0]?.served} were served`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The most connections that were first asked within one minute. */
function busiestMinute(moments: readonly number[]): number {
  const sorted = moments.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((from, index) => sorted.slice(index).filter((at) => at < from + 60_000).length));
}

function countOverlaps(entries: readonly { portal: string; startedAt: number; endedAt: number | null }[]): number {
  const byPortal = Map.groupBy(entries, ({ portal }) => portal);
  let overlaps = 0;
  for (const requests of byPortal.values()) {
    const sorted = requests.toSorted((a, b) => a.startedAt - b.startedAt);
    for (const [index, request] of sorted.entries()) {
      const next = sorted[index + 1];
      if (next && (request.endedAt === null || request.endedAt > next.startedAt)) overlaps += 1;
    }
  }
  return overlaps;
}
