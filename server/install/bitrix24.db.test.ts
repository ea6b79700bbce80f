import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVENTS, OFFLINE_EVENTS, PLACEMENTS } from '../../marketplace/bitrix24/manifest.ts';
import { createBitrixOAuth } from '../crm/bitrix24/oauth.ts';
import { createSealer } from '../platform/crypto.ts';
import { createOutbound } from '../platform/outbound.ts';
import { createTokenSource } from '../tenants/connections.ts';
import type { FakePortal, FakeUser } from '../testing/fake-bitrix24.ts';
import { runAs } from '../testing/postgres.ts';
import { openPage, postEvent, readBoot, readProblem, startTestApp, TEST_SECRET, type TestApp } from '../testing/test-app.ts';

const ADMIN: FakeUser = { id: '1', name: 'Dilnoza', isAdmin: true };
const MEMBER: FakeUser = { id: '7', name: 'Timur', isAdmin: false };

/** Events that are sent, and those that are kept. */
const BINDINGS = EVENTS.length + OFFLINE_EVENTS.length;
let app: TestApp;
let portalCount = 0;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

function startPortal(): Promise<FakePortal> {
  portalCount += 1;
  return app.bitrix.startPortal(`member${portalCount}`);
}

async function installed(): Promise<FakePortal> {
  const portal = await startPortal();
  expect((await openPage(app, 'install', portal, portal.open(ADMIN))).status).toBe(200);
  return portal;
}

async function sql(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  return runAs(app.database.ownerUrl, async (client) => (await client.query(text, values)).rows);
}

async function connectionOf(portal: FakePortal) {
  const [row] = await sql(
    `select c.*, t.status as tenant_status, t.deletes_at, t.account_key from crm_connections c join tenants t on t.id = c.tenant_id
     where c.account_id = $1`,
    [portal.memberId],
  );
  return row;
}

const countTenants = async () => Number((await sql('select count(*) from tenants'))[0]?.count);

test('an administrator’s install makes tenant, connection, settings, member, registrations and the first sync', async () => {
  const portal = await startPortal();
  const response = await openPage(app, 'install', portal, portal.open(ADMIN), {}, 'ru');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-security-policy')).toContain(`frame-ancestors ${portal.url}`);
  expect(response.headers.get('x-frame-options')).toBeNull();
  expect(await readBoot(response)).toMatchObject({
    hostOrigin: portal.url,
    memberId: portal.memberId,
    page: { kind: 'install' },
    notice: null,
    locale: 'ru',
    session: { user: { id: '1', name: 'Dilnoza', role: 'admin' } },
  });

  const row = await connectionOf(portal);
  expect(row).toMatchObject({
    account_key: `bitrix24:${portal.memberId}`,
    status: 'active',
    mode: 'classic',
    timezone: 'Asia/Tashkent',
    base_currency: 'UZS',
    admin_user_id: '1',
    endpoint: `${portal.url}/rest/`,
  });
  expect(
    await sql('select timezone, display_currency, locale from tenant_settings where tenant_id = $1', [row?.tenant_id]),
  ).toEqual([{ timezone: 'Asia/Tashkent', display_currency: 'UZS', locale: 'ru' }]);
  expect(await sql('select crm_user_id, role from tenant_members where tenant_id = $1', [row?.tenant_id])).toEqual([
    { crm_user_id: '1', role: 'admin' },
  ]);
  const [run] = await sql('select run_id, kind, state from sync_runs where tenant_id = $1', [row?.tenant_id]);
  expect(run).toMatchObject({ kind: 'full', state: 'queued' });
  // Due at once: for the dispatcher, and for the worker.
  const [due] = await sql(
    `select t.next_sync_at <= $2 as tenant, c.next_sync_at <= $2 as connection
     from tenants t join crm_connections c on c.tenant_id = t.id where t.id = $1`,
    [row?.tenant_id, app.clock.now],
  );
  expect(due).toEqual({ tenant: true, connection: true });
  const handler = 'https://leadrelay.test/bitrix24/app';
  expect(new Set(portal.placements.map(({ placement }) => placement))).toEqual(
    new Set([
      'LEFT_MENU',
      'CRM_ANALYTICS_MENU',
      'CRM_LEAD_DETAIL_TAB',
      'CRM_DEAL_DETAIL_TAB',
      'CRM_CONTACT_DETAIL_TAB',
      'CRM_COMPANY_DETAIL_TAB',
    ]),
  );
  expect(new Set(portal.placements.map((row) => row.handler))).toEqual(new Set([handler]));
  expect(portal.events).toHaveLength(BINDINGS);
});

