import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { FaultScript } from './fault-script.ts';
import { startReceiver } from './portal/test-portal.ts';
import { updateRecord } from './rest/changes.ts';
import { LEADS } from './rest/entities.ts';
import { ADMIN, addDeal, addLead, grant, NOON, startTestPortal, type TestPortal } from './test-portal.ts';

let p: TestPortal;
afterEach(() => p.sandbox.close());

type Options = NonNullable<Parameters<typeof startTestPortal>[0]>;

async function play(script: FaultScript, options: Options = {}): Promise<void> {
  p = await startTestPortal(options);
  p.portal.playFaults(script);
}

interface Wire {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body came to an end as the protocol has it. */
  complete: boolean;
  /** Code of the connection's failure. */
  failure: string | null;
}

/** One request as it is on the wire; a connection that breaks is an outcome. */
function send(method: string, params: Record<string, unknown> = {}, auth = p.admin.access_token): Promise<Wire> {
  return new Promise((resolve) => {
    const wire: Wire = { status: 0, headers: {}, text: '', complete: false, failure: null };
    const fail = (error: NodeJS.ErrnoException) => {
      wire.failure = error.code ?? error.message;
      resolve(wire);
    };
    const request = httpRequest(`${p.portal.url}/rest/${method}`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json' },
    });
    request.on('error', fail).on('response', (response) => {
      wire.status = response.statusCode ?? 0;
      wire.headers = response.headers;
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        wire.text += chunk;
      });
      response.on('error', fail).on('end', () => resolve({ ...wire, complete: response.complete }));
    });
    request.end(JSON.stringify({ ...params, auth }));
  });
}

type ValueRecord = Extract<FaultScript[number]['what'], { kind: 'values' }>['records'][number];

type Maps = Record<'result' | 'result_error' | 'result_time' | 'result_total' | 'result_next', Record<string, unknown>>;
const mapsOf = (body: Record<string, unknown>): Maps => body.result as Maps;
const batch = async (cmd: unknown) => mapsOf((await p.call('batch', { cmd })).body);
const lastEntry = () => p.sandbox.ledger.entries.at(-1);

/** Leads with the ids 1…count. */
const addLeads = (count: number) =>
  Array.from({ length: count }, (_, index) => addLead(p.portal, { title: `Lead ${index + 1}` }));
const LEAD_PAGE = { entityTypeId: 1, start: -1, order: { id: 'DESC' }, select: ['id', 'title'] };
const leadPage = 'crm.item.list?entityTypeId=1&start=-1&order[id]=DESC&select[0]=id&select[1]=title';
const idsIn = (result: unknown): number[] => (result as { items: { id: number }[] }).items.map(({ id }) => id);
const listIds = async (params: Record<string, unknown> = {}) =>
  idsIn((await p.call('crm.item.list', { ...LEAD_PAGE, ...params })).body.result);

test('nothing goes wrong unless a script says so', async () => {
  p = await startTestPortal();
  expect(p.portal.state.faults).toBeNull();
  expect(p.portal.faultHits()).toEqual([]);
  expect(await p.call('profile')).toMatchObject({ status: 200 });
  expect(lastEntry()).toMatchObject({ status: 200, faults: [] });
});

test('a script is plain JSON, and what is no script is refused', async () => {
  p = await startTestPortal();
  const script: FaultScript = [{ what: { kind: 'queryLimit' } }];
  p.portal.playFaults(JSON.parse(JSON.stringify(script)));
  expect((await p.call('profile')).status).toBe(503);
  const wrong = (rule: unknown) => () => p.portal.playFaults([rule] as FaultScript);
  expect(wrong({ what: { kind: 'unheard of' } })).toThrow();
  expect(wrong({ when: { command: 3 }, what: { kind: 'queryLimit' } })).toThrow('faults of single calls');
  const values = (field: unknown) => ({ what: { kind: 'values', records: [{ entity: 'leads', id: 1, fields: { field } }] } });
  expect(wrong(values({ $raw: '1 234' }))).toThrow();
  expect(wrong(values({ $unheard: 1 }))).toThrow();
});

