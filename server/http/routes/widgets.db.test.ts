import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dashboardReply, type Widget, widget, widgetBinReply } from '../../../contract/dashboard.ts';
import { chartOf, type DashboardRig, kpiOf, named, startDashboardRig } from '../../testing/dashboard-rig.ts';
import { runAs } from '../../testing/postgres.ts';
import { SMALL_WORLD_NOW } from '../../testing/small-world.ts';
import { readProblem } from '../../testing/test-app.ts';

let rig: DashboardRig;

beforeAll(async () => {
  rig = await startDashboardRig();
});
afterAll(() => rig.close());
beforeEach(async () => {
  await rig.owner.query('delete from dashboard_widgets');
});
afterEach(() => {
  rig.app.clock.now = SMALL_WORLD_NOW;
});

/** Standard widgets come first, so many. */
const STANDARD = 10;
const DAY_MS = 86_400_000;

async function create(config: object = chartOf(), headers: Record<string, string> = {}, token?: string): Promise<Widget> {
  const reply = await rig.call('/widgets', { body: { config }, headers, ...(token !== undefined && { token }) });
  expect(reply.status).toBe(201);
  return widget.parse(await reply.json());
}

async function createNamed(...titles: string[]): Promise<Widget[]> {
  const made: Widget[] = [];
  for (const title of titles) made.push(await create(chartOf({ title })));
  return made;
}

async function own(token?: string): Promise<Widget[]> {
  const reply = await rig.call('/widgets', token === undefined ? {} : { token });
  return widget
    .array()
    .parse(await reply.json())
    .slice(STANDARD);
}

const titles = async () => (await own()).map(({ config }) => config.title);
const remove = (id: string, token?: string) =>
  rig.call(`/widgets/${id}`, { method: 'DELETE', ...(token !== undefined && { token }) });
const patch = (id: string, body: unknown) => rig.call(`/widgets/${id}`, { method: 'PATCH', body });
const bin = async () => widgetBinReply.parse(await (await rig.call('/widgets/bin')).json());

test('a widget that waits for onboarding’s to be made has its place on the dashboard that then is', async () => {
  await runAs(rig.app.database.ownerUrl, async (maker) => {
    await maker.query('begin');
    await maker.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`widgets ${rig.tenantId}`]);
    const created = create();
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await rig.owner.query(waiting)).rowCount, { interval: 20 }).toBe(1);
    await maker.query('insert into dashboard_configs (tenant_id, completed_at) values ($1, now())', [rig.tenantId]);
    await maker.query('commit');
    const { position } = await created;
    const listed = widget.array().parse(await (await rig.call('/widgets')).json());
    expect(position).toBe(listed.at(-1)?.position);
  });
  await rig.owner.query('delete from dashboard_configs');
});

