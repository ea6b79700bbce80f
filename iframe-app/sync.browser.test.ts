import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { BootData } from '../contract/session.ts';
import type { SyncState } from '../contract/sync.ts';
import { type AppPage, openForEachTest } from './testing/app-page.ts';
import { type FakePortal, fakeEvents, refusal } from './testing/fake-portal.ts';
import {
  completeSyncStatus,
  entityProgress,
  isKpiData,
  sampleDashboard,
  sampleSession,
  sampleSyncStatus,
} from './testing/sample-replies.ts';

const DASHBOARD = 'GET /api/dashboard/data';
const STATUS = 'GET /api/crm/sync/status';
const EVENTS = 'GET /api/crm/sync/events';
const REFRESH = 'POST /api/crm/sync/refresh';
const BEFORE = '2025-11-24T09:05:00.000Z';
const AFTER = '2025-11-24T09:20:00.000Z';

let app: AppPage;
let portal: FakePortal;
let page: Page;
/** The copy that the fake dashboard is calculated over. */
let copy: { dataAsOf: string | null; leads: string };

openForEachTest((opened) => {
  app = opened;
  ({ portal, page } = app);
  copy = { dataAsOf: BEFORE, leads: '12450' };
  portal.api[DASHBOARD] = () => ({ body: dashboardOf(copy) });
});

function dashboardOf({ dataAsOf, leads }: typeof copy, syncStatus: SyncState = 'complete') {
  const whole = sampleDashboard({ dataAsOf, syncStatus });
  const results = whole.results.map((result) =>
    result.id === 'total-leads' ? { id: result.id, status: 'ok' as const, data: isKpiData({ value: leads }) } : result,
  );
  return { ...whole, results };
}

async function open(boot: Partial<BootData> = {}): Promise<void> {
  await app.open(boot);
  await page.locator('.page-head .button').first().waitFor();
}

function leads(count: string): Promise<void> {
  return page.locator('.panel-kpi', { hasText: 'Total leads' }).locator('.kpi-value', { hasText: count }).waitFor();
}

/** Waits until the fake server has as many streams as wanted. */
function streams(events: { openCount(): number }, count: number): Promise<void> {
  return expect.poll(() => events.openCount()).toBe(count);
}

function callsOf(route: string): number {
  return portal.calls.filter((call) => call.startsWith(`${route} `)).length;
}

/** What the browser tells a page when its tab is left or come back to. */
function setHidden(isHidden: boolean): Promise<void> {
  return page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
    Object.defineProperty(document, 'visibilityState', { value: hidden ? 'hidden' : 'visible', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
}

async function expectNothingCutOff(width: number): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  const cut = await page
    .locator('.page-head *, .banner *, .sync *, .sync-strip *')
    .evaluateAll((elements) =>
      elements.filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth).map((one) => one.outerHTML),
    );
  expect(cut).toEqual([]);
}

test('a newer copy shows by itself, over the one stream, and nothing is polled', async () => {
  const events = fakeEvents(completeSyncStatus());
  portal.api[EVENTS] = events.answer;
  await open();
  await leads('12,450');
  await streams(events, 1);
  copy = { dataAsOf: AFTER, leads: '12451' };
  events.send(completeSyncStatus({ dataAsOf: AFTER }));
  await leads('12,451');
  expect(await page.locator('.banner').count()).toBe(0);
  expect(callsOf(STATUS)).toBe(0);
  expect(callsOf(EVENTS)).toBe(1);
  expect(portal.calls.find((call) => call.startsWith(EVENTS))).toBe(`${EVENTS} token-1`);
});

test('a stream that the server has ended is opened again, with a fresh token when the old one has expired', async () => {
  const events = fakeEvents(completeSyncStatus());
  let isExpired = false;
  portal.boot.memberId = '';
  portal.api['POST /api/session/renew'] = () => ({ body: sampleSession({ token: 'token-2' }) });
  portal.api[EVENTS] = ({ bearer }) => (isExpired && bearer === 'token-1' ? refusal(401, 'token_expired') : events.answer());
  await open();
  await streams(events, 1);
  isExpired = true;
  events.end();
  const lastStream = () => portal.calls.filter((call) => call.startsWith(EVENTS)).at(-1);
  // It is opened again within a second, which is as long as a poll waits unless told.
  await expect.poll(lastStream, { timeout: 10_000 }).toBe(`${EVENTS} token-2`);
  await streams(events, 1);
});

