import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Frame, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { LANGUAGES } from './i18n.ts';
import { type AppPage, openForEachTest } from './testing/app-page.ts';
import { type FakePortal, refusal } from './testing/fake-portal.ts';
import { entityProgress, sampleDashboard, sampleRecord, sampleSession, sampleSyncStatus } from './testing/sample-replies.ts';

const DASHBOARD = 'GET /api/dashboard/data';
const STATUS = 'GET /api/crm/sync/status';
const CHARTS = 7;
const TOOLS = '**/assets/dashboard-tools-*.js';

let app: AppPage;
let portal: FakePortal;
let page: Page;

openForEachTest((opened) => {
  app = opened;
  ({ portal, page } = app);
  portal.api[DASHBOARD] = () => ({ body: sampleDashboard() });
});

const open: AppPage['open'] = (boot) => app.open(boot);
const openFramed: AppPage['openFramed'] = (boot) => app.openFramed(boot);

/** Waits until every canvas has ink on it: pixels of more than the background's one colour. */
async function waitForCharts(where: Page | Frame, count: number): Promise<void> {
  await where.waitForFunction((wanted) => {
    const canvases = [...document.querySelectorAll('canvas')];
    return (
      canvases.length === wanted &&
      canvases.every((canvas) => {
        const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        return pixels.some((value, index) => index % 4 === 3 && value > 0);
      })
    );
  }, count);
}

function kpis(): Promise<string[]> {
  return page.locator('.kpi-value').allTextContents();
}

test.each([380, 768, 1280, 1920])('at %i px the dashboard shows its numbers and fits the width', async (width) => {
  await page.setViewportSize({ width, height: 900 });
  await open();
  await waitForCharts(page, CHARTS);
  expect(await kpis()).toEqual(['12,450', '3,980', '$12,345,679', '23.5%']);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  const perRow = await page.locator('.panel-kpi').evaluateAll((cards) => {
    const top = cards[0]?.getBoundingClientRect().top;
    return cards.filter((card) => card.getBoundingClientRect().top === top).length;
  });
  expect(perRow).toBe(width > 900 ? 4 : 2);
});

test.each([380, 1000, 1150])('at %i px a long figure is set smaller instead of being cut off', async (width) => {
  const whole = sampleDashboard({ currency: 'UZS' });
  const results = whole.results.map((result) =>
    result.status === 'ok' && result.data.kind === 'kpi' && result.data.format === 'currency'
      ? { ...result, data: { ...result.data, value: '802400000.00', currency: 'UZS' } }
      : result,
  );
  portal.api[DASHBOARD] = () => ({ body: { ...whole, results } });
  await page.setViewportSize({ width, height: 900 });
  await open({ locale: 'ru' });
  await waitForCharts(page, CHARTS);
  const figure = page.locator('.panel-kpi', { hasText: 'Pipeline value' }).locator('.kpi-value');
  expect((await figure.textContent())?.replaceAll('\u00a0', ' ')).toBe('802,4 млн сум');
  expect(await figure.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0);
});

test('what a chart shows can be read without seeing it', async () => {
  await open();
  await waitForCharts(page, CHARTS);
  const table = page.getByRole('table', { name: 'Leads by source' });
  expect(await table.getByRole('row').nth(1).textContent()).toBe('Website4,210');
  const picture = page.getByRole('img', { name: /^Leads by source\. 6 values: highest Website, 4,210; lowest Other, 375\.$/ });
  expect(await picture.count()).toBe(1);
});

test('amounts without a rate stand beside their total', async () => {
  await open();
  expect(await page.locator('.panel-kpi', { hasText: 'Pipeline value' }).textContent()).toContain(
    'Not counted: 3 records in XAU',
  );
});

test('one failed widget leaves the others alone, and is tried again when somebody asks', async () => {
  const whole = sampleDashboard();
  const results = whole.results.map((result) =>
    result.id === 'total-deals' || result.id === 'deals-by-stage' ? { id: result.id, status: 'failed' as const } : result,
  );
  portal.api[DASHBOARD] = () => ({ body: sampleDashboard({ results }) });
  await open();
  await waitForCharts(page, CHARTS - 1);
  expect(await kpis()).toEqual(['12,450', '$12,345,679', '23.5%']);
  expect(await page.locator('[data-state="failed"] h2').allTextContents()).toEqual(['Total deals', 'Deals by stage']);
  const failed = page.locator('[data-state="failed"]', { hasText: 'Deals by stage' });
  await failed.getByText('Data temporarily unavailable').waitFor();
  portal.api[DASHBOARD] = () => ({ body: whole });
  await failed.getByRole('button', { name: 'Try again' }).click();
  await waitForCharts(page, CHARTS);
  expect(await page.locator('[data-state="failed"]').count()).toBe(0);
});

