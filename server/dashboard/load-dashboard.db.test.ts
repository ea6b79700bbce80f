import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChartData, KpiData } from '../../contract/charts.ts';
import { type DashboardReply, dashboardReply } from '../../contract/dashboard.ts';
import type { Db } from '../platform/db.ts';
import { chartOf as configOf } from '../testing/dashboard-rig.ts';
import { insertRows } from '../testing/insert-rows.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { insertRecords, insertTenant, SMALL_WORLD_NOW } from '../testing/small-world.ts';
import { watchDb } from '../testing/watched-db.ts';
import { loadDashboard } from './load-dashboard.ts';
import { createResultCache, type ResultCache } from './result-cache.ts';
import { insertWidgetQuery } from './widget-rows.ts';
import { listWidgets } from './widgets.ts';

let database: TestDatabase;
let owner: pg.Client;
let tenantId: string;
let neighbour: string;
const log = pino({ level: 'silent' });
const never = new AbortController().signal;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  tenantId = await insertTenant(owner);
  await insertRecords(owner, tenantId);
  // A neighbour with records of the same ids, one more of each kind in the same windows.
  neighbour = await insertTenant(owner);
  await insertRecords(owner, neighbour);
  await insertRows(owner, 'crm_leads', [
    { tenant_id: neighbour, crm_source: 'bitrix24', external_id: '99', status: 'NEW', created_at: '2025-03-08T12:00:00Z' },
  ]);
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

async function load(ofTenant: string, options: { db?: Db; now?: Date; results?: ResultCache } = {}): Promise<DashboardReply> {
  const deps = {
    db: options.db ?? database.db,
    now: () => options.now ?? SMALL_WORLD_NOW,
    log,
    results: options.results ?? createResultCache(),
  };
  return (await loadDashboard(deps, { tenantId: ofTenant, crmSource: 'bitrix24', userId: '1' }, never)).reply;
}

function kpiOf(reply: DashboardReply, id: string): KpiData {
  const result = reply.results.find((one) => one.id === id);
  if (result?.status !== 'ok' || result.data.kind !== 'kpi') throw new Error(`${id} is ${result?.status}`);
  return result.data;
}

function chartOf(reply: DashboardReply, id: string): ChartData {
  const result = reply.results.find((one) => one.id === id);
  if (result?.status !== 'ok' || result.data.kind !== 'chart') throw new Error(`${id} is ${result?.status}`);
  return result.data;
}

/** [label, value] of every point of the only series. */
function bars(data: ChartData): (string | number | null)[][] {
  expect(data.series).toHaveLength(1);
  return (data.series[0]?.points ?? []).map(({ label, value }) => [label, value]);
}