test('tokens and the application token are sealed, and open only as what they are', async () => {
  const portal = await installed();
  const row = await connectionOf(portal);
  const dump = JSON.stringify(await sql('select * from crm_connections'));
  expect(dump).not.toContain('canary');
  const sealer = createSealer(TEST_SECRET);
  const context = { tenantId: String(row?.tenant_id), connection: 'bitrix24', field: 'refresh_token' };
  expect(sealer.open(String(row?.refresh_token_sealed), context)).toMatch(/^refresh-canary-/);
  expect(() => sealer.open(String(row?.access_token_sealed), context)).toThrow('belongs elsewhere');
});

test('T01: addresses in the request are not believed; a foreign authorization server is refused unasked', async () => {
  const portal = await startPortal();
  const evil = await app.bitrix.startPortal('evil1');
  const before = app.bitrix.authRequests.length;
  const response = await openPage(app, 'install', portal, portal.open(ADMIN), { SERVER_ENDPOINT: `${evil.url}/rest/` });
  expect(response.status).toBe(401);
  expect(evil.requests).toEqual([]);
  expect(app.bitrix.authRequests).toHaveLength(before);

  const form = { client_endpoint: `${evil.url}/rest/`, DOMAIN: new URL(evil.url).host, domain: new URL(evil.url).host };
  expect((await openPage(app, 'install', portal, portal.open(ADMIN), form)).status).toBe(200);
  expect(evil.requests).toEqual([]);
  expect(await connectionOf(portal)).toMatchObject({ endpoint: `${portal.url}/rest/` });
});

test('T02: tokens of one’s own portal do not install or open another', async () => {
  const victim = await installed();
  const own = await startPortal();
  const tenants = await countTenants();
  const before = await connectionOf(victim);
  for (const page of ['install', 'app'] as const) {
    const response = await openPage(app, page, own, own.open(ADMIN), { member_id: victim.memberId });
    expect(response.status).toBe(401);
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  }
  expect(await connectionOf(victim)).toEqual(before);
  expect(await countTenants()).toBe(tenants);
});

test('T03: an application token is replaced only by an app event whose access token proves an administrator of that portal', async () => {
  const portal = await installed();
  const other = await installed();
  const sealedBefore = (await connectionOf(portal))?.application_token_sealed;
  const forged = [
    { access_token: 'made up' },
    { access_token: other.open(ADMIN).accessToken },
    { access_token: portal.open(MEMBER).accessToken },
    { access_token: portal.open(ADMIN, 'local.other.1').accessToken },
    {} as Record<string, string>,
  ];
  for (const auth of forged) {
    const event = { ...auth, member_id: portal.memberId, application_token: 'attackers' };
    expect((await postEvent(app, 'ONAPPUPDATE', event)).status).toBe(200);
    await app.bitrix24.settled();
    expect((await connectionOf(portal))?.application_token_sealed).toBe(sealedBefore);
  }

  portal.placements = [];
  const proof = {
    access_token: portal.open(ADMIN).accessToken,
    member_id: portal.memberId,
    application_token: 'application-canary-new',
  };
  await postEvent(app, 'onAppUpdate', proof);
  await app.bitrix24.settled();
  expect(portal.placements).toHaveLength(PLACEMENTS.length);
  const dealAdded = (token: string) => postEvent(app, 'ONCRMDEALADD', { member_id: portal.memberId, application_token: token });
  expect((await dealAdded('application-canary-new')).status).toBe(200);
  expect((await dealAdded(`application-canary-${portal.memberId}`)).status).toBe(401);
});

test('after a release many portals send their update at once, and none of them is turned away', async () => {
  const portals = await Promise.all(Array.from({ length: 25 }, installed));
  const auth = (portal: FakePortal) => ({
    access_token: portal.open(ADMIN).accessToken,
    member_id: portal.memberId,
    application_token: `application-canary-next-${portal.memberId}`,
  });
  for (const portal of portals) portal.events = [];
  const answers = await Promise.all(portals.map((portal) => postEvent(app, 'ONAPPUPDATE', auth(portal))));
  expect(answers.map(({ status }) => status)).toEqual(portals.map(() => 200));
  await app.bitrix24.settled();
  expect(portals.map(({ events }) => events.length)).toEqual(portals.map(() => BINDINGS));
});