describe('refusals', () => {
  test('F01: a storm of QUERY_LIMIT_EXCEEDED lasts as long as it says', async () => {
    await play([{ when: { forSeconds: 60 }, what: { kind: 'queryLimit' } }]);
    const refused = await p.call('profile');
    expect(refused).toMatchObject({ status: 503, body: { error: 'QUERY_LIMIT_EXCEEDED' } });
    expect(Object.keys(refused.body.time as object)).toHaveLength(8);
    expect(lastEntry()).toMatchObject({ status: 503, error: 'QUERY_LIMIT_EXCEEDED', faults: ['queryLimit'] });
    p.clock.advance(50_000);
    expect((await p.call('profile')).status).toBe(503);
    p.clock.advance(10_000);
    expect((await p.call('profile')).status).toBe(200);
    expect(p.portal.faultHits()).toEqual([2]);
  });

  test('F02: a method is blocked until operating_reset_at, others go on', async () => {
    await play([{ when: { method: 'crm.item.list' }, what: { kind: 'operationTimeLimit', seconds: 90 } }]);
    const refused = await p.call('crm.item.list', LEAD_PAGE);
    const error = { error: 'OPERATION_TIME_LIMIT', error_description: 'Method is blocked due to operation time limit.' };
    expect(refused).toMatchObject({ status: 429, body: { ...error, time: { operating: 480, operating_reset_at: NOON + 90 } } });
    const maps = await batch({ list: leadPage, me: 'profile' });
    expect(maps.result_error).toEqual({ list: error });
    expect(maps.result_time.list).toMatchObject({ operating: 480, operating_reset_at: NOON + 90 });
    expect(Object.keys(maps.result)).toEqual(['me']);
    expect(lastEntry()).toMatchObject({ status: 200, commandErrors: ['OPERATION_TIME_LIMIT'], faults: ['operationTimeLimit'] });
    p.clock.advance(91_000);
    expect((await p.call('crm.item.list', LEAD_PAGE)).status).toBe(200);
  });

  test.each([
    [{ kind: 'overload' }, 503, 'OVERLOAD_LIMIT', 'REST API is blocked due to overload.'],
    [{ kind: 'planRequired' }, 403, 'ACCESS_DENIED', 'REST API is available only on commercial plans'],
    [{ kind: 'portalDeleted' }, 500, 'PORTAL_DELETED', 'Portal was deleted'],
    [{ kind: 'serverError', status: 500 }, 500, 'INTERNAL_SERVER_ERROR', 'Internal server error'],
    [{ kind: 'refuse', status: 400, error: '', description: 'Access denied.' }, 400, '', 'Access denied.'],
  ] as const)('F03, F09: %j', async (what, status, error, description) => {
    await play([{ what }]);
    expect(await p.call('profile')).toMatchObject({ status, body: { error, error_description: description } });
    expect((await p.call('profile')).status).toBe(200);
  });

  test('F03: PAYMENT_REQUIRED comes from the authorization server', async () => {
    await play([{ when: { method: 'oauth/token' }, what: { kind: 'paymentRequired' } }]);
    expect((await p.call('profile')).status).toBe(200);
    const refresh = () => grant(p.sandbox, { grant_type: 'refresh_token', refresh_token: p.admin.refresh_token });
    expect(await refresh()).toMatchObject({ status: 402, body: { error: 'PAYMENT_REQUIRED' } });
    const tokenTail = p.admin.refresh_token.slice(-6);
    const { memberId } = p.portal.state;
    expect(lastEntry()).toMatchObject({ portal: memberId, tokenTail, error: 'PAYMENT_REQUIRED', faults: ['paymentRequired'] });
    // Nothing was used up.
    expect((await refresh()).status).toBe(200);
  });

  test('F09: gateway errors are nginx pages; large batches alone may be too slow', async () => {
    await play(
      [
        {
          when: { method: 'batch', commandsOver: 1, times: 'always' },
          what: { kind: 'serverError', status: 504, afterSeconds: 60 },
        },
        { when: { method: 'profile' }, what: { kind: 'serverError', status: 502 } },
      ],
      // A minute is soon over, and the hour of the token is not.
      { speed: 100 },
    );
    const bad = await send('profile');
    expect(bad).toMatchObject({ status: 502, complete: true, headers: { 'content-type': 'text/html' } });
    expect(bad.text).toContain('<h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>');
    const before = p.clock.now();
    const slow = await send('batch', { cmd: ['profile', 'profile'] });
    expect(slow.status).toBe(504);
    expect(p.clock.now() - before).toBeGreaterThanOrEqual(60_000);
    expect((await p.call('batch', { cmd: ['profile'] })).status).toBe(200);
  });
});

