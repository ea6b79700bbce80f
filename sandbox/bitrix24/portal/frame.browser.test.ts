import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openBrowser } from '../../../scripts/open-browser.ts';
import type { WorldUser } from '../../world/types.ts';
import { createBitrixSandbox } from '../create-sandbox.ts';
import type { BitrixSandbox, SandboxPortal } from '../sandbox.ts';
import type { Installation } from '../state.ts';

/** The official SDK as pages load it, global `B24Js`. */
const SDK = readFileSync(
  path.join(path.dirname(createRequire(import.meta.url).resolve('@bitrix24/b24jssdk')), '..', 'umd', 'index.min.js'),
);
const APP_PAGE = `<!doctype html><meta charset="utf-8"><body><h1>Test app</h1><script src="/sdk.js"></script>
<script>window.ready = B24Js.initializeB24Frame().then((frame) => { window.b24 = frame; });</script>`;

interface Opening {
  path: string;
  query: Record<string, string>;
  form: Record<string, string>;
}

let appServer: Server;
let appUrl: string;
let sandbox: BitrixSandbox;
let portal: SandboxPortal;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let openings: Opening[];
let pageErrors: string[];
let admin: WorldUser;
let employee: WorldUser;

beforeAll(async () => {
  appServer = createServer(async (req, res) => {
    const url = new URL(req.url ?? '/', 'http://app');
    if (url.pathname === '/sdk.js') {
      res.writeHead(200, { 'content-type': 'text/javascript' }).end(SDK);
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    if (req.method === 'POST') openings.push({ path: url.pathname, query: Object.fromEntries(url.searchParams), form });
    res.writeHead(200, { 'content-type': 'text/html' }).end(APP_PAGE);
  }).listen(0, '127.0.0.1');
  await once(appServer, 'listening');
  appUrl = `http://127.0.0.1:${(appServer.address() as AddressInfo).port}`;
  sandbox = await createBitrixSandbox({
    app: {
      clientId: 'local.0123456789abcd.12345678',
      clientSecret: 'secret',
      title: 'Test app',
      scopes: ['crm', 'placement', 'user_brief'],
      applicationUrl: `${appUrl}/app`,
      installerUrl: `${appUrl}/install`,
      eventHandlerUrl: '',
      version: 1,
    },
    portals: [{ size: 'tiny', language: 'ru' }],
  });
  const [first] = sandbox.portals;
  if (!first) throw new Error('The sandbox has no portal.');
  portal = first;
  const people = portal.state.world.users.filter((user) => user.active);
  admin = pickUser(people, true);
  employee = pickUser(people, false);
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await sandbox?.close();
  appServer?.closeAllConnections();
  appServer?.close();
});

beforeEach(async () => {
  openings = [];
  pageErrors = [];
  portal.state.installation = null;
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  page.on('pageerror', (error) => pageErrors.push(error.message));
});

afterEach(async () => {
  await context.close();
  expect(pageErrors).toEqual([]);
});

function pickUser(people: WorldUser[], isAdmin: boolean): WorldUser {
  const user = people.find((one) => one.isAdmin === isAdmin);
  if (!user) throw new Error('The world has no such user.');
  return user;
}

/** A finished installation with a widget bound to each of the places. */
function installed(placements: string[] = []): Installation {
  const installation: Installation = {
    applicationToken: 'ec1b2074a9d3f5c81b6e40d27a95cf38',
    installed: true,
    version: 1,
    placements: placements.map((placement) => ({
      placement,
      handler: `${appUrl}/widget/${placement}`,
      title: 'Widget',
      description: '',
      langAll: { en: { TITLE: 'Reports' }, ru: { TITLE: 'Отчёты' } },
    })),
    events: [],
    offlineEvents: [],
    appOptions: {},
    userOptions: new Map(),
    deniedUsers: new Set(),
    installedBy: admin.id,
  };
  portal.state.installation = installation;
  return installation;
}

async function workAs(user: WorldUser): Promise<void> {
  await page.goto(`${portal.url}/auth/`);
  await page.click(`button[name=user][value="${user.id}"]`);
  await page.waitForSelector('.top');
}

/** The app's frame on the page or in a slider of it, with the SDK started. */
async function appFrame(parent: Page | Frame = page): Promise<Frame> {
  const element = await parent.waitForSelector('.app-frame iframe');
  const frame = await element.contentFrame();
  if (!frame) throw new Error('The element is no frame.');
  await frame.waitForFunction('window.ready');
  await frame.evaluate('ready');
  return frame;
}

async function sliderFrame(): Promise<Frame> {
  const element = await page.waitForSelector('.slider-frame');
  const frame = await element.contentFrame();
  if (!frame) throw new Error('The element is no frame.');
  return frame;
}

test('an administrator installs the app, and it is there for everybody only after installFinish', async () => {
  await page.goto(`${portal.url}/marketplace/`);
  await page.click('text=Установить');
  let frame = await appFrame();
  expect(await frame.evaluate('[b24.isInstallMode, b24.isFirstRun, b24.placement.title, b24.getLang()]')).toEqual([
    true,
    true,
    'DEFAULT',
    'ru',
  ]);
  const [opening] = openings;
  const sid = opening?.query.APP_SID;
  expect(sid).toMatch(/^[0-9a-f]{32}$/);
  expect(opening).toEqual({
    path: '/install',
    query: { DOMAIN: new URL(portal.url).host, PROTOCOL: '0', LANG: 'ru', APP_SID: sid },
    form: {
      AUTH_ID: expect.stringMatching(/\w{32,}/),
      AUTH_EXPIRES: '3600',
      REFRESH_ID: expect.stringMatching(/\w{32,}/),
      SERVER_ENDPOINT: `${sandbox.authUrl}/rest/`,
      APPLICATION_TOKEN: portal.state.installation?.applicationToken,
      APPLICATION_SCOPE: 'crm,placement,user_brief',
      member_id: portal.state.memberId,
      status: 'L',
      PLACEMENT: 'DEFAULT',
      PLACEMENT_OPTIONS: '{"any":"1\\/"}',
    },
  });

  const bind = (code: string) =>
    frame.evaluate(`b24.callMethod('placement.bind', { PLACEMENT: '${code}', HANDLER: '${appUrl}/widget', TITLE: 'Widget',
      LANG_ALL: { ru: { TITLE: 'Отчёты' } } }).then((answer) => answer.getData().result)`);
  expect(await bind('LEFT_MENU')).toBe(true);
  expect(await bind('CRM_LEAD_DETAIL_TAB')).toBe(true);

  const other = await context.newPage();
  await other.goto(`${portal.url}/crm/lead/details/1/`);
  expect(await other.locator('[role=tab]').allTextContents()).toEqual(['Общее']);
  await other.goto(`${portal.url}/auth/`);
  await other.click(`button[name=user][value="${employee.id}"]`);
  await other.waitForSelector('.top');
  await other.goto(`${portal.url}/marketplace/app/`);
  expect(await other.textContent('.notice')).toContain('Приложение ещё не установлено до конца.');
  expect(await other.locator('iframe').count()).toBe(0);
  // Same cookie jar: go back to being the administrator before finishing.
  await other.goto(`${portal.url}/auth/`);
  await other.click(`button[name=user][value="${admin.id}"]`);
  await other.waitForSelector('.top');

  await Promise.all([page.waitForEvent('load'), frame.evaluate('void b24.installFinish()')]);
  frame = await appFrame();
  expect(openings.map(({ path: opened }) => opened)).toEqual(['/install', '/app']);
  expect(await frame.evaluate('[b24.isInstallMode, b24.isFirstRun]')).toEqual([false, false]);
  expect(await page.locator('.menu a', { hasText: 'Отчёты' }).count()).toBe(1);
  await other.goto(`${portal.url}/crm/lead/details/1/`);
  expect(await other.locator('[role=tab]').allTextContents()).toEqual(['Общее', 'Отчёты']);
});

test('an ordinary user cannot install', async () => {
  await workAs(employee);
  await page.goto(`${portal.url}/marketplace/`);
  expect(await page.locator('form').count()).toBe(0);
  expect(await page.textContent('.actions')).toContain('Попросите администратора');
});

test('a tab of a card tells the app which record it is on', async () => {
  installed(['CRM_DEAL_DETAIL_TAB']);
  const deal = [...portal.state.world.deals].find(({ isRecurring }) => !isRecurring);
  if (!deal) throw new Error('The world has no deal.');
  await page.goto(`${portal.url}/crm/deal/details/${deal.id}/`);
  expect(openings).toEqual([]);
  await page.click('role=tab[name="Отчёты"]');
  const frame = await appFrame();
  expect(openings[0]?.path).toBe('/widget/CRM_DEAL_DETAIL_TAB');
  expect(openings[0]?.form.PLACEMENT_OPTIONS).toBe(`{"ID":"${deal.id}","URI":"\\/crm\\/deal\\/details\\/${deal.id}\\/"}`);
  expect(await frame.evaluate('[b24.placement.title, b24.placement.options]')).toEqual([
    'CRM_DEAL_DETAIL_TAB',
    { ID: String(deal.id), URI: `/crm/deal/details/${deal.id}/` },
  ]);
  expect(await frame.evaluate('b24.placement.getInterface()')).toEqual({ command: ['reloadData'], event: [] });

  portal.state.world.deals.update(deal.id, { opportunity: '777.00', currencyId: 'USD' }, deal.updatedAt);
  await frame.evaluate("b24.placement.call('reloadData')");
  expect(await page.locator('[data-reloadable]').textContent()).toContain('777\u00a0USD');
  expect(await frame.evaluate("b24.placement.call('noSuchCommand')")).toEqual({ isSafely: true });
  expect(await frame.evaluate("b24.placement.bindEvent('NoSuchEvent', () => {})")).toEqual({ isSafely: true });
});

test('a card in a slider names the slider in its address', async () => {
  installed(['CRM_DEAL_DETAIL_TAB']);
  await page.goto(`${portal.url}/crm/deal/list/`);
  await page.click('.records tbody tr:first-child a.title');
  const slider = await sliderFrame();
  await slider.click('role=tab[name="Отчёты"]');
  const frame = await appFrame(slider);
  expect(await frame.evaluate('b24.placement.options.URI')).toMatch(
    /^\/crm\/deal\/details\/\d+\/\?IFRAME=Y&IFRAME_TYPE=SIDE_SLIDER$/,
  );
});

test('refreshed tokens are new and work from the browser', async () => {
  installed();
  await page.goto(`${portal.url}/marketplace/app/`);
  const frame = await appFrame();
  const before = await frame.evaluate('b24.auth.getAuthData().access_token');
  expect(before).toBe(openings[0]?.form.AUTH_ID);
  const after = await frame.evaluate('b24.auth.refreshAuth().then((auth) => auth.access_token)');
  expect(after).not.toBe(before);
  expect(await frame.evaluate("b24.callMethod('profile').then((answer) => answer.getData().result)")).toMatchObject({
    ID: String(admin.id),
    ADMIN: true,
  });
});

test('the frame takes the size it asks for, and shrinks again', async () => {
  installed();
  await page.goto(`${portal.url}/marketplace/app/`);
  const frame = await appFrame();
  const size = () =>
    page.evaluate(
      "(({ offsetWidth, offsetHeight }) => [offsetWidth, offsetHeight])(document.querySelector('.app-frame iframe'))",
    );
  const [fullWidth] = (await size()) as number[];
  await frame.evaluate('b24.parent.resizeWindow(640, 1500)');
  expect(await size()).toEqual([640, 1500]);
  await frame.evaluate("b24.parent.message.send('resizeWindow', { width: '100%', height: 300, isSafely: true })");
  expect(await size()).toEqual([fullWidth, 300]);
});

test('title, scroll and reload are the page’s', async () => {
  installed();
  await page.goto(`${portal.url}/marketplace/app/`);
  let frame = await appFrame();
  await frame.evaluate("b24.parent.setTitle('Отчёт: июль <b>')");
  expect(await page.textContent('#pagetitle')).toBe('Отчёт: июль <b>');
  expect(await page.title()).toBe('Test app');
  await frame.evaluate('b24.parent.resizeWindow(600, 3000)');
  await frame.evaluate('b24.parent.scrollParentWindow(500)');
  expect(await page.evaluate('window.scrollY')).toBe(500);
  await Promise.all([page.waitForEvent('load'), frame.evaluate('void b24.parent.reloadWindow()')]);
  frame = await appFrame();
  expect(openings.map(({ query }) => query.APP_SID === openings[0]?.query.APP_SID)).toEqual([true, false]);
});

test('options of the app are an administrator’s, options of a user anybody’s', async () => {
  const installation = installed();
  await page.goto(`${portal.url}/marketplace/app/`);
  let frame = await appFrame();
  await frame.evaluate("b24.options.appSet('period', 'month: 7')");
  await frame.evaluate("b24.options.userSet('theme', 'dark')");
  expect(installation.appOptions).toEqual({ period: 'month: 7' });
  expect(installation.userOptions.get(admin.id)).toEqual({ theme: 'dark' });

  await workAs(employee);
  await page.goto(`${portal.url}/marketplace/app/`);
  frame = await appFrame();
  expect(await frame.evaluate("b24.options.appGet('period')")).toBe('month: 7');
  await frame.evaluate("b24.options.appSet('period', 'year')");
  expect(installation.appOptions).toEqual({ period: 'month: 7' });
  expect(installation.userOptions.has(employee.id)).toBe(false);
});

test('openPath shows a record over the page and reports the closing', async () => {
  installed();
  await page.goto(`${portal.url}/marketplace/app/`);
  const frame = await appFrame();
  const closed = frame.evaluate("b24.slider.openPath(b24.slider.getUrl('/crm/lead/details/3/'), 900)");
  const slider = await sliderFrame();
  await slider.waitForSelector('.kind');
  expect(new URL(slider.url()).pathname).toBe('/crm/lead/details/3/');
  expect(await slider.textContent('.kind')).toBe('Лид #3');
  // It slides in: fractions of a pixel are left of the way.
  expect((await page.locator('.slider-panel').boundingBox())?.width).toBeCloseTo(900, 0);
  await page.keyboard.press('Escape');
  expect(await closed).toEqual({ isOpenAtNewWindow: false, isClose: true });
  expect(await page.locator('.slider-frame').count()).toBe(0);
});

test.each(['/settings/', '//other.test/crm/lead/', '/crm/lead/../../marketplace'])('openPath refuses %s', async (refused) => {
  installed();
  await page.goto(`${portal.url}/marketplace/app/`);
  const frame = await appFrame();
  expect(await frame.evaluate(`b24.parent.message.send('openPath', { path: '${refused}' })`)).toEqual({
    result: 'error',
    errorCode: 'PATH_NOT_AVAILABLE',
  });
});

test('openApplication opens the app in a slider with its parameters; closeApplication closes it', async () => {
  installed();
  await page.goto(`${portal.url}/marketplace/app/`);
  const frame = await appFrame();
  const closed = frame.evaluate(
    "b24.slider.openSliderAppPage({ report: 'calls', bx24_title: 'Звонки', bx24_width: 700 }).then(() => 'closed')",
  );
  const slider = await sliderFrame();
  const inner = await appFrame(slider);
  expect(await slider.textContent('#pagetitle')).toBe('Звонки');
  expect(openings.at(-1)?.path).toBe('/app');
  expect(await inner.evaluate('[b24.placement.title, b24.placement.options.report, b24.placement.isSliderMode]')).toEqual([
    'DEFAULT',
    'calls',
    true,
  ]);
  await inner.evaluate('void b24.slider.closeSliderAppPage()');
  expect(await closed).toBe('closed');
});

test('dialogs give the app what the user picked', async () => {
  installed();
  await page.goto(`${portal.url}/marketplace/app/`);
  const frame = await appFrame();
  const name = `${employee.name} ${employee.lastName}`;
  const user = frame.evaluate('b24.dialog.selectUser()');
  await page.click(`.pick label:has-text("${name}")`);
  await page.click('text=Выбрать');
  expect(await user).toMatchObject({ id: String(employee.id), name });

  const records = frame.evaluate("b24.dialog.selectCRM({ entityType: ['company'], multiple: true })");
  await page.click('.pick label >> nth=0');
  await page.click('.pick label >> nth=1');
  await page.click('.pick .primary');
  const ids = portal.state.world.companies.idsBefore(portal.state.world.companies.maxId + 1, 2);
  expect(await records).toMatchObject({ company: ids.map((id) => ({ id: `CO_${id}`, type: 'company' })) });

  const access = frame.evaluate("b24.dialog.selectAccess(['AU'])");
  expect(await page.locator('.pick label').first().textContent()).toBe('Я');
  await page.click('.pick label >> nth=0');
  await page.click('.pick .primary');
  expect(await access).toMatchObject([{ id: 'CR' }]);

  const cancelled = frame.evaluate('b24.dialog.selectUser()');
  await page.click('.pick >> text=Отмена');
  expect(await cancelled).toBeNull();
});

test('the messenger opens without an answer', async () => {
  installed();
  await page.goto(`${portal.url}/marketplace/app/`);
  const frame = await appFrame();
  expect(await frame.evaluate("b24.parent.imPhoneTo('+998 71 123-45-67')")).toEqual({ isSafely: true });
  expect(await page.textContent('.toast')).toContain('+998 71 123-45-67');
});

test('messages with another session or from another window are not heard', async () => {
  installed();
  await page.goto(`${portal.url}/marketplace/app/`);
  const frame = await appFrame();
  await frame.evaluate(`parent.postMessage('setTitle:{"title":"wrong session"}:key:0123', '*')`);
  // A window inside the app knows the session but is not the frame that was opened.
  await frame.evaluate(`new Promise((resolve) => {
    addEventListener('message', (event) => event.data === 'sent' && resolve());
    const inner = document.createElement('iframe');
    const sid = window.name.split('|')[2];
    inner.srcdoc = \`<script>top.postMessage('setTitle:{"title":"wrong window"}:key:\${sid}', '*'); parent.postMessage('sent', '*')</script>\`;
    document.body.append(inner);
  })`);
  await frame.evaluate("b24.parent.message.send('getInterface')");
  expect(await page.textContent('#pagetitle')).toBe('Test app');
});

test('analytics and the menu open their widgets; a user shut out of the app sees none', async () => {
  const installation = installed(['CRM_ANALYTICS_MENU', 'LEFT_MENU', 'CRM_LEAD_DETAIL_TAB']);
  await page.goto(`${portal.url}/report/analytics/`);
  await page.click('.reports a');
  await appFrame();
  expect(openings.at(-1)?.form).toMatchObject({
    PLACEMENT: 'CRM_ANALYTICS_MENU',
    PLACEMENT_OPTIONS: '{"URI":"\\/report\\/analytics\\/?IFRAME=Y&IFRAME_TYPE=SIDE_SLIDER"}',
  });
  await page.goto(`${portal.url}/crm/lead/list/`);
  await page.click('.menu >> text=Отчёты');
  await appFrame();
  expect(openings.at(-1)?.form).toMatchObject({ PLACEMENT: 'LEFT_MENU', PLACEMENT_OPTIONS: '{"URI":"\\/crm\\/lead\\/list\\/"}' });

  installation.deniedUsers.add(employee.id);
  await workAs(employee);
  await page.goto(`${portal.url}/report/analytics/`);
  expect(await page.locator('.reports a').count()).toBe(0);
  expect(await page.locator('.menu >> text=Отчёты').count()).toBe(0);
  await page.goto(`${portal.url}/crm/lead/details/1/`);
  expect(await page.locator('[role=tab]').count()).toBe(1);
  await page.goto(`${portal.url}/marketplace/app/`);
  expect(await page.textContent('.notice')).toContain('У вас нет доступа');
});
