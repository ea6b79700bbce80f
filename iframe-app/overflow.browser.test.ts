import { rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { ENTITIES } from '../contract/crm.ts';
import type { BootData } from '../contract/session.ts';
import { RECORD_PROBLEMS, type SyncState } from '../contract/sync.ts';
import { type AppPage, openForEachTest } from './testing/app-page.ts';
import { type FakePortal, refusal } from './testing/fake-portal.ts';
import { drillPage, sampleCatalog, serveWidgets, widgetId } from './testing/fake-widgets.ts';
import { buildWithLongestTexts } from './testing/longest-texts.ts';
import { findCutOff } from './testing/overflow.ts';
import {
  completeSyncStatus,
  entityProgress,
  sampleBoot,
  sampleConnections,
  sampleDashboard,
  sampleQuarantine,
  sampleRecord,
  sampleSyncStatus,
} from './testing/sample-replies.ts';
import { sampleAccessLog, sampleMembers, sampleOwnSettings, sampleSettings, sampleUsage } from './testing/sample-settings.ts';

// Every screen, as narrow as a phone, with the longest text that any language has for each key: what fits here fits in all six.

const DASHBOARD = 'GET /api/dashboard/data';
const STATUS = 'GET /api/crm/sync/status';
const RECORD = 'GET /api/dashboard/record';
/** As long as the longest the server gives its standard widgets. */
const LONG_TITLE = 'Сәтті мәмілелер қызметкерлер бойынша';
const STOPPED = ['error', 'blocked', 'reauth', 'paused', 'permissions_changed', 'storage_full'] as const satisfies SyncState[];

let app: AppPage;
let portal: FakePortal;
let page: Page;

afterAll(() => rm(app.dist, { recursive: true }));

openForEachTest(
  (opened) => {
    app = opened;
    ({ portal, page } = app);
    portal.api[DASHBOARD] = () => ({ body: longDashboard() });
    page.setDefaultTimeout(10_000);
  },
  { build: buildWithLongestTexts, viewport: { width: 380, height: 900 } },
);

function longDashboard(over: Parameters<typeof sampleDashboard>[0] = {}) {
  const { widgets, results } = sampleDashboard();
  const unconverted = ['UZS', ''].map((currency) => ({ currency, count: 12_345, amount: '9000.00' }));
  return sampleDashboard({
    widgets: widgets.map((widget) => ({ ...widget, config: { ...widget.config, title: LONG_TITLE } })),
    results: results.map((result) => (result.status === 'ok' ? { ...result, data: { ...result.data, unconverted } } : result)),
    ...over,
  });
}

async function open(boot: Partial<BootData> = {}): Promise<void> {
  await app.open({ locale: 'ru', ...boot });
}

async function expectAllToFit(): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  expect(await findCutOff(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(380);
}

test('the check sees what does not fit', async () => {
  await open({ notice: 'reopen' });
  await page.locator('h1').waitFor();
  await page.locator('h1').evaluate((heading) => {
    heading.textContent = 'Х'.repeat(200);
  });
  expect((await findCutOff(page)).length).toBeGreaterThan(0);
});

test('the dashboard', async () => {
  await open();
  await page.locator('.kpi-value').first().waitFor();
  await expectAllToFit();
});

test('what is done with widgets', async () => {
  serveWidgets(portal, longDashboard());
  portal.api['GET /api/dashboard/catalog'] = () => ({ body: sampleCatalog() });
  const values = Array.from({ length: 500 }, (_, index) => ({ value: `${index}`, label: `${LONG_TITLE} ${index}` }));
  portal.api['GET /api/dashboard/catalog/values'] = () => ({ body: { values, isWhole: false } });
  portal.api['POST /api/dashboard/preview'] = () => ({ body: { status: 'not_synced' } });
  portal.api['POST /api/dashboard/drill'] = () => ({ body: drillPage(1, 5, { total: 12_345, next: 'next' }) });
  await open();
  const own = page.locator(`.panel[data-widget="${widgetId(5)}"] .card-menu-button`);
  await own.click();
  await page.locator('[role="menu"]').waitFor();
  await expectAllToFit();
  await page.locator('[role="menuitem"]').first().click();
  await page.locator('.drill-list li').first().waitFor();
  await expectAllToFit();
  await page.keyboard.press('Escape');
  await own.click();
  await page.locator('[role="menuitem"]').last().click();
  await page.locator('.toast').waitFor();
  await expectAllToFit();
  const [add, arrange, bin] = await page.locator('.dashboard-bar .button').all();
  await add?.click();
  await page.locator('.picker-preview .panel-note').waitFor();
  await page.locator('.picker-field select').nth(5).selectOption({ index: 1 });
  await page.locator('.picker-field .is-list').waitFor();
  await expectAllToFit();
  await page.keyboard.press('Escape');
  await bin?.click();
  await page.locator('.bin-list li').first().waitFor();
  await expectAllToFit();
  await page.keyboard.press('Escape');
  await arrange?.click();
  await page.locator('.bar-hint').waitFor();
  await expectAllToFit();
});

test.each(['failed', 'not_synced', 'not_drawable'] as const)('the dashboard whose numbers are %s', async (status) => {
  const whole = longDashboard();
  portal.api[DASHBOARD] = () => ({ body: { ...whole, results: whole.results.map(({ id }) => ({ id, status })) } });
  portal.api[STATUS] = () => ({ body: completeSyncStatus() });
  await open();
  await page.locator(`.panel[data-state="${status}"]`).first().waitFor();
  await expectAllToFit();
});

test.each(['classic', 'simple'] as const)('an empty CRM in %s mode', async (mode) => {
  const results = sampleDashboard().results.map((result) =>
    result.status === 'ok' ? { ...result, data: { ...result.data, rowCount: 0 } } : result,
  );
  portal.api[DASHBOARD] = () => ({ body: sampleDashboard({ mode, results }) });
  await open();
  await page.locator('h2').first().waitFor();
  expect(await page.locator('.panel').count()).toBe(0);
  await expectAllToFit();
});

test.each(STOPPED)('a dashboard whose sync is %s', async (status) => {
  portal.api[STATUS] = () => ({ body: completeSyncStatus({ status }, { status }) });
  portal.api[DASHBOARD] = () => ({ body: longDashboard({ syncStatus: status }) });
  await open();
  await page.locator('.kpi-value').first().waitFor();
  await page.locator('.badge').first().waitFor();
  await expectAllToFit();
});

test('the first sync', async () => {
  const entities = ENTITIES.map((entity) =>
    entityProgress({ entity, totalRecords: 1_200_000, syncedRecords: 1_112_450, coveredFrom: '2024-02-01T00:00:00.000Z' }),
  );
  const waiting = sampleDashboard().widgets.map(({ id }) => ({ id, status: 'not_synced' as const }));
  portal.api[STATUS] = () => ({ body: sampleSyncStatus({ entities }) });
  portal.api[DASHBOARD] = () => ({ body: sampleDashboard({ syncStatus: 'syncing', dataAsOf: null, results: waiting }) });
  await open();
  await page.locator('.sync li').first().waitFor();
  await expectAllToFit();
});

test('a sync that goes on beside the numbers', async () => {
  portal.api[STATUS] = () => ({ body: sampleSyncStatus() });
  portal.api[DASHBOARD] = () => ({ body: longDashboard({ syncStatus: 'syncing' }) });
  await open();
  await page.locator('.sync-strip').waitFor();
  await expectAllToFit();
});

test.each(['ask_admin', 'not_installed', 'reopen'] as const)('the notice %s', async (notice) => {
  await open({ notice });
  await page.locator('h1').waitFor();
  await expectAllToFit();
});

test('a page that came incomplete', async () => {
  portal.boot = sampleBoot({ ...portal.boot, locale: 'ru' });
  await page.route('**/', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace('"memberId"', '"nobody"') });
  });
  await page.goto(portal.appUrl);
  await page.locator('h1').waitFor();
  await expectAllToFit();
});