describe('connections', () => {
  test('F05: a connection is reset before any answer', async () => {
    await play([{ what: { kind: 'refuseConnections' } }]);
    expect(await send('profile')).toMatchObject({ status: 0, failure: 'ECONNRESET' });
    expect(lastEntry()).toMatchObject({ status: 0, error: 'refuseConnections', endedAt: expect.any(Number) });
    expect((await send('profile')).status).toBe(200);
  });

  test('F05: the port refuses for a time, then listens again', async () => {
    await play([{ what: { kind: 'refuseConnections', portClosedSeconds: 300 } }], { speed: 1000 });
    expect((await send('profile')).failure).toBe('ECONNRESET');
    expect((await send('profile')).failure).toBe('ECONNREFUSED');
    await expect.poll(async () => (await send('profile')).status, { interval: 20 }).toBe(200);
  });

  test('F05: a portal goes down and comes up at the same address', async () => {
    p = await startTestPortal();
    await p.portal.goDown();
    expect((await send('profile')).failure).toBe('ECONNREFUSED');
    await p.portal.comeUp();
    await p.portal.comeUp();
    expect((await send('profile')).status).toBe(200);
  });

  test('F06: headers never come, until the client or the sandbox gives up', async () => {
    await play([{ when: { times: 2 }, what: { kind: 'hang' } }]);
    const waiting = fetch(`${p.portal.url}/rest/profile?auth=${p.admin.access_token}`, { signal: AbortSignal.timeout(50) });
    await expect(waiting).rejects.toThrow();
    await expect.poll(() => lastEntry()).toMatchObject({ status: 0, error: 'hang', endedAt: expect.any(Number) });
    const second = send('profile');
    await expect.poll(() => lastEntry()).toMatchObject({ error: 'hang', endedAt: null });
    await p.portal.stopFaults();
    expect(await second).toMatchObject({ status: 0, failure: 'ECONNRESET' });
    expect((await send('profile')).status).toBe(200);
  });

  test('F06: one byte a second', async () => {
    await play([{ what: { kind: 'drip' } }], { speed: 1000 });
    const before = p.clock.now();
    const slow = await send('server.time');
    expect(slow).toMatchObject({ status: 200, complete: true });
    expect(p.clock.now() - before).toBeGreaterThanOrEqual(slow.text.length * 1000);
  });

  test('F07: half a body, in three ways', async () => {
    await play([
      { when: { from: 2 }, what: { kind: 'reset' } },
      { when: { from: 3 }, what: { kind: 'truncate' } },
      { when: { from: 4 }, what: { kind: 'wrongLength' } },
    ]);
    const whole = await send('profile');
    expect(JSON.parse(whole.text)).toHaveProperty('result');
    expect(Number(whole.headers['content-length'])).toBe(Buffer.byteLength(whole.text));

    expect(await send('profile')).toMatchObject({ status: 200, complete: false, failure: 'ECONNRESET' });

    const truncated = await send('profile');
    expect(truncated).toMatchObject({ status: 200, complete: true, headers: { 'transfer-encoding': 'chunked' } });
    expect(Math.abs(truncated.text.length - whole.text.length / 2)).toBeLessThan(20);
    expect(() => JSON.parse(truncated.text)).toThrow();

    const short = await send('profile');
    expect(short.failure).not.toBeNull();
    expect(short.complete).toBe(false);
    expect(Number(short.headers['content-length'])).toBe(Buffer.byteLength(short.text) + 100);
    expect(JSON.parse(short.text)).toHaveProperty('result');
  });

  test('F08: pages, nothing at all, and a byte order mark', async () => {
    await play([
      { what: { kind: 'html' } },
      { when: { from: 2 }, what: { kind: 'html', page: 'maintenance', status: 503 } },
      { when: { from: 3 }, what: { kind: 'html', page: 'empty' } },
      { when: { from: 4 }, what: { kind: 'bom' } },
    ]);
    const login = await send('profile');
    expect(login).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(login.text).toContain('USER_PASSWORD');
    expect(lastEntry()).toMatchObject({ status: 200, error: 'html', records: 0 });
    expect(await send('profile')).toMatchObject({ status: 503, text: expect.stringContaining('being updated') });
    expect(await send('profile')).toMatchObject({ status: 200, text: '', complete: true });
    const marked = await send('profile');
    expect(marked.text.startsWith('\uFEFF{')).toBe(true);
    expect(JSON.parse(marked.text.slice(1))).toHaveProperty('result');
  });

  test('F39: 302 to another origin, or to where the portal has moved', async () => {
    const canary = await startReceiver();
    const { origin } = new URL(canary.url);
    await play([{ what: { kind: 'redirect', to: origin } }, { when: { from: 2 }, what: { kind: 'redirect' } }]);
    const formerUrl = p.portal.url;
    expect(await send('profile')).toMatchObject({ status: 302, headers: { location: `${origin}/rest/profile` } });
    const moved = await send('profile');
    expect(p.portal.url).not.toBe(formerUrl);
    expect(moved).toMatchObject({ status: 302, headers: { location: `${p.portal.url}/rest/profile` } });
    expect((await send('profile')).status).toBe(200);
    expect(canary.received).toEqual([]);
    await canary.close();
  });
});

