import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionsReply } from '../../contract/connections.ts';
import type { FakePortal, FakeUser } from '../testing/fake-bitrix24.ts';
import { runAs } from '../testing/postgres.ts';
import { openPage, readBoot, readProblem, startTestApp, type TestApp } from '../testing/test-app.ts';

const ADMIN: FakeUser = { id: '1', name: 'Dilnoza', isAdmin: true };
const MEMBER: FakeUser = { id: '7', name: 'Timur', isAdmin: false };
const SYNC_START = '/api/crm/sync/start';

let app: TestApp;
let portal: FakePortal;
let admin: string;
let member: string;

beforeAll(async () => {
  app = await startTestApp();
  portal = await app.bitrix.startPortal('member1');
  admin = (await readBoot(await openPage(app, 'install', portal, portal.open(ADMIN)))).session?.token ?? '';
  member = (await readBoot(await openPage(app, 'app', portal, portal.open(MEMBER)))).session?.token ?? '';
});
afterAll(() => app.close());

function call(path: string, init: RequestInit & { token?: string } = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (init.token) headers.set('authorization', `Bearer ${init.token}`);
  return fetch(`${app.url}${path}`, { ...init, headers });
}

function post(
  path: string,
  body: NonNullable<RequestInit['body']>,
  token = admin,
  contentType = 'application/json',
): Promise<Response> {
  return call(path, { method: 'POST', body, token, headers: { 'content-type': contentType } });
}

/** Status and code of a refusal, after checking that it has the contract's form and tells nothing internal. */
async function refusal(response: Response): Promise<string> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = await readProblem(response);
  expect(problem.status).toBe(response.status);
  expect(problem.requestId).toBe(response.headers.get('x-request-id'));
  expect(problem.type).toBe(`/problems/${problem.code}`);
  expect(JSON.stringify(problem)).not.toMatch(/node_modules|at \w+ \(|select |\.ts:/);
  return `${problem.status} ${problem.code}`;
}

test.each([
  ['{"a":', '400 malformed_json'],
  ['', '400 body_required'],
  ['"text"', '400 body_must_be_object'],
  ['7', '400 body_must_be_object'],
  ['[]', '400 body_must_be_object'],
  ['null', '400 body_must_be_object'],
  [`{"a":"${'x'.repeat(300_000)}"}`, '413 body_too_large'],
  [`${'['.repeat(40_000)}${']'.repeat(40_000)}`, '400 too_deep'],
  ['{"entities":["\\u0000"]}', '422 invalid_characters'],
  ['{"entities":["\\ud800"]}', '422 invalid_characters'],
  ['{"__proto__":{"full":true}}', '422 unknown_field'],
  ['{"constructor":{"prototype":{"full":true}}}', '422 unknown_field'],
  ['{"tenant_id":"0b8f4b6e-6f4e-4c53-9a55-0f7f5d3f2a11"}', '422 unknown_field'],
  ['{"full":"yes"}', '422 wrong_type'],
  ['{"entities":[]}', '422 out_of_range'],
  [`{"entities":[${Array(7).fill('"leads"')}]}`, '422 out_of_range'],
  ['{"entities":["invoices"]}', '422 invalid_value'],
])('body %.40s is refused with %s', async (body, expected) => {
  expect(await refusal(await post(SYNC_START, body))).toBe(expected);
  expect(await (await call('/healthz')).text()).toBe('ok');
});

test('a body that is no UTF-8 is refused', async () => {
  expect(await refusal(await post(SYNC_START, new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])))).toBe('400 malformed_json');
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
  'T29: content type “%s” is refused',
  async (type) => {
    const body = new TextEncoder().encode('{}');
    expect(
      await refusal(
        await call(SYNC_START, { method: 'POST', body, token: admin, headers: type ? { 'content-type': type } : {} }),
      ),
    ).toBe('415 unsupported_media_type');
  },
);

test('a compressed body is refused: what it unpacks to has no limit', async () => {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  expect(await refusal(await call(SYNC_START, { method: 'POST', body: 'x', token: admin, headers }))).toBe(
    '415 unsupported_media_type',
  );
});

test.each([
  ['/api/%E0%A4%A', '400 malformed_url'],
  ['/api/crm/sync/status%00', '400 malformed_url'],
  ['/api/crm/sync/status?a=1&a=2', '400 malformed_url'],
  ['/assets/%E0%A4%A', '400 malformed_url'],
  ['/api/nothing', '404 not_found'],
  ['/api/crm/sync/start/more', '404 not_found'],
])('address %s is refused with %s', async (path, expected) => {
  expect(await refusal(await call(path, { token: admin }))).toBe(expected);
});

