import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  addActivity,
  addRecord,
  deleteActivity,
  deleteRecord,
  restoreRecord,
  updateActivity,
  updateRecord,
  updateRecords,
} from '../../sandbox/bitrix24/rest/changes.ts';
import { COMPANIES, CONTACTS, DEALS, LEADS } from '../../sandbox/bitrix24/rest/entities.ts';
import { compareCopy } from '../../scripts/compare-copy.ts';
import { queueRechecks } from '../tenants/recheck-queue.ts';
import { runAs } from '../testing/postgres.ts';
import { type SyncRig, startSyncRig } from '../testing/sync-rig.ts';
import { getSyncStatus } from './status.ts';

let rig: SyncRig;

beforeAll(async () => {
  rig = await startSyncRig();
  await rig.sync();
});
afterAll(() => rig?.close());
beforeEach(async () => {
  expect(await differences()).toEqual([]);
});

const HOUR_MS = 3_600_000;
const dealIds = () => [...world().deals].filter(({ isRecurring }) => !isRecurring).map(({ id }) => String(id));
const actor = (byRobot = false) => ({ userId: 1, byRobot, now: rig.portal.now() });
const world = () => rig.portal.state.world;
const first = <Row>(rows: Iterable<Row>, wanted: (row: Row) => boolean = () => true): Row => {
  for (const row of rows) if (wanted(row)) return row;
  throw new Error('The world has no such record');
};

/** What the oracle says of the copy, by name. */
async function differences(): Promise<string[]> {
  const { db } = rig.database;
  const compared = await compareCopy({ db, tenantId: rig.tenantId, crmSource: 'bitrix24', portalUrl: rig.portal.url });
  expect(compared.records).toBeGreaterThan(1_000);
  return compared.examples.map(({ kind, entity, externalId, columns }) => [kind, entity, externalId, ...columns].join(' '));
}

/** Time passes, and the regular sync comes. */
async function after(milliseconds: number): Promise<void> {
  rig.sandbox.clock.advance(milliseconds);
  expect(await rig.runDue()).toBeGreaterThan(0);
}

const status = () => rig.database.db.withTenant(rig.tenantId, 'read', (tx) => getSyncStatus(tx, rig.tenantId));
const deletedRows = async () => {
  const tables = ['leads', 'deals', 'contacts', 'companies', 'activities'];
  const counts = tables.map((table) => `(select count(*) from crm_${table} where deleted_at is not null)`).join(' + ');
  return (await rig.query<{ count: number }>({ text: `select ${counts} as count` }))[0]?.count;
};

test('changes of every kind reach the copy with the next sync, and what follows from them', async () => {
  const { leads, deals, contacts, activities } = world();
  const lead = first(leads, ({ stageId }) => stageId === 'NEW');
  updateRecord(rig.portal.state, LEADS, lead.id, { title: 'Renamed', opportunity: '1234.56' }, actor());
  const deal = first(deals, ({ categoryId, isRecurring }) => categoryId === 0 && !isRecurring);
  const pipeline = world().pipelines.find(({ id }) => id !== 0)?.id ?? 0;
  updateRecord(rig.portal.state, DEALS, deal.id, { categoryId: pipeline }, actor());
  updateRecord(rig.portal.state, CONTACTS, first(contacts).id, { phone: '+998901234567' }, actor(true));
  const company = addRecord(rig.portal.state, COMPANIES, { title: 'New company' }, actor());
  // A call that answers a lead nobody has answered, and one that turns out to be another lead's.
  const others = [...leads].filter(({ id }) => id !== lead.id).slice(-2);
  const [quiet, busy] = others;
  if (!quiet || !busy) throw new Error('The world has too few leads');
  const template = first(activities, ({ typeId }) => typeId === 2);
  const {
    id: _id,
    createdAt: _created,
    updatedAt: _updated,
    ...call
  } = { ...template, ownerTypeId: 1, completed: true, direction: 2, startAt: actor().now };
  const answered = addActivity(rig.portal.state, { ...call, ownerId: quiet.id }, actor());
  const moved = first(activities, ({ ownerTypeId, ownerId }) => ownerTypeId === 1 && ownerId !== busy.id);
  updateActivity(rig.portal.state, moved.id, { ownerId: busy.id }, actor());

  await after(16 * 60_000);
  expect(await differences()).toEqual([]);
  const [row] = await rig.query<{ title: string; value: string }>({
    text: 'select title, value from crm_leads where external_id = $1',
    values: [String(lead.id)],
  });
  expect(row).toEqual({ title: 'Renamed', value: '1234.5600' });
  expect(await rig.query({ text: 'select 1 from crm_companies where external_id = $1', values: [String(company)] })).toHaveLength(
    1,
  );
  expect(
    await rig.query({ text: 'select 1 from crm_activities where external_id = $1', values: [String(answered)] }),
  ).toHaveLength(1);
  expect((await status()).status).toBe('complete');
  const entries = await rig.query<{ count: number }>({
    text: `select record_count as count from data_access_logs where action = 'sync_incremental' order by seq desc limit 1`,
  });
  expect(entries[0]?.count).toBeGreaterThan(0);
});

