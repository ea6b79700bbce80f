import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Installation, PortalState } from '../state.ts';
import type { PortalDeps } from './deps.ts';
import { installApp } from './lifecycle.ts';
import { createPortalPages } from './portal-pages.ts';
import { createTestDeps, createTestPortal } from './test-portal.ts';

let portal: PortalState;
let deps: PortalDeps;
let server: Server;
let origin: string;
let admin: number;
let employee: number;

beforeEach(async () => {
  portal = createTestPortal();
  deps = createTestDeps();
  server = createServer(createPortalPages(portal, deps)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  portal.domain = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  origin = `http://${portal.domain}`;
  admin = portal.world.users.find((user) => user.active && user.isAdmin)?.id ?? 0;
  employee = portal.world.users.find((user) => user.active && !user.isAdmin)?.id ?? 0;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function open(path: string, userId = admin): Promise<Response> {
  return fetch(origin + path, { redirect: 'manual', headers: { cookie: `portal_user_${portal.memberId}=${userId}` } });
}

function post(path: string, body: URLSearchParams | string, { userId = admin, headers = {} } = {}): Promise<Response> {
  return fetch(origin + path, {
    method: 'POST',
    body,
    redirect: 'manual',
    headers: { cookie: `portal_user_${portal.memberId}=${userId}`, ...headers },
  });
}

async function install(): Promise<Installation> {
  await installApp(portal, deps, admin);
  if (!portal.installation) throw new Error('not installed');
  return portal.installation;
}

function recordIds(page: string): number[] {
  return [...page.matchAll(/href="\/crm\/lead\/details\/(\d+)\/"/g)].map((match) => Number(match[1]));
}

test('paging through a list shows every record once, newest first, and one step back is the page before', async () => {
  const pages: number[][] = [];
  let next: string | undefined = '/crm/lead/list/';
  let previous: string | undefined;
  while (next) {
    const page: string = await (await open(next)).text();
    pages.push(recordIds(page));
    next = /href="(\/crm\/lead\/list\/\?before=\d+)"/.exec(page)?.[1];
    previous = /href="(\/crm\/lead\/list\/\?after=\d+)"/.exec(page)?.[1];
  }
  const all = [...portal.world.leads].map(({ id }) => id);
  expect(all).toHaveLength(165);
  expect(pages.flat()).toEqual(all.toReversed());
  expect(recordIds(await (await open(previous ?? '')).text())).toEqual(pages.at(-2));
});

test('what people wrote into records is text on every page', async () => {
  const title = '"><script>alert(1)</script>';
  portal.world.leads.update(1, { title, name: '<img src=x onerror=alert(2)>' }, 1);
  for (const path of ['/crm/lead/details/1/', '/crm/lead/list/?before=2']) {
    const response = await open(path);
    const page = await response.text();
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
  }
});

test.each([
  '/crm/lead/details/999999/',
  '/crm/lead/details/1x/',
  '/crm/constructor/list/',
  '/crm/type/0/details/0/',
  '/company/personal/user/999999/',
  '/report/analytics/0/',
  '/marketplace/menu/0/',
  '/marketplace/view/other.app/',
  '/workgroups/group/1/',
])('%s is not there', async (path) => {
  expect((await open(path)).status).toBe(404);
});

test('two slashes at the start of an address name no other host', async () => {
  expect((await open('//crm/lead/list/')).status).toBe(200);
});

test.each(['../portal-pages.ts', '..%2fportal-pages.ts', 'nothing.js'])('no file %s is served', async (name) => {
  expect((await open(`/portal/assets/${name}`)).status).toBe(404);
});

test('the start page follows the way the portal works with leads', async () => {
  expect((await open('/')).headers.get('location')).toBe('/crm/lead/list/');
  portal.world.options.mode = 'simple';
  expect((await open('/')).headers.get('location')).toBe('/crm/deal/list/');
});

test('choosing a user is remembered, and leads nowhere but into the portal', async () => {
  const chosen = await post('/auth/', new URLSearchParams({ user: String(employee), back: '/crm/deal/list/' }));
  expect(chosen.headers.get('location')).toBe('/crm/deal/list/');
  expect(chosen.headers.get('set-cookie')).toContain(`portal_user_${portal.memberId}=${employee};`);
  const away = await post('/auth/', new URLSearchParams({ user: String(employee), back: 'http://other.test/' }));
  expect(away.headers.get('location')).toBe('/');
  expect((await post('/auth/', new URLSearchParams({ user: '0' }))).status).toBe(400);
});

test('an unknown user in the cookie is the first administrator', async () => {
  const page = await (await open('/marketplace/', 999_999)).text();
  expect(page).toContain('action="/marketplace/install/"');
});

test('forms and commands of other sites are refused', async () => {
  for (const path of ['/marketplace/install/', '/portal/frame/launch', '/auth/']) {
    const response = await post(path, new URLSearchParams(), { headers: { origin: 'http://app.test' } });
    expect(response.status).toBe(403);
  }
  expect(portal.installation).toBeNull();
});

test('only administrators install, update, uninstall and manage access', async () => {
  for (const step of ['install', 'update', 'uninstall', 'access']) {
    expect((await post(`/marketplace/${step}/`, new URLSearchParams(), { userId: employee })).status).toBe(403);
  }
  await post('/marketplace/install/', new URLSearchParams());
  expect(portal.installation).toMatchObject({ installed: false, installedBy: admin });
  expect((await post('/portal/frame/finish-install', '{}', { userId: employee })).status).toBe(403);
  expect(portal.installation?.installed).toBe(false);
  await post('/portal/frame/finish-install', '{}');
  expect(portal.installation?.installed).toBe(true);
  await post('/marketplace/access/', new URLSearchParams({ allowed: String(admin) }));
  expect(portal.installation?.deniedUsers.has(employee)).toBe(true);
  expect(portal.installation?.deniedUsers.has(admin)).toBe(false);
  await post('/marketplace/uninstall/', new URLSearchParams({ clean: '1' }));
  expect(portal.installation).toBeNull();
});

test('a newer version in the app’s card can be installed over the old one', async () => {
  const installation = await install();
  installation.installed = true;
  expect(await (await open('/marketplace/')).text()).not.toContain('/marketplace/update/');
  deps.app.version = 2;
  expect(await (await open('/marketplace/')).text()).toContain('Update to version 2');
  await post('/marketplace/update/', new URLSearchParams());
  expect(portal.installation).toMatchObject({ version: 2, installed: false });
});

test('a launch is refused for what is not bound, not finished or not allowed', async () => {
  const launch = (request: object, userId = admin) => post('/portal/frame/launch', JSON.stringify(request), { userId });
  const main = { placement: 'DEFAULT', handler: '', options: {} };
  expect(await (await launch(main)).json()).toEqual({ message: 'The app is not installed on this portal.' });
  const installation = await install();
  expect((await launch(main)).status).toBe(200);
  expect(await (await launch(main, employee)).json()).toEqual({ message: 'The application is not fully installed yet.' });

  const widget = { placement: 'LEFT_MENU', handler: 'http://app.test/menu', options: {} };
  installation.placements.push({ ...widget, title: '', description: '', langAll: {} });
  expect((await launch(widget)).status).toBe(403);
  installation.installed = true;
  expect((await launch(widget)).status).toBe(200);
  expect((await launch({ ...widget, handler: 'http://other.test/' })).status).toBe(403);
  installation.deniedUsers.add(employee);
  expect((await launch(widget, employee)).status).toBe(403);
  expect((await launch({ placement: 5 })).status).toBe(400);
  expect((await post('/portal/frame/refresh-auth', '{}', { userId: employee })).status).toBe(403);
});

test('placement options are written as PHP writes JSON', async () => {
  const installation = await install();
  installation.installed = true;
  const request = { placement: 'DEFAULT', handler: '', options: { path: '/a/b', name: 'Ўткир' } };
  const answer = (await (await post('/portal/frame/launch', JSON.stringify(request))).json()) as { form: Record<string, string> };
  expect(answer.form.PLACEMENT_OPTIONS).toBe('{"path":"\\/a\\/b","name":"\\u040e\\u0442\\u043a\\u0438\\u0440"}');
});

test('bodies that are not JSON or too long get a plain answer', async () => {
  expect((await post('/portal/frame/launch', '{')).status).toBe(400);
  expect((await post('/portal/frame/launch', 'x'.repeat(5_000_000))).status).toBe(413);
  expect((await post('/portal/frame/nothing', '{}')).status).toBe(403);
  expect((await fetch(`${origin}/`, { method: 'DELETE' })).status).toBe(405);
});

test('a link to the app opens its link handler with the link’s parameters, or its main page', async () => {
  const installation = await install();
  installation.installed = true;
  const link = `/marketplace/view/${deps.app.clientId}/?params[report]=calls&other=1`;
  const shown = async () => /data-launch="([^"]+)"/.exec(await (await open(link)).text())?.[1]?.replaceAll('&quot;', '"') ?? '';
  expect(JSON.parse(await shown())).toEqual({ placement: 'DEFAULT', handler: '', options: { any: '1/', report: 'calls' } });
  installation.placements.push({
    placement: 'REST_APP_URI',
    handler: 'http://app.test/link',
    title: '',
    description: '',
    langAll: {},
  });
  expect(JSON.parse((await shown()).replaceAll('&amp;', '&'))).toEqual({
    placement: 'REST_APP_URI',
    handler: 'http://app.test/link',
    options: { report: 'calls', URI: link },
  });
});

test('authorization returns to the app with a code, and gives an app that is not installed no way back', async () => {
  const path = `/oauth/authorize/?client_id=${deps.app.clientId}&state=a%26b`;
  expect((await open(path)).status).toBe(400);
  await install();
  expect((await open('/oauth/authorize/?client_id=local.other.1')).status).toBe(400);
  const target = new URL((await open(path, employee)).headers.get('location') ?? '');
  expect(target.origin + target.pathname).toBe('http://app.test/app');
  expect(Object.fromEntries(target.searchParams)).toEqual({
    code: `code-${employee}`,
    state: 'a&b',
    domain: portal.domain,
    member_id: portal.memberId,
    scope: 'crm,placement',
    server_domain: 'auth.test',
  });
});

test.each(['en', 'ru', 'uz'] as const)('every page speaks %s without a gap', async (language) => {
  portal.language = language;
  const installation = await install();
  installation.installed = true;
  const paths = [
    '/crm/lead/list/',
    `/crm/deal/details/${[...portal.world.deals].find(({ isRecurring }) => !isRecurring)?.id}/`,
    '/crm/contact/list/',
    '/crm/company/list/',
    '/report/analytics/',
    '/marketplace/',
  ];
  for (const path of [...paths, '/auth/', '/company/', `/company/personal/user/${employee}/`, '/crm/deal/list/?IFRAME=Y']) {
    const response = await open(path);
    // Texts for scripts keep their places until they are shown.
    const page = (await response.text()).replace(/data-texts="[^"]*"/, '');
    expect([path, response.status, page.includes(`lang="${language}"`)]).toEqual([path, 200, true]);
    expect(page).not.toMatch(/undefined|\[object|NaN|\{\w+\}/);
  }
});