describe('the standard dashboard, counted by hand', () => {
  let reply: DashboardReply;
  beforeAll(async () => {
    reply = await load(tenantId);
  });

  test('keeps the contract and has four KPIs before six charts', () => {
    expect(dashboardReply.parse(reply)).toEqual(reply);
    expect(reply.widgets.map(({ id }) => id)).toEqual([
      'totalLeads',
      'totalDeals',
      'pipelineValue',
      'conversionRate',
      'leadsByStage30',
      'leadsPerDay30',
      'leadsBySource90',
      'wonByAgent90',
      'pipelineByStage',
      'activitiesByAgentAndType30',
    ]);
    expect(reply).toMatchObject({ mode: 'classic', currency: 'USD', timezone: 'America/New_York', syncStatus: 'complete' });
    expect(reply.dataAsOf).toBe('2025-03-10T14:00:00.000Z');
  });

  test('total leads and deals leave out what was deleted in the CRM', () => {
    expect(kpiOf(reply, 'totalLeads')).toMatchObject({
      value: '9',
      previous: null,
      format: 'number',
      currency: null,
      rowCount: 9,
    });
    expect(kpiOf(reply, 'totalDeals')).toMatchObject({ value: '12', rowCount: 12 });
  });

  test('pipeline value converts by the CRM’s rates and reports what has none', () => {
    // 1000 USD + 90 EUR × 100 ÷ 90 + 900 RUB × 1 ÷ 90 = 1000 + 100 + 10; seven deals are open.
    expect(kpiOf(reply, 'pipelineValue')).toEqual({
      kind: 'kpi',
      value: '1110.00',
      previous: null,
      format: 'currency',
      currency: 'USD',
      rowCount: 7,
      unconverted: [
        { currency: '', count: 1, amount: '70.00' },
        { currency: 'XYZ', count: 1, amount: '50.00' },
      ],
      byCrm: [],
    });
  });

  test('conversion rate is won deals over leads: 4 of 9', () => {
    expect(kpiOf(reply, 'conversionRate')).toMatchObject({ value: '44.44', format: 'percentage', rowCount: 9 });
  });

  test('leads by stage stand in the CRM’s order, a code it does not know last', () => {
    const data = chartOf(reply, 'leadsByStage30');
    expect(bars(data)).toEqual([
      ['Unsorted', 2],
      ['In work', 1],
      ['Qualified', 1],
      ['MYSTERY', 1],
    ]);
    expect(data.series[0]?.points[0]).toEqual({ key: 'NEW', label: 'Unsorted', value: 2, color: '#39a8ef' });
    expect(data.rowCount).toBe(5);
  });

  test('new leads per day has all 30 local days, the short one too', () => {
    const points = chartOf(reply, 'leadsPerDay30').series[0]?.points ?? [];
    expect(points).toHaveLength(30);
    expect([points[0]?.key, points.at(-1)?.key]).toEqual(['2025-02-09', '2025-03-10']);
    expect(points.filter(({ value }) => value !== 0).map(({ key, value }) => [key, value])).toEqual([
      ['2025-02-09', 1],
      ['2025-03-05', 1],
      ['2025-03-09', 2],
      ['2025-03-10', 1],
    ]);
  });

  test('leads by source go by number, then by name', () => {
    expect(bars(chartOf(reply, 'leadsBySource90'))).toEqual([
      ['Phone call', 3],
      ['Website', 2],
      ['GHOST', 1],
      ['Not set', 1],
    ]);
  });

  test('open pipeline by stage tells equal stage codes of two pipelines apart', () => {
    const data = chartOf(reply, 'pipelineByStage');
    expect(data.series[0]?.points.map(({ key, label, value }) => [key, label, value])).toEqual([
      ['bitrix24:0:NEW', 'Sales · New', 1100],
      ['PREP', 'Sales · Prepare', 0],
      ['bitrix24:7:NEW', 'Renewals · To renew', 10],
    ]);
    expect(data.unconverted).toEqual(kpiOf(reply, 'pipelineValue').unconverted);
    expect(data.currency).toBe('USD');
  });

  test('deals won go by the moment they closed; who left keeps the name, nobody is "Unassigned"', () => {
    expect(bars(chartOf(reply, 'wonByAgent90'))).toEqual([
      ['Ann', 1],
      ['Dana Gone', 1],
      ['Unassigned', 1],
    ]);
  });

  test('activities by agent are stacked by type, every series with the same people', () => {
    const { series, rowCount } = chartOf(reply, 'activitiesByAgentAndType30');
    expect(series.map(({ key, label, points }) => [key, label, ...points.map(({ value }) => value)])).toEqual([
      ['call', 'Call', 2, 0, 1, 0],
      ['task', 'Task', 1, 1, 0, 0],
      ['email', 'E-mail', 1, 0, 0, 0],
      ['meeting', 'Meeting', 0, 0, 0, 1],
    ]);
    for (const { points } of series) expect(points.map(({ label }) => label)).toEqual(['Ann', '3', 'Dana Gone', 'Unassigned']);
    expect(rowCount).toBe(7);
  });

  test('the neighbour sees its own records only', async () => {
    const other = await load(neighbour);
    expect(kpiOf(other, 'totalLeads').value).toBe('10');
    expect(bars(chartOf(other, 'leadsByStage30'))[0]).toEqual(['Unsorted', 3]);
    expect(kpiOf(other, 'totalDeals').value).toBe('12');
  });
});