test('a sync that finds nothing new costs two requests and writes no record, nor an entry in the access log', async () => {
  await after(16 * 60_000);
  const before = rig.sandbox.ledger.entries.length;
  const versions = () => rig.query({ text: 'select table_name, version from data_versions order by 1' });
  const cursors = () =>
    rig.query<{ at: Date }>({
      text: 'select min(last_sync_cursor) as at, count(distinct last_sync_cursor) from crm_sync_status',
    });
  const entries = () => rig.query({ text: 'select action, record_count from data_access_logs order by seq' });
  const [was, [cursor], logged] = [await versions(), await cursors(), await entries()];
  await after(16 * 60_000);
  expect(rig.sandbox.ledger.entries.length - before).toBe(2);
  expect(await versions()).toEqual(was);
  expect(await entries()).toEqual(logged);
  expect(logged).not.toContainEqual({ action: 'sync_incremental', record_count: 0 });
  // The copy is as of now all the same. The portal's time has whole seconds.
  const [moved] = await cursors();
  const minutes = ((moved?.at.getTime() ?? 0) - (cursor?.at.getTime() ?? 0)) / 60_000;
  expect(Math.abs(minutes - 16)).toBeLessThan(0.1);
});

test('fifty changes of each entity cost one request an entity more', async () => {
  await after(16 * 60_000);
  const { leads, deals, contacts, companies, activities } = world();
  const ids = (rows: Iterable<{ id: number }>) => [...rows].slice(0, 50).map(({ id }) => id);
  updateRecords(rig.portal.state, LEADS, ids(leads), () => ({ title: 'Fifty' }), actor());
  updateRecords(
    rig.portal.state,
    DEALS,
    ids([...deals].filter(({ isRecurring }) => !isRecurring)),
    () => ({ title: 'Fifty' }),
    actor(),
  );
  updateRecords(rig.portal.state, CONTACTS, ids(contacts), () => ({ lastName: 'Fifty' }), actor());
  updateRecords(
    rig.portal.state,
    COMPANIES,
    ids([...companies].filter(({ isMyCompany }) => !isMyCompany)),
    () => ({ title: 'Fifty' }),
    actor(),
  );
  for (const id of ids(activities)) updateActivity(rig.portal.state, id, { subject: 'Fifty' }, actor());
  const before = rig.sandbox.ledger.entries.length;
  await after(16 * 60_000);
  const asked = rig.sandbox.ledger.entries.slice(before);
  // To know the portal, to count, one for each of five entities, one for the deals' product rows.
  expect(asked).toHaveLength(8);
  expect(await differences()).toEqual([]);
});

test('a thousand records of one second arrive whole, also when the sync is stopped in between', async () => {
  const { activities } = world();
  const ids = [...activities].map(({ id }) => id);
  const now = rig.portal.now();
  for (const id of ids) updateActivity(rig.portal.state, id, { subject: `At once ${id}` }, { userId: 1, byRobot: false, now });
  await after(16 * 60_000);
  expect(await differences()).toEqual([]);
});

test('the shares by which open deals are weighed are counted after a load, and again a day later', async () => {
  const stored = async () =>
    (await rig.query<{ closed: number }>({ text: `select closed from crm_stage_odds where pipeline = '' and stage = ''` }))[0]
      ?.closed;
  const ofYear = async () => {
    const [row] = await rig.query<{ count: number }>({
      text: `select count(*)::int as count from crm_deals where deleted_at is null and won is not null
             and closed_at > $1::timestamptz - interval '365 days' and closed_at <= $1`,
      values: [new Date(rig.clock.now())],
    });
    return row?.count;
  };
  expect(await ofYear()).toBeGreaterThan(10);
  expect(await stored()).toBe(await ofYear());
  const open = [...world().deals].filter(({ stageId, isRecurring }) => !/WON|LOSE/.test(stageId) && !isRecurring).slice(0, 5);
  for (const { id, categoryId } of open) {
    updateRecord(rig.portal.state, DEALS, id, { stageId: categoryId === 0 ? 'WON' : `C${categoryId}:WON` }, actor());
  }
  const before = await stored();
  await after(16 * 60_000);
  expect(await stored()).toBe(before);
  await after(24 * HOUR_MS);
  expect(await stored()).toBe(await ofYear());
  expect(await stored()).not.toBe(before);
});