test('a hidden page holds no stream; shown, it has one at once and what it missed', async () => {
  const events = fakeEvents(completeSyncStatus());
  portal.api[EVENTS] = events.answer;
  await open();
  await leads('12,450');
  await streams(events, 1);
  await setHidden(true);
  await streams(events, 0);
  copy = { dataAsOf: AFTER, leads: '12451' };
  events.send(completeSyncStatus({ dataAsOf: AFTER }));
  await setHidden(false);
  await leads('12,451');
  await streams(events, 1);
});

test.each([
  ['is not there', () => refusal(404, 'not_found')],
  ['is not implemented', () => refusal(501, 'not_implemented')],
  ['cannot be reached', () => undefined],
  ['is answered by a page of a proxy', () => ({ body: 'hello' })],
])('where the stream %s, the status is polled', async (_name, answer) => {
  portal.api[EVENTS] = answer;
  portal.api[STATUS] = () => ({ body: sampleSyncStatus() });
  portal.api[DASHBOARD] = () => ({ body: dashboardOf(copy, 'syncing') });
  await open();
  await page.locator('.sync-strip').getByText('12,450 / 200,000 leads').waitFor();
  await leads('12,450');
});

test('where a proxy holds the stream back, the status is polled after five seconds, until a stream comes through', async () => {
  await page.clock.install();
  const events = fakeEvents(null);
  portal.api[EVENTS] = events.answer;
  portal.api[STATUS] = () => ({ body: sampleSyncStatus() });
  portal.api[DASHBOARD] = () => ({ body: dashboardOf(copy, 'syncing') });
  await open();
  await page.locator('.sync-strip').waitFor();
  await streams(events, 1);
  await page.clock.fastForward(5_000);
  await page.locator('.sync-strip').getByText('12,450 / 200,000 leads').waitFor();
  await page.clock.fastForward(1_000);
  await expect.poll(() => callsOf(EVENTS)).toBeGreaterThan(1);
  await streams(events, 1);
  events.send(sampleSyncStatus({ entities: [entityProgress({ syncedRecords: 20_000 })] }));
  await page.locator('.sync-strip').getByText('20,000 / 200,000 leads').waitFor();
  const polled = callsOf(STATUS);
  await page.clock.fastForward(10_000);
  events.send(sampleSyncStatus({ entities: [entityProgress({ syncedRecords: 30_000 })] }));
  await page.locator('.sync-strip').getByText('30,000 / 200,000 leads').waitFor();
  expect(callsOf(STATUS)).toBe(polled);
});

test('Refresh asks the CRM, shows what there is at once, and what is new when it is there', async () => {
  const events = fakeEvents(completeSyncStatus());
  portal.api[EVENTS] = events.answer;
  portal.api[REFRESH] = ({ body }) => {
    expect(body).toEqual({});
    return { status: 202, body: { nextSyncAt: AFTER } };
  };
  await open();
  await leads('12,450');
  await streams(events, 1);
  copy.leads = '12451';
  await page.getByRole('button', { name: 'Refresh' }).click();
  await leads('12,451');
  await expect.poll(() => callsOf(REFRESH)).toBe(1);
  copy = { dataAsOf: AFTER, leads: '12452' };
  events.send(completeSyncStatus({ dataAsOf: AFTER }));
  await leads('12,452');
});

test.each([
  [409, 'wrong_state'],
  [429, 'rate_limited'],
  [503, 'database_unavailable'],
])('a Refresh that the server refuses with %i loads the numbers all the same', async (status, code) => {
  portal.api[REFRESH] = () => ({ ...refusal(status, code), headers: { 'retry-after': '3' } });
  await open();
  await leads('12,450');
  copy.leads = '12451';
  await page.getByRole('button', { name: 'Refresh' }).click();
  await leads('12,451');
  await expect.poll(() => callsOf(REFRESH)).toBe(1);
  expect(await page.locator('.banner').count()).toBe(0);
});