describe('access', () => {
  test('F10: the token expires inside a batch, and stays so until it is refreshed', async () => {
    await play([{ when: { method: 'batch', from: 2 }, what: { kind: 'expireToken', atCommand: 3 } }]);
    const cmd = ['profile', 'profile', 'profile', 'profile'];
    expect((await batch(cmd)).result).toHaveLength(4);
    const maps = await batch(cmd);
    const expired = { error: 'expired_token', error_description: 'The access token provided has expired' };
    expect(maps.result).toHaveLength(2);
    expect(maps.result_error).toEqual({ 2: expired, 3: expired });
    expect(await p.call('profile')).toMatchObject({ status: 401, body: expired });
    const refreshed = await grant(p.sandbox, { grant_type: 'refresh_token', refresh_token: p.admin.refresh_token });
    const fresh = String(refreshed.body.access_token);
    expect((await p.callAs(fresh, 'batch', { cmd })).status).toBe(200);
    expect(lastEntry()).toMatchObject({ tokenTail: fresh.slice(-6) });
  });

  test('F10: a single call is refused; webhooks have no token to expire', async () => {
    await play([{ when: { times: 2 }, what: { kind: 'expireToken' } }]);
    expect((await fetch(`${p.portal.createWebhook(ADMIN)}profile`)).status).toBe(200);
    expect(lastEntry()).toMatchObject({ tokenTail: null });
    expect(await p.call('profile')).toMatchObject({ status: 401, body: { error: 'expired_token' } });
  });

  test('F13: an answer of the authorization server is lost on its way: the old pair is used up all the same', async () => {
    await play([{ when: { method: 'oauth/token' }, what: { kind: 'reset' } }]);
    const refresh = () => grant(p.sandbox, { grant_type: 'refresh_token', refresh_token: p.admin.refresh_token });
    await expect(refresh()).rejects.toThrow();
    expect(lastEntry()).toMatchObject({ method: 'oauth/token', status: 200, faults: ['reset'] });
    expect((await refresh()).body.error).toBe('invalid_grant');
  });

  test('F14: the app is uninstalled when the request comes in, with its event', async () => {
    const receiver = await startReceiver();
    await play([{ when: { from: 2 }, what: { kind: 'revoke', clean: true } }], { speed: 100, eventHandlerUrl: receiver.url });
    expect((await p.call('profile')).status).toBe(200);
    expect(await p.call('profile')).toMatchObject({ status: 401, body: { error: 'ERROR_OAUTH' } });
    await expect.poll(() => receiver.received).toMatchObject([{ event: 'ONAPPUNINSTALL', 'data[CLEAN]': '1' }]);
    const refresh = await grant(p.sandbox, { grant_type: 'refresh_token', refresh_token: p.admin.refresh_token });
    expect(refresh.body.error).toBe('PAYMENT_REQUIRED');
    await receiver.close();
  });

  test('whoever plays the script is told in time to change the world', async () => {
    p = await startTestPortal();
    const heard: string[] = [];
    p.portal.playFaults([{ when: { method: 'crm.item.list', from: 2 }, what: { kind: 'signal', name: 'add one' } }], (name) => {
      heard.push(name);
      addLead(p.portal);
    });
    expect(await listIds()).toEqual([]);
    expect(await listIds()).toEqual([1]);
    expect(heard).toEqual(['add one']);
  });
});

