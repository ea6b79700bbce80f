import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { BootData } from '../contract/session.ts';
import { RECORD_PROBLEMS } from '../contract/sync.ts';
import { type AppPage, openForEachTest } from './testing/app-page.ts';
import { type FakePortal, fakeEvents, refusal } from './testing/fake-portal.ts';
import {
  completeSyncStatus,
  entityProgress,
  sampleConnections,
  sampleDashboard,
  sampleQuarantine,
  sampleSession,
  sampleSyncStatus,
} from './testing/sample-replies.ts';
import {
  SAMPLE_HOURS,
  sampleAccessLog,
  sampleMembers,
  sampleOwnSettings,
  sampleSettings,
  sampleUsage,
} from './testing/sample-settings.ts';

const DASHBOARD = 'GET /api/dashboard/data';
const CONNECTIONS = 'GET /api/connections';
const ADD = 'POST /api/connections';
const QUARANTINE = 'GET /api/crm/sync/quarantine';
const SETTINGS = 'GET /api/settings';
const SAVE = 'PATCH /api/settings';
const OWN = 'GET /api/settings/own';
const MEMBERS = 'GET /api/members';
const USAGE = 'GET /api/data/usage';
const LOG = 'GET /api/data/access-log';
const ADDRESS = 'https://b24-x7k2.bitrix24.com/rest/1/canary7secret/';

let app: AppPage;
let portal: FakePortal;
let page: Page;

openForEachTest((opened) => {
  app = opened;
  ({ portal, page } = app);
  portal.api[DASHBOARD] = () => ({ body: sampleDashboard() });
  portal.api[CONNECTIONS] = () => ({ body: sampleConnections({ kind: 'webhook' }) });
  portal.api[SETTINGS] = () => ({ body: sampleSettings() });
  portal.api[OWN] = () => ({ body: sampleOwnSettings() });
  portal.api[MEMBERS] = () => ({ body: sampleMembers() });
  portal.api[USAGE] = () => ({ body: sampleUsage() });
  portal.api[LOG] = () => ({ body: sampleAccessLog() });
});

async function openDashboard(boot: Partial<BootData> = {}): Promise<void> {
  await app.open(boot);
  await page.locator('.kpi-value').first().waitFor();
}

async function openSettings(boot: Partial<BootData> = {}): Promise<void> {
  await openDashboard(boot);
  await page.locator('.page-head .button-icon').click();
  await page.locator('.connections li').waitFor();
}

/** Opens the settings at one of their sections, counted from the first. */
async function openSection(index: number, boot: Partial<BootData> = {}): Promise<void> {
  await openSettings(boot);
  await page.locator('.settings-nav button').nth(index).click();
}

/** The card of one matter. */
const card = (title: string) =>
  page.locator('.settings-card').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

/** What the server says of a field it does not take. */
function wrongField(path: string): { status: number; body: unknown } {
  const { body } = refusal(422, 'invalid_value');
  return { status: 422, body: { ...Object(body), errors: [{ path, code: 'invalid_value', message: 'x' }] } };
}

/** @returns lets the requests through that come to `url` from now on */
async function holdBack(url: string): Promise<() => void> {
  const held = Promise.withResolvers<void>();
  await page.route(url, async (route) => {
    await held.promise;
    await route.continue();
  });
  return held.resolve;
}

function focused(): Promise<string | null> {
  return page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? null);
}

async function sendWebhook(address: string): Promise<void> {
  await page.getByLabel('Webhook address').fill(address);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
}

test('the settings open and close by keyboard, and the focus goes along', async () => {
  const { loaded } = app;
  await openDashboard();
  await page.getByRole('button', { name: 'Settings' }).focus();
  expect(loaded.filter((file) => /\/settings-/.test(file))).toEqual([]);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  expect(await focused()).toBe('Settings');
  expect(loaded.filter((file) => /\/settings-.*\.js$/.test(file))).toHaveLength(1);
  expect(await page.locator('.dashboard').count()).toBe(0);
  await page.keyboard.press('Shift+Tab');
  expect(await focused()).toBe('Back to the dashboard');
  await page.keyboard.press('Enter');
  await page.locator('.kpi-value').first().waitFor();
  expect(await focused()).toBe('Settings');
});

