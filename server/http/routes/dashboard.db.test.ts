import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problem } from '../../../contract/api.ts';
import { dashboardReply, recordReply, widget } from '../../../contract/dashboard.ts';
import type { Db } from '../../platform/db.ts';
import { createDbListener, type DbListener } from '../../platform/db-listener.ts';
import { TENANT_CHANNEL } from '../../tenants/announce.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { insertRecords, insertTenant, SMALL_WORLD_NOW } from '../../testing/small-world.ts';
import { createErrorHandler } from '../error-reply.ts';
import type { Session } from '../session.ts';
import { createDashboardRoutes } from './dashboard.ts';

let database: TestDatabase;
let owner: pg.Client;
let server: Server;
let tenantId: string;
let session: Session;
let tenantNews: DbListener;
/** Transactions that the routes have begun. */
let transactions = 0;
const log = pino({ level: 'silent' });

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  tenantId = await insertTenant(owner);
  await insertRecords(owner, tenantId);
  session = { tenantId, crmSource: 'bitrix24', userId: '17', role: 'member', signedInAt: null };
  const app = express();
  app.set('query parser', 'simple');
  app.use(express.json(), (_req, res, next) => {
    res.locals.requestId = 'of-this-test';
    res.locals.session = session;
    next();
  });
  tenantNews = createDbListener({ url: database.appUrl, channel: TENANT_CHANNEL, log });
  await new Promise<void>((resolve) => tenantNews.watchAll(() => resolve()));
  const withTenant: Db['withTenant'] = (...args) => {
    transactions += 1;
    return database.db.withTenant(...args);
  };
  const db: Db = { ...database.db, withTenant };
  app.use('/api/dashboard', createDashboardRoutes({ db, now: () => SMALL_WORLD_NOW, log, tenantNews }));
  app.use(createErrorHandler(log));
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  server.close();
  await tenantNews.close();
  await owner.end();
  await database.drop();
});

