// Usage: npm run -s bench:incremental -- [--size tiny|small|large]
//
// What it costs to keep a copy fresh: a sync that finds nothing changed, one that finds 50 changed records of each of five
// entities, and one that reads everything again although nothing has changed. The sandbox portal keeps to the cloud's limits,
// on our clock. WAL is what PostgreSQL wrote meanwhile, by anybody. Prints one JSON line last.
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createBitrixSandbox } from '../sandbox/bitrix24/create-sandbox.ts';
import { updateActivity, updateRecords } from '../sandbox/bitrix24/rest/changes.ts';
import { COMPANIES, CONTACTS, DEALS, LEADS } from '../sandbox/bitrix24/rest/entities.ts';
import { TEST_APP } from '../sandbox/bitrix24/test-portal.ts';
import { createSyncHandler } from '../server/jobs/handlers/sync.ts';
import { systemClock } from '../server/platform/clock.ts';
import { createSealer } from '../server/platform/crypto.ts';
import { createLogger } from '../server/platform/log.ts';
import { createOutbound } from '../server/platform/outbound.ts';
import { createTokenSource } from '../server/tenants/connections.ts';
import { bringForward } from '../server/tenants/schedule.ts';
import { requestSync } from '../server/tenants/sync-requests.ts';
import { connectWebhook, createTenant } from '../server/testing/tenants.ts';
import { startBenchDatabase } from './database.ts';

const CHANGED = 50;

const { values } = parseArgs({ options: { size: { type: 'string', default: 'small' } } });
const { size } = values;
if (size !== 'tiny' && size !== 'small' && size !== 'large') throw new Error('--size is tiny, small or large');
const sandbox = await createBitrixSandbox({ app: TEST_APP, portals: [{ size, seed: 1 }] });
const [portal] = sandbox.portals;
if (!portal) throw new Error('The sandbox has no portal');
const bench = await startBenchDatabase();
const outbound = createOutbound({ allow: [new URL(portal.url).host] });
try {
  const tenantId = await createTenant(bench.owner);
  const sealer = createSealer(randomBytes(32).toString('hex'));
  const refresh = () => Promise.reject(new Error('A webhook is not refreshed'));
  await bench.db.withTenant(tenantId, 'write', (tx) => connectWebhook(tx, sealer, tenantId, portal.createWebhook(1)));
  const handle = createSyncHandler({
    db: bench.db,
    outbound,
    clock: systemClock,
    log: createLogger({ logLevel: 'warn' }, process.stderr),
    createTokens: (tenant, crmSource) => createTokenSource({ db: bench.db, sealer, refresh }, tenant, crmSource),
  });
  const sync = async () => {
    await bench.db.withTenant(tenantId, 'write', (tx) => bringForward(tx, tenantId, 'bitrix24', new Date()));
    await handle({ tenantId, crmSource: 'bitrix24' }, new AbortController().signal);
  };
  const measure = async (work: () => Promise<void>) => {
    const before = {
      requests: sandbox.ledger.entries.length,
      lsn: await lsn(),
      startedAt: performance.now(),
      rows: await versions(),
    };
    await work();
    const seconds = Number(((performance.now() - before.startedAt) / 1000).toFixed(2));
    const wal = await bench.owner.query<{ bytes: string }>('select pg_wal_lsn_diff(pg_current_wal_lsn(), $1) as bytes', [
      before.lsn,
    ]);
    return {
      requests: sandbox.ledger.entries.length - before.requests,
      seconds,
      walBytes: Number(wal.rows[0]?.bytes),
      tablesTouched: (await versions()) - before.rows,
    };
  };

  const first = await measure(async () => {
    await sync();
    // Product rows, and the first search for deleted records.
    await sync();
  });
  const unchanged = await measure(sync);
  const ids = (rows: Iterable<{ id: number }>) => {
    const found: number[] = [];
    for (const { id } of rows) if (found.push(id) === CHANGED) break;
    return found;
  };
  const { leads, deals, contacts, companies, activities } = portal.state.world;
  const actor = { userId: 1, byRobot: false, now: portal.now() };
  updateRecords(portal.state, LEADS, ids(leads), () => ({ title: 'Changed' }), actor);
  updateRecords(
    portal.state,
    DEALS,
    ids([...deals].filter(({ isRecurring }) => !isRecurring)),
    () => ({ title: 'Changed' }),
    actor,
  );
  updateRecords(portal.state, CONTACTS, ids(contacts), () => ({ lastName: 'Changed' }), actor);
  updateRecords(
    portal.state,
    COMPANIES,
    ids([...companies].filter(({ isMyCompany }) => !isMyCompany)),
    () => ({ title: 'Changed' }),
    actor,
  );
  for (const id of ids(activities)) updateActivity(portal.state, id, { subject: 'Changed' }, actor);
  // Between two syncs a quarter of an hour passes; half a minute empties the portal's request bucket.
  await delay(30_000);
  const changed = await measure(sync);
  const asked = sandbox.ledger.entries.slice(-changed.requests);
  const requestsByEntity = Math.max(...['crm.item.list', 'crm.activity.list'].map((method) => countBatches(asked, method)));
  const readAgain = async () => {
    const request = { tenantId, crmSource: 'bitrix24', requestedBy: 'system:bench', entities: null, now: new Date() } as const;
    await bench.db.withTenant(tenantId, 'write', (tx) =>
      requestSync(tx, 'full', { ...request, newRunId: randomUUID() }, { force: true }),
    );
    await handle({ tenantId, crmSource: 'bitrix24' }, new AbortController().signal);
  };
  // PostgreSQL writes a page whole when it is first touched after a checkpoint: that is no cost of the record.
  await bench.owner.query('checkpoint');
  await readAgain();
  const again = await measure(readAgain);
  const { rows } = await bench.owner.query<{ records: number }>(
    `select sum(synced_records)::int as records from crm_sync_status where tenant_id = $1`,
    [tenantId],
  );
  const records = rows[0]?.records ?? 0;
  console.log(
    JSON.stringify({
      records,
      first,
      unchanged,
      changed: { records: 5 * CHANGED, ...changed, requestsOfMostAskedMethod: requestsByEntity },
      readAgain: { ...again, walBytesPerRecord: Math.round(again.walBytes / records) },
    }),
  );
} finally {
  await outbound.close();
  await bench.stop();
  await sandbox.close();
}

async function lsn(): Promise<string> {
  const { rows } = await bench.owner.query<{ lsn: string }>('select pg_current_wal_lsn() as lsn');
  return rows[0]?.lsn ?? '0/0';
}

/** Moves with every transaction that changed a row of a copied table. */
async function versions(): Promise<number> {
  const { rows } = await bench.owner.query<{ sum: string | null }>('select sum(version) from data_versions');
  return Number(rows[0]?.sum ?? 0);
}

function countBatches(entries: readonly { commands: string[] }[], method: string): number {
  return entries.filter(({ commands }) => commands.includes(method)).length;
}