test.each([
  ['error', 'Sync paused — CRM connection issue', false],
  ['paused', 'Sync paused', false],
  ['reauth', 'CRM access lost', true],
  ['blocked', 'Blocked by the CRM plan', true],
  ['permissions_changed', 'CRM access rights changed', true],
  ['storage_full', 'Storage full', true],
] as const)('beside numbers that are all there, %s is the badge "%s"; with a banner: %s', async (status, badge, hasBanner) => {
  const events = fakeEvents(completeSyncStatus());
  portal.api[EVENTS] = events.answer;
  await open();
  await leads('12,450');
  expect(await page.locator('.page-status .badge').count()).toBe(0);
  events.send(completeSyncStatus({ status }, { status }));
  await page.locator('.page-status[aria-live="polite"] .badge').waitFor();
  expect(await page.locator('.page-status .badge').allTextContents()).toEqual([badge]);
  expect(await page.locator('.as-of').count()).toBe(1);
  expect(await page.locator('.banner').count()).toBe(hasBanner ? 1 : 0);
  expect(await page.locator('.kpi-value').count()).toBe(4);
  events.send(completeSyncStatus());
  await page.locator('.page-status .badge').waitFor({ state: 'detached' });
  expect(await page.locator('.banner').count()).toBe(0);
});

test('a connection issue says that LeadRelay tries again by itself', async () => {
  portal.api[EVENTS] = fakeEvents(completeSyncStatus({ status: 'error' }, { status: 'error' })).answer;
  await open();
  await page.getByText('LeadRelay tries again by itself. Until then the numbers are as of the time shown.').waitFor();
});

test('a first load that is paused can be resumed by an administrator', async () => {
  const events = fakeEvents(sampleSyncStatus({ status: 'paused', entities: [entityProgress({ status: 'paused' })] }));
  portal.api[EVENTS] = events.answer;
  portal.api[DASHBOARD] = () => ({ body: dashboardOf({ ...copy, dataAsOf: null }, 'syncing') });
  portal.api['POST /api/crm/sync/resume'] = () => ({ body: sampleSyncStatus() });
  await open();
  await page.getByText('The sync is paused').waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.locator('.sync-strip').getByText('12,450 / 200,000 leads').waitFor();
  expect(await page.locator('.banner').count()).toBe(0);
});

test('the first load tells how fast it is and how far back it has come', async () => {
  await page.clock.install();
  const at = (syncedRecords: number, coveredFrom: string | null) =>
    sampleSyncStatus({ entities: [entityProgress({ syncedRecords, coveredFrom })] });
  const events = fakeEvents(at(12_450, null));
  portal.api[EVENTS] = events.answer;
  const results = sampleDashboard().results.map(({ id }) => ({ id, status: 'not_synced' as const }));
  portal.api[DASHBOARD] = () => ({ body: sampleDashboard({ syncStatus: 'syncing', dataAsOf: null, results }) });
  await open();
  await page.getByText('Estimating the time left…').waitFor();
  await page.clock.fastForward(20_000);
  events.send(at(37_250, '2024-03-05T00:00:00.000Z'));
  await page.getByText('37,250 / 200,000 leads').waitFor();
  // How fast exactly depends on the machine: the clock went on by itself until the message came.
  await page.getByText(/^About \d+ minutes? left · ≈\s[1-9][\d,]* records a second$/).waitFor();
  await page.getByText('Synced back to March 2024').waitFor();
  events.send(completeSyncStatus());
  portal.api[DASHBOARD] = () => ({ body: dashboardOf(copy) });
  await leads('12,450');
  expect(await page.locator('.sync').count()).toBe(0);
});

test.each([
  ['en', 380],
  ['ru', 380],
  ['uz', 380],
  ['ru', 1280],
])('in %s at %i px every state of the sync fits the width', async (locale, width) => {
  const events = fakeEvents(completeSyncStatus());
  portal.api[EVENTS] = events.answer;
  await page.setViewportSize({ width, height: 900 });
  await open({ locale });
  await streams(events, 1);
  for (const status of ['error', 'paused', 'reauth', 'blocked', 'permissions_changed', 'storage_full'] as const) {
    events.send(completeSyncStatus({ status }, { status }));
    await page.locator('.page-status .badge').waitFor();
    await expectNothingCutOff(width);
    events.send(completeSyncStatus());
    await page.locator('.page-status .badge').waitFor({ state: 'detached' });
  }
  const coveredFrom = '2024-03-05T00:00:00.000Z';
  events.send(
    sampleSyncStatus({ entities: [entityProgress({ coveredFrom }), entityProgress({ entity: 'deals', coveredFrom })] }),
  );
  await page.locator('.sync-strip').waitFor();
  await expectNothingCutOff(width);
});
