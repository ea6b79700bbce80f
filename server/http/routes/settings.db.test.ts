import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DashboardReply, dashboardReply } from '../../../contract/dashboard.ts';
import { DEFAULT_BUSINESS_HOURS, ownSettingsReply, settingsReply } from '../../../contract/settings.ts';
import { type DashboardRig, named, startDashboardRig } from '../../testing/dashboard-rig.ts';
import { insertRows } from '../../testing/insert-rows.ts';

let rig: DashboardRig;

beforeAll(async () => {
  rig = await startDashboardRig();
  await insertRows(rig.owner, 'tenant_members', [
    { tenant_id: rig.tenantId, crm_source: 'bitrix24', crm_user_id: '17', name: 'Ann', role: 'member', locale: 'uz' },
    { tenant_id: rig.tenantId, crm_source: 'bitrix24', crm_user_id: '1', name: 'Boss', role: 'admin', locale: null },
  ]);
});
afterAll(() => rig.close());
beforeEach(async () => {
  await rig.owner.query(
    `update tenant_settings set timezone = 'America/New_York', display_currency = 'USD', language = null, locale = 'en', business_hours = null`,
  );
  await rig.owner.query('update tenant_members set language = null');
});

const SETTINGS = '/../settings';
const OWN = '/../settings/own';
const admin = () => ({ token: rig.tokens.admin });
const patch = (body: unknown, path = SETTINGS, token: string | null = rig.tokens.admin) =>
  rig.call(path, { method: 'PATCH', body, token });

async function readSettings(token = rig.tokens.admin) {
  return settingsReply.parse(await (await rig.call(SETTINGS, { token })).json());
}

async function readDashboard(token = rig.tokens.admin): Promise<DashboardReply> {
  return dashboardReply.parse(await (await rig.call('/data', { token })).json());
}

test('the settings say what holds and what could be chosen', async () => {
  expect(await readSettings()).toEqual({
    timezone: 'America/New_York',
    language: null,
    displayCurrency: 'USD',
    baseCurrency: 'RUB',
    currencies: [
      { code: 'RUB', name: 'Rouble' },
      { code: 'EUR', name: 'Euro' },
      { code: 'USD', name: 'Dollar' },
    ],
    businessHours: DEFAULT_BUSINESS_HOURS,
  });
});

test('another currency, and none, show in the numbers at once', async () => {
  const before = await readDashboard();
  expect(before.currency).toBe('USD');
  const value = ({ results }: DashboardReply) => {
    const found = results.find(({ id }) => id === 'pipelineValue');
    return found?.status === 'ok' && found.data.kind === 'kpi' ? Number(found.data.value) : null;
  };
  expect((await patch({ displayCurrency: 'EUR' })).status).toBe(200);
  const inEuro = await readDashboard();
  expect(inEuro.currency).toBe('EUR');
  // A euro is 100 roubles and a dollar 90.
  expect(value(inEuro)).toBeCloseTo((Number(value(before)) * 90) / 100, 1);
  await patch({ displayCurrency: null });
  expect((await readDashboard()).currency).toBe('RUB');
  expect((await readSettings()).displayCurrency).toBeNull();
});

test('another zone shows at once, and what a patch leaves out stays', async () => {
  await readDashboard();
  const hours = { ...DEFAULT_BUSINESS_HOURS, sat: { from: '10:00', to: '24:00' } };
  const saved = settingsReply.parse(await (await patch({ timezone: 'Asia/Tashkent', businessHours: hours })).json());
  expect([saved.timezone, saved.businessHours, saved.displayCurrency]).toEqual(['Asia/Tashkent', hours, 'USD']);
  expect((await readDashboard()).timezone).toBe('Asia/Tashkent');
  await patch({ language: 'ru' });
  expect(await readSettings()).toMatchObject({ timezone: 'Asia/Tashkent', businessHours: hours, language: 'ru' });
});

test('who has changed something stands in the access log; what was refused does not', async () => {
  await rig.owner.query('delete from data_access_logs');
  await patch({ timezone: 'Asia/Tashkent' });
  await patch({ timezone: 'Mars/Olympus' });
  expect(await rig.accessLog(9)).toEqual(['user:1 change_settings null']);
});

