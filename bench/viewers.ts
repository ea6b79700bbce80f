// Usage: npm run -s bench:viewers [-- --seconds 60] [-- --size small]
//
// What many people at once meet. First 50 viewers of 10 tenants, one of them a call centre of 1.2 million records, load their
// dashboards and look behind its numbers while their deals change, so that nothing of deals stays remembered. Then one tenant's
// viewers alone, and again while the big one asks for its dearest charts as fast as it can over 20 connections. Viewers run in a
// thread of their own.
// Prints one JSON line last.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { createWorld } from '../sandbox/world/create-world.ts';
import { createDb } from '../server/platform/db.ts';
import { TENANT_CHANNEL } from '../server/tenants/announce.ts';
import { FACTS, fillTables, insertDictionaries, stageFacts, writeFacts } from './dashboard/load-world.ts';
import type { ViewersReport, ViewersTask } from './dashboard/viewers-thread.ts';
import { startBenchServer } from './dashboard/web-server.ts';
import { benchWidgets } from './dashboard/widgets.ts';
import { startBenchDatabase } from './database.ts';

const NOW = new Date('2026-06-15T07:00:00Z');
const OFFSET_MINUTES = 300;
const TENANTS = 10;
const VIEWERS = 50;
const QUIET_VIEWERS = 5;
const FLOOD_CONNECTIONS = 20;
const DEAREST = new Set(['Activities by agent', 'Talk time by agent', 'First response by agent']);
/** Every so often a sync has changed something of one tenant. */
const CHANGE_EVERY_MS = 200;
const MAX_P95_MS = 2_000;
const MAX_RATIO = 2;

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, size: { type: 'string', default: 'large' } },
});
const seconds = Math.min(300, Number(options.seconds));

const directory = await mkdtemp(path.join(tmpdir(), 'leadrelay-bench-'));
const bench = await startBenchDatabase();
const db = createDb({ url: bench.appUrl, poolSize: 4 });
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  await db.close();
  await bench.stop();
  await rm(directory, { recursive: true, force: true });
}

async function run(): Promise<boolean> {
  const tenants = Array.from({ length: TENANTS }, () => randomUUID());
  const [, quiet = ''] = tenants;
  await fill(tenants);
  const server = await startBenchServer({ db, appUrl: bench.appUrl, directory, now: () => NOW });
  try {
    const tokens = await Promise.all(tenants.map((tenantId) => server.issue(tenantId, '1')));
    const [bigToken = '', quietToken = ''] = tokens;
    const dearest = await addDearest(server.url, bigToken);

    const all = await whileChanging(tenants, () =>
      view({
        url: server.url,
        tokens: Array.from({ length: VIEWERS }, (_, index) => tokens[index % TENANTS] ?? ''),
        seconds,
        flood: null,
      }),
    );
    console.error(
      `${all.times.length} requests of ${VIEWERS} viewers, ${all.errors.length} errors ${all.errors.slice(0, 3).join('; ')}`,
    );

    const few = { url: server.url, tokens: Array.from({ length: QUIET_VIEWERS }, () => quietToken), seconds: seconds / 2 };
    const alone = await whileChanging([quiet], () => view({ ...few, flood: null }));
    const flood = { token: bigToken, paths: dearest.map((id) => `/widgets/${id}/csv`), connections: FLOOD_CONNECTIONS };
    const beside = await whileChanging([quiet], () => view({ ...few, flood }));
    console.error(`the flood: ${JSON.stringify(beside.flooded)}`);

    const report = {
      requests: all.times.length,
      errors: all.errors.length + alone.errors.length + beside.errors.length,
      p50Ms: quantile(all.times, 0.5),
      p95Ms: quantile(all.times, 0.95),
      aloneP95Ms: quantile(alone.times, 0.95),
      floodedP95Ms: quantile(beside.times, 0.95),
      floodedOverAlone: Number((quantile(beside.times, 0.95) / quantile(alone.times, 0.95)).toFixed(3)),
    };
    console.log(JSON.stringify(report));
    return report.errors === 0 && report.p95Ms <= MAX_P95_MS && report.floodedOverAlone <= MAX_RATIO;
  } finally {
    await server.close();
  }
}

/** The first tenant is the big one; the others have some 10,000 records each, between its own. */
async function fill(tenants: readonly string[]): Promise<void> {
  const [big = '', ...others] = tenants;
  const world = createWorld({
    size: options.size === 'small' ? 'small' : 'large',
    seed: 1,
    now: NOW.getTime() / 1000,
    mode: 'classic',
  });
  const portal = { world, utcOffsetMinutes: OFFSET_MINUTES };
  const files = await writeFacts(portal, directory);
  const { owner } = bench;
  for (const tenantId of tenants) {
    await owner.query(`insert into tenants (id, account_key) values ($1, $2)`, [tenantId, `bitrix24:${tenantId}`]);
    await owner.query(
      `insert into crm_connections (tenant_id, crm_source, account_id, mode, timezone, base_currency)
       values ($1, 'bitrix24', $2, 'classic', 'Asia/Tashkent', 'UZS')`,
      [tenantId, tenantId],
    );
    await insertDictionaries(owner, tenantId, portal);
  }
  await stageFacts(owner, big, files);
  const total = await fillTables(owner, files, others);
  for (const { entity, table } of FACTS) {
    await owner.query(
      `insert into crm_sync_status (tenant_id, crm_source, entity, status, synced_records, last_full_sync_at, last_sync_cursor)
       select id, 'bitrix24', $2, 'complete', (select count(*) from ${table} where tenant_id = id), $3, $3 from unnest($1::uuid[]) id`,
      [tenants, entity, NOW],
    );
  }
  console.error(`${total} records of ${tenants.length} tenants`);
}

/** The dearest charts of bench:dashboard, of all time. @returns their widgets' ids */
async function addDearest(url: string, token: string): Promise<string[]> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const ids: string[] = [];
  for (const { title, config } of benchWidgets({ currencies: [] }, OFFSET_MINUTES / 60)) {
    if (!DEAREST.has(title)) continue;
    const body = JSON.stringify({ config: config({ days: null, from: '', to: '' }) });
    const reply = await fetch(`${url}/api/dashboard/widgets`, { method: 'POST', headers, body });
    const { id } = (await reply.json()) as { id?: string };
    if (!id) throw new Error(`the widget was answered ${reply.status}`);
    ids.push(id);
  }
  return ids;
}

/** Changes a deal of one tenant after the other meanwhile, and says so, as a sync does. */
async function whileChanging<Result>(tenants: readonly string[], work: () => Promise<Result>): Promise<Result> {
  let turn = 0;
  const changing = setInterval(() => {
    const tenantId = tenants[turn % tenants.length];
    turn += 1;
    void bench.owner.query(
      `with moved as (
         insert into data_versions as v (tenant_id, table_name, version) values ($1, 'crm_deals', 1)
         on conflict (tenant_id, table_name) do update set version = v.version + 1 returning 1
       )
       select pg_notify($2, $3) from moved`,
      [tenantId, TENANT_CHANNEL, tenantId],
    );
  }, CHANGE_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(changing);
  }
}

function view(task: ViewersTask): Promise<ViewersReport> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./dashboard/viewers-thread.ts', import.meta.url), { workerData: task });
    thread.once('message', resolve);
    thread.once('error', reject);
  });
}

function quantile(times: readonly number[], part: number): number {
  return Number((times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] ?? Number.NaN).toFixed(1));
}