describe('a widget', () => {
  test('is kept as it was asked for, behind the standard ones, with its numbers on the dashboard', async () => {
    const chart = chartOf({
      ...{ title: ' Сделки  ', description: 'why', chartType: 'stackedBar', xField: 'owner', groupBy: 'stage', pipeline: '0' },
      ...{
        timeRangeDays: 90,
        filterField: 'source',
        filterValue: '',
        sortOrder: 'asc',
        limit: 5,
        size: 'large',
        crmSource: 'bitrix24',
      },
    });
    const kpi = kpiOf({
      dataSource: 'deals',
      metricField: 'value',
      aggregation: 'sum',
      format: 'currency',
      timeRangeDays: 30,
      comparisonPeriodDays: 7,
    });
    const [one, two] = [await create(chart), await create(kpi)];
    expect(one).toMatchObject({ isStandard: false, position: STANDARD });
    expect(one.config).toEqual({ ...chart, title: 'Сделки', chartId: one.id });
    expect(two.config).toEqual({ ...kpi, chartId: two.id });
    expect(await own()).toEqual([one, { ...two, position: STANDARD + 1 }]);

    const dashboard = dashboardReply.parse(await (await rig.call('/data')).json());
    expect(dashboard.widgets.slice(STANDARD).map(({ id }) => id)).toEqual([one.id, two.id]);
    expect(dashboard.results.slice(STANDARD)).toMatchObject([
      { id: one.id, status: 'ok', data: { kind: 'chart' } },
      { id: two.id, status: 'ok', data: { kind: 'kpi', format: 'currency' } },
    ]);
    const { rows } = await rig.owner.query('select distinct source, is_standard, tenant_id from dashboard_widgets');
    expect(rows).toEqual([{ source: 'chat', is_standard: false, tenant_id: rig.tenantId }]);
  });

  test('that can no longer be drawn fails alone; a row that is none is passed over', async () => {
    const [good, gone, broken] = await createNamed('good', 'gone', 'broken');
    await rig.owner.query(`update dashboard_widgets set x_field = 'vanished' where id = $1`, [gone?.id]);
    await rig.owner.query(`update dashboard_widgets set data_source = 'pg_user' where id = $1`, [broken?.id]);
    const { widgets, results } = dashboardReply.parse(await (await rig.call('/data')).json());
    expect(widgets).toHaveLength(STANDARD + 2);
    expect(results.filter(({ status }) => status !== 'ok')).toEqual([{ id: gone?.id, status: 'not_drawable' }]);
    expect(results.at(-2)).toMatchObject({ id: good?.id, status: 'ok' });
    // It may still be renamed and deleted.
    expect((await patch(gone?.id ?? '', { title: 'old' })).status).toBe(200);
    expect(await rig.refusal(`/widgets/${gone?.id}/csv`)).toBe('422 unknown_field_name');
    expect((await remove(gone?.id ?? '')).status).toBe(204);
    expect((await remove(broken?.id ?? '')).status).toBe(204);
  });

  test('is not another tenant’s, who is told the same as of one that does not exist', async () => {
    const mine = await create();
    const answers = async (id: string) => {
      const calls = [
        rig.call(`/widgets/${id}`, { method: 'PATCH', body: { title: 'x' }, token: rig.tokens.neighbour }),
        rig.call(`/widgets/${id}`, { method: 'DELETE', token: rig.tokens.neighbour }),
        rig.call(`/widgets/${id}/restore`, { method: 'POST', token: rig.tokens.neighbour }),
        rig.call(`/widgets/${id}/csv`, { token: rig.tokens.neighbour }),
        rig.call('/drill', { body: { widgetId: id }, token: rig.tokens.neighbour }),
        rig.call('/drill/csv', { body: { widgetId: id }, token: rig.tokens.neighbour }),
      ];
      return Promise.all(
        calls.map(async (call) => {
          const reply = await call;
          const text = await reply.text();
          return [reply.status, text.replaceAll(reply.headers.get('x-request-id') ?? '', '')];
        }),
      );
    };
    const foreign = await answers(mine.id);
    expect(foreign).toEqual(await answers(randomUUID()));
    expect(foreign.map(([status]) => status)).toEqual([404, 404, 404, 404, 404, 404]);
    expect(await own(rig.tokens.neighbour)).toEqual([]);
    expect(await own()).toEqual([mine]);
  });

  test('every change is in the access log, without what was changed', async () => {
    const { id } = await create();
    await patch(id, { title: 'other' });
    await remove(id);
    await rig.call('/widgets/bin');
    await rig.call(`/widgets/${id}/restore`, { method: 'POST' });
    await rig.call('/widgets');
    expect(await rig.accessLog(6)).toEqual([
      'user:17 list_widgets null 11',
      'user:17 restore_widget null 1',
      'user:17 list_deleted_widgets null 1',
      'user:17 delete_widget null 1',
      'user:17 update_widget null 1',
      'user:17 create_widget null 1',
    ]);
  });
});

