import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Entity } from '../../contract/crm.ts';
import { createBitrixSandbox } from '../../sandbox/bitrix24/create-sandbox.ts';
import type { BitrixSandbox, SandboxPortal } from '../../sandbox/bitrix24/sandbox.ts';
import { TEST_APP } from '../../sandbox/bitrix24/test-portal.ts';
import { computeTruth } from '../../sandbox/world/truth.ts';
import { type CrmAdapter, CrmError, type Page, type TokenSource } from '../crm/adapter.ts';
import { createAdapter } from '../crm/registry.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { createOutbound, type Outbound } from '../platform/outbound.ts';
import { eraseCredentials } from '../tenants/connections.ts';
import { cancelRuns } from '../tenants/sync-requests.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { runFullSync } from './full.ts';
import { commitPage, type Run, RunLostError, takeRun } from './run.ts';
import { getSyncStatus } from './status.ts';

let database: TestDatabase;
let sandbox: BitrixSandbox;
let portal: SandboxPortal;
let outbound: Outbound;

beforeAll(async () => {
  database = await createTestDatabase();
  sandbox = await createBitrixSandbox({
    app: TEST_APP,
    portals: [{ size: 'tiny', limits: { rate: null, operatingSeconds: null, pageCost: 0.07 } }],
  });
  const [first] = sandbox.portals;
  if (!first) throw new Error('The sandbox has no portal');
  portal = first;
  outbound = createOutbound({ allow: [new URL(portal.url).host] });
});

afterAll(async () => {
  await outbound?.close();
  await sandbox?.close();
  await database?.drop();
});

const signal = new AbortController().signal;
let tenantId: string;

beforeEach(async () => {
  tenantId = await createTenant();
});

async function createTenant(): Promise<string> {
  const id = randomUUID();
  await database.db.withDirectory('write', (tx) =>
    tx.query({ text: 'insert into tenants (id, account_key) values ($1, $2)', values: [id, `bitrix24:${id}`] }),
  );
  await database.db.withTenant(id, 'write', (tx) =>
    tx.query({
      text: `insert into crm_connections (tenant_id, crm_source, account_id) values ($1, 'bitrix24', 'portal')`,
      values: [id],
    }),
  );
  return id;
}

function webhookTokens(): TokenSource {
  const token = { accessToken: null, endpoint: portal.createWebhook(1), version: 1 };
  return { get: async () => token, refresh: async () => token };
}

function createCrm(tenant: string): CrmAdapter {
  return createAdapter('bitrix24', {
    db: database.db,
    outbound,
    tokens: webhookTokens(),
    clock: systemClock,
    tenantId: tenant,
    license: null,
  });
}

async function newRun(tenant = tenantId, entities: readonly Entity[] | null = null): Promise<Run> {
  const run = await database.db.withTenant(tenant, 'write', async (tx) => {
    await tx.query({
      text: `insert into sync_runs (tenant_id, crm_source, kind, entities) values ($1, 'bitrix24', 'full', $2)`,
      values: [tenant, entities],
    });
    return takeRun(tx, tenant, 'bitrix24');
  });
  if (!run) throw new Error('The run could not be taken');
  return run;
}

const deps = (tenant = tenantId) => ({ db: database.db, crm: createCrm(tenant), clock: systemClock });

async function idsOf(table: string, tenant = tenantId): Promise<string[]> {
  const rows = await database.db.withTenant(tenant, 'read', (tx) =>
    tx.query<{ external_id: string }>({ text: `select external_id from ${table}` }),
  );
  return rows.map((row) => row.external_id).sort();
}

/** What must be in the tables, from the sandbox's own records. */
function expectedIds(): Record<string, string[]> {
  const { world } = portal.state;
  const ids = (rows: Iterable<{ id: number }>) => [...rows].map(({ id }) => String(id)).sort();
  return {
    crm_leads: ids(world.leads),
    crm_deals: ids([...world.deals].filter((deal) => !deal.isRecurring)),
    crm_contacts: ids(world.contacts),
    crm_companies: ids([...world.companies].filter((company) => !company.isMyCompany)),
    crm_activities: ids(world.activities),
  };
}

async function expectEverythingCopied(tenant = tenantId): Promise<void> {
  for (const [table, ids] of Object.entries(expectedIds())) expect(await idsOf(table, tenant), table).toEqual(ids);
  const { counts } = computeTruth(portal.state.world, { now: Math.floor(Date.now() / 1000) });
  expect(await idsOf('crm_stage_history', tenant)).toHaveLength(counts.leadHistory + counts.dealHistory);
}