test('a member finds their own language in the settings, and nothing else', async () => {
  portal.api[SETTINGS] = () => refusal(403, 'forbidden');
  await openDashboard({ session: sampleSession({ user: { id: '7', name: 'Timur', role: 'member' } }) });
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('combobox', { name: 'My language' }).waitFor();
  expect(await page.locator('.settings-card h2').allTextContents()).toEqual(['My language']);
  expect(await page.locator('.settings-nav').count()).toBe(0);
  expect(portal.calls.filter((call) => call.startsWith(SETTINGS) && !call.startsWith(OWN))).toEqual([]);
});

test.each([
  ['code', '**/assets/settings-*.js'],
  ['texts', '**/assets/en-*.js'],
])('settings whose %s cannot be loaded are said to be out of reach, and open when it can', async (_what, files) => {
  await openDashboard();
  await page.route(files, (route) => route.abort());
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByText('This part could not be loaded').waitFor();
  expect(await page.locator('.kpi-value').count()).toBe(4);
  await page.unroute(files);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
});

test('the settings come in the person’s language, and no other language is loaded for them', async () => {
  const { loaded } = app;
  await openSettings({ locale: 'kk' });
  await page.getByRole('heading', { name: 'Баптаулар' }).waitFor();
  const languages = loaded.flatMap((file) => file.match(/(?<=\/assets\/)[a-z]{2}(?=-)/) ?? []);
  expect(new Set(languages)).toEqual(new Set(['kk']));
});

test('a portal that its app connects is offered no webhook', async () => {
  portal.api[CONNECTIONS] = () => ({
    body: sampleConnections({ status: 'reauth', errorMessage: 'The CRM no longer accepts the connection.' }),
  });
  await openSettings();
  expect(await page.locator('.connections :not(:has(*))').allTextContents()).toEqual([
    'Bitrix24',
    'b24-x7k2.bitrix24.com',
    'Access lost',
    'By the installed app',
    'To connect it again, an administrator opens LeadRelay from the Bitrix24 menu.',
  ]);
  expect(await page.getByLabel('Webhook address').count()).toBe(0);
});

test.each([
  [422, 'invalid_value', 'This is not the address of an inbound webhook.'],
  [422, 'connection_refused', 'The portal does not accept this webhook.'],
  [502, 'crm_unavailable', 'The portal does not answer.'],
  [409, 'wrong_state', 'Another Bitrix24 portal is connected already.'],
  [500, 'internal', 'Something went wrong on our side. Try again in a minute.Request req-1'],
])('a webhook that is refused with %i %s is told why, and may be tried again', async (status, code, sentence) => {
  portal.api[ADD] = () => refusal(status, code);
  await openSettings();
  await sendWebhook(ADDRESS);
  const outcome = page.locator('#webhook-outcome');
  await outcome.locator('p').waitFor();
  expect(await outcome.textContent()).toContain(sentence);
  expect(portal.calls.filter((call) => call.startsWith(ADD))).toHaveLength(1);
  portal.api[ADD] = () => ({ status: 201, body: sampleConnections({ kind: 'webhook' }) });
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('The webhook is connected.').waitFor();
});

test('a webhook that is taken is forgotten, and its sync shows on the dashboard', async () => {
  let isConnected = false;
  const sync = () => sampleSyncStatus({ entities: [entityProgress({ syncedRecords: 300, totalRecords: 900 })] });
  portal.api['GET /api/crm/sync/status'] = () => ({ body: isConnected ? sync() : sampleSyncStatus({ status: 'reauth' }) });
  portal.api[DASHBOARD] = () => ({ body: sampleDashboard({ syncStatus: isConnected ? 'syncing' : 'reauth' }) });
  portal.api[CONNECTIONS] = () => ({ body: sampleConnections({ kind: 'webhook', status: 'reauth' }) });
  portal.api[ADD] = ({ body }) => {
    expect(body).toEqual({ crmSource: 'bitrix24', webhookUrl: ADDRESS });
    isConnected = true;
    return { status: 201, body: sampleConnections({ kind: 'webhook' }) };
  };
  await openSettings();
  expect(await page.locator('.connection-status').textContent()).toBe('Access lost');
  const field = page.getByLabel('Webhook address');
  expect(await field.evaluate((input: HTMLInputElement) => [input.type, input.autocomplete, input.name])).toEqual([
    'password',
    'off',
    '',
  ]);
  await sendWebhook(` ${ADDRESS} `);
  await page.getByText('The webhook is connected.').waitFor();
  expect(await page.locator('.connection-status').textContent()).toBe('Connected');
  expect(await field.inputValue()).toBe('');
  const kept = await page.evaluate(() => [document.documentElement.outerHTML, location.href, ...Object.values(localStorage)]);
  expect([...kept, ...app.logged].join('\n')).not.toContain('canary');
  await page.getByRole('button', { name: 'Back to the dashboard' }).click();
  await page.locator('.sync-strip').getByText('300 / 900 leads').waitFor();
});

