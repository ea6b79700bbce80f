import { createHmac, generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootData, sessionReply } from '../../contract/session.ts';
import { deriveKey } from '../platform/crypto.ts';
import { suspendTenant } from '../tenants/tenants.ts';
import type { FakePortal, FakeUser } from '../testing/fake-bitrix24.ts';
import { runAs } from '../testing/postgres.ts';
import { openPage, readBoot, readProblem, startTestApp, TEST_SECRET, type TestApp } from '../testing/test-app.ts';

const ADMIN: FakeUser = { id: '1', name: 'Dilnoza', isAdmin: true };
const MEMBER: FakeUser = { id: '7', name: 'Timur', isAdmin: false };
const KEY = deriveKey(TEST_SECRET, 'session signing');

let app: TestApp;
let portal: FakePortal;
let tenantId: string;

beforeAll(async () => {
  app = await startTestApp();
  portal = await app.bitrix.startPortal('member1');
  await openPage(app, 'install', portal, portal.open(ADMIN), {}, 'ru');
  tenantId = await runAs(app.database.ownerUrl, async (client) => (await client.query('select id from tenants')).rows[0].id);
});
afterAll(() => app.close());

interface Forgery {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  without?: string;
  key?: Uint8Array;
}

/** A token as the server would issue it, but for what is forged. */
function forge({ header = {}, claims = {}, without, key = KEY }: Forgery): Promise<string> {
  const now = Math.floor(app.clock.now.getTime() / 1000);
  const payload: Record<string, unknown> = {
    iss: 'leadrelay',
    aud: 'leadrelay-api',
    sub: '1',
    jti: 'a',
    iat: now,
    exp: now + 600,
    iam: now * 1000,
    tid: tenantId,
    crm: 'bitrix24',
    role: 'admin',
    ...claims,
  };
  if (without) delete payload[without];
  return new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ: 'leadrelay-session+jwt', ...header }).sign(key);
}

function ask(token: string): Promise<Response> {
  return fetch(`${app.url}/api/connections`, { headers: { authorization: `Bearer ${token}` } });
}

async function codeOf(response: Response): Promise<string> {
  return response.ok ? 'accepted' : (await readProblem(response)).code;
}

const seconds = () => Math.floor(app.clock.now.getTime() / 1000);

test('the forger’s own template is a token that works, so each refusal below is for what was changed', async () => {
  expect(await codeOf(await ask(await forge({})))).toBe('accepted');
});

test.each<[string, () => Forgery, string]>([
  ['another key', () => ({ key: deriveKey('another environment’s secret, long enough', 'session signing') }), 'invalid_token'],
  ['another audience', () => ({ claims: { aud: 'leadrelay-embed' } }), 'invalid_token'],
  ['another issuer', () => ({ claims: { iss: 'somebody' } }), 'invalid_token'],
  ['another type', () => ({ header: { typ: 'JWT' } }), 'invalid_token'],
  ['another algorithm', () => ({ header: { alg: 'HS512' }, key: Buffer.concat([KEY, KEY]) }), 'invalid_token'],
  ['expired', () => ({ claims: { iat: seconds() - 601, exp: seconds() - 1 } }), 'token_expired'],
  ['too long a life', () => ({ claims: { iat: seconds() - 700, exp: seconds() + 86_400 } }), 'token_expired'],
  ['not valid yet', () => ({ claims: { nbf: seconds() + 300 } }), 'invalid_token'],
  ['issued in the future', () => ({ claims: { iat: seconds() + 300 } }), 'invalid_token'],
  ['no expiry', () => ({ without: 'exp' }), 'invalid_token'],
  ['no issue time', () => ({ without: 'iat' }), 'invalid_token'],
  ['no id', () => ({ without: 'jti' }), 'invalid_token'],
  ['no subject', () => ({ without: 'sub' }), 'invalid_token'],
  ['an unknown role', () => ({ claims: { role: 'owner' } }), 'invalid_token'],
  ['a tenant that is no id', () => ({ claims: { tid: "' or 1=1" } }), 'invalid_token'],
  ['a tenant that does not exist', () => ({ claims: { tid: '0b8f4b6e-6f4e-4c53-9a55-0f7f5d3f2a11' } }), 'invalid_token'],
])('T14: a token with %s is refused', async (_what, forgery, code) => {
  const response = await ask(await forge(forgery()));
  expect(response.status).toBe(401);
  expect(await codeOf(response)).toBe(code);
});