test('the installation, outside of a portal it cannot finish in', async () => {
  await open({ page: { kind: 'install' } });
  await page.getByRole('button').waitFor();
  await expectAllToFit();
});

test.each([
  ['a server in trouble', () => refusal(500, 'internal')],
  ['no connection', () => undefined],
  ['a session that is over', () => refusal(401, 'token_expired')],
])('a dashboard that cannot be loaded: %s', async (_what, answer) => {
  portal.api[DASHBOARD] = answer;
  await open();
  await page.locator('h1').waitFor();
  await page.locator('.message-page').waitFor();
  await expectAllToFit();
});

test.each([
  ['a server in trouble', () => refusal(500, 'internal')],
  ['no connection', () => undefined],
])('earlier numbers: %s', async (_what, answer) => {
  await open();
  await page.locator('.kpi-value').first().waitFor();
  portal.api[DASHBOARD] = answer;
  await page.locator('.page-head .button:not(.button-icon)').first().click();
  await page.locator('.banner').waitFor();
  await expectAllToFit();
});

test('a record', async () => {
  portal.api[RECORD] = () => ({ body: sampleRecord() });
  await open({ page: { kind: 'record', entity: 'deals', externalId: '417' } });
  await page.locator('.history').waitFor();
  await expectAllToFit();
});