test('product rows are read also when somebody wants the CRM to be asked again all the time', async () => {
  const copied = () => rig.query({ text: 'select external_id from crm_deal_products order by 1' });
  const rows = await copied();
  expect(rows.length).toBeGreaterThan(100);
  const owner = (text: string) => runAs(rig.database.ownerUrl, (client) => client.query(text));
  await owner(`create function always_wanted() returns trigger language plpgsql as $$
    begin new.next_sync_at := least(new.next_sync_at, 'epoch'); return new; end $$`);
  await owner('create trigger always_wanted before update on crm_connections for each row execute function always_wanted()');
  await owner('delete from crm_deal_products');
  await rig.database.db.withTenant(rig.tenantId, 'write', (tx) =>
    queueRechecks(tx, { tenantId: rig.tenantId, crmSource: 'bitrix24' }, 'dealProducts', dealIds(), 'changed'),
  );
  rig.sandbox.clock.advance(16 * 60_000);
  await rig.runDue(Math.ceil(dealIds().length / 500));
  await owner('drop trigger always_wanted on crm_connections');
  await owner('drop function always_wanted');
  expect(await copied()).toEqual(rows);
  await rig.sync();
});

test('a deletion is believed when the record itself is asked for, not when it is told of or not listed', async () => {
  const before = await deletedRows();
  const { deals, companies } = world();
  const [gone, kept] = [...deals].filter(({ isRecurring }) => !isRecurring);
  if (!gone || !kept) throw new Error('The world has too few deals');
  deleteRecord(rig.portal.state, DEALS, gone.id, actor());
  deleteRecord(rig.portal.state, COMPANIES, first(companies, ({ isMyCompany }) => !isMyCompany).id, actor());
  deleteActivity(rig.portal.state, first(world().activities).id, actor());
  await rig.database.db.withTenant(rig.tenantId, 'write', (tx) =>
    queueRechecks(tx, { tenantId: rig.tenantId, crmSource: 'bitrix24' }, 'deals', [String(gone.id), String(kept.id)], 'event'),
  );
  await after(16 * 60_000);
  // What nobody told of is found by the daily search.
  expect(await deletedRows()).toBe((before ?? 0) + 1);
  await after(25 * HOUR_MS);
  expect(await deletedRows()).toBe((before ?? 0) + 3);
  expect(await differences()).toEqual([]);
  expect(await rig.query({ text: `select 1 from crm_deal_products where deal_id = $1`, values: [String(gone.id)] })).toEqual([]);
  const [row] = await rig.query<{ synced: number; live: number }>({
    text: `select synced_records as synced, (select count(*) from crm_deals where deleted_at is null) as live
           from crm_sync_status where entity = 'deals'`,
  });
  expect(row?.synced).toBe(row?.live);
});

test('a record that comes back from the recycle bin comes back to the copy, also when its time of change has not moved', async () => {
  const lead = first(world().leads);
  deleteRecord(rig.portal.state, LEADS, lead.id, actor());
  await after(25 * HOUR_MS);
  expect(
    await rig.query({
      text: 'select 1 from crm_leads where external_id = $1 and deleted_at is not null',
      values: [String(lead.id)],
    }),
  ).toHaveLength(1);
  restoreRecord(rig.portal.state, LEADS, lead.id, actor(), { touch: false, event: null });
  await after(25 * HOUR_MS);
  expect(await differences()).toEqual([]);
});

test('when the connecting user loses sight of half of the records nothing is deleted, and a person is told; sight back, all is well', async () => {
  const before = await deletedRows();
  const user = world().users.find(({ id }) => id === 1);
  if (!user) throw new Error('The world has no first user');
  user.isAdmin = false;
  await after(25 * HOUR_MS);
  expect(await deletedRows()).toBe(before);
  const reasons = async () => new Set((await status()).entities.map(({ status: one, errorCode }) => `${one} ${errorCode}`));
  const told = await status();
  expect(told.status).toBe('permissions_changed');
  expect(await reasons()).toContain('permissions_changed many_deleted');
  // The regular syncs go on and leave the notice where it is.
  await after(16 * 60_000);
  expect((await status()).status).toBe('permissions_changed');
  expect(await reasons()).toContain('permissions_changed many_deleted');
  user.isAdmin = true;
  await after(25 * HOUR_MS);
  expect((await status()).status).toBe('complete');
  expect(await reasons()).toEqual(new Set(['complete null']));
  expect(await deletedRows()).toBe(before);
  expect(await differences()).toEqual([]);
});

test('what is written while the portal’s clock is set back is not lost', async () => {
  await after(16 * 60_000);
  rig.portal.playFaults([{ what: { kind: 'clockSkew', seconds: -600 } }]);
  // The portal's clock has to be asked once for the script to begin.
  await fetch(`${rig.portal.createWebhook(1)}server.time`);
  rig.sandbox.clock.advance(60_000);
  updateRecord(rig.portal.state, LEADS, first(world().leads).id, { title: 'In the past' }, actor());
  await after(14 * 60_000);
  await rig.portal.stopFaults();
  expect(rig.portal.faultHits()).not.toContain(0);
  expect(await differences()).toEqual([]);
});