test('an application token whose update event was lost comes with the next administrator', async () => {
  const portal = await installed();
  const dealAdded = async () => {
    const auth = { member_id: portal.memberId, application_token: 'application-canary-unheard' };
    return (await postEvent(app, 'ONCRMDEALADD', auth)).status;
  };
  const next = { APPLICATION_TOKEN: 'application-canary-unheard' };
  await openPage(app, 'app', portal, portal.open(MEMBER), next);
  expect(await dealAdded()).toBe(401);
  await openPage(app, 'app', portal, portal.open(ADMIN), next);
  expect(await dealAdded()).toBe(200);
});

test('after a change of the master secret events are refused until an administrator opens the app', async () => {
  const portal = await installed();
  const row = await connectionOf(portal);
  const context = { tenantId: String(row?.tenant_id), connection: 'bitrix24', field: 'application_token' };
  const sealed = createSealer('another master secret of some length').seal('application-canary-old', context);
  await sql('update crm_connections set application_token_sealed = $2 where account_id = $1', [portal.memberId, sealed]);
  const auth = { member_id: portal.memberId, application_token: `application-canary-${portal.memberId}` };
  expect((await postEvent(app, 'ONCRMDEALADD', auth)).status).toBe(401);
  expect((await openPage(app, 'app', portal, portal.open(ADMIN))).status).toBe(200);
  expect((await postEvent(app, 'ONCRMDEALADD', auth)).status).toBe(200);
});

test('T04: a forged uninstall changes nothing; unknown portal and wrong token answer alike', async () => {
  const portal = await installed();
  const before = await connectionOf(portal);
  const answers = [];
  for (const memberId of [portal.memberId, 'nobody']) {
    const response = await postEvent(app, 'ONAPPUNINSTALL', { member_id: memberId, application_token: 'guess' }, { CLEAN: '1' });
    const { requestId, instance, ...body } = await readProblem(response);
    expect(instance).toBe(`/requests/${requestId}`);
    answers.push({ status: response.status, body });
  }
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]?.status).toBe(401);
  expect(await connectionOf(portal)).toEqual(before);
});

test('uninstall erases the credentials at once and keeps the data; with CLEAN the tenant waits for deletion', async () => {
  for (const clean of ['0', '1']) {
    const portal = await installed();
    const { session } = await readBoot(await openPage(app, 'app', portal, portal.open(ADMIN)));
    const auth = { member_id: portal.memberId, application_token: `application-canary-${portal.memberId}` };
    app.clock.now = new Date(app.clock.now.getTime() + 6_000);
    expect((await postEvent(app, 'ONAPPUNINSTALL', auth, { CLEAN: clean })).status).toBe(200);
    expect(await connectionOf(portal)).toMatchObject({
      status: 'uninstalled',
      access_token_sealed: null,
      refresh_token_sealed: null,
      application_token_sealed: null,
      tenant_status: clean === '1' ? 'deleting' : 'active',
      deletes_at: clean === '1' ? new Date(app.clock.now.getTime() + 30 * 86_400_000) : null,
    });
    expect(
      (await sql('select state from sync_runs where tenant_id = $1', [(await connectionOf(portal))?.tenant_id]))[0]?.state,
    ).toBe('cancelled');
    const headers = { authorization: `Bearer ${session?.token}` };
    const codeOfStatus = async () => (await readProblem(await fetch(`${app.url}/api/crm/sync/status`, { headers }))).code;
    await expect.poll(codeOfStatus).toBe(clean === '1' ? 'tenant_deleting' : 'invalid_token');
    expect((await postEvent(app, 'ONCRMDEALADD', auth)).status).toBe(401);
  }
});

