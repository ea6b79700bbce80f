import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dispatchDue } from '../jobs/handlers/dispatcher.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { bookNextTurn, bringForward, claimDueTenants, planNextSync } from './schedule.ts';

let database: TestDatabase;
const NOW = new Date(Date.UTC(2026, 0, 1));
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database?.drop());

/** A tenant whose Bitrix24 is due at that moment; null: not by itself. */
async function createTenant(nextSyncAt: Date | null, status = 'active'): Promise<string> {
  const id = randomUUID();
  await database.db.withTenant(id, 'write', async (tx) => {
    await tx.query({
      text: 'insert into tenants (id, account_key, next_sync_at) values ($1, $2, $3)',
      values: [id, `bitrix24:${id}`, nextSyncAt],
    });
    await tx.query({
      text: `insert into crm_connections (tenant_id, crm_source, account_id, next_sync_at, status) values ($1, 'bitrix24', 'x', $2, $3)`,
      values: [id, nextSyncAt, status],
    });
  });
  return id;
}

async function plannedOf(tenantId: string) {
  return database.db.withTenant(tenantId, 'read', async (tx) => {
    const [row] = await tx.query<{ tenant: Date | null; connection: Date | null }>({
      text: `select t.next_sync_at as tenant, c.next_sync_at as connection
             from tenants t join crm_connections c on c.tenant_id = t.id where t.id = $1`,
      values: [tenantId],
    });
    return row;
  });
}

const claim = (now = NOW) => claimDueTenants(database.db, now);
const write = (tenantId: string, work: Parameters<typeof database.db.withTenant<void>>[2]) =>
  database.db.withTenant(tenantId, 'write', work);

test('those whose time has come are claimed once, longest overdue first, and again where nobody took them', async () => {
  const [late, later, future] = [await createTenant(at(-20)), await createTenant(at(-300)), await createTenant(at(30))];
  await createTenant(null);
  expect(await claim()).toEqual([later, late]);
  expect(await claim(at(5))).toEqual([]);
  expect(await claim(at(31))).toEqual([future]);
  expect(await claim(at(61))).toEqual(expect.arrayContaining([late, later]));
});

test('two dispatchers at once claim each tenant once', async () => {
  const ids = await Promise.all(Array.from({ length: 40 }, (_, index) => createTenant(at(-index - 1))));
  const claims = await Promise.all([claim(), claim(), claim()]);
  expect(claims.flat().sort()).toEqual(ids.sort());
});

test('after a standstill those that missed their turn come one a second, in order, all within a quarter of an hour', async () => {
  const day = 86_400;
  const ids: string[] = [];
  for (let index = 0; index < 30; index++) ids.push(await createTenant(at(-day + index)));
  const claimed: { id: string; second: number }[] = [];
  for (let second = 0; second < 40; second++) {
    for (const id of await claim(at(second))) claimed.push({ id, second });
  }
  expect(claimed.map(({ id }) => id)).toEqual(ids);
  expect(claimed.map(({ second }) => second)).toEqual(ids.map((_, index) => index));
});

test('more of them than seconds in a quarter of an hour share it', async () => {
  const many = 1_800;
  await database.db.withDirectory('write', (tx) =>
    tx.query({
      text: `insert into tenants (id, account_key, next_sync_at)
             select gen_random_uuid(), 'bitrix24:' || n, $1::timestamptz + make_interval(secs => n) from generate_series(1, ${many}) n`,
      values: [at(-86_400)],
    }),
  );
  await claim();
  const rows = await database.db.withDirectory('read', (tx) =>
    tx.query<{ last: Date; places: number }>({
      text: 'select max(next_sync_at) as last, count(distinct next_sync_at) as places from tenants where next_sync_at > $1',
      values: [NOW],
    }),
  );
  expect(rows[0]?.last.getTime()).toBeLessThanOrEqual(at(900).getTime());
  expect(rows[0]?.places).toBeGreaterThanOrEqual(many - 10);
});

test('a wish brings a sync forward and never puts it off; one that waits for a person stays', async () => {
  const id = await createTenant(at(600));
  await write(id, (tx) => bringForward(tx, id, 'bitrix24', at(60)));
  expect(await plannedOf(id)).toEqual({ tenant: at(60), connection: at(60) });
  await write(id, (tx) => bringForward(tx, id, 'bitrix24', at(300)));
  expect(await plannedOf(id)).toEqual({ tenant: at(60), connection: at(60) });
  const paused = await createTenant(null, 'paused');
  await write(paused, (tx) => bringForward(tx, paused, 'bitrix24', NOW));
  expect(await plannedOf(paused)).toEqual({ tenant: null, connection: null });
});

test('what was wished while a sync ran counts after it, and the plan of the sync where nothing was', async () => {
  const id = await createTenant(NOW);
  const target = { tenantId: id, crmSource: 'bitrix24' as const };
  const run = async (during: () => Promise<void>) => {
    let booked = NOW;
    await write(id, async (tx) => {
      booked = await bookNextTurn(tx, id, 'bitrix24', NOW);
    });
    await during();
    await write(id, (tx) => planNextSync(tx, target, at(850), booked));
    return plannedOf(id);
  };
  expect(await run(async () => {})).toEqual({ tenant: at(850), connection: at(850) });
  const wish = () => write(id, (tx) => bringForward(tx, id, 'bitrix24', at(3)));
  expect(await run(wish)).toEqual({ tenant: at(3), connection: at(3) });
});

test('a tenant comes when the first of its connections is due, and only that one is synced', async () => {
  const id = await createTenant(at(-1));
  await write(id, async (tx) => {
    await tx.query({
      text: `insert into crm_connections (tenant_id, crm_source, account_id, next_sync_at) values ($1, 'zoho', 'z', $2)`,
      values: [id, at(500)],
    });
  });
  const sent: unknown[] = [];
  const queue = { send: async (_name: string, jobs: readonly unknown[]) => void sent.push(...jobs) };
  const clock = { now: () => NOW.getTime(), sleep: async () => {} };
  expect(await dispatchDue({ db: database.db, queue, clock })).toBe(1);
  expect(sent).toEqual([{ data: { tenantId: id, crmSource: 'bitrix24' }, key: `${id} bitrix24` }]);
  await write(id, (tx) => planNextSync(tx, { tenantId: id, crmSource: 'bitrix24' }, null, null));
  expect((await plannedOf(id))?.tenant).toEqual(at(500));
});