test('an empty field is not sent', async () => {
  await openSettings();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  expect(await focused()).toBe('');
  expect(portal.calls.filter((call) => call.startsWith(ADD))).toEqual([]);
});

test('what is saved by keys is sent once however often they are pressed meanwhile, and the focus stays', async () => {
  portal.api[SAVE] = () => ({ body: sampleSettings({ timezone: 'America/New_York' }) });
  await openSection(2);
  const answer = await holdBack('**/api/settings');
  await page.getByRole('combobox', { name: 'Time zone' }).selectOption('America/New_York');
  const save = card('Time zone').locator('button[type="submit"]');
  await save.press('Enter');
  await card('Time zone').getByRole('button', { name: 'Saving' }).press('Enter');
  answer();
  await page.getByText('The time zone is saved.').waitFor();
  expect(await save.evaluate((button) => button === document.activeElement)).toBe(true);
  // Nothing is left to be saved.
  await holdBack('**/api/settings');
  await save.press('Enter');
  expect(await save.textContent()).toBe('Save');
  expect(portal.calls.filter((call) => call.startsWith(SAVE))).toHaveLength(1);
});

test('Enter in a field sends its form once', async () => {
  portal.api['POST /api/data/delete-all'] = () => wrongField('confirmation');
  await openSection(4);
  const answer = await holdBack('**/api/data/delete-all');
  const field = page.getByLabel('To confirm, type b24-x7k2.bitrix24.com');
  await field.press('Enter');
  await field.fill('yes');
  await field.press('Enter');
  await page.getByRole('button', { name: 'Deleting' }).waitFor();
  await field.press('Enter');
  answer();
  await page.getByText('This is not the domain of the connected CRM.').waitFor();
  expect(portal.calls.filter((call) => call.startsWith('POST /api/data/delete-all'))).toHaveLength(1);
});