test('a reinstall takes the tenant back with new tokens and a new full sync', async () => {
  const portal = await installed();
  const before = await connectionOf(portal);
  const auth = { member_id: portal.memberId, application_token: `application-canary-${portal.memberId}` };
  await postEvent(app, 'ONAPPUNINSTALL', auth, { CLEAN: '1' });
  app.clock.now = new Date(app.clock.now.getTime() + 6_000);
  const runsBefore = (await app.listRuns()).length;
  const boot = await readBoot(await openPage(app, 'install', portal, portal.open(ADMIN)));
  const row = await connectionOf(portal);
  expect(row).toMatchObject({ tenant_id: before?.tenant_id, status: 'active', tenant_status: 'active', deletes_at: null });
  expect(await app.listRuns()).toHaveLength(runsBefore + 1);
  const status = await fetch(`${app.url}/api/crm/sync/status`, { headers: { authorization: `Bearer ${boot.session?.token}` } });
  expect(status.status).toBe(200);
});

/** What the portal shows to somebody, and what their session may do. */
async function visit(portal: FakePortal, user: FakeUser) {
  const boot = await readBoot(await openPage(app, 'app', portal, portal.open(user)));
  const call = (method: string, path: string, body?: unknown) =>
    fetch(`${app.url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${boot.session?.token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return { boot, call };
}

test('while everything is being deleted nothing is told, the access is gone, and an administrator can undo it', async () => {
  const portal = await installed();
  const before = await visit(portal, ADMIN);
  const confirmation = new URL(portal.url).host;
  expect((await before.call('POST', '/data/delete-all', { confirmation })).status).toBe(202);
  expect(await connectionOf(portal)).toMatchObject({
    status: 'reauth',
    access_token_sealed: null,
    refresh_token_sealed: null,
    next_sync_at: null,
    tenant_status: 'deleting',
    deletes_at: new Date(app.clock.now.getTime() + 30 * 86_400_000),
  });
  const runs = await sql('select state from sync_runs where tenant_id = $1', [(await connectionOf(portal))?.tenant_id]);
  expect(runs).toEqual([{ state: 'cancelled' }]);
  // Opening it is not taking it back: neither by an administrator, whose tokens could mend the connection, nor by others.
  for (const user of [ADMIN, MEMBER]) {
    const { boot, call } = await visit(portal, user);
    expect(boot).toMatchObject({ notice: null, session: { user: { role: user.isAdmin ? 'admin' : 'member' } } });
    expect((await readProblem(await call('GET', '/crm/sync/status'))).code).toBe('tenant_deleting');
    expect((await readProblem(await call('GET', '/crm/sync/events'))).code).toBe('tenant_deleting');
    const { deletesAt } = (await (await call('GET', '/data/deletion')).json()) as { deletesAt: string };
    expect(new Date(deletesAt).getTime()).toBe(app.clock.now.getTime() + 30 * 86_400_000);
  }
  expect((await connectionOf(portal))?.tenant_status).toBe('deleting');
  expect((await (await visit(portal, MEMBER)).call('POST', '/data/delete-all/undo', {})).status).toBe(403);
  const admin = await visit(portal, ADMIN);
  expect(await (await admin.call('POST', '/data/delete-all/undo', {})).json()).toEqual({ deletesAt: null });
  expect((await admin.call('GET', '/crm/sync/status')).status).toBe(200);
  expect(await connectionOf(portal)).toMatchObject({ status: 'reauth', tenant_status: 'active', deletes_at: null });
  // The next opening by an administrator connects it again.
  await visit(portal, ADMIN);
  expect((await connectionOf(portal))?.status).toBe('active');
});

test('somebody whose access was taken gets no session, by no way, until it is given back', async () => {
  const portal = await installed();
  const second: FakeUser = { id: '2', name: 'Second', isAdmin: true };
  await visit(portal, second);
  const { call } = await visit(portal, ADMIN);
  expect((await call('PATCH', '/members/bitrix24.2', { hasAccess: false })).status).toBe(200);
  expect((await visit(portal, second)).boot).toMatchObject({ session: null, notice: 'no_access' });
  const proof = { crmSource: 'bitrix24', memberId: portal.memberId, accessToken: portal.open(second).accessToken };
  const renewed = await fetch(`${app.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(proof),
  });
  expect((await readProblem(renewed)).code).toBe('not_authentic');
  // Installing anew is no way round it, and leaves their tokens unused.
  const before = await connectionOf(portal);
  const boot = await readBoot(await openPage(app, 'install', portal, portal.open(second)));
  expect(boot).toMatchObject({ session: null, notice: 'no_access' });
  expect((await connectionOf(portal))?.access_token_sealed).toBe(before?.access_token_sealed);
  await call('PATCH', '/members/bitrix24.2', { hasAccess: true, role: 'member' });
  // What was decided here holds, whatever the CRM says.
  expect((await visit(portal, second)).boot.session?.user.role).toBe('member');
});