test('text from the CRM is text, whatever it looks like', async () => {
  const whole = sampleDashboard();
  const evil = '<img src=x onerror="window.pwned = 1">';
  const widgets = whole.widgets.map((widget) => ({ ...widget, config: { ...widget.config, title: evil } }));
  portal.api[DASHBOARD] = () => ({ body: sampleDashboard({ widgets }) });
  await open();
  await waitForCharts(page, CHARTS);
  expect(await page.locator('h2').first().textContent()).toBe(evil);
  expect(await page.locator('#app img').count()).toBe(0);
  expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
});

test('a lost connection keeps the numbers on show, says so, and ends by itself with a good load', async () => {
  await page.clock.install();
  await open();
  await waitForCharts(page, CHARTS);
  let isDown = true;
  portal.api[DASHBOARD] = () => (isDown ? undefined : { body: sampleDashboard() });
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByText('No connection to LeadRelay').waitFor();
  expect(await kpis()).toEqual(['12,450', '3,980', '$12,345,679', '23.5%']);
  await waitForCharts(page, CHARTS);
  isDown = false;
  await page.clock.fastForward('00:10');
  await page.getByText('No connection to LeadRelay').waitFor({ state: 'detached' });
});

test('a network that is gone is told at once, and until the server answers again', async () => {
  await open();
  await waitForCharts(page, CHARTS);
  const banner = page.getByText('No connection to LeadRelay');
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  await page.context().setOffline(true);
  // No time passes for the page: it does not wait for a request to fail.
  await banner.waitFor();
  expect(await kpis()).toEqual(['12,450', '3,980', '$12,345,679', '23.5%']);
  await page.context().setOffline(false);
  await banner.waitFor({ state: 'detached' });
});

test('a server that is gone is told with the second request that it does not answer', async () => {
  await open();
  await waitForCharts(page, CHARTS);
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  let asked = 0;
  await page.route('**/api/**', (route) => {
    asked += 1;
    return route.abort('connectionrefused');
  });
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect.poll(() => asked).toBeGreaterThan(0);
  await page.clock.runFor(600);
  await page.getByText('No connection to LeadRelay').waitFor();
});

test('an unchanged dashboard is asked for so that the server may answer 304', async () => {
  portal.api[DASHBOARD] = ({ headers }) => {
    if (headers['if-none-match'] !== '"v1"') return { body: sampleDashboard(), headers: { etag: '"v1"' } };
    expect(headers['cache-control']).toBe('max-age=0');
    return { status: 304, body: null };
  };
  await open();
  await waitForCharts(page, CHARTS);
  const refreshed = page.waitForResponse((response) => response.status() === 304);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await refreshed;
  await page.getByRole('button', { name: 'Refresh' }).waitFor();
  expect(await kpis()).toEqual(['12,450', '3,980', '$12,345,679', '23.5%']);
  expect(await page.locator('.banner').count()).toBe(0);
});

test('a server in trouble on the first load is named with its request id and can be tried again', async () => {
  portal.api[DASHBOARD] = () => refusal(500, 'internal');
  await open();
  await page.getByRole('heading', { name: 'The dashboard could not be loaded' }).waitFor();
  await page.getByText('Request req-1').waitFor();
  portal.api[DASHBOARD] = () => ({ body: sampleDashboard() });
  await page.getByRole('button', { name: 'Try again' }).click();
  await waitForCharts(page, CHARTS);
});