test('another time zone is saved once it is asked for, and the dashboard is cut by it', async () => {
  let timezone = 'Asia/Tashkent';
  portal.api[DASHBOARD] = () => ({ body: sampleDashboard({ timezone }) });
  portal.api[SAVE] = ({ body }) => {
    expect(body).toEqual({ timezone: 'America/New_York' });
    timezone = 'America/New_York';
    return { body: sampleSettings({ timezone }) };
  };
  await openSection(2);
  const zones = page.getByRole('combobox', { name: 'Time zone' });
  expect(await zones.inputValue()).toBe('Asia/Tashkent');
  const save = card('Time zone').getByRole('button', { name: 'Save' });
  expect(await save.isDisabled()).toBe(true);
  expect(await zones.locator('option:checked').textContent()).toBe('Tashkent (GMT+05:00)');
  await zones.selectOption('America/New_York');
  expect(portal.calls.filter((call) => call.startsWith('PATCH'))).toEqual([]);
  await save.click();
  await page.getByText('The time zone is saved.').waitFor();
  expect(await save.isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Back to the dashboard' }).click();
  // 09:05 UTC, five hours behind.
  expect((await page.locator('.as-of').textContent())?.replaceAll(/\s/g, ' ')).toContain('4:05 AM');
});

test('a value that cannot be saved stays unsaved and says why, at its field where it is the field', async () => {
  await openSection(2);
  portal.api[SAVE] = () => refusal(403, 'forbidden');
  await page.getByRole('combobox', { name: 'Time zone' }).selectOption('UTC');
  const save = card('Time zone').getByRole('button', { name: 'Save' });
  await save.click();
  await page.getByText('Only administrators may change this.').waitFor();
  expect(await save.isEnabled()).toBe(true);
  portal.api[SAVE] = () => wrongField('displayCurrency');
  const currencies = page.getByRole('combobox', { name: 'Currency' });
  await currencies.selectOption('USD');
  await card('Currency').getByRole('button', { name: 'Save' }).click();
  await card('Currency').getByText('This value cannot be used.').waitFor();
  expect(await currencies.getAttribute('aria-invalid')).toBe('true');
  expect(await page.getByRole('combobox', { name: 'Time zone' }).getAttribute('aria-invalid')).toBe('false');
});

test('another currency shows on the dashboard', async () => {
  let currency = 'UZS';
  portal.api[DASHBOARD] = () => ({ body: sampleDashboard({ currency }) });
  portal.api[SAVE] = ({ body }) => {
    expect(body).toEqual({ displayCurrency: 'USD' });
    currency = 'USD';
    return { body: sampleSettings({ displayCurrency: 'USD' }) };
  };
  await openSection(2);
  await page.getByRole('combobox', { name: 'Currency' }).selectOption('USD');
  const before = portal.calls.filter((call) => call.startsWith(DASHBOARD)).length;
  await card('Currency').getByRole('button', { name: 'Save' }).click();
  await card('Currency').getByText('Saved.').waitFor();
  await expect.poll(() => portal.calls.filter((call) => call.startsWith(DASHBOARD)).length).toBe(before + 1);
});

test('one’s own language changes what stands there at once', async () => {
  portal.api['PATCH /api/settings/own'] = ({ body }) => {
    expect(body).toEqual({ language: 'ru' });
    return { body: sampleOwnSettings({ language: 'ru', locale: 'ru' }) };
  };
  await openSection(2);
  await page.getByRole('combobox', { name: 'My language' }).selectOption('ru');
  await card('My language').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Настройки' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('ru');
  await page.getByRole('button', { name: 'Назад к дашборду' }).click();
  await page.getByRole('tab', { name: 'Дашборд' }).waitFor();
});

test('business hours are set by day, and an end before its beginning is told before it is sent', async () => {
  portal.api[SAVE] = ({ body }) => {
    const businessHours = { ...SAMPLE_HOURS, mon: { from: '20:00', to: '24:00' }, sun: { from: '09:00', to: '18:00' } };
    expect(body).toEqual({ businessHours });
    return { body: sampleSettings({ businessHours }) };
  };
  await openSection(2);
  const save = card('Business hours').getByRole('button', { name: 'Save' });
  expect(await save.isDisabled()).toBe(true);
  await page.getByRole('combobox', { name: 'Monday, from' }).selectOption('20:00');
  await card('Business hours').getByText('The end has to come after the beginning.').waitFor();
  await save.click();
  expect(portal.calls.filter((call) => call.startsWith('PATCH'))).toEqual([]);
  await page.getByRole('combobox', { name: 'Monday, to' }).selectOption('24:00');
  await page.getByRole('checkbox', { name: 'Sunday' }).check();
  await save.click();
  await card('Business hours').getByText('Saved.').waitFor();
  expect(await save.isDisabled()).toBe(true);
});

test('people get another role or lose their access; the last administrator cannot', async () => {
  const asked: unknown[] = [];
  const [boss, timur, third] = sampleMembers().members;
  portal.api['PATCH /api/members/bitrix24.7'] = ({ body }) => {
    asked.push(body);
    return { body: { members: [boss, { ...timur, ...Object(body) }, third] } };
  };
  portal.api['PATCH /api/members/bitrix24.1'] = () => refusal(409, 'wrong_state');
  await openSection(3);
  const role = page.getByRole('combobox', { name: 'Role of Timur Rahimov' });
  await role.selectOption('admin');
  await page.getByText('Saved.').waitFor();
  expect(await role.inputValue()).toBe('admin');
  await page.getByRole('button', { name: 'Remove access of Timur Rahimov' }).click();
  await page.getByRole('button', { name: 'Give access back to Timur Rahimov' }).waitFor();
  expect(asked).toEqual([{ role: 'admin' }, { hasAccess: false }]);
  const own = page.getByRole('combobox', { name: 'Role of Dilnoza Karimova' });
  await own.selectOption('member');
  await page.getByText('One administrator with access has to be left.').waitFor();
  expect(await own.inputValue()).toBe('admin');
});

test('the data is counted, and downloaded as a file that can be cancelled', async () => {
  await openSection(4);
  const rows = page.locator('.settings-table tr');
  await rows.nth(1).waitFor();
  expect(await rows.nth(1).locator('th, td').allTextContents()).toEqual(['Leads', '200,000', '48.3 MB']);
  expect(await rows.last().locator('th, td').allTextContents()).toEqual(['Total', '1,223,000', '209.1 MB']);
  portal.api['GET /api/data/export'] = () => refusal(429, 'rate_limited');
  await page.getByRole('button', { name: 'Download ZIP' }).click();
  await page.getByText('Somebody is downloading the archive at present.').waitFor();
  let open = 0;
  portal.api['GET /api/data/export'] = () => ({
    body: null,
    stream: (response) => {
      open += 1;
      response.write('PK');
      response.on('close', () => {
        open -= 1;
      });
    },
  });
  await page.getByRole('button', { name: 'Download ZIP' }).click();
  await expect.poll(() => open).toBe(1);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(() => open).toBe(0);
  portal.api['GET /api/data/export'] = () => ({ body: null, stream: (response) => void response.end('PK-archive') });
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download ZIP' }).click();
  expect((await download).suggestedFilename()).toMatch(/^leadrelay-\d{4}-\d\d-\d\d\.zip$/);
  await page.getByText('The archive is downloaded.').waitFor();
});

test('everything is deleted once the domain is typed; the dashboard then offers to undo it', async () => {
  let isDeleting = false;
  portal.api[DASHBOARD] = () => (isDeleting ? refusal(403, 'tenant_deleting') : { body: sampleDashboard() });
  portal.api['GET /api/data/deletion'] = () => ({ body: { deletesAt: '2025-12-24T12:00:00.000Z' } });
  portal.api['POST /api/data/delete-all'] = ({ body }) => {
    if (Object(body).confirmation !== 'b24-x7k2.bitrix24.com') return wrongField('confirmation');
    isDeleting = true;
    return { status: 202, body: { deletesAt: '2025-12-24T12:00:00.000Z' } };
  };
  portal.api['POST /api/data/delete-all/undo'] = () => {
    isDeleting = false;
    return { body: { deletesAt: null } };
  };
  await openSection(4);
  const field = page.getByLabel('To confirm, type b24-x7k2.bitrix24.com');
  const submit = page.getByRole('button', { name: 'Delete all data' });
  expect(await submit.isDisabled()).toBe(true);
  await field.fill('yes');
  await submit.click();
  await page.getByText('This is not the domain of the connected CRM.').waitFor();
  expect(await field.getAttribute('aria-invalid')).toBe('true');
  await field.fill('b24-x7k2.bitrix24.com');
  await submit.click();
  await page.getByRole('heading', { name: 'All data is being deleted' }).waitFor();
  await page.getByRole('button', { name: /^Undo until Dec 24/ }).click();
  await page.locator('.kpi-value').first().waitFor();
});

test('a member is told of a deletion, and cannot undo it', async () => {
  portal.api[DASHBOARD] = () => refusal(403, 'tenant_deleting');
  portal.api['GET /api/data/deletion'] = () => ({ body: { deletesAt: '2025-12-24T12:00:00.000Z' } });
  const session = sampleSession({ user: { id: '7', name: 'Timur', role: 'member' } });
  await app.open({ session });
  await page.getByText('An administrator of LeadRelay can undo it here.').waitFor();
  expect(await page.getByRole('button').count()).toBe(0);
});

test('the page of a deletion that cannot be loaded says so, and can be tried again', async () => {
  portal.api[DASHBOARD] = () => refusal(403, 'tenant_deleting');
  portal.api['GET /api/data/deletion'] = () => ({ body: { deletesAt: '2025-12-24T12:00:00.000Z' } });
  await page.route('**/assets/deletion-*.js', (route) => route.abort());
  await page.goto(portal.appUrl);
  await page.getByText('LeadRelay did not answer.').waitFor();
  await page.unroute('**/assets/deletion-*.js');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'All data is being deleted' }).waitFor();
});