describe('batches', () => {
  test('F15: errors with and without a code, null, no answer, and an end before the end', async () => {
    await play([
      { when: { method: 'batch', command: 1 }, what: { kind: 'commandError', error: 'INTERNAL_SERVER_ERROR' } },
      { when: { method: 'batch', command: 2 }, what: { kind: 'commandError', error: '', description: 'Access denied.' } },
      { when: { method: 'batch', command: 3 }, what: { kind: 'nullResult' } },
      { when: { method: 'batch', command: 4 }, what: { kind: 'noAnswer' } },
      { when: { method: 'batch', command: 6 }, what: { kind: 'commandError', error: 'X', halt: true } },
    ]);
    const cmd = { a: 'profile', b: 'profile', c: 'profile', d: 'profile', e: 'profile', f: 'profile', g: 'profile' };
    const maps = await batch(cmd);
    expect(maps.result_error).toEqual({
      a: { error: 'INTERNAL_SERVER_ERROR', error_description: '' },
      b: { error: '', error_description: 'Access denied.' },
      f: { error: 'X', error_description: '' },
    });
    expect(maps.result).toEqual({ c: null, e: expect.any(Object) });
    expect(Object.keys(maps.result_time)).toEqual(['c', 'e']);
    expect(lastEntry()).toMatchObject({
      status: 200,
      commandErrors: ['INTERNAL_SERVER_ERROR', '', 'X'],
      faults: ['commandError', 'commandError', 'nullResult', 'noAnswer', 'commandError'],
    });
    expect((await batch(cmd)).result_error).toEqual([]);
  });

  test('F15: a method fails some times, then works; a page with one record in it fails for ever', async () => {
    await play([
      { when: { method: 'profile', times: 2 }, what: { kind: 'commandError', error: 'INTERNAL_SERVER_ERROR', status: 500 } },
      {
        when: { entity: 'leads', ids: { from: 5, to: 5 }, times: 'always' },
        what: { kind: 'commandError', error: 'INTERNAL_SERVER_ERROR', status: 500 },
      },
    ]);
    addLeads(10);
    const statuses = [await p.call('profile'), await p.call('profile'), await p.call('profile')].map(({ status }) => status);
    expect(statuses).toEqual([500, 500, 200]);
    expect((await p.call('crm.item.list', LEAD_PAGE)).status).toBe(500);
    expect((await batch({ list: leadPage })).result_error).toHaveProperty('list.error', 'INTERNAL_SERVER_ERROR');
    expect(await listIds({ filter: { '<id': 5 } })).toEqual([4, 3, 2, 1]);
    expect(await listIds({ filter: { '>id': 5 } })).toEqual([10, 9, 8, 7, 6]);
  });

  test('F15: empty maps come as objects, not at all, or null', async () => {
    await play([
      { when: { from: 2 }, what: { kind: 'emptyMaps', as: 'object' } },
      { when: { from: 3 }, what: { kind: 'emptyMaps', as: 'absent' } },
      { when: { from: 4 }, what: { kind: 'emptyMaps', as: 'null' } },
    ]);
    expect((await batch({ me: 'profile' })).result_error).toEqual([]);
    expect((await batch({ me: 'profile' })).result_error).toEqual({});
    expect(Object.keys(await batch({ me: 'profile' }))).toEqual(['result', 'result_time']);
    expect((await batch({ me: 'profile' })).result_error).toBeNull();
  });
});

