import { afterAll, beforeAll, expect, test } from 'vitest';
import { type KpiReply, kpiReply } from '../../../contract/kpi.ts';
import { type DashboardRig, startDashboardRig } from '../../testing/dashboard-rig.ts';
import { insertRows } from '../../testing/insert-rows.ts';
import { runAs } from '../../testing/postgres.ts';

let rig: DashboardRig;

beforeAll(async () => {
  rig = await startDashboardRig();
});
afterAll(() => rig.close());

async function ask(question: string, token?: string): Promise<KpiReply> {
  const reply = await rig.call('/kpi', { body: { question }, ...(token && { token }) });
  expect(reply.status).toBe(200);
  return kpiReply.parse(await reply.json());
}

/** `SELECT` over all rows of the tenant, as its owner. */
async function count(sql: string): Promise<string> {
  const { rows } = await rig.owner.query<{ value: string }>(`select (${sql})::text as value`, [rig.tenantId]);
  return rows[0]?.value ?? '';
}

const LIVING = 'tenant_id = $1 and deleted_at is null';

test('numbers are those that SQL counts', async () => {
  const [leads, thisMonth, lastMonth] = await Promise.all([
    count(`select count(*) from crm_leads where ${LIVING}`),
    count(
      `select count(*) from crm_leads where ${LIVING} and created_at >= '2025-03-01 05:00Z' and created_at < '2025-03-11 04:00Z'`,
    ),
    count(
      `select count(*) from crm_leads where ${LIVING} and created_at >= '2025-02-01 05:00Z' and created_at < '2025-03-01 05:00Z'`,
    ),
  ]);
  expect(await ask('How many leads do we have?')).toMatchObject({ status: 'ok', data: { value: leads }, range: null });
  expect(await ask('лиды в этом месяце')).toMatchObject({
    data: { value: thisMonth, previous: null },
    range: { from: '2025-03-01', to: '2025-03-10' },
    widget: { period: 'thisMonth', timeRangeDays: null },
  });
  expect(await ask('o‘tgan oy lidlar')).toMatchObject({
    data: { value: lastMonth },
    range: { from: '2025-02-01', to: '2025-02-28' },
    widget: { period: 'lastMonth' },
  });
  expect(await ask('лиды в феврале')).toMatchObject({
    data: { value: lastMonth },
    range: { from: '2025-02-01', to: '2025-02-28' },
    widget: null,
  });
});

test('numbers of one person, and of one source, are those that SQL counts', async () => {
  const { tenantId } = rig;
  const own = { tenant_id: tenantId, crm_source: 'bitrix24' };
  // Ivanov has won two deals this month and one long ago; the same id in the neighbour's portal is somebody else.
  await insertRows(rig.owner, 'crm_users', [
    { ...own, external_id: '31', name: 'Пётр Иванов' },
    { ...own, external_id: '32', name: 'Иван Петров' },
    { ...own, tenant_id: rig.neighbourId, external_id: '31', name: 'Ольга Кузнецова' },
  ]);
  await insertRows(rig.owner, 'crm_statuses', [{ ...own, entity: 'sources', code: 'INSTA', label: 'Instagram', sort: 30 }]);
  const won = (external_id: string, assigned_to: string, closed_at: string) => ({
    ...own,
    ...{ external_id, assigned_to, closed_at, pipeline: '0', stage: 'WON', semantic: 'won', created_at: '2024-01-15T12:00:00Z' },
  });
  await insertRows(rig.owner, 'crm_deals', [
    won('k1', '31', '2025-03-02T12:00:00Z'),
    won('k2', '31', '2025-03-09T12:00:00Z'),
    won('k3', '31', '2024-06-01T12:00:00Z'),
    won('k4', '32', '2025-03-02T12:00:00Z'),
    { ...won('k5', '31', '2025-03-02T12:00:00Z'), deleted_at: '2025-03-03T00:00:00Z' },
    { ...won('k6', '31', '2025-03-02T12:00:00Z'), stage: 'LOSE', semantic: 'lost' },
    { ...won('k7', '31', '2025-03-02T12:00:00Z'), tenant_id: rig.neighbourId },
  ]);
  const lead = (external_id: string, source: string, created_at: string) => ({ ...own, external_id, source, created_at });
  await insertRows(rig.owner, 'crm_leads', [
    lead('k1', 'INSTA', '2025-03-02T12:00:00Z'),
    lead('k2', 'INSTA', '2025-02-02T12:00:00Z'),
    { ...lead('k3', 'INSTA', '2025-03-02T12:00:00Z'), deleted_at: '2025-03-03T00:00:00Z' },
    { ...lead('k4', 'INSTA', '2025-03-02T12:00:00Z'), tenant_id: rig.neighbourId },
  ]);

  const IVANOV = `select count(*) from crm_deals d join crm_users u using (tenant_id, crm_source)
    where d.tenant_id = $1 and d.deleted_at is null and u.external_id = d.assigned_to and u.name like '%Иванов'
      and exists (select from crm_statuses s where s.tenant_id = d.tenant_id and s.crm_source = d.crm_source and s.entity = 'deals'
        and s.pipeline = d.pipeline and s.code = d.stage and s.semantic = 'won')`;
  const INSTAGRAM = `select count(*) from crm_leads l join crm_statuses s using (tenant_id, crm_source)
    where l.tenant_id = $1 and l.deleted_at is null and s.entity = 'sources' and s.code = l.source and s.label = 'Instagram'`;
  const [everWon, wonInMarch, everWritten, writtenInMarch] = await Promise.all([
    count(IVANOV),
    count(`${IVANOV} and d.closed_at >= '2025-03-01 05:00Z' and d.closed_at < '2025-03-11 04:00Z'`),
    count(INSTAGRAM),
    count(`${INSTAGRAM} and l.created_at >= '2025-03-01 05:00Z' and l.created_at < '2025-03-11 04:00Z'`),
  ]);
  expect([everWon, wonInMarch, everWritten, writtenInMarch]).toEqual(['3', '2', '2', '1']);
  for (const [question, value] of [
    ['сколько сделок выиграл Иванов', everWon],
    ['сколько сделок выиграл Иванов в этом месяце', wonInMarch],
    ['выигранные сделки Иванова', everWon],
    ['Ивановнинг ютилган битимлари шу ой', wonInMarch],
    ['лиды из Instagram', everWritten],
    ['лиды из инстаграма', null],
    ['Instagramдан шу ой нечта лид', writtenInMarch],
  ] as const) {
    const expected = value === null ? { status: 'not_understood' } : { status: 'ok', data: { value } };
    expect(await ask(question), question).toMatchObject(expected);
  }
});