test('a full sync copies every record, leaves templates and own companies out, and says it is complete', async () => {
  const run = await newRun();
  await runFullSync(deps(), run, signal);
  await expectEverythingCopied();
  const status = await database.db.withTenant(tenantId, 'read', (tx) => getSyncStatus(tx, tenantId));
  expect(status.status).toBe('complete');
  for (const entity of status.entities) expect(entity.syncedRecords).toBe(entity.totalRecords);
  expect(await idsOf('crm_users')).toHaveLength(portal.state.world.users.length);
});

test('dictionaries, custom fields and activity columns are the portal’s own', async () => {
  const { world } = portal.state;
  await runFullSync(deps(), await newRun(), signal);
  const [lead] = [...world.leads].filter(({ custom }) =>
    Object.values(custom).some((value) => typeof value === 'string' && value !== ''),
  );
  if (!lead) throw new Error('No lead of the sandbox has a custom text');
  const answered = [...world.activities].filter(
    (activity) =>
      activity.ownerTypeId === 1 &&
      activity.completed &&
      activity.startAt >= (world.leads.get(activity.ownerId)?.createdAt ?? 0) &&
      (activity.typeId === 1 || ([2, 4].includes(activity.typeId) && activity.direction === 2)),
  );
  const firstResponses = new Map<string, number>();
  for (const { ownerId, startAt } of answered) {
    firstResponses.set(String(ownerId), Math.min(startAt, firstResponses.get(String(ownerId)) ?? startAt));
  }
  const rows = await database.db.withTenant(tenantId, 'read', (tx) =>
    tx.query<{ external_id: string; first_response_at: Date | null; activity_count: number; custom_fields: object }>({
      text: 'select external_id, first_response_at, activity_count, custom_fields from crm_leads',
    }),
  );
  expect(rows.length).toBe(world.leads.size);
  expect(firstResponses.size).toBeGreaterThan(0);
  for (const row of rows) {
    const expected = firstResponses.get(row.external_id);
    expect(row.first_response_at?.getTime() ?? null).toBe(expected === undefined ? null : expected * 1000);
  }
  expect(rows.reduce((sum, row) => sum + row.activity_count, 0)).toBe(
    [...world.activities].filter(({ ownerTypeId }) => ownerTypeId === 1).length,
  );
  const text = Object.entries(lead.custom).find(([, value]) => typeof value === 'string' && value !== '');
  expect(rows.find((row) => row.external_id === String(lead.id))?.custom_fields).toMatchObject({ [text?.[0] ?? '']: text?.[1] });
  const currencies = await database.db.withTenant(tenantId, 'read', (tx) =>
    tx.query<{ code: string }>({ text: 'select code from crm_currencies where is_base' }),
  );
  expect(currencies.map(({ code }) => code)).toEqual(world.currencies.filter(({ isBase }) => isBase).map(({ code }) => code));
});

/** The real adapter, stopped dead when `crashAt` pages have been handed out. */
function crashing(crm: CrmAdapter, crashAt: number): CrmAdapter {
  let handedOut = 0;
  return {
    ...crm,
    async *pages(entity, from, abort) {
      for await (const page of crm.pages(entity, from, abort)) {
        if (handedOut++ === crashAt) throw new Error('crash');
        yield page;
      }
    },
  };
}

test('a sync that crashes at any page is carried on from its checkpoints and loses nothing', async () => {
  for (let crashAt = 0; ; crashAt++) {
    const tenant = await createTenant();
    const run = await newRun(tenant);
    const outcome = await runFullSync({ ...deps(tenant), crm: crashing(createCrm(tenant), crashAt) }, run, signal).then(
      () => 'complete',
      (error: Error) => error.message,
    );
    if (outcome === 'complete') {
      // Through without a crash: every page has had its turn.
      expect(crashAt).toBeGreaterThanOrEqual(7);
      return;
    }
    expect(outcome).toBe('crash');
    const again = await database.db.withTenant(tenant, 'write', (tx) => takeRun(tx, tenant, 'bitrix24'));
    if (!again) throw new Error('The run could not be taken over');
    await runFullSync(deps(tenant), again, signal);
    await expectEverythingCopied(tenant);
    const status = await database.db.withTenant(tenant, 'read', (tx) => getSyncStatus(tx, tenant));
    for (const entity of status.entities) expect(entity.syncedRecords).toBe(entity.totalRecords);
  }
});

test('the copy is as of the moment its first page was read, however long the load took', async () => {
  const slow: CrmAdapter = {
    ...createCrm(tenantId),
    async *pages(_entity, from) {
      const empty = { records: [], quarantined: [], total: null, coveredFrom: null };
      if (from === null) yield { ...empty, checkpoint: { page: 1 }, done: false, crmTime: '2026-01-01T09:00:00.000Z' };
      else yield { ...empty, checkpoint: { page: 2 }, done: true, crmTime: '2026-01-01T09:45:00.000Z' };
    },
  };
  await runFullSync({ ...deps(), crm: slow }, await newRun(), signal);
  const status = await database.db.withTenant(tenantId, 'read', (tx) => getSyncStatus(tx, tenantId));
  expect(status.dataAsOf).toBe('2026-01-01T09:00:00.000Z');
});