describe('time', () => {
  test('F20: the portal is ahead, then jumps back; new stamps follow it, limits and tokens do not', async () => {
    await play([{ when: { times: 2 }, what: { kind: 'clockSkew', seconds: 600 } }], {
      limits: { rate: { drainPerSecond: 2, burst: 50 }, operatingSeconds: 480 },
    });
    const now = () => p.portal.now();
    expect(now()).toBe(NOON + 600);
    const { body } = await p.call('crm.lead.add', { fields: { TITLE: 'Early' } });
    expect(p.portal.state.world.leads.get(Number(body.result))?.updatedAt).toBe(NOON + 600);
    expect(body.time).toMatchObject({ date_start: '2026-06-15T12:10:00+03:00', operating_reset_at: NOON + 1200 });
    expect((await p.call('server.time')).body.result).toBe('2026-06-15T12:10:00+03:00');
    expect((await p.call('server.time')).body.result).toBe('2026-06-15T12:00:00+03:00');
    expect(now()).toBe(NOON);
    expect(Math.abs((lastEntry()?.startedAt ?? 0) / 1000 - NOON)).toBeLessThan(60);
  });

  test('F21: Z, no offset, and another zone', async () => {
    await play(
      [
        { when: { times: 1 }, what: { kind: 'timeFormat', offset: 'Z' } },
        { when: { from: 2, times: 1 }, what: { kind: 'timeFormat', offset: 'none', timeBlock: true } },
        { when: { from: 3, times: 1 }, what: { kind: 'zone', utcOffsetMinutes: 300 } },
      ],
      // It stays noon to the second, however long the calls take.
      { speed: 0.001 },
    );
    addLead(p.portal);
    const read = async () => {
      const { body } = await p.call('crm.item.list', { entityTypeId: 1, select: ['createdTime', 'title'] });
      const [{ createdTime } = {}] = (body.result as { items: { createdTime?: string }[] }).items;
      return [createdTime, String((body.time as Record<string, unknown>).date_start)];
    };
    expect(await read()).toEqual(['2026-06-15T09:00:00Z', '2026-06-15T12:00:00+03:00']);
    expect(await read()).toEqual(['2026-06-15T12:00:00', '2026-06-15T12:00:00']);
    expect(await read()).toEqual(['2026-06-15T14:00:00+05:00', '2026-06-15T14:00:00+05:00']);
    expect(await read()).toEqual(['2026-06-15T12:00:00+03:00', '2026-06-15T12:00:00+03:00']);
  });
});