test('the access log names people and the team, and goes on page by page', async () => {
  const asked: (string | null)[] = [];
  portal.api[LOG] = ({ query }) => {
    asked.push(query.get('before'));
    const { entries } = sampleAccessLog();
    return query.has('before')
      ? { body: { entries: entries.slice(2), next: null } }
      : { body: { entries: entries.slice(0, 2), next: 12 } };
  };
  await openSection(5);
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('Karim', { exact: true }).waitFor();
  const cells = (await page.locator('.settings-log tbody tr').allTextContents()).map((text) => text.replace(/^.*?[AP]M/, ''));
  expect(cells).toEqual([
    'Dilnoza KarimovaLooked at the dashboard16',
    '#99Downloaded everything',
    'Dilnoza KarimovaChanged a person’s role or access: Timur Rahimov',
    'KarimCopied the CRM1,223,000',
    'Timur Rahimovsomething_newer16',
  ]);
  expect(asked).toEqual([null, '12']);
  expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
});

test('the access log calls the team as the person’s language writes them', async () => {
  portal.api[LOG] = () => ({ body: { entries: sampleAccessLog().entries, next: null } });
  await openSection(5, { locale: 'ru' });
  await page.locator('.settings-log td', { hasText: /^Карим$/ }).waitFor();
});