test('inside a portal an expired token is renewed with a proof from the portal', async () => {
  portal.api['POST /api/session'] = ({ body }) => {
    expect(body).toEqual({
      crmSource: 'bitrix24',
      memberId: portal.boot.memberId,
      accessToken: expect.stringMatching(/^proof-\d+$/),
    });
    return { body: sampleSession({ token: 'token-2' }) };
  };
  portal.api[DASHBOARD] = ({ bearer }) => (bearer === 'token-2' ? { body: sampleDashboard() } : refusal(401, 'token_expired'));
  const frame = await openFramed();
  await waitForCharts(frame, CHARTS);
  expect(portal.calls.filter((call) => !/sync|onboarding/.test(call))).toEqual([
    `${DASHBOARD} token-1`,
    'POST /api/session -',
    `${DASHBOARD} token-2`,
  ]);
});

test('outside of a portal an expired session asks to open the app again', async () => {
  portal.api[DASHBOARD] = () => refusal(401, 'token_expired');
  await open();
  await page.getByRole('heading', { name: 'Open LeadRelay again' }).waitFor();
  expect(portal.calls.filter((call) => call.startsWith('POST /api/session'))).toEqual([]);
});

test('the portal’s frame becomes as tall as the app, and shorter again, with no scroll bar of its own', async () => {
  await page.setViewportSize({ width: 1280, height: 900 });
  const frame = await openFramed();
  await waitForCharts(frame, CHARTS);
  const fits = () =>
    page.waitForFunction((app) => {
      const element = document.querySelector('iframe');
      return element && Math.abs(element.getBoundingClientRect().height - app) <= 1;
    }, contentHeight);
  let contentHeight = await frame.evaluate(() => document.querySelector('#app')?.getBoundingClientRect().height ?? 0);
  expect(contentHeight).toBeGreaterThan(1000);
  await fits();
  expect(await frame.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight)).toBe(true);
  expect(await frame.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  await page.locator('#pagetitle', { hasText: 'LeadRelay' }).waitFor();

  portal.api[DASHBOARD] = () => ({ body: sampleDashboard({ widgets: sampleDashboard().widgets.slice(0, 4) }) });
  const before = contentHeight;
  await frame.getByRole('button', { name: 'Refresh' }).click();
  await frame.waitForFunction(() => document.querySelectorAll('canvas').length === 0);
  contentHeight = await frame.evaluate(() => document.querySelector('#app')?.getBoundingClientRect().height ?? 0);
  expect(contentHeight).toBeLessThan(before);
  await fits();
});

test('a frame of another site gets no message, whatever it calls itself', async () => {
  const frame = await openFramed({ hostOrigin: 'https://portal.bitrix24.com' });
  await waitForCharts(frame, CHARTS);
  expect(await page.evaluate(() => Reflect.get(window, 'portal').commands)).toEqual([]);
});

test('the install page finishes the installation in the portal', async () => {
  const frame = await openFramed({ page: { kind: 'install' } });
  await frame.getByRole('heading', { name: 'LeadRelay is connected' }).waitFor();
  expect(await page.evaluate(() => Reflect.get(window, 'portal').commands)).toContain('setInstallFinish');
});

test('the portal is told that the installation is done also where the code of its page does not come', async () => {
  await page.route('**/assets/install-*.js', (route) => route.abort());
  const frame = await openFramed({ page: { kind: 'install' } });
  await frame.getByText('LeadRelay did not answer.').waitFor();
  await expect.poll(() => page.evaluate(() => Reflect.get(window, 'portal').commands)).toContain('setInstallFinish');
});

test('the first sync shows live progress, and its end brings the dashboard', async () => {
  const waiting = sampleDashboard().widgets.map(({ id }) => ({ id, status: 'not_synced' as const }));
  let synced = 12_450;
  portal.api[STATUS] = () => ({
    body:
      synced < 200_000
        ? sampleSyncStatus({
            entities: [
              entityProgress({ syncedRecords: synced }),
              entityProgress({ entity: 'deals', status: 'pending', totalRecords: null, syncedRecords: 0 }),
            ],
          })
        : sampleSyncStatus({ status: 'complete', entities: [entityProgress({ status: 'complete', syncedRecords: 200_000 })] }),
  });
  portal.api[DASHBOARD] = () => ({
    body: synced < 200_000 ? sampleDashboard({ syncStatus: 'syncing', dataAsOf: null, results: waiting }) : sampleDashboard(),
  });
  await open();
  await page.getByText('12,450 / 200,000 leads').waitFor();
  expect(await page.getByRole('heading', { name: 'Syncing your CRM data…' }).count()).toBe(1);
  expect(await page.getByRole('progressbar', { name: 'Leads' }).getAttribute('aria-valuenow')).toBe('6');
  expect(await page.locator('[data-entity="deals"]').textContent()).toBe('DealsWaiting');
  expect(await page.locator('.panel').count()).toBe(0);
  synced = 104_000;
  await page.getByText('104,000 / 200,000 leads').waitFor();
  expect(await page.getByRole('progressbar', { name: 'Leads' }).getAttribute('aria-valuenow')).toBe('52');
  synced = 200_000;
  await waitForCharts(page, CHARTS);
  expect(await page.locator('.sync').count()).toBe(0);
});