describe('a body is refused', () => {
  const config = chartOf();
  test.each(
    named([
      ['{"config":', '400 malformed_json'],
      ['[]', '400 body_must_be_object'],
      ['null', '400 body_must_be_object'],
      [`{"config":${'['.repeat(40)}${']'.repeat(40)}}`, '400 too_deep'],
      [{}, '422 required'],
      [{ config: null }, '422 wrong_type'],
      [{ config: 'chart' }, '422 wrong_type'],
      [{ config: {} }, '422 required'],
      [{ config, source: 'insight' }, '422 unknown_field'],
      [{ config, tenant_id: randomUUID() }, '422 unknown_field'],
      [{ config, isStandard: true }, '422 unknown_field'],
      [{ config: { ...config, chartId: 'mine' } }, '422 unknown_field'],
      [{ config: { ...config, deletedAt: null } }, '422 unknown_field'],
      ['{"config":{"__proto__":{"chartType":"bar"}}}', '422 unknown_field'],
      [{ config: { ...config, constructor: { prototype: {} } } }, '422 unknown_field'],
      [{ config: { ...config, chartType: 'radar' } }, '422 invalid_value'],
      [{ config: { ...config, sortOrder: 'desc; drop table tenants' } }, '422 invalid_value'],
      [{ config: { ...config, aggregation: 'count(*)' } }, '422 invalid_value'],
      [{ config: { ...config, dataSource: 'pg_user' } }, '422 unknown_field_name'],
      [{ config: { ...config, dataSource: 'constructor' } }, '422 unknown_field_name'],
      [{ config: { ...config, dataSource: 7 } }, '422 wrong_type'],
      [{ config: { ...config, xField: 'status; drop table' } }, '422 unknown_field_name'],
      [{ config: { ...config, xField: '__proto__' } }, '422 unknown_field_name'],
      [{ config: { ...config, xField: 'x'.repeat(100_000) } }, '422 too_long'],
      [{ config: { ...config, groupBy: "owner' or 1=1 --" } }, '422 unknown_field_name'],
      [{ config: { ...config, measure: 'constructor' } }, '422 unknown_field_name'],
      [{ config: { ...config, filterField: '1=1', filterValue: 'x' } }, '422 unknown_field_name'],
      [{ config: { ...config, aggregation: 'sum', yField: 'stage' } }, '422 invalid_combination'],
      [{ config: { ...config, aggregation: 'average' } }, '422 invalid_combination'],
      [{ config: { ...config, filterValue: 'x' } }, '422 invalid_combination'],
      [{ config: { ...config, xField: null } }, '422 invalid_combination'],
      [{ config: kpiOf({ format: 'currency' }) }, '422 invalid_combination'],
      [{ config: { ...config, timeRangeDays: -1 } }, '422 out_of_range'],
      [{ config: { ...config, timeRangeDays: 1.5 } }, '422 out_of_range'],
      [{ config: { ...config, timeRangeDays: 99_999 } }, '422 out_of_range'],
      [{ config: { ...config, timeRangeDays: '30' } }, '422 wrong_type'],
      [`{"config":${JSON.stringify(config).replace('"timeRangeDays":null', '"timeRangeDays":1e999')}}`, '422 out_of_range'],
      [`{"config":${JSON.stringify(config).replace('"limit":null', '"limit":9007199254740993')}}`, '422 out_of_range'],
      [{ config: { ...config, pipeline: 'a\u0000b' } }, '422 invalid_characters'],
      [{ config: { ...config, filterField: 'source', filterValue: '\ud800' } }, '422 invalid_characters'],
      [{ config: { ...config, title: 'x'.repeat(10_000) } }, '422 too_long'],
      [{ config: { ...config, title: 'x'.repeat(121) } }, '422 too_long'],
      [{ config: { ...config, title: '' } }, '422 blank'],
      [{ config: { ...config, title: '  \t ' } }, '422 blank'],
      [{ config: { ...config, title: '\u200b\u200d\ufeff' } }, '422 blank'],
      [{ config: { ...config, title: '\u202e\u2066\u200f' } }, '422 blank'],
      [{ config: { ...config, title: '\u3164\u2800' } }, '422 blank'],
      [{ config: { ...config, title: 'two\nlines' } }, '422 invalid_characters'],
      [{ config: { ...config, title: 7 } }, '422 wrong_type'],
      [{ config: { ...config, title: undefined } }, '422 required'],
    ]),
  )('%s with %s', async (_name, expected, body) => {
    expect(await rig.refusal('/widgets', { body })).toBe(expected);
    const { rows } = await rig.owner.query('select id from dashboard_widgets');
    expect(rows).toEqual([]);
  });

  test('that is too large, of another type, or missing', async () => {
    expect(await rig.refusal('/widgets', { body: { config: { ...config, title: 'x'.repeat(300_000) } } })).toBe(
      '413 body_too_large',
    );
    expect(await rig.refusal('/widgets', { method: 'POST' })).toBe('400 body_required');
    const text = await fetch(`${rig.app.url}/api/dashboard/widgets`, {
      ...{ method: 'POST', body: JSON.stringify({ config }) },
      headers: { authorization: `Bearer ${rig.tokens.member}`, 'content-type': 'text/plain' },
    });
    expect((await readProblem(text)).code).toBe('unsupported_media_type');
  });

  test('a title of 120 characters, with marks and formulas in it, is a title', async () => {
    for (const title of ['x'.repeat(120), '=1+1', '<script>alert(1)</script>', "'; drop table tenants; --", '👩‍💻 отчёт']) {
      expect((await create(chartOf({ title }))).config.title).toBe(title);
    }
  });
});

