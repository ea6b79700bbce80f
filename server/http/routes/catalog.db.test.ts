import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CatalogReply, catalogReply, dimensionValuesReply } from '../../../contract/catalog.ts';
import { dashboardReply, type WidgetConfig, widget, widgetPreview } from '../../../contract/dashboard.ts';
import { chartOf, type DashboardRig, kpiOf, named, startDashboardRig } from '../../testing/dashboard-rig.ts';
import { insertRows } from '../../testing/insert-rows.ts';

let rig: DashboardRig;

beforeAll(async () => {
  rig = await startDashboardRig();
});
afterAll(() => rig.close());

async function readCatalog(token?: string): Promise<CatalogReply> {
  const reply = await rig.call('/catalog', token === undefined ? {} : { token });
  expect(reply.status).toBe(200);
  return catalogReply.parse(await reply.json());
}

async function preview(config: WidgetConfig, token?: string) {
  const reply = await rig.call('/preview', { body: { config }, ...(token && { token }) });
  expect(reply.status).toBe(200);
  return widgetPreview.parse(await reply.json());
}

describe('the catalog', () => {
  test('names what there is, in the person’s language', async () => {
    const english = await readCatalog();
    expect(english.sources.map(({ label }) => label)).toEqual([
      'Leads',
      'Deals',
      'Activities',
      'Contacts',
      'Companies',
      'Stage history',
      'Products in deals',
      'Team members',
    ]);
    expect(english.pipelines).toEqual([
      { name: '0', label: 'Sales', crmSource: 'bitrix24' },
      { name: '7', label: 'Renewals', crmSource: 'bitrix24' },
    ]);
    expect(english.crmSources).toEqual([{ name: 'bitrix24', label: 'Bitrix24' }]);
    const deals = english.sources.find(({ name }) => name === 'deals');
    // Days are told as a number, and are a time all the same.
    expect(deals?.measures.find(({ name }) => name === 'medianCycleDays')).toMatchObject({ format: 'number', kind: 'time' });
    const added = (deals?.measures ?? []).filter(({ isAdded }) => isAdded).map(({ name }) => name);
    expect(added).toEqual(expect.arrayContaining(['totalDeals', 'wonValue', 'weightedPipeline']));
    expect(['averageDeal', 'winRate', 'medianCycleDays'].filter((name) => added.includes(name))).toEqual([]);
    expect(deals?.numbers.map(({ label }) => label)).toEqual(['Deal amount', 'Days to close', 'Activities of a deal']);
    expect(deals?.dimensions.filter(({ kind }) => kind === 'clock')).toContainEqual({
      ...{ name: 'closedAtWeekday', label: 'Weekday of closing', kind: 'clock', by: 'by weekday of closing' },
    });
    await rig.owner.query(`update tenant_settings set locale = 'ru' where tenant_id = $1`, [rig.tenantId]);
    const russian = await readCatalog();
    expect(russian.sources.map(({ label }) => label).slice(0, 2)).toEqual(['Лиды', 'Сделки']);
    expect(russian.sources.map(({ name }) => name)).toEqual(english.sources.map(({ name }) => name));
    await rig.owner.query(`update tenant_settings set locale = 'en' where tenant_id = $1`, [rig.tenantId]);
  });

  test('says what goes together, and what it says is what can be drawn', async () => {
    const { sources } = await readCatalog();
    const rate = sources.find(({ name }) => name === 'deals')?.measures.find(({ name }) => name === 'conversionRate');
    // Leads have neither stages of deals nor pipelines.
    expect(rate).toMatchObject({ format: 'percentage', kind: 'share', hasPipeline: false });
    expect(rate?.dimensions).toContain('owner');
    expect(rate?.dimensions).not.toContain('stage');
    for (const source of sources) {
      for (const measure of source.measures) {
        const refused = source.dimensions.filter(({ name }) => !measure.dimensions.includes(name));
        const ask = (xField: string) => preview(chartOf({ dataSource: source.name, measure: measure.name, xField }));
        for (const xField of measure.dimensions.slice(0, 3)) expect((await ask(xField)).status).toBe('ok');
        for (const { name: xField } of refused.slice(0, 1)) {
          const config = chartOf({ dataSource: source.name, measure: measure.name, xField });
          expect(await rig.refusal('/preview', { body: { config } })).toBe('422 unknown_field_name');
        }
      }
    }
  });

  test('has the CRM’s own fields, of this tenant only, and none that holds several values', async () => {
    const field = (tenant_id: string, code: string, over: object) => ({
      ...{ tenant_id, crm_source: 'bitrix24', entity: 'deals', code, label: `Field ${code}`, type: 'list', is_custom: true },
      ...{ is_multiple: false, options: JSON.stringify({ a: 'A' }) },
      ...over,
    });
    await insertRows(rig.owner, 'crm_field_definitions', [
      field(rig.tenantId, 'UF_ONE', {}),
      field(rig.tenantId, 'UF_MANY', { is_multiple: true }),
      field(rig.neighbourId, 'UF_CANARY', {}),
    ]);
    const customOf = async (token?: string) =>
      (await readCatalog(token)).sources.flatMap(({ dimensions }) => dimensions.filter(({ name }) => name.startsWith('custom:')));
    expect(await customOf()).toEqual([{ name: 'custom:UF_ONE', label: 'Field UF_ONE', kind: 'custom', by: 'by “Field UF_ONE”' }]);
    const byField = await preview(chartOf({ xField: 'custom:UF_ONE', measure: 'wonDeals' }));
    expect(byField).toMatchObject({ data: { columns: { category: 'Field UF_ONE', value: 'Won deals' } } });
    expect((await customOf(rig.tokens.neighbour)).map(({ name }) => name)).toEqual(['custom:UF_CANARY']);
    await rig.owner.query('delete from crm_field_definitions');
  });

  test('heads the columns of a chart’s numbers', async () => {
    const columnsOf = async (changes: Parameters<typeof chartOf>[0]) => {
      const shown = await preview(chartOf(changes));
      return shown.status === 'ok' && shown.data.kind === 'chart' ? Object.values(shown.data.columns) : null;
    };
    expect(await columnsOf({ xField: 'owner', measure: 'winRate' })).toEqual(['Responsible', 'Win rate']);
    expect(await columnsOf({ xField: 'stage', yField: 'value', aggregation: 'median' })).toEqual([
      'Stage',
      'Deal amount: typical',
    ]);
    expect(await columnsOf({ dataSource: 'leads', xField: 'source' })).toEqual(['Source', 'Leads']);
    expect(await columnsOf({ xField: null, timeBucket: 'month', timeRangeDays: 90 })).toEqual(['Month', 'Deals']);
  });

  test('of a portal without leads has none', async () => {
    await rig.owner.query(`update crm_connections set mode = 'simple' where tenant_id = $1`, [rig.tenantId]);
    expect((await readCatalog()).sources.map(({ name }) => name)).not.toContain('leads');
    await rig.owner.query(`update crm_connections set mode = 'classic' where tenant_id = $1`, [rig.tenantId]);
  });

  test('is for people with a session', async () => {
    expect(await rig.refusal('/catalog', { token: null })).toBe('401 unauthorized');
    const reply = await rig.call('/catalog', { body: {} });
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('the values of a dimension', () => {
  const path = (dataSource: string, dimension: string) => `/catalog/values?${new URLSearchParams({ dataSource, dimension })}`;
  const read = async (dataSource: string, dimension: string, token?: string) => {
    const reply = await rig.call(path(dataSource, dimension), token === undefined ? {} : { token });
    expect(reply.status).toBe(200);
    return dimensionValuesReply.parse(await reply.json());
  };

  test('are those that records have, as the CRM calls them, and who asked is in the access log', async () => {
    const { rows } = await rig.owner.query<{ source: string }>(
      `select coalesce(source, '') as source from crm_deals where tenant_id = $1 and deleted_at is null group by 1 order by count(*) desc, 1`,
      [rig.tenantId],
    );
    const { values, isWhole } = await read('deals', 'source');
    expect(values.map(({ value }) => value).sort()).toEqual(rows.map(({ source }) => source).sort());
    expect(values).toContainEqual({ value: 'WEB', label: 'Website' });
    expect(values).toContainEqual({ value: '', label: 'Not set' });
    expect(isWhole).toBe(true);
    expect(await rig.accessLog(1)).toEqual([`user:17 list_values deals ${values.length}`]);
    // Both pipelines have a stage of that code, and a filter by it means both.
    const { values: stages } = await read('deals', 'stage');
    expect(stages[0]).toEqual({ value: 'NEW', label: 'Renewals · To renew / Sales · New' });
  });

  test('narrow to parts that add up to the whole, whatever the dimension', async () => {
    const { sources } = await readCatalog();
    const count = async (
      dataSource: CatalogReply['sources'][number]['name'],
      filterField: string | null,
      filterValue: string | null,
    ) => {
      const ofAll = { dataSource, measure: null, aggregation: 'count', timeRangeDays: null, comparisonPeriodDays: null } as const;
      const shown = await preview(kpiOf({ ...ofAll, filterField, filterValue }));
      return shown.status === 'ok' && shown.data.kind === 'kpi' ? Number(shown.data.value) : null;
    };
    for (const { name, dimensions } of sources) {
      const whole = await count(name, null, null);
      for (const dimension of dimensions) {
        const parts: (number | null)[] = [];
        for (const { value } of (await read(name, dimension.name)).values) parts.push(await count(name, dimension.name, value));
        const sum = parts.reduce((all, part) => Number(all) + Number(part), 0);
        expect([dimension.name, parts.includes(0), sum]).toEqual([dimension.name, false, whole]);
      }
    }
  });

  test('are at most 500, the most frequent', async () => {
    const industries = Array.from({ length: 501 }, (_, index) => ({
      ...{ tenant_id: rig.neighbourId, crm_source: 'bitrix24', external_id: `i${index}`, industry: `I${index}` },
    }));
    await insertRows(rig.owner, 'crm_companies', [
      ...industries,
      { tenant_id: rig.neighbourId, crm_source: 'bitrix24', external_id: 'twice', industry: 'I500' },
    ]);
    const { values, isWhole } = await read('companies', 'industry', rig.tokens.neighbour);
    expect([values.length, values[0]?.value, isWhole]).toEqual([500, 'I500', false]);
    // Nobody else sees them.
    expect((await read('companies', 'industry')).values.length).toBeLessThan(10);
    await rig.owner.query(`delete from crm_companies where tenant_id = $1 and industry like 'I%'`, [rig.neighbourId]);
  });

  test.each([
    ['', '422 required'],
    ['?dataSource=deals', '422 required'],
    ['?dataSource=pg_user&dimension=source', '422 invalid_value'],
    ['?dataSource=deals&dimension=', '422 blank'],
    ['?dataSource=deals&dimension=vanished', '422 unknown_field_name'],
    ['?dataSource=deals&dimension=constructor', '422 unknown_field_name'],
    ['?dataSource=deals&dimension=custom:UF_NOBODY', '422 unknown_field_name'],
    [`?dataSource=deals&dimension=${encodeURIComponent("source'; drop table crm_deals")}`, '422 unknown_field_name'],
    [`?dataSource=deals&dimension=${'x'.repeat(65)}`, '422 too_long'],
    ['?dataSource=deals&dimension=source&dimension=owner', '400 malformed_url'],
    ['?dataSource=deals&dimension=source&tenantId=x', '422 unknown_field'],
  ])('refuse %s with %s', async (query, expected) => {
    expect(await rig.refusal(`/catalog/values${query}`)).toBe(expected);
  });

  test('are for people with a session', async () => {
    expect(await rig.refusal(path('deals', 'source'), { token: null })).toBe('401 unauthorized');
    expect((await rig.call('/catalog/values', { method: 'DELETE' })).headers.get('allow')).toBe('GET, HEAD');
  });
});

describe('a preview', () => {
  test('shows what the stored widget then shows, stores nothing and is in the access log', async () => {
    const config = chartOf({ measure: 'wonDeals', xField: 'owner', timeRangeDays: 90 });
    const shown = await preview(config);
    expect(await rig.accessLog(1)).toEqual(['user:17 preview_widget deals 1']);
    const stored = await rig.owner.query('select id from dashboard_widgets where tenant_id = $1', [rig.tenantId]);
    expect(stored.rows).toEqual([]);
    const { id } = widget.parse(await (await rig.call('/widgets', { body: { config } })).json());
    const { results } = dashboardReply.parse(await (await rig.call(`/data?widgets=${id}`)).json());
    expect(results).toEqual([{ id, ...shown }]);
    await rig.owner.query('delete from dashboard_widgets');
  });

  test('counts the tenant’s own records only', async () => {
    await insertRows(rig.owner, 'crm_leads', [
      { tenant_id: rig.neighbourId, crm_source: 'bitrix24', external_id: '99', created_at: '2025-03-08T12:00:00Z' },
    ]);
    const shownValue = async (token?: string) => {
      const shown = await preview(kpiOf(), token);
      return shown.status === 'ok' && shown.data.kind === 'kpi' && shown.data.value;
    };
    expect([await shownValue(), await shownValue(rig.tokens.neighbour)]).toEqual(['9', '10']);
    await rig.owner.query(`delete from crm_leads where external_id = '99'`);
  });

  test('says that records are still being copied', async () => {
    const status = 'update crm_sync_status set last_full_sync_at = $2 where tenant_id = $1 and entity = $3';
    const { rows } = await rig.owner.query(
      'select last_full_sync_at as at from crm_sync_status where tenant_id = $1 and entity = $2',
      [rig.tenantId, 'deals'],
    );
    await rig.owner.query(status, [rig.tenantId, null, 'deals']);
    expect(await preview(chartOf())).toEqual({ status: 'not_synced' });
    await rig.owner.query(status, [rig.tenantId, rows[0]?.at, 'deals']);
    expect((await preview(chartOf())).status).toBe('ok');
  });

  const config = chartOf();
  test.each(
    named([
      ['{"config":', '400 malformed_json'],
      ['[]', '400 body_must_be_object'],
      [{}, '422 required'],
      [{ config: null }, '422 wrong_type'],
      [{ config, tenantId: randomUUID() }, '422 unknown_field'],
      [{ config: { ...config, chartId: 'x' } }, '422 unknown_field'],
      ['{"config":{"__proto__":{}}}', '422 unknown_field'],
      [{ config: { ...config, dataSource: 'pg_user' } }, '422 unknown_field_name'],
      [{ config: { ...config, dataSource: 'constructor' } }, '422 unknown_field_name'],
      [{ config: { ...config, xField: "stage'; drop table crm_deals" } }, '422 unknown_field_name'],
      [{ config: { ...config, measure: '__proto__' } }, '422 unknown_field_name'],
      [{ config: { ...config, aggregation: 'sum' } }, '422 invalid_combination'],
      [{ config: { ...config, timeBucket: 'hour', xField: null, timeRangeDays: 3660 } }, '422 invalid_combination'],
      [{ config: { ...config, timeRangeDays: 0 } }, '422 out_of_range'],
      [{ config: { ...config, title: '\u200b' } }, '422 blank'],
      [{ config: { ...config, title: 'a\u0000' } }, '422 invalid_characters'],
      [{ config: { ...config, filterField: 'source', filterValue: 'x'.repeat(201) } }, '422 too_long'],
    ]),
  )('refuses %s with %s', async (_name, expected, body) => {
    expect(await rig.refusal('/preview', { body })).toBe(expected);
  });

  test('is for people with a session', async () => {
    expect(await rig.refusal('/preview', { body: { config }, token: null })).toBe('401 unauthorized');
    const reply = await rig.call('/preview');
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('that takes too long is refused, and so are too many at once', async () => {
    const slow = new pg.Client({ connectionString: rig.app.database.ownerUrl });
    await slow.connect();
    await slow.query('begin; lock table crm_deals in access exclusive mode');
    const replies = await Promise.all(Array.from({ length: 34 }, () => rig.call('/preview', { body: { config } })));
    await slow.query('rollback');
    await slow.end();
    const statuses = replies.map(({ status }) => status);
    expect(statuses).toContain(422);
    expect(statuses).toContain(429);
    expect(new Set(statuses).difference(new Set([200, 422, 429]))).toEqual(new Set());
    expect((await preview(config)).status).toBe('ok');
  });
});

describe('a dashboard that is looked at through a filter', () => {
  const data = async (query: string, token?: string) => {
    const reply = await rig.call(`/data${query}`, token === undefined ? {} : { token });
    expect(reply.status).toBe(200);
    return dashboardReply.parse(await reply.json());
  };
  const shownValue = (reply: Awaited<ReturnType<typeof data>>, id: string) => {
    const result = reply.results.find((one) => one.id === id);
    if (result?.status !== 'ok') throw new Error(`${id} has no numbers`);
    return result.data.kind === 'kpi' ? [result.data.value, result.data.previous] : [result.data.total];
  };
  const countLeads = async (from: string, to: string) => {
    const { rows } = await rig.owner.query<{ count: string }>(
      `select count(*)::text as count from crm_leads
       where tenant_id = $1 and deleted_at is null and created_at >= $2 and created_at < $3`,
      [rig.tenantId, from, to],
    );
    return rows[0]?.count;
  };

  test('counts other days where a widget counts days, and compares a KPI with as many before', async () => {
    const created = await rig.call('/widgets', { body: { config: kpiOf({ timeRangeDays: 30 }) } });
    const { id } = widget.parse(await created.json());
    const week = await data('?range=7');
    // In New York: 4 March 05:00Z to 11 March 04:00Z, and the seven days before.
    const now = await countLeads('2025-03-04T05:00:00Z', '2025-03-11T04:00:00Z');
    const before = await countLeads('2025-02-25T05:00:00Z', '2025-03-04T05:00:00Z');
    expect(shownValue(week, id)).toEqual([now, before]);
    expect(shownValue(week, 'leadsByStage30')).toEqual([now]);
    expect(shownValue(week, 'totalLeads')).toEqual(['9', null]);
    // As they are stored: whoever changes one does not store the filter.
    expect(week.widgets.find((one) => one.id === id)?.config.timeRangeDays).toBe(30);
    expect(shownValue(await data(''), id)[1]).toBeNull();
    await rig.owner.query('delete from dashboard_widgets');
  });

  test('counts a calendar period where a widget counts days, and compares a KPI with the one before', async () => {
    const created = await rig.call('/widgets', { body: { config: kpiOf({ timeRangeDays: 30 }) } });
    const { id } = widget.parse(await created.json());
    const february = await countLeads('2025-02-01T05:00:00Z', '2025-03-01T05:00:00Z');
    const january = await countLeads('2025-01-01T05:00:00Z', '2025-02-01T05:00:00Z');
    const lastMonth = await data('?period=lastMonth');
    expect(shownValue(lastMonth, id)).toEqual([february, january]);
    expect(shownValue(lastMonth, 'leadsByStage30')).toEqual([february]);
    expect(shownValue(lastMonth, 'totalLeads')).toEqual(['9', null]);
    await rig.owner.query('delete from dashboard_widgets');
  });

  test('has its own numbers beside those that are remembered', async () => {
    const whole = await data('');
    const week = await data('?range=7&crm=bitrix24');
    expect(await data('?range=7&crm=bitrix24')).toEqual(week);
    expect(await data('')).toEqual(whole);
    expect(shownValue(week, 'leadsByStage30')).not.toEqual(shownValue(whole, 'leadsByStage30'));
  });

  test('of a CRM that is not connected has no numbers', async () => {
    const { results } = await data('?crm=hubspot');
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['not_synced']));
  });

  test('takes longer steps where days would be too many', async () => {
    const { results } = await data('?range=3660&widgets=leadsPerDay30');
    const [result] = results;
    const points = result?.status === 'ok' && result.data.kind === 'chart' ? (result.data.series[0]?.points.length ?? 0) : 0;
    // 3,660 days are 523 weeks, the first one cut short.
    expect([523, 524]).toContain(points);
  });

  test.each([
    ['?range=0', '422 out_of_range'],
    ['?range=-7', '422 out_of_range'],
    ['?range=3661', '422 out_of_range'],
    ['?range=7.5', '422 out_of_range'],
    ['?range=', '422 out_of_range'],
    ['?range=1e400', '422 out_of_range'],
    ['?range=7&range=8', '400 malformed_url'],
    ['?range=7%00', '422 invalid_characters'],
    ['?period=nextMonth', '422 invalid_value'],
    ['?period=', '422 invalid_value'],
    ["?period=lastMonth'--", '422 invalid_value'],
    ['?range=7&period=lastMonth', '422 invalid_combination'],
    ['?crm=all', '422 invalid_value'],
    ["?crm=bitrix24'--", '422 invalid_value'],
    ['?tenant=7', '422 unknown_field'],
  ])('is refused %s with %s', async (query, expected) => {
    for (const path of ['/data', '/widgets/leadsByStage30/csv']) expect(await rig.refusal(`${path}${query}`)).toBe(expected);
  });

  test('is a file of the same numbers', async () => {
    const text = async (query: string) => (await rig.call(`/widgets/leadsByStage30/csv${query}`)).text();
    const sum = (csv: string) =>
      csv
        .trimEnd()
        .split('\r\n')
        .slice(1)
        .reduce((total, line) => total + Number(line.split(',').at(-1)), 0);
    expect(sum(await text('?range=7'))).toBe(Number(await countLeads('2025-03-04T05:00:00Z', '2025-03-11T04:00:00Z')));
    expect(sum(await text(''))).toBe(Number(await countLeads('2025-02-09T05:00:00Z', '2025-03-11T04:00:00Z')));
  });

  test('is one tenant’s', async () => {
    expect(await rig.refusal('/data?range=7', { token: null })).toBe('401 unauthorized');
    const { results } = await data('?range=7', rig.tokens.neighbour);
    expect(results.length).toBeGreaterThan(0);
    expect(rig.app.logText()).not.toContain('request failed');
  });
});