function request(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/dashboard${path}`, init);
}

async function accessLog(): Promise<object[]> {
  const { rows } = await owner.query(
    'select accessed_by, action, entity, record_count from data_access_logs where tenant_id = $1 order by seq desc limit 1',
    [tenantId],
  );
  return rows;
}

test('the dashboard keeps its contract, and who looked is in the access log', async () => {
  const reply = await request('/data');
  expect(reply.status).toBe(200);
  const body = dashboardReply.parse(await reply.json());
  expect(body.results.every(({ status }) => status === 'ok')).toBe(true);
  expect(await accessLog()).toEqual([{ accessed_by: 'user:17', action: 'query_dashboard', entity: null, record_count: 10 }]);
});

describe('a dashboard on which nothing has changed', () => {
  /** What a request costs the database. */
  async function costOf(work: () => Promise<Response>): Promise<[Response, number]> {
    const before = transactions;
    const reply = await work();
    return [reply, transactions - before];
  }

  test('is answered without the database, and told again to the same person is not logged again', async () => {
    const first = await (await request('/data')).text();
    const before = await accessLog();
    const [again, cost] = await costOf(() => request('/data'));
    expect(cost).toBe(0);
    expect(again.headers.get('server-timing')).toBe('cache;desc=hit');
    expect(await again.text()).toBe(first);
    expect(await accessLog()).toEqual(before);
  });

  test('is logged for another person', async () => {
    const mine = session;
    session = { ...mine, userId: '18' };
    try {
      await request('/data');
      expect(await accessLog()).toMatchObject([{ accessed_by: 'user:18', action: 'query_dashboard' }]);
      expect((await costOf(() => request('/data')))[1]).toBe(0);
    } finally {
      session = mine;
    }
  });

  test('is not sent again to one who has it', async () => {
    const etag = (await request('/data')).headers.get('etag') ?? '';
    // Without it the client adds `no-cache` to a conditional request, at which a server may not answer 304.
    const conditional = { 'if-none-match': etag, 'cache-control': 'max-age=0' };
    const [reply, cost] = await costOf(() => request('/data', { headers: conditional }));
    expect([reply.status, await reply.text(), cost]).toEqual([304, '', 0]);
  });

  test('comes compressed to those who can read it so, and plain to others', async () => {
    const [packed, plain] = await Promise.all(
      ['gzip', 'identity'].map((encoding) => request('/data', { headers: { 'accept-encoding': encoding } })),
    );
    expect([packed?.headers.get('content-encoding'), plain?.headers.get('content-encoding')]).toEqual(['gzip', null]);
    expect(plain?.headers.get('vary')).toContain('Accept-Encoding');
    expect(await packed?.text()).toBe(await plain?.text());
  });

  test('is looked at anew once another process says that something has changed', async () => {
    await request('/data');
    const before = await (await request('/data')).text();
    await owner.query(`update tenant_settings set display_currency = 'EUR' where tenant_id = $1`, [tenantId]);
    await owner.query('select pg_notify($1, $2)', [TENANT_CHANNEL, tenantId]);
    const currency = async () => dashboardReply.parse(await (await request('/data')).json()).currency;
    await expect.poll(currency).toBe('EUR');
    await owner.query(`update tenant_settings set display_currency = 'USD' where tenant_id = $1`, [tenantId]);
    await owner.query('select pg_notify($1, $2)', [TENANT_CHANNEL, tenantId]);
    await expect.poll(currency).toBe('USD');
    expect(await (await request('/data')).text()).toBe(before);
  });

  test('has a new widget in the very next answer', async () => {
    await request('/data');
    const { config } = widget.array().parse(await (await request('/widgets')).json())[0] ?? {};
    const { chartId: _, ...wanted } = config ?? {};
    const headers = { 'content-type': 'application/json' };
    const created = await request('/widgets', { method: 'POST', headers, body: JSON.stringify({ config: wanted }) });
    const { id } = widget.parse(await created.json());
    expect(dashboardReply.parse(await (await request('/data')).json()).widgets.at(-1)?.id).toBe(id);
    await request(`/widgets/${id}`, { method: 'DELETE' });
    expect(dashboardReply.parse(await (await request('/data')).json()).widgets.at(-1)?.id).not.toBe(id);
  });
});

test('only the widgets that are wanted are read, whatever order they are named in', async () => {
  const reply = dashboardReply.parse(await (await request('/data?widgets=wonByAgent90,totalLeads')).json());
  expect(reply.widgets.map(({ id }) => id)).toEqual(['totalLeads', 'wonByAgent90']);
  const whole = dashboardReply.parse(await (await request('/data')).json());
  expect(reply.results).toEqual(whole.results.filter(({ id }) => id === 'totalLeads' || id === 'wonByAgent90'));
  expect(await accessLog()).toMatchObject([{ action: 'query_dashboard' }]);
});

test('a dashboard that is read part by part, as while it is made, is one entry in the access log and not one a part', async () => {
  const mine = session;
  session = { ...mine, userId: '19' };
  try {
    for (const part of ['wonByAgent90,totalLeads', 'totalDeals', 'pipelineValue']) await request(`/data?widgets=${part}`);
    const { rows } = await owner.query(
      `select action, record_count from data_access_logs where tenant_id = $1 and accessed_by = 'user:19'`,
      [tenantId],
    );
    expect(rows).toEqual([{ action: 'query_dashboard', record_count: 2 }]);
  } finally {
    session = mine;
  }
});

test('the widgets come alone, in their order', async () => {
  const widgets = widget.array().parse(await (await request('/widgets')).json());
  expect(widgets.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a record keeps its contract and is logged without its id', async () => {
  const reply = await request('/record?entity=deals&externalId=1');
  expect(reply.status).toBe(200);
  expect(recordReply.parse(await reply.json()).title).toBe('Annual contract');
  expect(await accessLog()).toEqual([{ accessed_by: 'user:17', action: 'view_record', entity: 'deals', record_count: 1 }]);
});

describe('refuses', () => {
  test.each([
    ['/data?widgets=', 422, 'blank'],
    ['/data?widgets=totalLeads,00000000-0000-4000-8000-000000000000', 404, 'not_found'],
    [`/data?widgets=${'x'.repeat(4001)}`, 422, 'too_long'],
    ['/data?widgets=totalLeads&tenant_id=x', 422, 'unknown_field'],
    ['/data?widgets=totalLeads&widgets=totalDeals', 422, 'wrong_type'],
    ['/record?entity=deals&externalId=4711', 404, 'not_found'],
    ['/record', 422, 'required'],
    ['/record?entity=pg_user&externalId=1', 422, 'invalid_value'],
    ['/record?entity=constructor&externalId=1', 422, 'invalid_value'],
    ['/record?entity=deals&externalId=', 422, 'blank'],
    [`/record?entity=deals&externalId=${'9'.repeat(65)}`, 422, 'too_long'],
    ['/record?entity=deals&externalId=1&externalId=2', 422, 'wrong_type'],
    ['/record?entity=deals&externalId=%00', 422, 'invalid_characters'],
    ['/record?entity=deals&externalId=1&tenantId=x', 422, 'unknown_field'],
  ])('%s with %i %s', async (path, status, code) => {
    const reply = await request(path);
    expect([reply.status, problem.parse(await reply.json()).code]).toEqual([status, code]);
  });

  test('other methods', async () => {
    const reply = await request('/data', { method: 'DELETE' });
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

test('the record of another tenant answers as one that does not exist', async () => {
  const mine = session;
  session = { ...mine, tenantId: await insertTenant(owner) };
  try {
    const [foreign, missing] = await Promise.all(
      ['1', '4711'].map(async (id) => {
        const { code, title, detail, status } = problem.parse(
          await (await request(`/record?entity=deals&externalId=${id}`)).json(),
        );
        return { code, title, detail, status };
      }),
    );
    expect(foreign).toEqual(missing);
    expect(foreign?.status).toBe(404);
  } finally {
    session = mine;
  }
});

test('a reader who closes the connection leaves no statement behind', async () => {
  const blocker = new pg.Client({ connectionString: database.ownerUrl });
  await blocker.connect();
  await blocker.query('begin; lock table crm_statuses in access exclusive mode');
  const waiting = async () => {
    const { rows } = await owner.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows[0]?.count;
  };
  // What is remembered would be answered without a statement.
  tenantNews.tell(tenantId);
  const controller = new AbortController();
  const reading = request('/data', { signal: controller.signal }).catch(() => 'gone');
  await expect.poll(waiting).toBe(1);
  controller.abort();
  expect(await reading).toBe('gone');
  await expect.poll(waiting, { timeout: 3000 }).toBe(0);
  await blocker.query('rollback');
  await blocker.end();
});