test.each([
  ['/api/crm/sync/status', 'POST', 'GET, HEAD'],
  ['/api/crm/sync/start', 'GET', 'POST'],
  ['/api/connections', 'DELETE', 'GET, HEAD, POST'],
  ['/api/session', 'GET', 'POST'],
  ['/api/session/code', 'PUT', 'POST'],
  ['/api/dashboard/data', 'PUT', 'GET, HEAD'],
])('%s does not take %s', async (path, method, allow) => {
  const response = await call(path, { method, token: admin });
  expect(await refusal(response)).toBe('405 method_not_allowed');
  expect(response.headers.get('allow')).toBe(allow);
});

test('outside the API an unknown address is a small page that nobody may frame', async () => {
  const response = await call('/nothing/<script>', { headers: { accept: 'text/html' } });
  expect(response.status).toBe(404);
  expect(response.headers.get('content-type')).toContain('text/html');
  expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(await response.text()).not.toContain('<script>');
});

test.each(['/api/crm/sync/status', '/api/connections', '/api/dashboard/data', '/api/dashboard/widgets'])(
  '%s wants a session',
  async (path) => {
    const response = await call(path);
    expect(await refusal(response)).toBe('401 unauthorized');
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
  },
);

test('what is for administrators is refused to members', async () => {
  expect(await refusal(await post(SYNC_START, '{}', member))).toBe('403 forbidden');
  expect(await refusal(await post('/api/connections', '{}', member))).toBe('403 forbidden');
});

test('an administrator sets the tenant’s time zone, for their own tenant only', async () => {
  const other = await app.bitrix.startPortal('member-of-another-zone');
  const boot = await readBoot(await openPage(app, 'install', other, other.open(ADMIN)));
  const zoneOf = async (token: string) => {
    const reply = (await (await call('/api/dashboard/data', { token })).json()) as { timezone: string; timezoneIsKnown: boolean };
    return [reply.timezone, reply.timezoneIsKnown];
  };
  const before = await zoneOf(admin);
  const patch = (body: string, token?: string) =>
    call('/api/settings', {
      method: 'PATCH',
      body,
      headers: { 'content-type': 'application/json' },
      ...(token === undefined ? {} : { token }),
    });
  const newZone = '{"timezone":"America/Argentina/Ushuaia"}';
  expect(await refusal(await patch(newZone))).toBe('401 unauthorized');
  expect(await refusal(await patch(newZone, member))).toBe('403 forbidden');
  expect(await refusal(await patch('{"timezone":"Mars/Olympus"}', admin))).toBe('422 invalid_value');
  expect(await refusal(await patch('{"timezone":""}', admin))).toBe('422 blank');
  expect(await refusal(await patch(`{"timezone":"${'x'.repeat(65)}"}`, admin))).toBe('422 too_long');
  expect(await refusal(await patch('{"timezone":5}', admin))).toBe('422 wrong_type');
  expect(await refusal(await patch('{"timezone":"UTC","tenant_id":"1"}', admin))).toBe('422 unknown_field');
  expect(await refusal(await call('/api/settings', { method: 'DELETE', token: admin }))).toBe('405 method_not_allowed');
  expect(await zoneOf(admin)).toEqual(before);

  const saved = await patch(newZone, boot.session?.token);
  expect([saved.status, await saved.json()]).toMatchObject([200, { timezone: 'America/Argentina/Ushuaia' }]);
  expect(await zoneOf(boot.session?.token ?? '')).toEqual(['America/Argentina/Ushuaia', true]);
  expect(await zoneOf(admin)).toEqual(before);
});

test('T28: every answer of the API has the security headers and is stored nowhere', async () => {
  for (const response of [await call('/api/connections', { token: admin }), await call('/api/nothing')]) {
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('strict-transport-security')).toContain('max-age');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  }
});

test('the app’s page runs its own files only, with a new nonce each time', async () => {
  const nonces = [];
  for (let round = 0; round < 2; round += 1) {
    const response = await openPage(app, 'app', portal, portal.open(MEMBER));
    const html = await response.text();
    const policy = response.headers.get('content-security-policy') ?? '';
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(html).toContain(`<script type="module" src="/assets/main-1a2b3c.js" nonce="${nonce}">`);
    expect(html).toContain('<link rel="stylesheet" href="/assets/main-4d5e6f.css">');
    nonces.push(nonce);
  }
  expect(new Set(nonces).size).toBe(2);
});

test('the app’s files are cached for good, and nothing else of the folder is served', async () => {
  const response = await call('/assets/main-1a2b3c.js');
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  for (const path of [
    '/assets/../.vite/manifest.json',
    '/assets/%2e%2e/.vite/manifest.json',
    '/assets/.vite/manifest.json',
    '/assets/',
  ]) {
    expect((await call(path)).status).toBe(404);
  }
});