test('money is converted and says what has no rate, as on the dashboard', async () => {
  // 1000 USD + 90 EUR × 100 ÷ 90 + 900 RUB ÷ 90, as counted by hand for the dashboard.
  const reply = await ask('pipeline value');
  expect(reply).toMatchObject({ title: 'Pipeline value', data: { value: '1110.00', format: 'currency', currency: 'USD' } });
  expect(reply.status === 'ok' && reply.data.unconverted.map(({ currency }) => currency)).toEqual(['', 'XYZ']);
});

test('an answer can become a widget that shows the same', async () => {
  const reply = await ask('leads in the last 30 days compared with the previous period');
  if (reply.status !== 'ok' || !reply.widget) throw new Error('no widget');
  const created = await rig.call('/widgets', { body: { config: reply.widget } });
  expect(created.status).toBe(201);
  const { id } = (await created.json()) as { id: string };
  const shown = (await (await rig.call(`/data?widgets=${id}`)).json()) as { results: { data: object }[] };
  expect(shown.results[0]?.data).toEqual(reply.data);
});

test('what is not understood is said so, and neither question nor name is kept anywhere', async () => {
  expect(await ask('why did Ann-Canary lose deals')).toEqual({ status: 'not_understood' });
  expect(await ask('leads')).toMatchObject({ status: 'ok' });
  expect(await rig.accessLog(2)).toEqual(['user:17 answer_kpi null 1', 'user:17 answer_kpi null 0']);
  expect(rig.app.logText()).not.toContain('Canary');
});

test('records that are still being copied give no number', async () => {
  await rig.owner.query(`update crm_sync_status set last_full_sync_at = null where tenant_id = $1 and entity = 'deals'`, [
    rig.neighbourId,
  ]);
  expect(await ask('won deals', rig.tokens.neighbour)).toEqual({ status: 'not_synced', title: 'Won deals' });
  expect(await ask('leads', rig.tokens.neighbour)).toMatchObject({ status: 'ok' });
});

test('another tenant’s records are in no answer', async () => {
  const before = await ask('leads');
  await rig.owner.query(
    `insert into crm_leads (tenant_id, crm_source, external_id, created_at) values ($1, 'bitrix24', 'kpi', '2025-03-10T12:00:00Z')`,
    [rig.neighbourId],
  );
  expect(await ask('leads')).toEqual(before);
});

test.each<[unknown, string]>([
  [{}, '422 required'],
  [{ question: '' }, '422 blank'],
  [{ question: '   ' }, '422 blank'],
  [{ question: 5 }, '422 wrong_type'],
  [{ question: 'x'.repeat(501) }, '422 too_long'],
  [{ question: 'leads\u0000' }, '422 invalid_characters'],
  [{ question: 'leads', tenant_id: 'x' }, '422 unknown_field'],
  [[], '400 body_must_be_object'],
  ['{"question":', '400 malformed_json'],
])('refuses %j', async (body, expected) => {
  expect(await rig.refusal('/kpi', { method: 'POST', body })).toBe(expected);
});

test('strangers are refused, and other methods', async () => {
  expect(await rig.refusal('/kpi', { token: null, body: { question: 'leads' } })).toBe('401 unauthorized');
  expect(await rig.refusal('/kpi')).toBe('405 method_not_allowed');
});

test('a question that takes too long is refused, and no error of ours', async () => {
  await runAs(rig.app.database.ownerUrl, async (slow) => {
    await slow.query('begin; lock table crm_leads in access exclusive mode');
    const asked = await Promise.all([
      rig.refusal('/kpi', { body: { question: 'Total leads' } }),
      rig.refusal('/chat', { body: { message: 'Total leads' }, token: rig.tokens.neighbour }),
    ]);
    expect(asked).toEqual(['422 invalid_combination', '422 invalid_combination']);
  });
  expect(rig.app.logText()).not.toContain('request failed');
});