test('T14: unsigned, cut, mixed and oversized tokens are refused', async () => {
  const good = await forge({});
  const [header = '', payload = '', signature = ''] = good.split('.');
  const none = Buffer.from('{"alg":"none","typ":"leadrelay-session+jwt"}').toString('base64url');
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const signedByPem = createHmac('sha256', pem).update(`${header}.${payload}`).digest('base64url');
  const kid = Buffer.from('{"alg":"HS256","typ":"leadrelay-session+jwt","kid":"../../../dev/null"}').toString('base64url');
  const signedByNothing = createHmac('sha256', '').update(`${kid}.${payload}`).digest('base64url');
  const changed = Buffer.from(payload, 'base64url').toString().replace('"sub":"1"', '"sub":"2"');
  const bad = [
    `${none}.${payload}.`,
    `${none}.${payload}.${signature}`,
    `${header}.${payload}`,
    `${header}.${payload}.`,
    `${header}.${payload}.${signedByPem}`,
    `${kid}.${payload}.${signedByNothing}`,
    `${header}.${Buffer.from(changed).toString('base64url')}.${signature}`,
    'x'.repeat(8_000),
    'not-a-token',
  ];
  for (const token of bad) expect(await codeOf(await ask(token))).toBe('invalid_token');
  const basic = await fetch(`${app.url}/api/connections`, { headers: { authorization: 'Basic YTpi' } });
  expect(await codeOf(basic)).toBe('invalid_token');
  expect(basic.headers.get('www-authenticate')).toBe('Bearer');
});

test('a session lasts ten minutes and not a second longer', async () => {
  const { session } = await readBoot(await openPage(app, 'app', portal, portal.open(MEMBER)));
  const begun = app.clock.now;
  const lifeMs = Date.parse(session?.expiresAt ?? '') - begun.getTime();
  expect(lifeMs).toBeGreaterThan(598_000);
  expect(lifeMs).toBeLessThanOrEqual(600_000);
  app.clock.now = new Date(begun.getTime() + lifeMs - 1_000);
  expect(await codeOf(await ask(session?.token ?? ''))).toBe('accepted');
  app.clock.now = new Date(begun.getTime() + lifeMs);
  expect(await codeOf(await ask(session?.token ?? ''))).toBe('token_expired');
});

test('a revocation ends the sessions from before it, and none from after it', async () => {
  const token = await forge({});
  expect(await codeOf(await ask(token))).toBe('accepted');
  app.clock.now = new Date(app.clock.now.getTime() + 1_000);
  await app.database.db.withTenant(tenantId, 'write', (tx) => suspendTenant(tx, tenantId, app.clock.now));
  // Told at once: no second has passed.
  await expect.poll(async () => codeOf(await ask(token))).toBe('invalid_token');
  const fresh = await readBoot(await openPage(app, 'app', portal, portal.open(MEMBER)));
  expect(await codeOf(await ask(fresh.session?.token ?? ''))).toBe('accepted');
});