test('a language that somebody has chosen is the app’s, whatever the portal’s is', async () => {
  const portal = await installed();
  const { call } = await visit(portal, ADMIN);
  await call('PATCH', '/settings/own', { language: 'ru' });
  const boot = await readBoot(await openPage(app, 'app', portal, portal.open(ADMIN), {}, 'uz'));
  expect([boot.locale, boot.session?.locale]).toEqual(['ru', 'ru']);
  await call('PATCH', '/settings/own', { language: null });
  expect((await readBoot(await openPage(app, 'app', portal, portal.open(ADMIN), {}, 'uz'))).locale).toBe('uz');
});

test('T06: the app opens for a proven person only', async () => {
  const portal = await installed();
  const other = await installed();
  const foreign = [
    { accessToken: 'stolen-and-expired', refreshToken: 'x' },
    portal.open(ADMIN, 'local.other.1'),
    other.open(ADMIN),
  ];
  for (const tokens of foreign) {
    const response = await openPage(app, 'app', portal, tokens);
    expect(response.status).toBe(401);
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(await response.text()).not.toContain('token');
  }
});

test('T07: the frame and the message origin are the stored portal’s, whatever DOMAIN says', async () => {
  const portal = await installed();
  const tokens = portal.open(MEMBER);
  const body = new URLSearchParams({ AUTH_ID: tokens.accessToken, REFRESH_ID: tokens.refreshToken, member_id: portal.memberId });
  const response = await fetch(`${app.url}/bitrix24/app?DOMAIN=evil.test&PROTOCOL=1&LANG=en`, { method: 'POST', body });
  const policy = response.headers.get('content-security-policy');
  expect(policy).toContain(`frame-ancestors ${portal.url}`);
  expect(policy).not.toContain('evil');
  expect((await readBoot(response)).hostOrigin).toBe(portal.url);
});

test('T08: a redirect is not followed; the authorization server names the new address, which is stored', async () => {
  const portal = await installed();
  const evil = await app.bitrix.startPortal('evil8');
  const renamed = await app.bitrix.startPortal(portal.memberId);
  portal.movedTo = renamed.url;
  const tokens = portal.open(MEMBER);
  const boot = await readBoot(await openPage(app, 'app', portal, tokens));
  expect(boot.hostOrigin).toBe(renamed.url);
  expect(await connectionOf(portal)).toMatchObject({ endpoint: `${renamed.url}/rest/`, portal_url: renamed.url });
  expect(renamed.requests.map(({ path }) => path)).toEqual(['/rest/batch']);
  expect(evil.requests).toEqual([]);
});

test('T09: a portal at a private address is not called', async () => {
  const portal = await startPortal();
  const tokens = portal.open(ADMIN);
  portal.movedTo = 'http://169.254.169.254';
  const response = await openPage(app, 'install', portal, tokens);
  expect(response.status).toBe(502);
  expect(await connectionOf(portal)).toBeUndefined();
});

test('T10, T33: the client secret goes to the authorization server only, in bodies; no secret is logged or put in a job', async () => {
  const portal = await installed();
  await openPage(app, 'app', portal, portal.open(MEMBER));
  const toPortals = portal.requests.map(({ path, body }) => `${path} ${body}`).join('\n');
  expect(toPortals).not.toContain(app.bitrix.clientSecret);
  expect(app.bitrix.authRequests.some(({ body }) => body.includes(encodeURIComponent(app.bitrix.clientSecret)))).toBe(true);
  expect(app.bitrix.authRequests.map(({ path }) => path).filter((path) => path.includes('canary'))).toEqual([]);
  expect(app.logText()).toContain('/bitrix24/app');
  expect(`${app.logText()}${JSON.stringify(await app.listRuns())}`).not.toContain('canary');
});

test('somebody who is no administrator is told to ask one, and changes nothing', async () => {
  const portal = await startPortal();
  const tenants = await countTenants();
  const installer = await readBoot(await openPage(app, 'install', portal, portal.open(MEMBER)));
  expect(installer).toMatchObject({ notice: 'ask_admin', session: null, hostOrigin: portal.url });
  const unknown = await readBoot(await openPage(app, 'app', portal, portal.open(MEMBER)));
  expect(unknown).toMatchObject({ notice: 'not_installed', session: null });
  expect(await countTenants()).toBe(tenants);
  expect(portal.placements).toEqual([]);
});