test('records that could not be used are counted until a run finds nothing wrong with them', async () => {
  const holding = (...ids: string[]): CrmAdapter => ({
    ...createCrm(tenantId),
    async *pages() {
      const quarantined = ids.map((externalId) => ({ externalId, reason: 'opportunity: not_an_amount' }));
      const page = {
        records: [],
        checkpoint: {},
        done: true,
        total: null,
        crmTime: '2026-01-01T00:00:00.000Z',
        coveredFrom: null,
      };
      yield { ...page, quarantined };
    },
  });
  const count = async () => {
    const { entities } = await database.db.withTenant(tenantId, 'read', (tx) => getSyncStatus(tx, tenantId));
    return Object.fromEntries(entities.map(({ entity, quarantinedRecords }) => [entity, quarantinedRecords]));
  };
  await runFullSync({ ...deps(), crm: holding('1', '2') }, await newRun(tenantId, ['deals', 'companies']), signal);
  expect(await count()).toEqual({ deals: 2, companies: 2 });
  await runFullSync({ ...deps(), crm: holding('2') }, await newRun(tenantId, ['deals']), signal);
  expect(await count()).toEqual({ deals: 1, companies: 2 });
});

test('what an earlier run had covered is not claimed by a new one', async () => {
  const deals = () =>
    database.db.withTenant(tenantId, 'read', async (tx) => {
      const [row] = await tx.query({
        text: `select covered_from, last_full_sync_at from crm_sync_status where entity = 'deals'`,
      });
      return row;
    });
  const stopped = new AbortController();
  const onePage: CrmAdapter = {
    ...createCrm(tenantId),
    async *pages() {
      stopped.abort(new Error('stop'));
      const empty = {
        records: [],
        quarantined: [],
        checkpoint: {},
        done: false,
        total: null,
        crmTime: '2026-01-01T00:00:00.000Z',
      };
      yield { ...empty, coveredFrom: '2025-12-01T00:00:00.000Z' };
    },
  };
  await expect(runFullSync({ ...deps(), crm: onePage }, await newRun(tenantId, ['deals']), stopped.signal)).rejects.toThrow(
    'stop',
  );
  expect(await deals()).toEqual({ covered_from: new Date('2025-12-01T00:00:00.000Z'), last_full_sync_at: null });

  const unready: CrmAdapter = {
    ...createCrm(tenantId),
    readDictionaries: () => Promise.reject(new CrmError('unavailable', 'away')),
  };
  await expect(runFullSync({ ...deps(), crm: unready }, await newRun(tenantId, ['deals']), signal)).rejects.toThrow('away');
  expect(await deals()).toEqual({ covered_from: null, last_full_sync_at: null });
});

test('a worker that lost its run to another writes nothing more', async () => {
  const stale = await newRun();
  const current = await database.db.withTenant(tenantId, 'write', (tx) => takeRun(tx, tenantId, 'bitrix24'));
  expect(current?.fencingNumber).toBe(stale.fencingNumber + 1);
  await expect(runFullSync(deps(), stale, signal)).rejects.toBeInstanceOf(RunLostError);
  const page = {
    records: [{ externalId: '1', createdAt: null, modifiedAt: null, customFields: {}, name: 'A', industry: null }],
    quarantined: [],
    checkpoint: {},
    done: true,
    total: 1,
    crmTime: '2026-01-01T00:00:00.000Z',
    coveredFrom: null,
  } as unknown as Page;
  const before = { checkpoint: null, read: 0, startedAt: null, done: false };
  const write = database.db.withTenant(tenantId, 'write', (tx) => commitPage(tx, stale, 'companies', before, page));
  await expect(write).rejects.toBeInstanceOf(RunLostError);
  expect(await idsOf('crm_companies')).toEqual([]);
});

test('a run can be cancelled while it sums up its activities, and then changes nothing more', async () => {
  await runFullSync(deps(), await newRun(), signal);
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  try {
    // One lead whose summary has to be written again, and cannot be yet.
    const lead = `tenant_id = $1 and external_id = (select min(external_id) from crm_leads)`;
    await owner.query(`update crm_leads set activity_count = -1 where ${lead}`, [tenantId]);
    await owner.query('begin');
    await owner.query(`select 1 from crm_leads where ${lead} for update`, [tenantId]);
    // Companies only: no page of leads is to wait for that lead.
    const outcome = runFullSync(deps(), await newRun(tenantId, ['companies']), signal).catch((error: unknown) => error);
    await vi.waitFor(
      async () => {
        const { rowCount } = await owner.query(`select 1 from pg_locks where not granted`);
        expect(rowCount).toBe(1);
      },
      { timeout: 20_000, interval: 20 },
    );
    await database.db.withTenant(tenantId, 'write', (tx) => cancelRuns(tx, tenantId, 'bitrix24', new Date()));
    await owner.query('commit');
    expect(await outcome).toBeInstanceOf(RunLostError);
    const left = await owner.query('select activity_count from crm_leads where tenant_id = $1 and activity_count = -1', [
      tenantId,
    ]);
    expect(left.rowCount).toBe(1);
  } finally {
    await owner.end();
  }
});