function renew(body: object): Promise<Response> {
  return fetch(`${app.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

test('a session is renewed by a fresh access token of our app on that portal, and by nothing else', async () => {
  const other = await app.bitrix.startPortal('member2');
  await openPage(app, 'install', other, other.open(ADMIN));
  const proof = { crmSource: 'bitrix24', memberId: 'member1' };
  const refused = [
    { ...proof, accessToken: 'made up' },
    { ...proof, accessToken: portal.open(ADMIN, 'local.other.1').accessToken },
    { ...proof, accessToken: other.open(ADMIN).accessToken },
    { ...proof, memberId: 'nobody', accessToken: portal.open(ADMIN).accessToken },
  ];
  for (const body of refused) expect(await codeOf(await renew(body))).toBe('not_authentic');

  const response = await renew({ ...proof, accessToken: portal.open(ADMIN).accessToken });
  const session = sessionReply.parse(await response.json());
  // Russian as at the install: the frame's proof names no language.
  expect(session).toMatchObject({ user: { id: '1', name: 'Dilnoza', role: 'admin' }, locale: 'ru' });
  expect(await codeOf(await ask(session.token))).toBe('accepted');
  expect((await renew({ ...proof, accessToken: 'x', tenant_id: tenantId })).status).toBe(422);
});

function signIn(code: string): Promise<Response> {
  return fetch(`${app.url}/api/session/code`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
}

test('a portal connected by webhook opens through a link that works once, for ten minutes, and leaves no trace', async () => {
  const own = await app.bitrix.startPortal('webhook1');
  own.webhook = { secret: 'canary7secret8', user: ADMIN };
  const connect = () => app.bitrix24.connectWebhook(`${own.url}/rest/1/canary7secret8/`);
  const link = await connect();
  expect(link).toMatch(/^https:\/\/leadrelay\.test\/app#code=[\w.-]+$/);
  const code = link.split('#code=')[1] ?? '';

  const response = await signIn(code);
  const boot = bootData.parse(await response.json());
  expect(boot).toMatchObject({ hostOrigin: own.url, page: { kind: 'dashboard' }, session: { user: { id: '1', role: 'admin' } } });
  const listed = await (await ask(boot.session?.token ?? '')).json();
  expect(listed).toEqual({
    connections: [
      { crmSource: 'bitrix24', kind: 'webhook', portalUrl: own.url, status: 'active', mode: 'classic', errorMessage: null },
    ],
  });
  expect(await codeOf(await signIn(code))).toBe('not_authentic');
  expect(await codeOf(await signIn(`${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`))).toBe('not_authentic');

  const late = (await connect()).split('#code=')[1] ?? '';
  app.clock.now = new Date(app.clock.now.getTime() + 600_000);
  expect(await codeOf(await signIn(late))).toBe('not_authentic');

  const dump = await runAs(app.database.ownerUrl, async (client) =>
    JSON.stringify([
      (await client.query('select * from crm_connections')).rows,
      (await client.query('select * from tenants')).rows,
      (await client.query('select * from sign_in_codes')).rows,
    ]),
  );
  expect(dump).not.toContain('canary');
  expect(`${app.logText()}${JSON.stringify(await app.listRuns())}`).not.toMatch(/canary|#code/);
  expect(dump).not.toContain(code.split('.')[1]);
  expect(
    await runAs(
      app.database.ownerUrl,
      async (client) => (await client.query('select from tenants where account_key like $1', ['bitrix24-webhook:%'])).rowCount,
    ),
  ).toBe(1);
});

test('a session behind a link renews itself for twelve hours; one of a frame does not', async () => {
  const own = await app.bitrix.startPortal('webhook4');
  own.webhook = { secret: 'canary7secret12', user: ADMIN };
  const link = await app.bitrix24.connectWebhook(`${own.url}/rest/1/canary7secret12/`);
  const begun = app.clock.now.getTime();
  let token = bootData.parse(await (await signIn(link.split('#code=')[1] ?? '')).json()).session?.token ?? '';
  const next = () => fetch(`${app.url}/api/session/renew`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  for (let minutes = 9; minutes <= 12 * 60; minutes += 9) {
    app.clock.now = new Date(begun + minutes * 60_000);
    const response = await next();
    expect(response.status).toBe(200);
    token = sessionReply.parse(await response.json()).token;
  }
  app.clock.now = new Date(begun + 12 * 3_600_000 + 1);
  expect(await codeOf(await next())).toBe('token_expired');

  token = (await readBoot(await openPage(app, 'app', portal, portal.open(ADMIN)))).session?.token ?? '';
  expect(await codeOf(await next())).toBe('not_authentic');
});

test('the page opens as the person has left it, in the frame and through a link', async () => {
  const own = await app.bitrix.startPortal('webhook5');
  own.webhook = { secret: 'canary7secret13', user: ADMIN };
  const byLink = async () => {
    const link = await app.bitrix24.connectWebhook(`${own.url}/rest/1/canary7secret13/`);
    return bootData.parse(await (await signIn(link.split('#code=')[1] ?? '')).json());
  };
  const inFrame = async () => readBoot(await openPage(app, 'app', portal, portal.open(ADMIN)));
  for (const open of [byLink, inFrame]) {
    const { filter, session } = await open();
    expect(filter).toEqual({ range: null, period: null, crm: null });
    const kept = await fetch(`${app.url}/api/dashboard/filter`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${session?.token}` },
      body: JSON.stringify({ range: 30, period: null, crm: 'bitrix24' }),
    });
    expect(kept.status).toBe(204);
    expect((await open()).filter).toEqual({ range: 30, period: null, crm: 'bitrix24' });
  }
});

