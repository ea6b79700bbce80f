import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drillReply, widget } from '../../../contract/dashboard.ts';
import { chartOf, type DashboardRig, kpiOf, named, startDashboardRig } from '../../testing/dashboard-rig.ts';
import { insertRows } from '../../testing/insert-rows.ts';
import { runAs } from '../../testing/postgres.ts';

let rig: DashboardRig;

beforeAll(async () => {
  rig = await startDashboardRig();
});
afterAll(() => rig.close());

const drill = async (body: object, token = rig.tokens.member) => {
  const reply = await rig.call('/drill', { body, token });
  expect(reply.status).toBe(200);
  return drillReply.parse(await reply.json());
};

test('a member sees the records behind a number, page by page, and the access log their count', async () => {
  const body = { config: chartOf(), point: {}, limit: 5 };
  const first = await drill(body);
  expect([first.entity, first.total, first.records.length]).toEqual(['deals', 12, 5]);
  expect(first.records[0]?.url).toMatch(`https://${rig.tenantId}.example/crm/deal/details/`);
  expect(await rig.accessLog(1)).toEqual(['user:17 list_records deals 5']);
  const rest = [await drill({ ...body, after: first.next })];
  rest.push(await drill({ ...body, after: rest[0]?.next }));
  expect(rest.map(({ records }) => records.length)).toEqual([5, 2]);
  expect(rest[1]?.next).toBeNull();
  const ids = [first, ...rest].flatMap(({ records }) => records.map(({ externalId }) => externalId));
  expect(new Set(ids).size).toBe(12);
  expect(await rig.accessLog(1)).toEqual(['user:17 list_records deals 2']);
});

test('of a stored widget or a standard one by its id', async () => {
  const created = await rig.call('/widgets', { body: { config: kpiOf({ timeRangeDays: 30 }) } });
  const { id } = widget.parse(await created.json());
  expect((await drill({ widgetId: id, point: {} })).total).toBe(5);
  expect((await drill({ widgetId: 'leadsByStage30', point: { categoryKey: 'NEW' } })).total).toBe(2);
  await rig.call(`/widgets/${id}`, { method: 'DELETE' });
  expect(await rig.refusal('/drill', { body: { widgetId: id } })).toBe('404 not_found');
});

test('a tenant sees its own records only', async () => {
  await insertRows(rig.owner, 'crm_leads', [
    {
      tenant_id: rig.neighbourId,
      crm_source: 'bitrix24',
      external_id: '99',
      title: 'canary',
      created_at: '2025-03-08T12:00:00Z',
    },
  ]);
  const mine = await drill({ config: kpiOf(), limit: 100 });
  const theirs = await drill({ config: kpiOf(), limit: 100 }, rig.tokens.neighbour);
  expect([mine.total, theirs.total]).toEqual([9, 10]);
  expect(JSON.stringify(mine)).not.toContain('canary');
  expect(JSON.stringify(mine)).not.toContain(rig.neighbourId);
});

test('lists hold titles, never phones, e-mails or the names of a lead’s contact', async () => {
  const canaries = { contact_name: 'canary-name', contact_phone: '+998-canary', contact_email: 'canary@example.com' };
  await insertRows(rig.owner, 'crm_leads', [
    {
      tenant_id: rig.tenantId,
      crm_source: 'bitrix24',
      external_id: '77',
      title: 'Visible',
      created_at: '2020-01-01T00:00:00Z',
      ...canaries,
    },
  ]);
  const list = JSON.stringify(await drill({ config: kpiOf(), limit: 100 }));
  const file = await (await rig.call('/drill/csv', { body: { config: kpiOf() }, token: rig.tokens.admin })).text();
  for (const text of [list, file]) {
    expect(text).toContain('Visible');
    expect(text).not.toContain('canary');
  }
  expect(rig.app.logText()).not.toContain('canary');
  await rig.owner.query(`delete from crm_leads where external_id = '77'`);
});