describe('the language', () => {
  const title = async (token: string) => (await readDashboard(token)).widgets.find(({ id }) => id === 'totalLeads')?.config.title;
  const own = async () => ownSettingsReply.parse(await (await rig.call(OWN)).json());

  test('is one’s own choice, then the tenant’s, then the CRM’s', async () => {
    const uzbek = await title(rig.tokens.member);
    expect(await own()).toEqual({ language: null, locale: 'uz' });
    const english = await title(rig.tokens.admin);
    expect(uzbek).not.toBe(english);
    await patch({ language: 'ru' });
    const russian = await title(rig.tokens.member);
    expect([uzbek, english]).not.toContain(russian);
    expect(await title(rig.tokens.admin)).toBe(russian);
    const saved = await patch({ language: 'en' }, OWN, rig.tokens.member);
    expect(ownSettingsReply.parse(await saved.json())).toEqual({ language: 'en', locale: 'en' });
    expect(await title(rig.tokens.member)).toBe(english);
    expect(await title(rig.tokens.admin)).toBe(russian);
    await patch({ language: null }, OWN, rig.tokens.member);
    expect(await own()).toEqual({ language: null, locale: 'ru' });
  });
});

describe('refusals', () => {
  test.each([SETTINGS, OWN])('%s is nothing for somebody without a login', async (path) => {
    expect(await rig.refusal(path, { token: null })).toBe('401 unauthorized');
    expect(await rig.refusal(path, { token: null, method: 'PATCH', body: {} })).toBe('401 unauthorized');
  });

  test('the tenant’s settings are administrators’', async () => {
    expect(await rig.refusal(SETTINGS)).toBe('403 forbidden');
    expect(await rig.refusal(SETTINGS, { method: 'PATCH', body: { timezone: 'UTC' } })).toBe('403 forbidden');
  });

  test('a neighbour’s settings are their own', async () => {
    await patch({ timezone: 'Asia/Almaty' }, SETTINGS, rig.tokens.neighbour);
    expect((await readSettings()).timezone).toBe('America/New_York');
    expect((await readSettings(rig.tokens.neighbour)).timezone).toBe('Asia/Almaty');
    // Somebody of that number has never opened the neighbour's LeadRelay.
    const language = { language: 'ru' };
    expect(await rig.refusal(OWN, { token: rig.tokens.neighbour, method: 'PATCH', body: language })).toBe('404 not_found');
  });

  test.each(
    named([
      [{}, '422 required'],
      [{ timezone: 'Mars/Olympus' }, '422 invalid_value'],
      [{ timezone: 'CET' }, '422 invalid_value'],
      [{ timezone: 'x'.repeat(65) }, '422 too_long'],
      [{ timezone: null }, '422 wrong_type'],
      [{ displayCurrency: 'XYZ' }, '422 invalid_value'],
      [{ displayCurrency: 'GBP' }, '422 invalid_value'],
      [{ displayCurrency: `USD' or 1=1` }, '422 invalid_value'],
      [{ displayCurrency: 'USD\u0000' }, '422 invalid_characters'],
      [{ language: 'de' }, '422 invalid_value'],
      [{ language: ['ru'] }, '422 invalid_value'],
      [{ businessHours: { mon: null } }, '422 required'],
      [{ businessHours: { ...DEFAULT_BUSINESS_HOURS, mon: { from: '9:00', to: '18:00' } } }, '422 invalid_value'],
      [{ businessHours: { ...DEFAULT_BUSINESS_HOURS, mon: { from: '18:00', to: '09:00' } } }, '422 invalid_value'],
      [{ businessHours: { ...DEFAULT_BUSINESS_HOURS, mon: { from: '09:00', to: '25:00' } } }, '422 invalid_value'],
      [{ businessHours: { ...DEFAULT_BUSINESS_HOURS, holiday: null } }, '422 unknown_field'],
      [{ tenantId: 'x' }, '422 unknown_field'],
      ['[]', '400 body_must_be_object'],
      [`{"timezone":"${'x'.repeat(300_000)}"}`, '413 body_too_large'],
    ]),
  )('%s: %s', async (_name, expected, body) => {
    const before = await readSettings();
    expect(await rig.refusal(SETTINGS, { ...admin(), method: 'PATCH', body })).toBe(expected);
    expect(await readSettings()).toEqual(before);
  });

  test('an hour that is wrong is named', async () => {
    const body = { businessHours: { ...DEFAULT_BUSINESS_HOURS, tue: { from: '18:00', to: '09:00' } } };
    const reply = (await (await patch(body)).json()) as { errors: { path: string }[] };
    expect(reply.errors.map(({ path }) => path)).toEqual(['businessHours.tue.to']);
  });

  test.each(['POST', 'DELETE'])('%s is no way to change them', async (method) => {
    expect(await rig.refusal(SETTINGS, { ...admin(), method })).toBe('405 method_not_allowed');
  });
});