test('an empty business has zeros, an empty axis and no rate', async () => {
  const empty = await insertTenant(owner);
  const reply = await load(empty);
  expect(kpiOf(reply, 'totalLeads').value).toBe('0');
  expect(kpiOf(reply, 'pipelineValue').value).toBe('0.00');
  expect(kpiOf(reply, 'conversionRate').value).toBeNull();
  expect(bars(chartOf(reply, 'leadsByStage30'))).toEqual([]);
  expect(chartOf(reply, 'leadsPerDay30').series[0]?.points).toHaveLength(30);
});

test('a portal without leads has contacts where leads would be', async () => {
  const simple = await insertTenant(owner, { mode: 'simple' });
  await insertRecords(owner, simple);
  const reply = await load(simple);
  expect(reply.mode).toBe('simple');
  expect(reply.widgets[0]?.config.title).toBe('Total contacts');
  expect(kpiOf(reply, 'totalLeads').value).toBe('4');
  expect(kpiOf(reply, 'conversionRate').value).toBe('100.00'); // 4 won deals, 4 contacts
  expect(bars(chartOf(reply, 'leadsByStage30'))).toEqual([
    ['Ann', 2],
    ['Unassigned', 1],
  ]);
  expect(bars(chartOf(reply, 'leadsBySource90'))).toEqual([
    ['Website', 2],
    ['Phone call', 1],
  ]);
  const days = chartOf(reply, 'leadsPerDay30').series[0]?.points ?? [];
  expect(days.filter(({ value }) => value !== 0).map(({ key, value }) => [key, value])).toEqual([
    ['2025-03-08', 2],
    ['2025-03-09', 1],
  ]);
});

test('titles and labels speak the reader’s language before the tenant’s', async () => {
  const russian = await insertTenant(owner, { locale: 'ru' });
  await insertRecords(owner, russian);
  expect((await load(russian)).widgets[0]?.config.title).toBe('Всего лидов');
  expect(bars(chartOf(await load(russian), 'leadsBySource90')).at(-1)).toEqual(['Не указано', 1]);
  await insertRows(owner, 'tenant_members', [
    { tenant_id: russian, crm_source: 'bitrix24', crm_user_id: '1', name: 'Ann', role: 'admin', locale: 'uz' },
  ]);
  const widgets = await listWidgets(
    { db: database.db, now: () => SMALL_WORLD_NOW, log },
    { tenantId: russian, crmSource: 'bitrix24', userId: '1' },
  );
  expect(widgets[0]?.config.title).toBe('Jami lidlar');
});

test('days are cut in the tenant’s zone, else the CRM’s, else UTC; a name that is no zone is passed over', async () => {
  const lost = await insertTenant(owner);
  const zoneWith = async (ofTenant: string | null, ofCrm: string | null) => {
    await owner.query('update tenant_settings set timezone = $2 where tenant_id = $1', [lost, ofTenant]);
    await owner.query('update crm_connections set timezone = $2 where tenant_id = $1', [lost, ofCrm]);
    return (await load(lost)).timezone;
  };
  expect(await zoneWith('Asia/Tashkent', 'Europe/London')).toBe('Asia/Tashkent');
  expect(await zoneWith(null, 'Europe/London')).toBe('Europe/London');
  expect(await zoneWith('Mars/Olympus', 'Europe/London')).toBe('Europe/London');
  expect(await zoneWith(null, null)).toBe('UTC');
});