describe('refuses', () => {
  const config = chartOf();
  test.each(
    named([
      ['{"config":', '400 malformed_json'],
      ['"text"', '400 body_must_be_object'],
      [{}, '422 required'],
      [{ config, widgetId: 'totalLeads' }, '422 invalid_combination'],
      [{ widgetId: 'not-a-uuid' }, '400 invalid_id'],
      [{ widgetId: 'x'.repeat(10_000) }, '400 invalid_id'],
      [{ widgetId: '__proto__' }, '400 invalid_id'],
      [{ widgetId: randomUUID() }, '404 not_found'],
      [{ widgetId: 7 }, '422 wrong_type'],
      [{ config, tenantId: randomUUID() }, '422 unknown_field'],
      ['{"widgetId":"totalLeads","point":{"__proto__":{}}}', '422 unknown_field'],
      [{ config: { ...config, dataSource: 'pg_user' } }, '422 unknown_field_name'],
      [{ config: { ...config, xField: 'status; drop table' } }, '422 unknown_field_name'],
      [{ config: { ...config, aggregation: 'sum' } }, '422 invalid_combination'],
      [{ config, point: { categoryKey: '__others' } }, '422 invalid_combination'],
      [{ config, point: { seriesKey: 'nothing' } }, '422 invalid_combination'],
      [{ config, point: { categoryKey: 'x'.repeat(501) } }, '422 too_long'],
      [{ config, point: { categoryKey: 'a\u0000' } }, '422 invalid_characters'],
      [{ config, point: { categoryKey: 7 } }, '422 wrong_type'],
      [{ config, point: null }, '422 wrong_type'],
      [{ config, limit: 0 }, '422 out_of_range'],
      [{ config, limit: 101 }, '422 out_of_range'],
      [{ config, limit: '5' }, '422 wrong_type'],
      [{ config, after: 'nonsense' }, '422 invalid_value'],
      [{ config, after: 'x'.repeat(1001) }, '422 too_long'],
    ]),
  )('%s with %s', async (_name, expected, body) => {
    expect(await rig.refusal('/drill', { body })).toBe(expected);
  });

  test('injections as empty lists', async () => {
    for (const text of ["'; drop table crm_deals; --", "NEW' or '1'='1", '$1', '\\', '{}', 'NEW\u202e']) {
      expect((await drill({ config: chartOf(), point: { categoryKey: text } })).total).toBe(0);
      expect((await drill({ config: chartOf({ pipeline: text }) })).total).toBe(0);
      expect((await drill({ config: chartOf({ filterField: 'source', filterValue: text }) })).total).toBe(0);
    }
    expect((await drill({ config: chartOf() })).total).toBe(12);
  });

  test('those without a login, and a list as a file to members', async () => {
    for (const path of ['/drill', '/drill/csv']) {
      expect(await rig.refusal(path, { body: { config }, token: null })).toBe('401 unauthorized');
      const reply = await rig.call(path, { method: 'GET' });
      expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST']);
    }
    expect(await rig.refusal('/drill/csv', { body: { config } })).toBe('403 forbidden');
    // Before anything else is said about the request.
    expect(await rig.refusal('/drill/csv', { body: { widgetId: randomUUID() } })).toBe('403 forbidden');
    expect(await rig.refusal('/drill/csv', { body: { config, limit: 5 }, token: rig.tokens.admin })).toBe('422 unknown_field');
  });
});