test('an unknown portal is installed when its administrator opens the app', async () => {
  const portal = await startPortal();
  const boot = await readBoot(await openPage(app, 'app', portal, portal.open(ADMIN)));
  expect(boot).toMatchObject({ page: { kind: 'dashboard' }, session: { user: { role: 'admin' } } });
  expect(await connectionOf(portal)).toMatchObject({ status: 'active' });
});

test('a colleague opens a deal’s tab as a member, and the portal’s service token stays the administrator’s', async () => {
  const portal = await installed();
  const before = await connectionOf(portal);
  const response = await openPage(app, 'app', portal, portal.open(MEMBER), {
    PLACEMENT: 'CRM_DEAL_DETAIL_TAB',
    PLACEMENT_OPTIONS: '{"ID":"8061","URI":"\\/crm\\/deal\\/details\\/8061\\/"}',
  });
  expect(await readBoot(response)).toMatchObject({
    page: { kind: 'record', entity: 'deals', externalId: '8061' },
    session: { user: { id: '7', name: 'Timur', role: 'member' } },
  });
  expect(await connectionOf(portal)).toEqual(before);
});

test.each([
  ['CRM_LEAD_DETAIL_TAB', '{"ID":"5"}', { kind: 'record', entity: 'leads', externalId: '5' }],
  ['CRM_COMPANY_DETAIL_TAB', '{"ID":5}', { kind: 'record', entity: 'companies', externalId: '5' }],
  ['CRM_CONTACT_DETAIL_TAB', '{"ID":"5; drop table"}', { kind: 'dashboard' }],
  ['CRM_CONTACT_DETAIL_TAB', 'not json', { kind: 'dashboard' }],
  ['LEFT_MENU', '{"URI":"\\/crm\\/lead\\/list\\/"}', { kind: 'dashboard' }],
  ['CRM_ANALYTICS_MENU', '{"ID":"5"}', { kind: 'dashboard' }],
])('placement %s with %s shows %o', async (placement, options, page) => {
  const portal = await installed();
  const response = await openPage(app, 'app', portal, portal.open(MEMBER), { PLACEMENT: placement, PLACEMENT_OPTIONS: options });
  expect((await readBoot(response)).page).toEqual(page);
});

test('registrations are made once; lost ones come back and stale ones go when an administrator opens the app', async () => {
  const portal = await installed();
  const count = () => [portal.placements.length, portal.events.length];
  expect(count()).toEqual([PLACEMENTS.length, BINDINGS]);
  await openPage(app, 'install', portal, portal.open(ADMIN));
  await openPage(app, 'app', portal, portal.open(ADMIN));
  expect(count()).toEqual([PLACEMENTS.length, BINDINGS]);

  portal.placements = [{ placement: 'LEFT_MENU', handler: 'https://old.test/bitrix24/app' }];
  portal.events = portal.events.slice(5);
  await openPage(app, 'app', portal, portal.open(MEMBER));
  expect(portal.placements).toHaveLength(1);
  await openPage(app, 'app', portal, portal.open(ADMIN));
  expect(count()).toEqual([PLACEMENTS.length, BINDINGS]);
  expect(portal.placements.every(({ handler }) => handler === 'https://leadrelay.test/bitrix24/app')).toBe(true);
});

test('two installs of one portal at once end in one tenant and one run', async () => {
  const portal = await startPortal();
  const before = (await app.listRuns()).length;
  const responses = await Promise.all([1, 2, 3].map(() => openPage(app, 'install', portal, portal.open(ADMIN))));
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await sql('select id from tenants where account_key = $1', [`bitrix24:${portal.memberId}`])).toHaveLength(1);
  expect(await app.listRuns()).toHaveLength(before + 1);
});

test('a refused refresh token installs nothing', async () => {
  const portal = await startPortal();
  for (const [error, status] of [
    ['invalid_grant', 401],
    ['PAYMENT_REQUIRED', 422],
  ] as const) {
    app.bitrix.refuseWith = error;
    const response = await openPage(app, 'install', portal, portal.open(ADMIN));
    app.bitrix.refuseWith = null;
    expect(response.status).toBe(status);
  }
  expect(await connectionOf(portal)).toBeUndefined();
});