test('an uninstall does not wait for a run that waits to write down its end', async () => {
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  try {
    const run = await newRun(tenantId, ['companies']);
    await owner.query('begin');
    await owner.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`access log ${tenantId}`]);
    const outcome = runFullSync(deps(), run, signal).catch((error: unknown) => error);
    const waiting = async () => (await owner.query(`select 1 from pg_locks where not granted`)).rowCount;
    await expect.poll(waiting, { timeout: 20_000, interval: 20 }).toBe(1);
    await database.db.withTenant(
      tenantId,
      'write',
      async (tx) => {
        await cancelRuns(tx, tenantId, 'bitrix24', new Date());
        await eraseCredentials(tx, tenantId, 'bitrix24', new Date());
      },
      { statementTimeoutMs: 5_000 },
    );
    await owner.query('commit');
    expect(await outcome).toBeInstanceOf(RunLostError);
  } finally {
    await owner.end();
  }
});

test('a newer run of the connection ends the older one; another connection’s runs go on', async () => {
  const other = await createTenant();
  const elsewhere = await newRun(other, ['companies']);
  const older = await newRun();
  await newRun();
  await expect(runFullSync(deps(), older, signal)).rejects.toBeInstanceOf(RunLostError);
  await runFullSync(deps(other), elsewhere, signal);
  expect(await idsOf('crm_companies', other)).toEqual(expectedIds().crm_companies);
});

test('rows of one tenant are not seen, changed or counted by another', async () => {
  const other = await createTenant();
  await runFullSync(deps(), await newRun(), signal);
  expect(await idsOf('crm_leads', other)).toEqual([]);
  await runFullSync(deps(other), await newRun(other, ['companies']), signal);
  expect(await idsOf('crm_leads', other)).toEqual([]);
  await expectEverythingCopied();
});

test('a stop signal ends the sync after the page in hand', async () => {
  const controller = new AbortController();
  const crm = createCrm(tenantId);
  const stopping: CrmAdapter = {
    ...crm,
    async *pages(entity, from, abort) {
      for await (const page of crm.pages(entity, from, abort)) {
        controller.abort(new Error('stopping'));
        yield page;
      }
    },
  };
  await expect(runFullSync({ ...deps(), crm: stopping }, await newRun(), controller.signal)).rejects.toThrow('stopping');
  // The first entity's page was in hand: it is stored.
  expect(await idsOf('crm_leads')).toEqual(expectedIds().crm_leads);
  expect(await idsOf('crm_deals')).toEqual([]);
});

test('an entity whose method the CRM paused waits while the others go on', async () => {
  const crm = createCrm(tenantId);
  const order: string[] = [];
  let isPaused = true;
  const pausing: CrmAdapter = {
    ...crm,
    async *pages(entity, from, abort) {
      if (entity === 'leads' && isPaused) {
        isPaused = false;
        throw new CrmError('rate_limit', 'later', { retryAfterMs: 600_000 });
      }
      for await (const page of crm.pages(entity, from, abort)) {
        order.push(entity);
        yield page;
      }
    },
  };
  let now = 1_000_000;
  const clock: Clock = {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  };
  await runFullSync({ db: database.db, crm: pausing, clock }, await newRun(), signal);
  expect(now).toBe(1_600_000);
  expect(order.at(-1)).toBe('leads');
  await expectEverythingCopied();
});

test('a second full sync of the same records writes no row', async () => {
  await runFullSync(deps(), await newRun(), signal);
  const versions = () =>
    database.db.withTenant(tenantId, 'read', (tx) =>
      tx.query({ text: 'select table_name, version from data_versions order by table_name' }),
    );
  const before = await versions();
  expect(before.length).toBeGreaterThan(0);
  await runFullSync(deps(), await newRun(), signal);
  expect(await versions()).toEqual(before);
});

test('each sync leaves one line in the access log, with a count and no record', async () => {
  await runFullSync(deps(), await newRun(tenantId, ['companies']), signal);
  const log = await database.db.withTenant(tenantId, 'read', (tx) =>
    tx.query({ text: 'select accessed_by, action, entity, record_count from data_access_logs' }),
  );
  const count = expectedIds().crm_companies?.length;
  expect(log).toEqual([{ accessed_by: 'system:karim_sync', action: 'sync_full', entity: 'companies', record_count: count }]);
});