describe('what is not copied is not shown as a number', () => {
  const statuses = (reply: DashboardReply) => Object.fromEntries(reply.results.map(({ id, status }) => [id, status]));

  test('before the first load nothing is', async () => {
    const fresh = await insertTenant(owner);
    await owner.query('delete from crm_sync_status where tenant_id = $1', [fresh]);
    const reply = await load(fresh);
    expect(new Set(reply.results.map(({ status }) => status))).toEqual(new Set(['not_synced']));
    expect(reply.dataAsOf).toBeNull();
  });

  test('while deals load, widgets over leads alone have numbers', async () => {
    const loading = await insertTenant(owner);
    await insertRecords(owner, loading);
    await owner.query(
      `update crm_sync_status set status = 'syncing', last_full_sync_at = null, covered_from = null where tenant_id = $1 and entity = 'deals'`,
      [loading],
    );
    const reply = await load(loading);
    expect(reply.syncStatus).toBe('syncing');
    expect(reply.dataAsOf).toBeNull();
    expect(statuses(reply)).toMatchObject({
      totalLeads: 'ok',
      leadsByStage30: 'ok',
      totalDeals: 'not_synced',
      pipelineValue: 'not_synced',
      conversionRate: 'not_synced',
      wonByAgent90: 'not_synced',
      activitiesByAgentAndType30: 'ok',
    });
  });

  test('a load that has reached back 60 days shows leads of 30 days, and neither of 90 nor of all time', async () => {
    const loading = await insertTenant(owner);
    await insertRecords(owner, loading);
    await owner.query(
      `update crm_sync_status set status = 'syncing', last_full_sync_at = null, covered_from = '2025-01-10' where tenant_id = $1`,
      [loading],
    );
    expect(statuses(await load(loading))).toEqual({
      totalLeads: 'not_synced',
      totalDeals: 'not_synced',
      pipelineValue: 'not_synced',
      conversionRate: 'not_synced',
      leadsByStage30: 'ok',
      leadsPerDay30: 'ok',
      leadsBySource90: 'not_synced',
      pipelineByStage: 'not_synced',
      wonByAgent90: 'not_synced',
      activitiesByAgentAndType30: 'not_synced',
    });
  });
});

test('a table that cannot be read fails its own widgets only', async () => {
  const broken = await createTestDatabase();
  const brokenOwner = new pg.Client({ connectionString: broken.ownerUrl });
  await brokenOwner.connect();
  try {
    const one = await insertTenant(brokenOwner);
    await insertRecords(brokenOwner, one);
    await brokenOwner.query('alter table crm_activities rename column employee_id to employee');
    const reply = await load(one, { db: broken.db });
    expect(reply.results.filter(({ status }) => status !== 'ok')).toEqual([
      { id: 'activitiesByAgentAndType30', status: 'failed' },
    ]);
    expect(kpiOf(reply, 'totalLeads').value).toBe('9');
  } finally {
    await brokenOwner.end();
    await broken.drop();
  }
});

test('takes one transaction and twelve statements', async () => {
  const watched = watchDb(database.db);
  await load(tenantId, { db: watched.db });
  expect(watched.transactions()).toBe(1);
  expect(watched.sent).toHaveLength(12);
});