test('many callers with a stale token cause one refresh; a refused one marks the connection, and an administrator mends it', async () => {
  const portal = await installed();
  const tenantId = String((await connectionOf(portal))?.tenant_id);
  const outbound = createOutbound({ allow: [new URL(app.bitrix.authUrl).host] });
  const { clientId, clientSecret, authUrl } = app.bitrix;
  const oauth = createBitrixOAuth({ outbound, clientId, clientSecret, servers: [authUrl], now: () => new Date() });
  const deps = { db: app.database.db, sealer: createSealer(TEST_SECRET), refresh: oauth.refresh };
  const sources = [1, 2, 3, 4].map(() => createTokenSource(deps, tenantId, 'bitrix24'));
  const stale = await Promise.all(sources.map((source) => source.get()));
  const before = app.bitrix.authRequests.length;
  const fresh = await Promise.all(
    sources.map((source, index) => source.refresh(stale[index] ?? { accessToken: '', endpoint: '', version: 0 })),
  );
  expect(app.bitrix.authRequests.length - before).toBe(1);
  expect(new Set(fresh.map(({ accessToken }) => accessToken)).size).toBe(1);
  expect(fresh[0]?.accessToken).not.toBe(stale[0]?.accessToken);
  expect(await sources[0]?.get()).toEqual(fresh[0]);

  app.bitrix.refuseWith = 'invalid_grant';
  await expect(createTokenSource(deps, tenantId, 'bitrix24').refresh(await deps0())).rejects.toMatchObject({ kind: 'auth' });
  app.bitrix.refuseWith = null;
  expect(await connectionOf(portal)).toMatchObject({ status: 'reauth' });
  await openPage(app, 'app', portal, portal.open(MEMBER));
  expect(await connectionOf(portal)).toMatchObject({ status: 'reauth' });
  await openPage(app, 'app', portal, portal.open(ADMIN));
  expect(await connectionOf(portal)).toMatchObject({ status: 'active', error_message: null });
  await outbound.close();

  function deps0() {
    return createTokenSource(deps, tenantId, 'bitrix24').get();
  }
});

test('record events are accepted quickly, bring the next sync forward once, and are never believed', async () => {
  const portal = await installed();
  const row = await connectionOf(portal);
  const tenantId = row?.tenant_id;
  const inAWhile = new Date(app.clock.now.getTime() + 10 * 60_000);
  await sql('update sync_runs set state = $2 where tenant_id = $1', [tenantId, 'complete']);
  await sql('update crm_connections set next_sync_at = $2 where tenant_id = $1', [tenantId, inAWhile]);
  const runs = (await app.listRuns()).length;
  const auth = { member_id: portal.memberId, application_token: `application-canary-${portal.memberId}` };
  const post = (code: string, id: string) => postEvent(app, code, auth, { 'FIELDS][ID': id });
  const statuses = await Promise.all(Array.from({ length: 100 }, async () => (await post('ONCRMDEALUPDATE', '7')).status));
  expect(new Set(statuses)).toEqual(new Set([200]));
  const at = new Date(app.clock.now.getTime() + 60_000);
  const due = () =>
    sql(
      `select t.next_sync_at as tenant, c.next_sync_at as connection
         from tenants t join crm_connections c on c.tenant_id = t.id where t.id = $1`,
      [tenantId],
    );
  expect(await due()).toEqual([{ tenant: at, connection: at }]);
  // A later event does not put it off.
  app.clock.now = new Date(app.clock.now.getTime() + 30_000);
  expect((await post('ONCRMLEADADD', '8')).status).toBe(200);
  expect(await due()).toEqual([{ tenant: at, connection: at }]);
  expect(await app.listRuns()).toHaveLength(runs);
  expect(await sql('select 1 from sync_rechecks where tenant_id = $1', [tenantId])).toEqual([]);

  // A deletion is a reason to look, and no more.
  expect((await post('ONCRMDEALDELETE', '7')).status).toBe(200);
  expect((await post('ONCRMDEALDELETE', "7' or 1=1")).status).toBe(200);
  expect(await sql('select entity, external_id, reason from sync_rechecks where tenant_id = $1', [tenantId])).toEqual([
    { entity: 'deals', external_id: '7', reason: 'event' },
  ]);
});