test('the sign-in page may be framed by nobody', async () => {
  const response = await fetch(`${app.url}/app`);
  expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(response.headers.get('x-frame-options')).toBe('DENY');
});

test('an administrator reconnects a webhook portal; another portal, a wrong secret or address is refused with its reason', async () => {
  const own = await app.bitrix.startPortal('webhook2');
  own.webhook = { secret: 'canary7secret9', user: ADMIN };
  const link = await app.bitrix24.connectWebhook(`${own.url}/rest/1/canary7secret9/`);
  const { session } = bootData.parse(await (await signIn(link.split('#code=')[1] ?? '')).json());
  const add = async (webhookUrl: string) => {
    const response = await fetch(`${app.url}/api/connections`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${session?.token}` },
      body: JSON.stringify({ crmSource: 'bitrix24', webhookUrl }),
    });
    const text = await response.clone().text();
    expect(text).not.toContain('canary');
    return `${response.status} ${await codeOf(response)}`;
  };
  own.webhook = { secret: 'canary7secret10', user: ADMIN };
  expect(await add(`${own.url}/rest/1/canary7secret10`)).toBe('201 accepted');
  expect(await add(`${own.url}/rest/1/canary7secret9/`)).toBe('422 connection_refused');
  own.webhook = { secret: 'canary7secret10', user: MEMBER };
  expect(await add(`${own.url}/rest/7/canary7secret10/`)).toBe('422 connection_refused');
  own.webhook = { secret: 'canary7secret10', user: ADMIN, lacksCrm: true };
  expect(await add(`${own.url}/rest/1/canary7secret10/`)).toBe('422 connection_refused');
  const another = await app.bitrix.startPortal('webhook3');
  another.webhook = { secret: 'canary7secret11', user: ADMIN };
  expect(await add(`${another.url}/rest/1/canary7secret11/`)).toBe('409 wrong_state');
  expect(another.requests).toEqual([]);
  for (const address of [
    'http://portal.test/rest/1/canary7secret/',
    'https://portal.test/rest/1/canary7secret/profile?x=1',
    'https://user:pw@portal.test/rest/1/canary7secret/',
    'file:///rest/1/canary7secret/',
    'canary',
  ]) {
    expect(await add(address)).toBe('422 invalid_value');
  }
  const inside = app.bitrix24.connectWebhook('https://127.0.0.1/rest/1/canary7secret/');
  await expect(inside).rejects.toMatchObject({ code: 'crm_unavailable' });
  expect(await add(' '.repeat(301))).toBe('422 too_long');
});

test('a portal that its app connects keeps that connection: its own webhook is refused too', async () => {
  const own = await app.bitrix.startPortal('webhook4');
  const { session } = await readBoot(await openPage(app, 'install', own, own.open(ADMIN)));
  own.webhook = { secret: 'canary7secret13', user: ADMIN };
  const response = await fetch(`${app.url}/api/connections`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${session?.token}` },
    body: JSON.stringify({ crmSource: 'bitrix24', webhookUrl: `${own.url}/rest/1/canary7secret13/` }),
  });
  expect(`${response.status} ${await codeOf(response)}`).toBe('409 wrong_state');
  const list = await fetch(`${app.url}/api/connections`, { headers: { authorization: `Bearer ${session?.token}` } });
  expect(await list.json()).toMatchObject({ connections: [{ kind: 'app', status: 'active', portalUrl: own.url }] });
});