describe('ids', () => {
  const paths: [string, string][] = [
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/restore'],
    ['GET', '/csv'],
  ];
  test.each(paths)('%s /widgets/{id}%s wants one', async (method, rest) => {
    const options = { method, ...(method === 'PATCH' && { body: { title: 'x' } }) };
    for (const id of [
      'not-a-uuid',
      '..%2F..%2Fetc%2Fpasswd',
      'x'.repeat(10_000),
      `${randomUUID()}%27%3B--`,
      '__proto__',
      'constructor',
    ]) {
      expect([id.slice(0, 40), await rig.refusal(`/widgets/${id}${rest}`, options)]).toEqual([id.slice(0, 40), '400 invalid_id']);
    }
    expect(await rig.refusal(`/widgets/%00${rest}`, options)).toBe('400 malformed_url');
    expect(await rig.refusal(`/widgets/%E0%A4%A${rest}`, options)).toBe('400 malformed_url');
    expect(await rig.refusal(`/widgets/${randomUUID()}${rest}`, options)).toBe('404 not_found');
  });

  test('of standard widgets are names: they cannot be changed, deleted or restored', async () => {
    expect(await rig.refusal('/widgets/totalLeads', { method: 'DELETE' })).toBe('409 wrong_state');
    expect(await rig.refusal('/widgets/totalLeads', { method: 'PATCH', body: { title: 'x' } })).toBe('409 wrong_state');
    expect(await rig.refusal('/widgets/totalLeads/restore', { method: 'POST' })).toBe('409 wrong_state');
    expect((await rig.call('/widgets/totalLeads/csv')).status).toBe(200);
  });
});

test('without a login, and with other methods, nothing is answered', async () => {
  const { id } = await create();
  const calls: [string, string][] = [
    ['GET', '/widgets'],
    ['POST', '/widgets'],
    ['GET', '/widgets/bin'],
    ['PATCH', `/widgets/${id}`],
    ['DELETE', `/widgets/${id}`],
    ['POST', `/widgets/${id}/restore`],
    ['GET', `/widgets/${id}/csv`],
  ];
  for (const [method, path] of calls) {
    const reply = await rig.call(path, { method, token: null });
    expect([path, reply.status, reply.headers.get('www-authenticate')]).toEqual([path, 401, 'Bearer']);
  }
  const allowed: [string, string, string][] = [
    ['PUT', '/widgets', 'GET, HEAD, POST'],
    ['POST', '/widgets/bin', 'GET, HEAD'],
    ['GET', `/widgets/${id}`, 'DELETE, PATCH'],
    ['GET', `/widgets/${id}/restore`, 'POST'],
    ['DELETE', `/widgets/${id}/csv`, 'GET, HEAD'],
  ];
  for (const [method, path, allow] of allowed) {
    const reply = await rig.call(path, { method });
    expect([path, reply.status, reply.headers.get('allow')]).toEqual([path, 405, allow]);
  }
  expect(await titles()).toEqual(['Deals by stage']);
});