test('connections that cannot be loaded leave the other sections, and can be tried again', async () => {
  portal.api[CONNECTIONS] = () => refusal(500, 'internal');
  await openDashboard();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByText('Something went wrong on our side. Try again in a minute.').waitFor();
  portal.api[CONNECTIONS] = () => ({ body: sampleConnections() });
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('b24-x7k2.bitrix24.com').waitFor();
  await page.locator('.settings-nav button').nth(2).click();
  await page.getByRole('combobox', { name: 'Time zone' }).waitFor();
});

test.each([
  [2, SETTINGS],
  [3, MEMBERS],
  [4, USAGE],
  [5, LOG],
])('section %i says that it cannot be loaded, and can be tried again', async (index, route) => {
  const answer = portal.api[route];
  portal.api[route] = () => refusal(500, 'internal');
  await openSection(index);
  await page.getByText('Something went wrong on our side. Try again in a minute.').waitFor();
  portal.api[route] = answer ?? (() => refusal(500, 'internal'));
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.settings-failed').waitFor({ state: 'detached' });
});

test('what is kept is told as it is counted; everything else is there at once', async () => {
  let count = () => {};
  await page.route('**/api/data/usage', async (route) => {
    await new Promise<void>((counted) => {
      count = counted;
    });
    await route.continue();
  });
  await openSection(4);
  const table = page.locator('.settings-table');
  expect(await table.getAttribute('aria-busy')).toBe('true');
  const kinds = ['Leads', 'Deals', 'Contacts', 'Companies', 'Activities', 'Stage history', 'Total'];
  expect(await table.locator('tr > th[scope=row]').allTextContents()).toEqual(kinds);
  expect(await page.locator('#delete-domain').isDisabled()).toBe(true);
  const { height } = (await table.boundingBox()) ?? {};
  count();
  await page.getByLabel('To confirm, type b24-x7k2.bitrix24.com').waitFor();
  expect(await table.getAttribute('aria-busy')).toBe('false');
  expect(await page.locator('#delete-domain').isDisabled()).toBe(false);
  expect(await table.locator('tr').nth(1).textContent()).toBe('Leads200,00048.3 MB');
  // Nothing below it has moved.
  expect((await table.boundingBox())?.height).toBe(height);
});

test('a session that ends in the settings asks to open the app again', async () => {
  await openSection(2);
  portal.api[SAVE] = () => refusal(401, 'token_expired');
  await page.getByRole('combobox', { name: 'Time zone' }).selectOption('UTC');
  await card('Time zone').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Open LeadRelay again' }).waitFor();
});

test.each([380, 768, 1280, 1920])('at %i px every section fits the width, in its longest language', async (width) => {
  portal.api['PATCH /api/members/bitrix24.1'] = () => refusal(409, 'wrong_state');
  portal.api['POST /api/data/delete-all'] = () => wrongField('confirmation');
  await page.setViewportSize({ width, height: 900 });
  await openSettings({ locale: 'ru' });
  const wanted = [
    '.connections li',
    '.sync-facts',
    '.settings-day',
    '.settings-person',
    '.settings-table tfoot',
    '.settings-log',
  ];
  for (const [index, selector] of wanted.entries()) {
    await page.locator('.settings-nav button').nth(index).click();
    await page.locator(selector).first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth), selector).toBe(width);
    const cut = await page
      // The log's headings are there for those who hear them.
      .locator('.settings :not(input, thead, thead *)')
      .evaluateAll((elements) =>
        elements.filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth).map((one) => one.outerHTML),
      );
    expect(cut, selector).toEqual([]);
  }
});