describe('the list as a file', () => {
  test('has the records of the number, no formulas, and is logged', async () => {
    await rig.owner.query(`update crm_deals set title = $2 where tenant_id = $1 and external_id = '1'`, [
      rig.tenantId,
      '=cmd|"/C calc"!A0\r\n+1',
    ]);
    const body = { config: chartOf({ title: 'Won & lost' }), point: { categoryKey: 'PREP' } };
    const reply = await rig.call('/drill/csv', { body, token: rig.tokens.admin });
    expect(reply.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
    expect(reply.headers.get('content-disposition')).toMatch(/^attachment; filename="Won lost\.csv"/);
    const text = Buffer.from(await reply.arrayBuffer()).toString();
    expect(text.split('\r\n')).toEqual([
      '\uFEFF"Title","Responsible","Amount","Currency","Amount (USD)","Time","CRM","ID","Link"',
      expect.stringMatching(/^,"Ann",0\.00,"XYZ",0\.00,"2025-01-15T12:00:00\.000Z","bitrix24","13","https:/),
      expect.stringMatching(/^,"Ann",,,,"2025-01-15T12:00:00\.000Z","bitrix24","4","https:/),
      expect.stringMatching(/^,"Ann",50\.00,"XYZ",,"2025/),
      '',
    ]);
    expect(await rig.accessLog(1)).toEqual(['user:1 export_records deals 3']);
    const all = await (await rig.call('/drill/csv', { body: { config: chartOf() }, token: rig.tokens.admin })).text();
    expect(all).toContain(`"'=cmd|""/C calc""!A0 +1"`);
    await rig.owner.query(`update crm_deals set title = 'Annual contract' where tenant_id = $1 and external_id = '1'`, [
      rig.tenantId,
    ]);
  });

  test('streams thousands of lines, and stops when the reader goes', async () => {
    await rig.owner.query(
      `insert into crm_contacts (tenant_id, crm_source, external_id, name, created_at)
       select $1, 'bitrix24', 'c' || i, repeat('x', 2000) || i, '2025-03-01T00:00:00Z' from generate_series(1, 10100) i`,
      [rig.tenantId],
    );
    const request = { body: { config: kpiOf({ dataSource: 'contacts' }) }, token: rig.tokens.admin };
    const whole = await (await rig.call('/drill/csv', request)).text();
    expect(whole.trimEnd().split('\r\n')).toHaveLength(10_001);
    expect(await rig.accessLog(1)).toEqual(['user:1 export_records contacts 10000']);

    const leaving = new AbortController();
    const reply = await rig.call('/drill/csv', { ...request, signal: leaving.signal });
    await reply.body?.getReader().read();
    leaving.abort();
    // Whoever has gone holds nothing: the next ones are answered, and nothing was an error.
    await expect.poll(() => rig.app.logText().includes('"status":"aborted"'), { timeout: 5000 }).toBe(true);
    await expect.poll(active, { timeout: 5000 }).toBe(0);
    expect((await drill({ config: kpiOf() })).total).toBe(9);
    expect(rig.app.logText()).not.toContain('request failed');
    await rig.owner.query(`delete from crm_contacts where external_id like 'c%'`);
  });
});

/** Transactions of the application that are under way. */
async function active(): Promise<number> {
  const { rows } = await rig.owner.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and application_name = 'leadrelay' and state <> 'idle'`,
  );
  return rows[0]?.count ?? -1;
}

test('one question of a tenant is asked at a time; a reader who goes takes the statement or the place along', async () => {
  await runAs(rig.app.database.ownerUrl, async (blocker) => {
    await blocker.query('begin; lock table crm_statuses in access exclusive mode');
    const readers = Array.from({ length: 6 }, () => new AbortController());
    const reading = readers.map(({ signal }) => rig.call('/drill', { body: { config: chartOf() }, signal }).catch(() => 'gone'));
    await expect.poll(waiting).toBe(1);
    for (const reader of readers) reader.abort();
    expect(await Promise.all(reading)).toEqual(Array(6).fill('gone'));
    await expect.poll(waiting, { timeout: 3000 }).toBe(0);
    await blocker.query('rollback');
  });
  expect((await drill({ config: chartOf() })).total).toBe(12);
});

async function waiting(): Promise<number | undefined> {
  const { rows } = await rig.owner.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.count;
}

test('a question that takes too long is refused, and no error of ours', async () => {
  const slow = new pg.Client({ connectionString: rig.app.database.ownerUrl });
  await slow.connect();
  await slow.query('begin; lock table crm_deals in access exclusive mode');
  expect(await rig.refusal('/drill', { body: { config: chartOf() } })).toBe('422 invalid_combination');
  await slow.query('rollback');
  await slow.end();
  expect(rig.app.logText()).not.toContain('request failed');
});
