import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accessLogReply } from '../../../contract/data.ts';
import { membersReply } from '../../../contract/members.ts';
import { type DashboardRig, named, startDashboardRig } from '../../testing/dashboard-rig.ts';
import { insertRows } from '../../testing/insert-rows.ts';

let rig: DashboardRig;

beforeAll(async () => {
  rig = await startDashboardRig();
});
afterAll(() => rig.close());
beforeEach(async () => {
  await rig.owner.query('delete from tenant_members');
  rig.app.tenantNews.tell(rig.tenantId);
  const own = { tenant_id: rig.tenantId, crm_source: 'bitrix24' };
  await insertRows(rig.owner, 'tenant_members', [
    { ...own, crm_user_id: '1', name: 'Boss', role: 'admin', last_seen_at: '2025-03-10T14:00:00Z' },
    { ...own, crm_user_id: '17', name: 'ann', role: 'member', last_seen_at: null },
    { ...own, tenant_id: rig.neighbourId, crm_user_id: '17', name: 'Neighbour', role: 'admin', last_seen_at: null },
  ]);
});

const MEMBERS = '/../members';
const patch = (id: string, body: unknown, token: string | null = rig.tokens.admin) =>
  rig.call(`${MEMBERS}/${id}`, { method: 'PATCH', body, token });
const refused = (id: string, body: unknown, token: string | null = rig.tokens.admin) =>
  rig.refusal(`${MEMBERS}/${id}`, { method: 'PATCH', body, token });

async function list() {
  return membersReply.parse(await (await rig.call(MEMBERS, { token: rig.tokens.admin })).json()).members;
}

test('everybody who has opened LeadRelay is listed, and who asks is marked', async () => {
  expect(await list()).toEqual([
    { id: 'bitrix24.17', name: 'ann', role: 'member', lastSeenAt: null, hasAccess: true, isSelf: false },
    { id: 'bitrix24.1', name: 'Boss', role: 'admin', lastSeenAt: '2025-03-10T14:00:00.000Z', hasAccess: true, isSelf: true },
  ]);
});

test('a role that is given here goes over the CRM’s, and access can be taken and given back', async () => {
  const roles = async (body: unknown) => {
    const { members } = membersReply.parse(await (await patch('bitrix24.17', body)).json());
    return members.filter(({ name }) => name === 'ann').map(({ role, hasAccess }) => [role, hasAccess]);
  };
  expect(await roles({ role: 'admin' })).toEqual([['admin', true]]);
  expect(await roles({ hasAccess: false })).toEqual([['admin', false]]);
  expect(await roles({ hasAccess: true, role: 'member' })).toEqual([['member', true]]);
});

test('whose role or access was changed, and by whom, stands in the access log; what was refused does not', async () => {
  await rig.owner.query('delete from data_access_logs');
  await patch('bitrix24.17', { hasAccess: false });
  await refused('bitrix24.999', { hasAccess: false });
  await refused('bitrix24.1', { role: 'member' });
  const log = await rig.call('/../data/access-log', { token: rig.tokens.admin });
  expect(accessLogReply.parse(await log.json()).entries).toMatchObject([
    { who: { kind: 'user', id: '1', name: 'Boss' }, action: 'change_member', entity: 'bitrix24.17', member: 'ann' },
  ]);
});

test('whoever has lost their access or role is refused at once, with the session they have, and cannot give it back to themselves', async () => {
  const own = await rig.issue(rig.tenantId, 'admin', '17');
  const ask = (path: string) => rig.call(path, { token: own });
  await patch('bitrix24.17', { role: 'admin' });
  expect((await ask(MEMBERS)).status).toBe(200);

  await patch('bitrix24.17', { role: 'member' });
  expect(await refused('bitrix24.17', { role: 'admin' }, own)).toBe('403 forbidden');
  expect(await rig.refusal('/../data/export', { token: own })).toBe('403 forbidden');
  expect((await ask('/widgets')).status).toBe(200);

  await patch('bitrix24.17', { hasAccess: false });
  for (const path of [MEMBERS, '/widgets', '/data', '/../data/deletion', '/../crm/sync/status']) {
    expect(await rig.refusal(path, { token: own }), path).toBe('401 invalid_token');
  }
  expect(await refused('bitrix24.17', { hasAccess: true }, own)).toBe('401 invalid_token');
  // A neighbour's person of the same number is somebody else.
  expect((await rig.call('/widgets', { token: rig.tokens.neighbour })).status).toBe(200);

  await patch('bitrix24.17', { hasAccess: true, role: 'admin' });
  expect((await ask(MEMBERS)).status).toBe(200);
});

test('one administrator with access is always left', async () => {
  expect(await refused('bitrix24.1', { role: 'member' })).toBe('409 wrong_state');
  expect(await refused('bitrix24.1', { hasAccess: false })).toBe('409 wrong_state');
  await patch('bitrix24.17', { role: 'admin' });
  // Both at once would leave none: one of them is refused.
  const other = await rig.issue(rig.tenantId, 'admin', '17');
  const both = await Promise.all([patch('bitrix24.1', { role: 'member' }), patch('bitrix24.17', { hasAccess: false }, other)]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
});

describe('refusals', () => {
  test('the people are administrators’ business', async () => {
    expect(await rig.refusal(MEMBERS, { token: null })).toBe('401 unauthorized');
    expect(await rig.refusal(MEMBERS)).toBe('403 forbidden');
    expect(await refused('bitrix24.17', { role: 'admin' }, null)).toBe('401 unauthorized');
    expect(await refused('bitrix24.17', { role: 'admin' }, rig.tokens.member)).toBe('403 forbidden');
  });

  test('a neighbour’s people are not found, as nobody’s are', async () => {
    expect(await refused('bitrix24.1', { role: 'member' }, rig.tokens.neighbour)).toBe('404 not_found');
    expect(await refused('bitrix24.999', { role: 'member' })).toBe('404 not_found');
    await patch('bitrix24.17', { role: 'member' });
    const { rows } = await rig.owner.query('select given_role from tenant_members where tenant_id = $1', [rig.neighbourId]);
    expect(rows).toEqual([{ given_role: null }]);
  });

  test.each(['17', 'bitrix24.', 'mars.1', `bitrix24.1'--`, `bitrix24.${'9'.repeat(65)}`, 'bitrix24.1%2F..'])(
    '%s is no id',
    async (id) => {
      expect(await refused(encodeURI(id), { role: 'member' })).toBe('400 invalid_id');
    },
  );

  test.each(
    named([
      [{}, '422 required'],
      [{ role: 'owner' }, '422 invalid_value'],
      [{ hasAccess: 'no' }, '422 wrong_type'],
      [{ role: 'admin', tenantId: 'x' }, '422 unknown_field'],
      [`{"role":"${'x'.repeat(300_000)}"}`, '413 body_too_large'],
    ]),
  )('%s: %s', async (_name, expected, body) => {
    const before = await list();
    expect(await refused('bitrix24.17', body)).toBe(expected);
    expect(await list()).toEqual(before);
  });
});