test('an administrator pauses the sync and resumes it, and sees how it stands', async () => {
  await page.clock.setFixedTime('2025-11-24T09:10:00Z');
  const events = fakeEvents(completeSyncStatus());
  portal.api['GET /api/crm/sync/events'] = events.answer;
  portal.api['POST /api/crm/sync/pause'] = () => ({
    body: completeSyncStatus({ status: 'paused', nextSyncAt: null }, { status: 'paused' }),
  });
  portal.api['POST /api/crm/sync/resume'] = () => ({ body: completeSyncStatus() });
  await openSection(1);
  const facts = async () =>
    (await page.locator('.sync-facts > div').allTextContents()).map((text) => text.replaceAll(/\s/g, ' '));
  await page.locator('.sync-facts').waitFor();
  expect(await facts()).toEqual(['StateUp to date', 'Data as of2:05 PM', 'Next sync2:20 PM']);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('The sync is paused for everyone.').waitFor();
  expect(await facts()).toEqual(['StateSync paused', 'Data as of2:05 PM', 'Next syncNot planned']);
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('The sync goes on.').waitFor();
  expect(await facts()).toEqual(['StateUp to date', 'Data as of2:05 PM', 'Next sync2:20 PM']);
  events.send(completeSyncStatus({ status: 'error', nextSyncAt: '2025-11-24T09:09:00.000Z' }, { status: 'error' }));
  await page.locator('.sync-facts').getByText('Sync paused — CRM connection issue').waitFor();
  expect((await facts()).at(-1)).toBe('Next syncAny moment now');
});

test.each([
  ['en', 'Your CRM does not answer. LeadRelay tries again by itself.'],
  ['uk', 'CRM не відповідає. LeadRelay повторить спробу сам.'],
])('in %s a sync that stands says why, and not in the server’s words', async (locale, sentence) => {
  const trouble = { status: 'error', errorCode: 'unavailable', errorMessage: 'The server’s own words.' } as const;
  portal.api['GET /api/crm/sync/status'] = () => ({ body: completeSyncStatus({ status: 'error' }, trouble) });
  await openSection(1, { locale });
  await page.getByText(sentence, { exact: true }).waitFor();
  expect(await page.getByText(trouble.errorMessage).count()).toBe(0);
});

test('a pause that the server refuses is told why', async () => {
  portal.api['POST /api/crm/sync/pause'] = () => refusal(409, 'wrong_state');
  await openSection(1);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Your CRM is not connected at present, or the sync is paused.').waitFor();
});

test('records with problems are listed page by page, each with its problems and a link into the CRM', async () => {
  const asked: (string | null)[] = [];
  portal.api['GET /api/crm/sync/status'] = () => ({ body: completeSyncStatus({}, { quarantinedRecords: 700 }) });
  portal.api[QUARANTINE] = ({ query }) => {
    asked.push(query.get('after'));
    const [first, ...others] = sampleQuarantine().records;
    return { body: first && query.has('after') ? { records: others, next: null } : { records: [first], next: 'leads:81' } };
  };
  await openSection(1);
  const toggle = page.getByRole('button', { name: 'Records with problems (1,400)' });
  await toggle.focus();
  expect(await toggle.getAttribute('aria-expanded')).toBe('false');
  expect(asked).toEqual([]);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: '81' }).waitFor();
  expect(await toggle.getAttribute('aria-expanded')).toBe('true');
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByRole('link', { name: '417' }).waitFor();
  expect(asked).toEqual([null, 'leads:81']);
  expect(await page.locator('.quarantine-records > li').allTextContents()).toEqual([
    'Lead 81opportunity: not an amountmovedTime: not a date',
    'Deal 417ufCrm_1700000000000: the text is too long and was cut',
    'Stage change 9something essential is missing, the record is left out',
  ]);
  expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
  expect(
    await page
      .getByRole('link')
      .evaluateAll((links) => links.map((one) => ['href', 'target', 'rel'].map((name) => one.getAttribute(name)))),
  ).toEqual([
    ['https://portal.bitrix24.com/crm/lead/details/81/', '_blank', 'noopener'],
    ['https://portal.bitrix24.com/crm/deal/details/417/', '_blank', 'noopener'],
  ]);
  await toggle.click();
  expect(await page.locator('#quarantine-list').isVisible()).toBe(false);
});