test('a tenant has at most 60 widgets of its own, however many are asked for at once', async () => {
  const ask = (count: number) =>
    Promise.all(Array.from({ length: count }, () => rig.call('/widgets', { body: { config: kpiOf() } })));
  // One is served at a time and 32 wait: these are as many as nobody is sent away of.
  const replies = [...(await ask(32)), ...(await ask(32))];
  const statuses = replies.map(({ status }) => status);
  expect([statuses.filter((status) => status === 201).length, statuses.filter((status) => status === 409).length]).toEqual([
    60, 4,
  ]);
  const all = await own();
  expect(all.map(({ position }) => position)).toEqual(all.map((_, index) => STANDARD + index));
  const { rows } = await rig.owner.query('select count(distinct position)::int as places from dashboard_widgets');
  expect(rows).toEqual([{ places: 60 }]);
  // A place that is free may be taken; then the one that left it finds none.
  const [first] = all;
  await remove(first?.id ?? '');
  await create();
  expect(await rig.refusal(`/widgets/${first?.id}/restore`, { method: 'POST' })).toBe('409 wrong_state');
  expect((await rig.call('/data')).status).toBe(200);
});

describe('Idempotency-Key', () => {
  const key = (value: string) => ({ 'idempotency-key': value });

  test('the same key and body make one widget, at once or later', async () => {
    const replies = await Promise.all(Array.from({ length: 5 }, () => create(chartOf(), key('k1'))));
    expect(new Set(replies.map(({ id }) => id)).size).toBe(1);
    const reordered = Object.fromEntries(Object.entries(chartOf()).reverse());
    expect((await create(reordered, key('k1'))).id).toBe(replies[0]?.id);
    expect(await own()).toHaveLength(1);
    expect((await create(chartOf(), key('k2'))).id).not.toBe(replies[0]?.id);
  });

  test('with another body it is refused, and makes nothing', async () => {
    await create(chartOf(), key('k1'));
    const options = { body: { config: chartOf({ title: 'other' }) }, headers: key('k1') };
    expect(await rig.refusal('/widgets', options)).toBe('422 idempotency_mismatch');
    expect(await titles()).toEqual(['Deals by stage']);
  });

  test('is each tenant’s own', async () => {
    const mine = await create(chartOf(), key('k1'));
    const theirs = await create(chartOf({ title: 'theirs' }), key('k1'), rig.tokens.neighbour);
    expect(theirs.id).not.toBe(mine.id);
  });

  test('of a widget that was deleted since makes none', async () => {
    const { id } = await create(chartOf(), key('k1'));
    await remove(id);
    expect(await rig.refusal('/widgets', { body: { config: chartOf() }, headers: key('k1') })).toBe('409 wrong_state');
  });

  test.each([
    ['x'.repeat(256), '422 too_long'],
    ['ключ', '422 invalid_characters'],
    ['', '422 blank'],
  ])('%.20s is refused with %s', async (value, expected) => {
    const headers = key(Buffer.from(value).toString('latin1'));
    expect(await rig.refusal('/widgets', { body: { config: chartOf() }, headers })).toBe(expected);
  });
});

