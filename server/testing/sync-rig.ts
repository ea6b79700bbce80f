import { createBitrixSandbox } from '../../sandbox/bitrix24/create-sandbox.ts';
import type { BitrixSandbox, SandboxPortal } from '../../sandbox/bitrix24/sandbox.ts';
import { TEST_APP } from '../../sandbox/bitrix24/test-portal.ts';
import type { WorldSize } from '../../sandbox/world/types.ts';
import type { Job, JobQueue } from '../jobs/definitions.ts';
import { dispatchDue } from '../jobs/handlers/dispatcher.ts';
import { createSyncHandler } from '../jobs/handlers/sync.ts';
import type { Clock } from '../platform/clock.ts';
import { createSealer } from '../platform/crypto.ts';
import type { SqlQuery } from '../platform/db.ts';
import { createLogger } from '../platform/log.ts';
import { createOutbound } from '../platform/outbound.ts';
import { createTokenSource } from '../tenants/connections.ts';
import { bringForward } from '../tenants/schedule.ts';
import { createTestDatabase, runAs, type TestDatabase } from './postgres.ts';
import { connectWebhook, createTenant } from './tenants.ts';
import { TEST_SECRET } from './test-app.ts';

export interface SyncRig {
  database: TestDatabase;
  sandbox: BitrixSandbox;
  portal: SandboxPortal;
  tenantId: string;
  /** The portal's and the sync's: it stands but for what passes by itself, and a wait moves it at once. */
  clock: Clock;
  /** Does what is due until nothing is, as dispatcher and workers would; at most `passes` syncs. @returns how many there were */
  runDue(passes?: number): Promise<number>;
  /** Makes the connection due and does what is. */
  sync(): Promise<number>;
  /** Rows as the app role sees them under the tenant. */
  query<Row extends object>(query: SqlQuery): Promise<Row[]>;
  close(): Promise<void>;
}

/** A sandbox portal without limits, connected by an administrator's webhook, and the real sync on a database of its own. */
export async function startSyncRig(options: { size?: WorldSize; seed?: number } = {}): Promise<SyncRig> {
  const database = await createTestDatabase();
  const sandbox = await createBitrixSandbox({
    app: TEST_APP,
    portals: [
      {
        size: options.size ?? 'tiny',
        seed: options.seed ?? 1,
        limits: { rate: null, operatingSeconds: null, pageCost: 0.07 },
      },
    ],
  });
  const [portal] = sandbox.portals;
  if (!portal) throw new Error('The sandbox has no portal');
  const outbound = createOutbound({ allow: [new URL(portal.url).host] });
  const sealer = createSealer(TEST_SECRET);
  const log = createLogger({ logLevel: 'silent' });
  const { db } = database;
  const clock: Clock = {
    now: () => sandbox.clock.now(),
    sleep: async (milliseconds, signal) => {
      signal.throwIfAborted();
      sandbox.clock.advance(milliseconds);
    },
  };
  const tenantId = await runAs(database.ownerUrl, createTenant);
  await db.withTenant(tenantId, 'write', (tx) => connectWebhook(tx, sealer, tenantId, portal.createWebhook(1)));
  const refresh = () => Promise.reject(new Error('A webhook is not refreshed'));
  const handle = createSyncHandler({
    db,
    outbound,
    clock,
    log,
    createTokens: (tenant, crmSource) => createTokenSource({ db, sealer, refresh }, tenant, crmSource),
  });
  const signal = new AbortController().signal;

  async function runDue(passes = 20): Promise<number> {
    for (let pass = 0; pass < passes; pass++) {
      const jobs: Job<'sync'>[] = [];
      const send: JobQueue['send'] = async (name, sent) => {
        if (name === 'sync') jobs.push(...(sent as Job<'sync'>[]));
      };
      await dispatchDue({ db, clock, queue: { send } });
      if (jobs.length === 0) return pass;
      for (const { data } of jobs) await handle(data, signal);
    }
    return passes;
  }

  async function sync(): Promise<number> {
    await db.withTenant(tenantId, 'write', (tx) => bringForward(tx, tenantId, 'bitrix24', new Date(clock.now())));
    return runDue();
  }

  return {
    database,
    sandbox,
    portal,
    tenantId,
    clock,
    runDue,
    sync,
    query: (query) => db.withTenant(tenantId, 'read', (tx) => tx.query(query)),
    close: async () => {
      await outbound.close();
      await sandbox.close();
      await database.drop();
    },
  };
}