test('without problems nothing is said of them', async () => {
  await openSection(1);
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  expect(await page.locator('.quarantine').count()).toBe(0);
});

test('a list that cannot be loaded says so, and can be asked for again', async () => {
  portal.api['GET /api/crm/sync/status'] = () => ({ body: completeSyncStatus({}, { quarantinedRecords: 1 }) });
  portal.api[QUARANTINE] = () => refusal(500, 'internal');
  await openSection(1);
  await page.getByRole('button', { name: 'Records with problems (2)' }).click();
  await page.locator('.quarantine').getByText('Something went wrong on our side.').waitFor();
  portal.api[QUARANTINE] = () => ({ body: sampleQuarantine() });
  await page.locator('.quarantine').getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('link', { name: '81' }).waitFor();
});

test('inside a portal a record opens in the portal’s slider, one of another CRM in a tab of its own', async () => {
  const portalOrigin = new URL(portal.portalUrl).origin;
  const [lead, deal] = sampleQuarantine().records;
  portal.api['GET /api/crm/sync/status'] = () => ({ body: completeSyncStatus({}, { quarantinedRecords: 1 }) });
  portal.api[QUARANTINE] = () => ({
    body: {
      records: [
        { ...lead, url: `${portalOrigin}/crm/lead/details/81/` },
        { ...deal, url: `${portal.appUrl}?elsewhere` },
      ],
      next: null,
    },
  });
  await page.goto(portal.portalUrl);
  const frame = page.frameLocator('iframe');
  await frame.getByRole('button', { name: 'Settings' }).click();
  await frame.getByRole('button', { name: 'Synchronisation' }).click();
  await frame.getByRole('button', { name: 'Records with problems (2)' }).click();
  await frame.getByRole('link', { name: '81' }).click();
  await page.waitForFunction(() => Reflect.get(window, 'portal').paths.length === 1);
  const [path] = await page.evaluate((): string[] => Reflect.get(window, 'portal').paths);
  const opened = new URL(String(path), portalOrigin);
  expect(opened.pathname).toBe('/crm/lead/details/81/');
  const popup = page.waitForEvent('popup');
  await frame.getByRole('link', { name: '417' }).click();
  await (await popup).waitForURL(`${portal.appUrl}?elsewhere`);
  expect(page.context().pages()).toHaveLength(2);
});

test.each([
  ['en', 380],
  ['ru', 380],
  ['uz', 380],
  ['ru', 1280],
])('in %s at %i px the synchronisation and its problems fit the width', async (locale, width) => {
  portal.api['GET /api/crm/sync/status'] = () => ({
    body: completeSyncStatus({ status: 'error' }, { status: 'error', quarantinedRecords: 2 }),
  });
  const [lead] = sampleQuarantine().records;
  const problems = RECORD_PROBLEMS.map((problem) => ({ field: 'ufCrm_1700000000000_someVeryLongNameOfAField', problem }));
  portal.api[QUARANTINE] = () => ({ body: { records: [{ ...lead, problems }], next: 'more' } });
  portal.api['POST /api/crm/sync/pause'] = () => refusal(409, 'wrong_state');
  await page.setViewportSize({ width, height: 900 });
  await openSection(1, { locale });
  await page.locator('.quarantine-toggle').click();
  await page.locator('.quarantine-records a').waitFor();
  await page.locator('.sync-facts + .settings-row button').first().click();
  await page.locator('#pause-outcome .settings-failed').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  const cut = await page
    .locator('.settings *')
    .evaluateAll((elements) =>
      elements.filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth).map((one) => one.outerHTML),
    );
  expect(cut).toEqual([]);
});

test.each([
  ['en', 380],
  ['ru', 380],
  ['uz', 380],
  ['ru', 1280],
])('in %s at %i px the settings fit the width, with a refusal on show', async (locale, width) => {
  portal.api[ADD] = () => refusal(422, 'invalid_value');
  await page.setViewportSize({ width, height: 900 });
  await openSettings({ locale });
  await page.locator('#webhook-url').fill(ADDRESS);
  await page
    .locator('form')
    .filter({ has: page.locator('#webhook-url') })
    .getByRole('button')
    .click();
  await page.locator('.settings-failed').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  const cut = await page
    .locator('.settings :not(input)')
    .evaluateAll((elements) =>
      elements.filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth).map((one) => one.outerHTML),
    );
  expect(cut).toEqual([]);
});