describe('records', () => {
  test('F22: the last record of a page opens the next; a record comes twice in a page', async () => {
    await play([
      { when: { method: 'batch', command: 2 }, what: { kind: 'duplicates', previous: true } },
      { when: { method: 'crm.item.list', entity: 'leads', from: 4 }, what: { kind: 'duplicates', inPage: 2 } },
    ]);
    addLeads(120);
    const maps = await batch({
      a: leadPage,
      b: `${leadPage}&filter[<id]=$result[a][items][49][id]`,
      c: `${leadPage}&filter[<id]=$result[b][items][49][id]`,
    });
    const pages = ['a', 'b', 'c'].map((name) => idsIn(maps.result[name]));
    expect(pages.map((ids) => [ids.length, ids[0], ids.at(-1)])).toEqual([
      [50, 120, 71],
      [50, 71, 22],
      [21, 21, 1],
    ]);
    expect(new Set(pages.flat()).size).toBe(120);
    expect((await listIds()).slice(0, 5)).toEqual([120, 120, 119, 119, 118]);
  });

  test('F23–F28: values are others on the wire, digit for digit, and the world keeps its own', async () => {
    const records: ValueRecord[] = [
      {
        entity: 'leads',
        id: 7,
        fields: {
          title: '\u0000a\ud800b',
          opportunity: { $raw: '9007199254740993.01' },
          currencyId: { $missing: true },
          createdTime: '0000-00-00T00:00:00+00:00',
          sourceDescription: { $repeat: 'x', times: 70_000 },
          assignedById: { $asText: true },
          stageSemanticId: 'X',
          id: '007',
          ufCrm_NEW: { deep: [1, null] },
        },
      },
      { entity: 'activities', id: 1, fields: { SUBJECT: null } },
      { entity: 'deals', id: '*', fields: { opportunity: { $raw: '1e20' } } },
    ];
    await play([{ what: { kind: 'values', records } }]);
    addLeads(7);
    addDeal(p.portal);
    p.portal.state.world.activities.insert({
      ...{ ownerTypeId: 1, ownerId: 7, typeId: 2, providerId: 'VOXIMPLANT_CALL', subject: 'A call', createdAt: NOON },
      ...{ updatedAt: NOON, startAt: NOON, endAt: NOON, deadline: 0, completed: true, responsibleId: ADMIN, direction: 1 },
    });
    const { text } = await send('crm.item.list', { entityTypeId: 1, filter: { id: 7 } });
    expect(text).toContain('"opportunity":9007199254740993.01,');
    expect(text).toContain('"title":"\\u0000a\\ud800b"');
    const [row = {}] = (JSON.parse(text) as { result: { items: Record<string, unknown>[] } }).result.items;
    expect(row).toMatchObject({ id: '007', assignedById: String(ADMIN), stageSemanticId: 'X', ufCrm_NEW: { deep: [1, null] } });
    expect(row.createdTime).toBe('0000-00-00T00:00:00+00:00');
    expect(row).not.toHaveProperty('currencyId');
    expect(row.sourceDescription).toHaveLength(70_000);
    expect(p.portal.state.world.leads.get(7)?.title).toBe('Lead 7');

    // Only what was selected.
    const narrow = await p.call('crm.item.list', { entityTypeId: 1, filter: { id: 7 }, select: ['id', 'title'] });
    expect(Object.keys((narrow.body.result as { items: object[] }).items[0] ?? {})).toEqual(['id', 'title']);
    expect((await p.call('crm.activity.list')).body.result).toMatchObject([{ ID: '1', SUBJECT: null }]);
    expect((await p.call('crm.activity.get', { id: 1 })).body.result).toMatchObject({ ID: '1', SUBJECT: null });
    expect((await send('crm.item.get', { entityTypeId: 2, id: 1 })).text).toContain('"opportunity":1e20,');
    expect((await p.call('crm.item.get', { entityTypeId: 1, id: 6 })).body.result).toMatchObject({ item: { title: 'Lead 6' } });
  });

  test('F28: a custom field appears, in the description and in the records', async () => {
    await play([
      { when: { from: 2 }, what: { kind: 'newField', entity: 'leads', code: 'UF_CRM_1799000001', type: 'double' } },
      {
        when: { method: 'crm.item.list' },
        what: { kind: 'values', records: [{ entity: 'leads', id: 1, fields: { ufCrm_1799000001: 5 } }] },
      },
    ]);
    addLead(p.portal);
    const describe = async () =>
      ((await p.call('crm.item.fields', { entityTypeId: 1 })).body.result as { fields: object }).fields;
    expect(await describe()).not.toHaveProperty('ufCrm_1799000001');
    expect(await describe()).toHaveProperty('ufCrm_1799000001', expect.objectContaining({ type: 'double' }));
    const { body } = await p.call('crm.item.list', { entityTypeId: 1, select: ['id', 'ufCrm_1799000001'] });
    expect(body.result).toEqual({ items: [{ id: 1, ufCrm_1799000001: 5 }] });
  });

  test('F29: short and empty pages with more to come, and counts that are wrong', async () => {
    await play([
      { when: { method: 'batch', command: 1 }, what: { kind: 'shortPage', rows: 3 } },
      { when: { method: 'batch', command: 2 }, what: { kind: 'emptyPage' } },
      { when: { method: 'crm.item.list', from: 5 }, what: { kind: 'counts', total: 7, next: null } },
      { when: { method: 'crm.item.list', from: 6 }, what: { kind: 'counts', total: null, next: 0 } },
    ]);
    addLeads(60);
    const cmd = { a: leadPage, b: `${leadPage}&filter[<id]=58` };
    const first = await batch(cmd);
    expect(idsIn(first.result.a)).toEqual([60, 59, 58]);
    expect(idsIn(first.result.b)).toEqual([]);
    const again = await batch(cmd);
    expect(['a', 'b'].map((name) => idsIn(again.result[name]).length)).toEqual([50, 50]);
    const wrong = (await p.call('crm.item.list', { entityTypeId: 1 })).body;
    expect(wrong).toMatchObject({ total: 7 });
    expect(wrong).not.toHaveProperty('next');
    const missing = (await p.call('crm.item.list', { entityTypeId: 1 })).body;
    expect(missing).toMatchObject({ next: 0 });
    expect(missing).not.toHaveProperty('total');
  });
});