test('a record that is not copied yet', async () => {
  portal.api[RECORD] = () => refusal(404, 'not_found');
  await open({ page: { kind: 'record', entity: 'deals', externalId: '1' } });
  await page.locator('h1').waitFor();
  await expectAllToFit();
});

test.each(['active', 'reauth', 'blocked', 'permissions_changed'] as const)('the settings, the connection %s', async (status) => {
  const [record] = sampleQuarantine().records;
  const problems = RECORD_PROBLEMS.map((problem) => ({ field: 'ufCrm_1700000000000_someVeryLongNameOfAField', problem }));
  portal.api['GET /api/connections'] = () => ({ body: sampleConnections({ kind: 'webhook', status }) });
  portal.api[STATUS] = () => ({ body: completeSyncStatus({ status: 'error' }, { status: 'error', quarantinedRecords: 2 }) });
  portal.api['GET /api/crm/sync/quarantine'] = () => ({ body: { records: [{ ...record, problems }], next: 'more' } });
  portal.api['POST /api/connections'] = () => refusal(422, 'invalid_value');
  portal.api['POST /api/crm/sync/pause'] = () => refusal(409, 'wrong_state');
  portal.api['GET /api/settings'] = () => ({ body: sampleSettings() });
  portal.api['GET /api/settings/own'] = () => ({ body: sampleOwnSettings() });
  portal.api['GET /api/members'] = () => ({ body: sampleMembers() });
  portal.api['GET /api/data/usage'] = () => ({ body: sampleUsage() });
  portal.api['GET /api/data/access-log'] = () => ({ body: sampleAccessLog() });
  await open();
  await page.locator('.page-head .button-icon').last().click();
  await page.locator('.connections li').waitFor();
  await page.locator('#webhook-url').fill('https://portal.bitrix24.com/rest/1/secret/');
  await page
    .locator('form')
    .filter({ has: page.locator('#webhook-url') })
    .getByRole('button')
    .click();
  await page.locator('#webhook-outcome .settings-failed').waitFor();
  await expectAllToFit();
  const sections = page.locator('.settings-nav button');
  await sections.nth(1).click();
  await page.locator('.quarantine-toggle').click();
  await page.locator('.quarantine-records a').waitFor();
  await page.locator('.sync-facts + .settings-row button').first().click();
  await page.locator('#pause-outcome .settings-failed').waitFor();
  await expectAllToFit();
  for (const [index, shown] of ['.settings-day', '.settings-person', '.settings-table tfoot', '.settings-log'].entries()) {
    await sections.nth(index + 2).click();
    await page.locator(shown).first().waitFor();
    await expectAllToFit();
  }
});