describe('numbers that were computed before', () => {
  /** Tables of records that a further load has read. */
  async function tablesReadAfter(change: () => Promise<unknown>, later: { now?: Date } = {}): Promise<string[]> {
    const results = createResultCache();
    await load(tenantId, { results });
    await change();
    const watched = watchDb(database.db);
    const reply = await load(tenantId, { db: watched.db, results, ...later });
    // Whatever was remembered, the answer is the one that is computed anew.
    expect(reply).toEqual(await load(tenantId, later));
    return [...new Set(watched.sent.flatMap((text) => /^from (crm_\w+)$/m.exec(text)?.[1] ?? []))].sort();
  }
  const moveVersion = (table: string) =>
    owner.query(
      `insert into data_versions as v (tenant_id, table_name, version) values ($1, $2, 1)
       on conflict (tenant_id, table_name) do update set version = v.version + 1`,
      [tenantId, table],
    );

  test('are not asked for again', async () => {
    expect(await tablesReadAfter(async () => {})).toEqual([]);
  });

  test('are asked for again once their table has changed, and the others’ are not', async () => {
    const change = async () => {
      await owner.query(`update crm_activities set type = 'call' where tenant_id = $1`, [tenantId]);
      await moveVersion('crm_activities');
    };
    expect(await tablesReadAfter(change)).toEqual(['crm_activities']);
    // The conversion rate divides deals by leads.
    expect(await tablesReadAfter(() => moveVersion('crm_deals'))).toEqual(['crm_deals', 'crm_leads']);
  });

  test('are asked for again when rates or names have changed', async () => {
    expect(await tablesReadAfter(() => moveVersion('crm_currencies'))).toEqual(['crm_activities', 'crm_deals', 'crm_leads']);
  });

  test('of a period are asked for again the next day, those of all time are not', async () => {
    const read = await tablesReadAfter(async () => {}, { now: new Date('2025-03-11T04:00:00Z') });
    expect(read).toEqual(['crm_activities', 'crm_deals', 'crm_leads']);
    const lastMoment = await tablesReadAfter(async () => {}, { now: new Date('2025-03-11T03:59:59Z') });
    expect(lastMoment).toEqual([]);
  });
});

test('the hour that is not over yet is marked, and no other once it is', async () => {
  const config = configOf({ timeBucket: 'hour', xField: null, timeRangeDays: 1 });
  await database.db.withTenant(tenantId, 'write', (tx) =>
    tx.query(insertWidgetQuery(tenantId, config, { position: 0, source: 'chat' })),
  );
  const results = createResultCache();
  const wholeAt = async (now: string) => {
    const { results: told, widgets } = await load(tenantId, { results, now: new Date(now) });
    const result = told.find(({ id }) => id === widgets.at(-1)?.id);
    if (result?.status !== 'ok' || result.data.kind !== 'chart') throw new Error('There is no chart by hour.');
    return result.data.series[0]?.points.filter(({ isPartial }) => !isPartial).length;
  };
  // New York's day has begun at four.
  expect(await wholeAt('2025-03-10T15:30:00Z')).toBe(11);
  expect(await wholeAt('2025-03-10T15:59:59Z')).toBe(11);
  expect(await wholeAt('2025-03-10T16:00:00Z')).toBe(12);
  await owner.query('delete from dashboard_widgets where tenant_id = $1', [tenantId]);
});

test('an answer is valid until the tenant’s day ends', async () => {
  const deps = { db: database.db, now: () => SMALL_WORLD_NOW, log, results: createResultCache() };
  const { validUntil } = await loadDashboard(deps, { tenantId, crmSource: 'bitrix24', userId: '1' }, never);
  expect(validUntil.toISOString()).toBe('2025-03-11T04:00:00.000Z');
});

test('a reader who goes away takes the running statement along', async () => {
  const controller = new AbortController();
  // A lock that nobody gives up holds the dashboard's first statement.
  const blocker = new pg.Client({ connectionString: database.ownerUrl });
  await blocker.connect();
  await blocker.query('begin; lock table crm_statuses in access exclusive mode');
  const deps = { db: database.db, now: () => SMALL_WORLD_NOW, log, results: createResultCache() };
  const loading = loadDashboard(deps, { tenantId, crmSource: 'bitrix24', userId: '1' }, controller.signal);
  const waiting = `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await expect.poll(async () => (await owner.query<{ count: number }>(waiting)).rows[0]?.count).toBe(1);
  controller.abort();
  await expect(loading).rejects.toThrow();
  // The lock is still held: only the cancellation can have ended the wait.
  await expect.poll(async () => (await owner.query<{ count: number }>(waiting)).rows[0]?.count).toBe(0);
  await blocker.query('rollback');
  await blocker.end();
});