describe('a patch', () => {
  test('changes title, size and config', async () => {
    const { id, config } = await create();
    expect(await (await patch(id, { title: ' new ', size: 'large' })).json()).toEqual({
      ...{ id, isStandard: false, position: STANDARD },
      config: { ...config, title: 'new', size: 'large' },
    });
    const kpi = kpiOf({ timeRangeDays: 7 });
    const changed = widget.parse(await (await patch(id, { config: kpi, title: 'leads' })).json());
    expect(changed.config).toEqual({ ...kpi, title: 'leads', chartId: id });
    expect(await own()).toEqual([changed]);
  });

  test.each(
    named([
      [{}, '422 required'],
      [{ title: '\u200b' }, '422 blank'],
      [{ title: 'x'.repeat(121) }, '422 too_long'],
      [{ size: 'huge' }, '422 invalid_value'],
      [{ position: -1 }, '422 out_of_range'],
      [{ position: 3 }, '422 out_of_range'],
      [{ position: 1.5 }, '422 out_of_range'],
      [{ position: '11' }, '422 wrong_type'],
      [{ position: 1e9 }, '422 out_of_range'],
      [{ source: 'insight' }, '422 unknown_field'],
      [{ deletedAt: null }, '422 unknown_field'],
      [{ config: chartOf({ xField: 'vanished' }) }, '422 unknown_field_name'],
      [{ config: chartOf({ aggregation: 'sum' }) }, '422 invalid_combination'],
      [{ position: 11, config: chartOf({ aggregation: 'sum' }) }, '422 invalid_combination'],
    ]),
  )('%s is refused with %s, and nothing has changed', async (_name, expected, body) => {
    const [one] = await createNamed('one', 'two');
    const before = await own();
    expect(await rig.refusal(`/widgets/${one?.id}`, { method: 'PATCH', body })).toBe(expected);
    expect(await own()).toEqual(before);
  });

  test.each([
    ['first to last', 0, STANDARD + 3, 'b c d a'],
    ['last to first', 3, STANDARD, 'd a b c'],
    ['one down', 1, STANDARD + 2, 'a c b d'],
    ['to where it is', 1, STANDARD + 1, 'a b c d'],
    ['beyond the end', 0, STANDARD + 50, 'b c d a'],
  ])('moves %s', async (_name, from, position, expected) => {
    const made = await createNamed('a', 'b', 'c', 'd');
    const moved = widget.parse(await (await patch(made[from]?.id ?? '', { position })).json());
    expect((await titles()).join(' ')).toBe(expected);
    expect((await own()).find(({ id }) => id === moved.id)).toEqual(moved);
  });

  test('moves at once by several people leave an order without gaps or doubles', async () => {
    const made = await createNamed('a', 'b', 'c', 'd', 'e');
    await Promise.all(made.map(({ id }, index) => patch(id, { position: STANDARD + ((index * 3) % 5) })));
    const { rows } = await rig.owner.query<{ position: number }>('select position from dashboard_widgets order by position');
    expect(rows.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('a deleted widget', () => {
  test('is in the bin, not on the dashboard, and comes back to its place', async () => {
    const [, b] = await createNamed('a', 'b', 'c');
    expect((await remove(b?.id ?? '')).status).toBe(204);
    expect(await titles()).toEqual(['a', 'c']);
    expect((await own()).map(({ position }) => position)).toEqual([STANDARD, STANDARD + 1]);
    expect(dashboardReply.parse(await (await rig.call('/data')).json()).widgets).toHaveLength(STANDARD + 2);
    expect((await bin()).map(({ id, deletedAt }) => [id, deletedAt])).toEqual([[b?.id, SMALL_WORLD_NOW.toISOString()]]);
    for (const [method, rest] of [
      ['DELETE', ''],
      ['PATCH', ''],
      ['GET', '/csv'],
    ] as const) {
      const options = { method, ...(method === 'PATCH' && { body: { title: 'x' } }) };
      expect(await rig.refusal(`/widgets/${b?.id}${rest}`, options)).toBe('404 not_found');
    }
    const back = await rig.call(`/widgets/${b?.id}/restore`, { method: 'POST' });
    expect(await back.json()).toEqual({ ...b, position: STANDARD + 1 });
    expect(await titles()).toEqual(['a', 'b', 'c']);
    expect(await bin()).toEqual([]);
    // Once more changes nothing.
    expect((await rig.call(`/widgets/${b?.id}/restore`, { method: 'POST' })).status).toBe(200);
  });

  test('comes back within 30 days; then it is gone, and its row with the next deletion', async () => {
    const [a, b] = await createNamed('a', 'b');
    await remove(a?.id ?? '');
    const later = async (ms: number) => {
      rig.app.clock.now = new Date(SMALL_WORLD_NOW.getTime() + ms);
      return rig.issue(rig.tenantId, 'member');
    };
    let token = await later(30 * DAY_MS - 1);
    expect(widgetBinReply.parse(await (await rig.call('/widgets/bin', { token })).json())).toHaveLength(1);
    token = await later(30 * DAY_MS);
    expect(await (await rig.call('/widgets/bin', { token })).json()).toEqual([]);
    expect(await rig.refusal(`/widgets/${a?.id}/restore`, { method: 'POST', token })).toBe('404 not_found');
    await remove(b?.id ?? '', token);
    const { rows } = await rig.owner.query('select id from dashboard_widgets');
    expect(rows).toEqual([{ id: b?.id }]);
  });

  test('has the last 200 beside it; what was deleted before them goes', async () => {
    const [a, b] = await createNamed('a', 'b');
    await rig.owner.query(
      `insert into dashboard_widgets select (jsonb_populate_record(w, jsonb_build_object(
         'id', gen_random_uuid(), 'deleted_at', $1::timestamptz - n * interval '1 second'))).*
       from dashboard_widgets w, generate_series(1, 205) n where w.id = $2`,
      [SMALL_WORLD_NOW, a?.id],
    );
    expect(await bin()).toHaveLength(200);
    await remove(b?.id ?? '');
    const { rows } = await rig.owner.query('select id from dashboard_widgets where deleted_at is not null');
    expect(rows).toHaveLength(200);
    expect((await bin())[0]?.id).toBe(b?.id);
  });
});

describe('the numbers as a file', () => {
  async function download(id: string, token = rig.tokens.member) {
    const reply = await rig.call(`/widgets/${id}/csv`, { token });
    return { headers: reply.headers, text: Buffer.from(await reply.arrayBuffer()).toString() };
  }

  test('a chart has a line a category and a column a series, and what could not be converted', async () => {
    const { id } = await create(chartOf({ title: '=Сумма; "x"', measure: 'pipelineValue', pipeline: '0' }));
    const { headers, text } = await download(id);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="[\w .-]+\.csv"; filename\*=UTF-8''[\w%.-]+$/);
    expect(text).toBe(
      [
        '\uFEFF"Stage","Pipeline value (USD)"',
        '"New",1100',
        '"Prepare",0',
        '"Not converted: ? (1)",70.00',
        '"Not converted: XYZ (1)",50.00',
        '',
      ].join('\r\n'),
    );
    expect(await rig.accessLog(1)).toEqual(['user:17 export_widget null 2']);
  });

  test('a time axis has its dates; a KPI one line with its exact number', async () => {
    const { id } = await create(
      chartOf({ dataSource: 'leads', xField: null, timeBucket: 'day', timeRangeDays: 2, title: 'Leads' }),
    );
    expect((await download(id)).text).toBe('\uFEFF"Date","Leads"\r\n"2025-03-09",2\r\n"2025-03-10",1\r\n');
    const kpi = await create(kpiOf({ timeRangeDays: 30, comparisonPeriodDays: 30 }));
    expect((await download(kpi.id)).text).toBe('\uFEFF"","Leads","Previous period"\r\n"Leads",5,1\r\n');
    expect((await download('pipelineValue')).text).toContain('"Pipeline value",1110.00,\r\n');
  });

  test('in Russian it opens as a table in a Russian spreadsheet', async () => {
    const { id } = await create(chartOf({ title: 'Воронка', measure: 'pipelineValue', pipeline: '0' }));
    const speak = (locale: string) =>
      rig.owner.query(`update tenant_settings set locale = $2 where tenant_id = $1`, [rig.tenantId, locale]);
    await speak('ru');
    const { text } = await download(id);
    await speak('en');
    expect(text.split('\r\n').slice(1, 4)).toEqual(['"New";1100', '"Prepare";0', '"Не пересчитано: ? (1)";70,00']);
  });

  test('names from the CRM are no formulas', async () => {
    await rig.owner.query(`update crm_users set name = '=HYPERLINK("http://evil")' where tenant_id = $1 and external_id = '2'`, [
      rig.tenantId,
    ]);
    const { id } = await create(chartOf({ xField: 'owner' }));
    expect((await download(id)).text).toContain(`"'=HYPERLINK(""http://evil"")",1\r\n`);
    await rig.owner.query(`update crm_users set name = 'Dana Gone' where tenant_id = $1 and external_id = '2'`, [rig.tenantId]);
  });
});