test('numbers that are there are shown while the rest still syncs', async () => {
  const whole = sampleDashboard();
  const results = whole.results.map((result, index) =>
    index % 2 === 0 ? result : { id: result.id, status: 'not_synced' as const },
  );
  portal.api[STATUS] = () => ({ body: sampleSyncStatus() });
  portal.api[DASHBOARD] = () => ({ body: sampleDashboard({ syncStatus: 'syncing', results }) });
  await open();
  await page.locator('.sync-strip').getByText('12,450 / 200,000 leads').waitFor();
  expect(await kpis()).toEqual(['12,450', '$12,345,679']);
  expect(await page.locator('.panel-kpi[data-state="not_synced"]').count()).toBe(2);
});

test('a sync that has stopped says why, and lets an administrator start it again', async () => {
  let status: 'error' | 'syncing' = 'error';
  portal.api[STATUS] = () => ({
    body: sampleSyncStatus({
      status,
      entities: [entityProgress({ status, errorMessage: status === 'error' ? 'The CRM does not answer.' : null })],
    }),
  });
  portal.api['POST /api/crm/sync/start'] = () => {
    status = 'syncing';
    return { status: 202, body: { runId: '0198c0de-0000-7000-8000-000000000001' } };
  };
  portal.api[DASHBOARD] = () => ({ body: sampleDashboard({ syncStatus: status }) });
  await open();
  await page.getByText('The sync has stopped').waitFor();
  await page.getByText('Something went wrong while copying your CRM data.').waitFor();
  await page.getByRole('button', { name: 'Sync again' }).click();
  await page.locator('.sync-strip').getByText('12,450 / 200,000 leads').waitFor();
});

test('a CRM without records says what to do instead of showing zeros', async () => {
  const results = sampleDashboard().results.map((result) =>
    result.status === 'ok' ? { ...result, data: { ...result.data, rowCount: 0 } } : result,
  );
  portal.api[DASHBOARD] = () => ({ body: sampleDashboard({ results }) });
  await open();
  await page.getByRole('heading', { name: 'Your CRM has no records yet' }).waitFor();
  expect(await page.locator('.panel').count()).toBe(0);
});

test.each([
  ['ru', ['12 450', '3 980', '12 345 679 $', '23,5 %'], 'Данные на 24 нояб., 14:05', 'Обновить'],
  ['uz', ['12 450', '3 980', '12 345 679 $', '23,5%'], 'Ma’lumotlar holati: 24-noy, 14:05', 'Yangilash'],
  ['kk', ['12 450', '3 980', '12 345 679 $', '23,5%'], 'Деректер уақыты: 24 қар., 14:05', 'Жаңарту'],
  ['uk', ['12 450', '3 980', '12 345 679 $', '23,5%'], 'Дані на 24 лист., 14:05', 'Оновити'],
  ['tr', ['12.450', '3.980', '$12.345.679', '%23,5'], 'Veri zamanı: 24 Kas, 14:05', 'Yenile'],
])('in %s numbers, times and texts are of that language', async (locale, values, asOf, refresh) => {
  await page.clock.setFixedTime('2025-11-25T12:00:00Z');
  await open({ locale });
  await waitForCharts(page, CHARTS);
  expect((await kpis()).map((text) => text.replaceAll('\u00a0', ' '))).toEqual(values);
  expect(await page.locator('.as-of').textContent()).toBe(asOf);
  expect(await page.getByRole('button', { name: refresh }).count()).toBe(1);
  expect(await page.locator('html').getAttribute('lang')).toBe(locale);
});