test('whoever opens LeadRelay’s own address learns where it is', async () => {
  const response = await call('/');
  expect(response.status).toBe(200);
  expect(await response.text()).toContain('inside Bitrix24');
  expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect((await call('/', { method: 'POST' })).headers.get('allow')).toBe('GET, HEAD');
});

test('moderation’s HEAD and a person’s GET find a page at each address of the app’s card', async () => {
  for (const path of ['/bitrix24/app', '/bitrix24/install', '/bitrix24/events']) {
    expect((await call(path, { method: 'HEAD' })).status).toBe(200);
    const response = await call(path);
    expect(await response.text()).toContain('inside Bitrix24');
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect((await call(path, { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD, POST');
  }
});

test.each([
  ['event=ONCRMDEALADD&auth[member_id]=member1&auth[application_token]=wrong', '401 not_authentic'],
  ['event=ONCRMDEALADD&auth=member1', '400 malformed_form'],
  ['event=ONCRMDEALADD&auth[0]=member1&auth[1]=wrong', '400 malformed_form'],
  ['event=ONCRMDEALADD&auth[member_id]=a&auth[member_id]=b&auth[application_token]=x', '400 malformed_form'],
  ['event=ONCRMDEALADD&auth[member_id][x]=a&auth[application_token]=x', '400 malformed_form'],
  ['event=ONCRMDEALADD&__proto__[auth][member_id]=member1', '400 malformed_form'],
  ['event=ONCRMDEALADD', '400 malformed_form'],
  [Array.from({ length: 5_000 }, (_, index) => `f${index}=1`).join('&'), '413 body_too_large'],
  [`event=${'x'.repeat(70_000)}`, '413 body_too_large'],
  ['', '400 body_required'],
])('T40: event form %.60s is refused with %s', async (form, expected) => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  expect(await refusal(await call('/bitrix24/events', { method: 'POST', body: form, headers }))).toBe(expected);
});

test('T40: a page’s form with a field given twice, or JSON in its place, is refused', async () => {
  const headers = { accept: 'application/json' };
  const twice = new URLSearchParams([
    ['AUTH_ID', 'a'],
    ['AUTH_ID', 'b'],
    ['REFRESH_ID', 'c'],
    ['member_id', 'member1'],
  ]);
  expect(await refusal(await call('/bitrix24/app', { method: 'POST', body: twice, headers }))).toBe('400 malformed_form');
  const json = { method: 'POST', body: '{}', headers: { ...headers, 'content-type': 'application/json' } };
  expect(await refusal(await call('/bitrix24/app', json))).toBe('415 unsupported_media_type');
});

test('two starts at once get one run; a third soon after it ended has to wait', async () => {
  await runAs(app.database.ownerUrl, (client) =>
    client.query(`update sync_runs set state = 'complete', created_at = created_at - interval '1 hour'`),
  );
  const [first, second] = await Promise.all([post(SYNC_START, '{}'), post(SYNC_START, '{}')]);
  expect([first?.status, second?.status]).toEqual([202, 202]);
  expect(await first?.json()).toEqual(await second?.json());
  expect(await (await post(SYNC_START, '{"entities":["deals"]}')).json()).toHaveProperty('runId');

  await runAs(app.database.ownerUrl, (client) => client.query(`update sync_runs set state = 'complete'`));
  const third = await post(SYNC_START, '{}');
  expect(await refusal(third)).toBe('429 rate_limited');
  expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(240);
  expect(Number(third.headers.get('retry-after'))).toBeLessThanOrEqual(300);
});

test('a start tries a blocked connection again, a minute after it failed; one that lost access needs a person first', async () => {
  const connection = (status: string) =>
    runAs(app.database.ownerUrl, (client) => client.query('update crm_connections set status = $1', [status]));
  const run = (age: string) =>
    runAs(app.database.ownerUrl, (client) =>
      client.query(`update sync_runs set state = 'failed', created_at = $1::timestamptz - $2::interval`, [app.clock.now, age]),
    );
  const statuses = async () =>
    connectionsReply
      .parse(await (await call('/api/connections', { token: admin })).json())
      .connections.map(({ status }) => status);
  await run('10 minutes');
  await connection('reauth');
  expect(await refusal(await post(SYNC_START, '{}'))).toBe('409 wrong_state');
  await connection('blocked');
  await run('30 seconds');
  expect(await refusal(await post(SYNC_START, '{}'))).toBe('429 rate_limited');
  expect(await statuses()).toEqual(['blocked']);
  await run('61 seconds');
  expect((await post(SYNC_START, '{}')).status).toBe(202);
  expect(await statuses()).toEqual(['active']);
});

test('T16: a tenant sees its own connection and sync only, whatever ids it sends', async () => {
  const other = await app.bitrix.startPortal('member2');
  const token = (await readBoot(await openPage(app, 'install', other, other.open(ADMIN)))).session?.token ?? '';
  const mine = await (await call('/api/connections', { token: admin })).json();
  const theirs = await (await call('/api/connections', { token })).json();
  expect(mine).toMatchObject({ connections: [{ portalUrl: portal.url }] });
  expect(theirs).toMatchObject({ connections: [{ portalUrl: other.url }] });
  const started = (await (await post(SYNC_START, '{}', token)).json()) as { runId: string };
  const [theirTenant] = await runAs(app.database.ownerUrl, async (owner) => {
    return (await owner.query('select id from tenants where account_key = $1', [`bitrix24:${other.memberId}`])).rows;
  });
  const run = (await app.listRuns()).find(({ runId }) => runId === started.runId);
  expect(run?.tenantId).toBe(theirTenant.id);
  expect(JSON.stringify(mine)).not.toContain('canary');
});

test('T34: an exception tells its request id and nothing else', async () => {
  const response = await runAs(app.database.ownerUrl, async (owner) => {
    await owner.query('alter table crm_connections rename to away');
    const failed = await call('/api/connections', { token: admin });
    await owner.query('alter table away rename to crm_connections');
    return failed;
  });
  expect(await refusal(response.clone())).toBe('500 internal');
  expect(await response.text()).not.toMatch(/relation|crm_connections/);
  expect(app.logText()).toContain(response.headers.get('x-request-id') ?? 'missing');
});

test('while the database is away the API answers 503 and when to come back, readiness fails, health does not', async () => {
  await runAs(app.database.ownerUrl, async (owner) => {
    const name = owner.escapeIdentifier(owner.database ?? '');
    await owner.query(`alter database ${name} connection limit 0`);
    await owner.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    const response = await call('/api/connections', { token: admin });
    expect(await refusal(response)).toBe('503 database_unavailable');
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await call('/readyz')).status).toBe(503);
    expect((await call('/healthz')).status).toBe(200);
    await owner.query(`alter database ${name} connection limit -1`);
  });
  expect((await call('/readyz')).status).toBe(200);
  for (const forwarded of ['x-forwarded-for', 'forwarded']) {
    expect((await call('/readyz', { headers: { [forwarded]: 'for=203.0.113.1' } })).status).toBe(404);
  }
  expect((await call('/api/connections', { token: admin })).status).toBe(200);
});

test('the log has the route’s pattern, never the query', async () => {
  await call('/api/crm/sync/status?token=canary-in-query', { token: admin });
  await call('/api/dashboard/canary-record', { token: admin });
  const lines = app.logText().split('\n');
  expect(lines.some((line) => line.includes('"route":"/api/crm/sync/status"') && line.includes('"status":200'))).toBe(true);
  expect(app.logText()).not.toContain('canary');
});

test('a client that sends its headers or body too slowly is cut off with 408', async () => {
  const slow = await startTestApp({ timeouts: { headersMs: 100, requestMs: 200 } });
  const { port } = new URL(slow.url);
  const talk = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  expect(await talk('GET /healthz HTTP/1.1\r\nHost: a\r\n')).toContain('408 Request Timeout');
  const unfinished = `POST ${SYNC_START} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{`;
  expect(await talk(unfinished)).toContain('408 Request Timeout');
  await slow.close();
});

test('limits: each refuses what is over it with Retry-After', async () => {
  const limited = await startTestApp({ rateLimits: { anonymous: 3, install: 2, user: 4 } });
  const statuses = async (count: number, request: () => Promise<Response>) => {
    const seen = [];
    for (let index = 0; index < count; index += 1) seen.push(await request());
    expect(Number(seen.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
    return seen.map(({ status }) => status);
  };
  const own = await limited.bitrix.startPortal('member1');
  const boot = await readBoot(await openPage(limited, 'install', own, own.open(ADMIN)));
  expect(await statuses(2, () => openPage(limited, 'install', own, own.open(ADMIN)))).toEqual([200, 429]);
  const headers = { authorization: `Bearer ${boot.session?.token}` };
  expect(await statuses(4, () => fetch(`${limited.url}/api/connections`))).toEqual([401, 401, 401, 429]);
  expect(await statuses(5, () => fetch(`${limited.url}/api/connections`, { headers }))).toEqual([200, 200, 200, 200, 429]);
  await limited.close();
});