test('after the last fault all is as it was', async () => {
  await play([
    { what: { kind: 'clockSkew', seconds: -600 } },
    { what: { kind: 'zone', utcOffsetMinutes: 0 } },
    { when: { method: 'profile' }, what: { kind: 'operationTimeLimit', seconds: 3600 } },
  ]);
  addLead(p.portal);
  expect((await p.call('profile')).status).toBe(429);
  await p.portal.stopFaults();
  expect((await p.call('profile')).status).toBe(200);
  expect(p.portal.state).toMatchObject({ clockSkewSeconds: 0, utcOffsetMinutes: 180, faults: null });
  updateRecord(p.portal.state, LEADS, 1, { title: 'Changed' }, { userId: ADMIN, byRobot: false, now: p.portal.now() });
  expect(p.portal.state.world.leads.get(1)?.updatedAt).toBe(NOON);
});

test('the ledger proves that requests did not overlap', async () => {
  await play([{ when: { from: 2 }, what: { kind: 'serverError', status: 502, afterSeconds: 30 } }], { speed: 1000 });
  await send('profile');
  await Promise.all([send('profile'), send('profile')]);
  const [alone, slow, beside] = p.sandbox.ledger.entries.slice(-3).sort((a, b) => a.startedAt - b.startedAt);
  expect(alone?.endedAt).toBeLessThanOrEqual(slow?.startedAt ?? 0);
  expect(slow?.sourcePort).not.toBe(beside?.sourcePort);
  const [one, other] = [slow, beside].map((entry) => [entry?.startedAt ?? 0, entry?.endedAt ?? 0] as const);
  expect(Math.max(one?.[0] ?? 0, other?.[0] ?? 0)).toBeLessThan(Math.min(one?.[1] ?? 0, other?.[1] ?? 0));
});