test.each(['ru', 'uz'])('where the texts of %s are out of reach, the numbers come in English', async (locale) => {
  await page.route(`**/assets/${locale}-*.js`, (route) => route.abort());
  await open({ locale });
  await waitForCharts(page, CHARTS);
  expect(await kpis()).toEqual(['12,450', '3,980', '$12,345,679', '23.5%']);
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
});

test('a record’s tab tells where it stands and that nobody planned a next step', async () => {
  await page.clock.setFixedTime('2025-11-25T12:00:00Z');
  portal.api['GET /api/dashboard/record'] = () => ({ body: sampleRecord() });
  await open({ page: { kind: 'record', entity: 'deals', externalId: '417' } });
  await page.getByRole('heading', { name: 'Поставка кабеля — Toshkent' }).waitFor();
  // Browsers differ in the space before AM and PM.
  expect((await page.locator('.fact').allTextContents()).map((text) => text.replaceAll(/\s/g, ' '))).toEqual([
    'StageOffer sent4 days in this stage',
    'Next stepNothing plannedPlan a call or a task, so that it does not go cold.',
    'Amount$12,500Sales',
    'ResponsibleГульнора КаримоваSource: Call',
    'Activities7Last: Nov 20, 3:30 PM',
    'Age11 daysCreated Nov 13, 11:00 AM',
  ]);
});

test('a record that is not copied yet says so', async () => {
  portal.api['GET /api/dashboard/record'] = () => refusal(404, 'not_found');
  await open({ page: { kind: 'record', entity: 'deals', externalId: '1' } });
  await page.getByRole('heading', { name: 'This record is not copied yet' }).waitFor();
});

test('someone who cannot set the app up is told whom to ask', async () => {
  await open({ notice: 'ask_admin', session: null });
  await page.getByRole('heading', { name: 'Ask an administrator to open LeadRelay first' }).waitFor();
  expect(portal.calls).toEqual([]);
});

test('charts that cannot be drawn are shown as tables', async () => {
  await page.route('**/assets/canvas-*.js', (route) => route.abort());
  await open();
  await page.locator('.chart-table table').first().waitFor();
  expect(await page.locator('.chart-table table').count()).toBe(CHARTS);
});

test('charts follow the theme while the page is open', async () => {
  await page.emulateMedia({ colorScheme: 'light' });
  await open();
  await waitForCharts(page, CHARTS);
  const hasColor = (rgb: string) =>
    page.waitForFunction((wanted) => {
      const canvas = document.querySelector('canvas');
      const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      for (let at = 0; at < pixels.length; at += 4) {
        if (pixels[at + 3] === 255 && `${pixels[at]} ${pixels[at + 1]} ${pixels[at + 2]}` === wanted) return true;
      }
      return false;
    }, rgb);
  await hasColor('47 125 225'); // --chart-1, light
  await page.emulateMedia({ colorScheme: 'dark' });
  await hasColor('90 162 255'); // --chart-1, dark
});

test('where no texts can be loaded at all, the page says so', async () => {
  await page.route(/\/assets\/(en|ru)-[^/]*\.js$/, (route) => route.abort());
  await open({ locale: 'ru' });
  await page.getByRole('heading', { name: 'LeadRelay could not start' }).waitFor();
});

test.each(LANGUAGES)('what loads before the first chart in %s is at most 100 kB gzip, in 4 files', async (locale) => {
  // What is asked for once the charts are drawn (the next test says so) may come too late or early enough to be counted.
  await page.route(TOOLS, (route) => route.abort());
  await open({ locale });
  await waitForCharts(page, CHARTS);
  const loaded = app.loaded.filter((file) => file.startsWith('/assets/'));
  const sizes = await Promise.all(loaded.map(async (name) => gzipSync(await readFile(path.join(app.dist, name))).length));
  expect(loaded).toHaveLength(4);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(100_000);
});

test('what is done with widgets is asked for when the charts are drawn, and is not missed by who only reads', async () => {
  let asked = 0;
  await page.route(TOOLS, async (route) => {
    asked += 1;
    await waitForCharts(page, CHARTS);
    await route.abort();
  });
  await open();
  await expect.poll(() => asked).toBe(1);
  expect(await kpis()).toEqual(['12,450', '3,980', '$12,345,679', '23.5%']);
});
