import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DashboardRig, named, startDashboardRig } from '../../testing/dashboard-rig.ts';
import { insertRows } from '../../testing/insert-rows.ts';

let rig: DashboardRig;

beforeAll(async () => {
  rig = await startDashboardRig();
  const person = { crm_source: 'bitrix24', name: 'Ann', role: 'member', locale: 'en' };
  await insertRows(rig.owner, 'tenant_members', [
    { ...person, tenant_id: rig.tenantId, crm_user_id: '17' },
    { ...person, tenant_id: rig.tenantId, crm_user_id: '1' },
    { ...person, tenant_id: rig.neighbourId, crm_user_id: '17' },
  ]);
});
afterAll(() => rig.close());

const put = (body: unknown, token: string | null = rig.tokens.member) => ({ method: 'PUT', body, token });

/** `tenant user range period crm` of whoever looks through something. */
async function kept(): Promise<string[]> {
  const { rows } = await rig.owner.query<{ tenant_id: string; line: string }>(
    `select tenant_id, concat_ws(' ', crm_user_id, dashboard_range_days, dashboard_period, dashboard_crm) as line from tenant_members
     where coalesce(dashboard_range_days::text, dashboard_period, dashboard_crm) is not null order by tenant_id = $1 desc, crm_user_id`,
    [rig.tenantId],
  );
  return rows.map(({ tenant_id, line }) => `${tenant_id === rig.tenantId ? 'mine' : 'theirs'} ${line}`);
}

test('a filter is one person’s of one tenant, and goes with none', async () => {
  expect((await rig.call('/filter', put({ range: 30, period: null, crm: 'bitrix24' }))).status).toBe(204);
  expect(await kept()).toEqual(['mine 17 30 bitrix24']);
  await rig.call('/filter', put({ range: 7, period: null, crm: null }, rig.tokens.neighbour));
  await rig.call('/filter', put({ range: null, period: 'lastMonth', crm: null }));
  expect(await kept()).toEqual(['mine 17 lastMonth', 'theirs 17 7']);
  await rig.call('/filter', put({ range: null, period: null, crm: null }));
  expect(await kept()).toEqual(['theirs 17 7']);
});

describe('refusals', () => {
  test('nobody without a login, nobody who never opened LeadRelay', async () => {
    expect(await rig.refusal('/filter', put({ range: 30, period: null, crm: null }, null))).toBe('401 unauthorized');
    const stranger = await rig.issue(rig.tenantId, 'member', '4711');
    expect(await rig.refusal('/filter', put({ range: 30, period: null, crm: null }, stranger))).toBe('404 not_found');
  });

  test.each(
    named([
      [{}, '422 required'],
      [{ range: 30 }, '422 required'],
      [{ range: 30, crm: null }, '422 required'],
      [{ range: 0, period: null, crm: null }, '422 out_of_range'],
      [{ range: 3661, period: null, crm: null }, '422 out_of_range'],
      [{ range: 1.5, period: null, crm: null }, '422 out_of_range'],
      [{ range: '30', period: null, crm: null }, '422 wrong_type'],
      [{ range: null, period: 'nextMonth', crm: null }, '422 invalid_value'],
      [{ range: null, period: 'constructor', crm: null }, '422 invalid_value'],
      [{ range: null, period: 30, crm: null }, '422 invalid_value'],
      [{ range: 30, period: 'lastMonth', crm: null }, '422 invalid_combination'],
      [{ range: null, period: null, crm: 'pg_user' }, '422 invalid_value'],
      [{ range: null, period: null, crm: `bitrix24' or 1=1` }, '422 invalid_value'],
      [{ range: null, period: null, crm: null, tenant_id: 'x' }, '422 unknown_field'],
      ['[]', '400 body_must_be_object'],
      ['{"range":', '400 malformed_json'],
    ]),
  )('%s: %s', async (_name, expected, body) => {
    expect(await rig.refusal('/filter', put(body))).toBe(expected);
  });

  test('other methods', async () => {
    expect((await rig.call('/filter')).headers.get('allow')).toBe('PUT');
  });
});
