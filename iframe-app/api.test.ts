import { describe, expect, test } from 'vitest';
import type { SyncStatusReply } from '../contract/sync.ts';
import { ApiError, createApi } from './api.ts';
import { isFile } from './save-file.ts';
import { createSettingsApi } from './screens/settings/settings-api.ts';
import { completeSyncStatus, sampleDashboard, sampleSession, sampleSyncStatus } from './testing/sample-replies.ts';

interface Seen {
  method: string;
  path: string;
  bearer: string | null;
  ifNoneMatch: string | null;
  idempotencyKey?: string;
  body: unknown;
}

const START = Date.parse('2025-11-24T09:00:00Z');
const PROBLEM = { type: '/problems/x', title: 'x', status: 0, detail: 'x', instance: '/', requestId: 'req-7' };

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(status === 304 ? null : JSON.stringify(body), { status, headers });
}

function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  return json(status, { ...PROBLEM, status, code }, headers);
}

function session(token: string, now: number) {
  return sampleSession({ token, expiresAt: new Date(now + 10 * 60_000).toISOString() });
}

/** An api over a scripted server: `answer` sees every request in turn; 'down' is a network failure. */
function setUp(
  answer: (request: Seen, nth: number) => Response | 'down',
  options: { session?: 'none'; renewProof?: () => Promise<string>; memberId?: string } = {},
) {
  const seen: Seen[] = [];
  const waits: number[] = [];
  const clock = { now: START };
  let proofs = 0;
  const api = createApi({
    fetch: async (input, init) => {
      const headers = new Headers(init?.headers);
      const request = {
        method: init?.method ?? 'GET',
        path: String(input),
        bearer: headers.get('authorization')?.replace('Bearer ', '') ?? null,
        ifNoneMatch: headers.get('if-none-match'),
        ...(headers.has('idempotency-key') && { idempotencyKey: String(headers.get('idempotency-key')) }),
        body: typeof init?.body === 'string' ? JSON.parse(init.body) : null,
      };
      seen.push(request);
      const reply = answer(request, seen.length);
      if (reply === 'down') throw new TypeError('Failed to fetch');
      return reply;
    },
    host: {
      renewProof:
        options.renewProof ??
        (async () => {
          proofs += 1;
          return `proof-${proofs}`;
        }),
    },
    memberId: options.memberId ?? 'member-1',
    session: options.session === 'none' ? null : session('token-1', START),
    now: () => clock.now,
    wait: async (ms) => {
      waits.push(ms);
    },
  });
  return { api, seen, waits, clock, proofs: () => proofs };
}

test('a request carries the token of the page and parses its reply', async () => {
  const { api, seen } = setUp(() => json(200, sampleDashboard()));
  expect((await api.getDashboard()).currency).toBe('USD');
  expect(seen).toEqual([{ method: 'GET', path: '/api/dashboard/data', bearer: 'token-1', ifNoneMatch: null, body: null }]);
});

test('a screen that loads later asks with a check of its own, and is told which field is wrong', async () => {
  const isText = (value: unknown): value is string => typeof value === 'string';
  const errors = [{ path: 'mon.to', code: 'out_of_range', message: 'x' }];
  const { api, seen } = setUp(({ path }) =>
    path === '/wrong'
      ? json(422, { ...PROBLEM, status: 422, code: 'out_of_range', errors })
      : json(200, path === '/text' ? 'x' : 7),
  );
  const body = { a: 1 };
  expect(await api.ask({ method: 'PATCH', path: '/text', check: isText, body, idempotencyKey: 'k' })).toBe('x');
  expect(seen).toMatchObject([{ method: 'PATCH', bearer: 'token-1', idempotencyKey: 'k', body }]);
  await expect(api.ask({ method: 'GET', path: '/number', check: isText })).rejects.toMatchObject({ kind: 'bad_reply' });
  await expect(api.ask({ method: 'PATCH', path: '/wrong', check: isText, body })).rejects.toMatchObject({
    kind: 'refused',
    issues: errors,
  });
});

test('a file is downloaded with the token, once more with a fresh one, and a refusal keeps its code', async () => {
  const { api, seen } = setUp(({ path, bearer }, nth) => {
    if (path === '/api/session') return json(200, session('token-2', START));
    if (nth === 1) return problem(401, 'token_expired');
    return bearer === 'token-2' && path === '/file' ? new Response('PK') : problem(429, 'rate_limited');
  });
  const download = (path: string) => api.ask({ method: 'GET', path, check: isFile, isFile: true, isOnce: true });
  expect(await (await download('/file')).content.text()).toBe('PK');
  expect(seen.map(({ path, bearer }) => `${path} ${bearer}`)).toEqual(['/file token-1', '/api/session null', '/file token-2']);
  await expect(download('/other')).rejects.toMatchObject({ kind: 'refused', code: 'rate_limited' });
});

test('behind a sign-in link the living token asks for the next, and the page ends when it is refused', async () => {
  let refused = false;
  const { api, seen, clock, proofs } = setUp(
    ({ path }) => {
      if (path !== '/api/session/renew') return json(200, sampleDashboard());
      return refused ? problem(401, 'token_expired') : json(200, session('token-2', clock.now));
    },
    { memberId: '' },
  );
  clock.now = START + 9 * 60_000;
  await api.getDashboard();
  expect(seen.map(({ path, bearer }) => `${path} ${bearer}`)).toEqual([
    '/api/session/renew token-1',
    '/api/dashboard/data token-2',
  ]);
  expect(proofs()).toBe(0);
  refused = true;
  clock.now += 10 * 60_000;
  await expect(api.getDashboard()).rejects.toMatchObject({ kind: 'session' });
});

test('a token is renewed with a fresh proof a minute before its end, once for all who ask', async () => {
  const { api, seen, clock, proofs } = setUp(({ path }) =>
    path === '/api/session' ? json(200, session('token-2', clock.now)) : json(200, sampleDashboard()),
  );
  clock.now = START + 9 * 60_000 - 1;
  await api.getDashboard();
  expect(proofs()).toBe(0);
  clock.now = START + 9 * 60_000;
  await Promise.all([api.getDashboard(), api.getDashboard(), api.getDashboard()]);
  expect(proofs()).toBe(1);
  expect(seen.slice(1).map(({ path, bearer }) => [path, bearer])).toEqual([
    ['/api/session', null],
    ['/api/dashboard/data', 'token-2'],
    ['/api/dashboard/data', 'token-2'],
    ['/api/dashboard/data', 'token-2'],
  ]);
  expect(seen[1]?.body).toEqual({ crmSource: 'bitrix24', memberId: 'member-1', accessToken: 'proof-1' });
});

test('a token refused as expired is renewed once, and the request repeated with the new one', async () => {
  const { api, seen, proofs } = setUp(({ path, bearer }) => {
    if (path === '/api/session') return json(200, session('token-2', START));
    return bearer === 'token-2' ? json(200, sampleDashboard()) : problem(401, 'token_expired');
  });
  await Promise.all([api.getDashboard(), api.getDashboard()]);
  expect(proofs()).toBe(1);
  expect(seen.filter(({ bearer }) => bearer === 'token-2')).toHaveLength(2);
});

test('a token refused again after its renewal ends the session instead of asking for ever', async () => {
  const { api, seen } = setUp(({ path }) =>
    path === '/api/session' ? json(200, session('token-2', START)) : problem(401, 'token_expired'),
  );
  await expect(api.getDashboard()).rejects.toMatchObject({ kind: 'session' });
  expect(seen).toHaveLength(3);
});

test('a page without a session gets one before its first request', async () => {
  const { api, seen } = setUp(
    ({ path }) => (path === '/api/session' ? json(200, session('token-9', START)) : json(200, sampleDashboard())),
    {
      session: 'none',
    },
  );
  await api.getDashboard();
  expect(seen.map(({ path, bearer }) => [path, bearer])).toEqual([
    ['/api/session', null],
    ['/api/dashboard/data', 'token-9'],
  ]);
});

test('a host that cannot vouch for the person ends the session; a later try asks it again', async () => {
  let isThere = false;
  const { api } = setUp(
    ({ path }) => (path === '/api/session' ? json(200, session('token-2', START)) : json(200, sampleDashboard())),
    {
      session: 'none',
      renewProof: async () => {
        if (!isThere) throw new Error('no host');
        return 'proof';
      },
    },
  );
  await expect(api.getDashboard()).rejects.toMatchObject({ kind: 'session' });
  isThere = true;
  await expect(api.getDashboard()).resolves.toMatchObject({ currency: 'USD' });
});

test('a proof the server refuses ends the session', async () => {
  const { api } = setUp(() => problem(401, 'not_authentic'), { session: 'none' });
  await expect(api.getDashboard()).rejects.toMatchObject({ kind: 'session' });
});

test('a machine whose clock is a day ahead does not renew before every request', async () => {
  const { api, clock, proofs } = setUp(({ path }) =>
    path === '/api/session' ? json(200, session('token-2', START)) : json(200, sampleDashboard()),
  );
  clock.now = START + 24 * 3_600_000;
  await api.getDashboard();
  await api.getDashboard();
  await api.getDashboard();
  expect(proofs()).toBe(1);
});

test('a failing network is tried again with growing waits, four times in all', async () => {
  const { api, seen, waits } = setUp(() => 'down');
  await expect(api.getDashboard()).rejects.toMatchObject({ kind: 'network' });
  expect(seen).toHaveLength(4);
  expect(waits).toEqual([500, 1500, 4000]);
});

test('an overloaded server is tried again after the time it names', async () => {
  const { api, waits } = setUp((_request, nth) =>
    nth === 1 ? problem(503, 'database_unavailable', { 'retry-after': '3' }) : json(200, sampleDashboard()),
  );
  await api.getDashboard();
  expect(waits).toEqual([3000]);
});

test('a refusal that time will not mend is not repeated, and keeps its code and request id', async () => {
  const { api, seen } = setUp(() => problem(500, 'internal'));
  await expect(api.getDashboard()).rejects.toMatchObject({ kind: 'refused', code: 'internal', requestId: 'req-7' });
  expect(seen).toHaveLength(1);
});

test('an unchanged dashboard is asked for by its tag and answered from memory', async () => {
  const { api, seen } = setUp((_request, nth) => (nth === 1 ? json(200, sampleDashboard(), { etag: '"v1"' }) : json(304, null)));
  const first = await api.getDashboard();
  expect(await api.getDashboard()).toEqual(first);
  expect(seen.map(({ ifNoneMatch }) => ifNoneMatch)).toEqual([null, '"v1"']);
});

test.each([
  ['a reply of another shape', () => json(200, { ...sampleDashboard(), widgets: 'none' })],
  ['a reply that is no JSON', () => new Response('<html>', { status: 200 })],
])('%s is refused', async (_name, answer) => {
  const { api } = setUp(answer);
  await expect(api.getDashboard()).rejects.toMatchObject({ kind: 'bad_reply' });
});

test('an aborted request is not sent and rejects with the reason of its signal', async () => {
  const { api, seen } = setUp(() => json(200, sampleDashboard()));
  await expect(api.getDashboard('', AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  expect(seen).toEqual([]);
});

test('one caller that leaves does not stop the renewal the others wait for', async () => {
  const proof = Promise.withResolvers<string>();
  const { api } = setUp(
    ({ path }) => (path === '/api/session' ? json(200, session('token-2', START)) : json(200, sampleDashboard())),
    {
      session: 'none',
      renewProof: () => proof.promise,
    },
  );
  const leaver = new AbortController();
  const left = api.getDashboard('', leaver.signal);
  const stays = api.getDashboard();
  leaver.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  proof.resolve('proof-1');
  await expect(stays).resolves.toMatchObject({ currency: 'USD' });
});

test('an error says no more than its kind or code', () => {
  expect(new ApiError('network').message).toBe('api: network');
  expect(new ApiError('refused', { code: 'forbidden' }).message).toBe('api: forbidden');
});

test('a webhook is sent once: the server waits for the portal, and the person decides about another try', async () => {
  const { api, seen, waits } = setUp(() => problem(502, 'crm_unavailable'));
  await expect(createSettingsApi(api).addWebhook('https://portal.test/rest/1/canary7secret/')).rejects.toMatchObject({
    code: 'crm_unavailable',
  });
  expect(seen).toEqual([
    {
      method: 'POST',
      path: '/api/connections',
      bearer: 'token-1',
      ifNoneMatch: null,
      body: { crmSource: 'bitrix24', webhookUrl: 'https://portal.test/rest/1/canary7secret/' },
    },
  ]);
  expect(waits).toEqual([]);
});

test('the CRM is asked for news once: whether it may be is no reason to wait', async () => {
  const { api, seen, waits } = setUp(() => problem(429, 'rate_limited', { 'retry-after': '3' }));
  await expect(api.refreshSync()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 3000 });
  expect(seen.map(({ method, path, body }) => [method, path, body])).toEqual([['POST', '/api/crm/sync/refresh', {}]]);
  expect(waits).toEqual([]);
});

test('records with problems are asked for page by page', async () => {
  const { api, seen } = setUp(() => json(200, { records: [], next: null }));
  const { listQuarantine } = createSettingsApi(api);
  await listQuarantine(null);
  await listQuarantine('leads:a&b');
  expect(seen.map(({ path }) => path)).toEqual(['/api/crm/sync/quarantine', '/api/crm/sync/quarantine?after=leads%3Aa%26b']);
});

describe('the stream of the sync’s status', () => {
  /** An api whose events are written by the test; its waits end when the test says so. */
  function setUpStream(answer: (nth: number, stream: Response) => Response = (_nth, stream) => stream) {
    const reported: (SyncStatusReply | null)[] = [];
    const waits: { ms: number; end: () => void }[] = [];
    const requests: { path: string; bearer: string | null; signal: AbortSignal | null | undefined }[] = [];
    const pipe = new TransformStream<Uint8Array, Uint8Array>();
    const writer = pipe.writable.getWriter();
    const encoder = new TextEncoder();
    const api = createApi({
      fetch: async (input, init) => {
        const bearer = new Headers(init?.headers).get('authorization')?.replace('Bearer ', '') ?? null;
        requests.push({ path: String(input), bearer, signal: init?.signal });
        if (String(input) === '/api/session') return json(200, session('token-2', START));
        const stream = new Response(pipe.readable, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
        return answer(requests.length, stream);
      },
      host: { renewProof: async () => 'proof' },
      memberId: 'member-1',
      session: session('token-1', START),
      now: () => START,
      wait: (ms, signal) => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        signal.addEventListener('abort', () => reject(signal.reason));
        waits.push({ ms, end: resolve });
        return promise;
      },
    });
    return {
      api,
      waits,
      requests,
      reported,
      report: (status: SyncStatusReply | null) => reported.push(status),
      write: (text: string) => writer.write(encoder.encode(text)),
      end: () => writer.close(),
      breakOff: () => writer.abort(new TypeError('network error')),
      never: new AbortController().signal,
    };
  }
  const message = (status: unknown) => `event: status\ndata: ${JSON.stringify(status)}\n\n`;

  test('brings statuses as they come and signs of life between them, until the server ends it', async () => {
    const { api, requests, reported, report, write, end, never } = setUpStream();
    const watching = api.watchSyncStatus(report, never);
    await write(message(sampleSyncStatus()));
    await write(': keep-alive\n\n');
    await write('event: other\ndata: {}\n\n');
    const [first = '', second = ''] = message(completeSyncStatus()).split('dataAsOf');
    await write(`${first}dataAsOf`);
    await write(second);
    await end();
    await watching;
    expect(reported).toEqual([sampleSyncStatus(), null, null, null, completeSyncStatus()]);
    expect(requests.map(({ path, bearer }) => [path, bearer])).toEqual([['/api/crm/sync/events', 'token-1']]);
    expect(requests[0]?.signal?.aborted).toBe(true);
  });

  test('with a token that is refused begins once more with a fresh one', async () => {
    const { api, requests, report, end, never } = setUpStream((nth, stream) =>
      nth === 1 ? problem(401, 'token_expired') : stream,
    );
    const watching = api.watchSyncStatus(report, never);
    await end();
    await watching;
    expect(requests.map(({ path, bearer }) => [path, bearer])).toEqual([
      ['/api/crm/sync/events', 'token-1'],
      ['/api/session', null],
      ['/api/crm/sync/events', 'token-2'],
    ]);
  });

  test('ends when its token wants to be renewed', async () => {
    const { api, waits, requests, report, write, never } = setUpStream();
    const watching = api.watchSyncStatus(report, never);
    await write(message(completeSyncStatus()));
    expect(waits.map(({ ms }) => ms)).toEqual([9 * 60_000]);
    waits[0]?.end();
    await watching;
    expect(requests[0]?.signal?.aborted).toBe(true);
  });

  test.each([
    ['a server that has none', () => problem(404, 'not_found'), { kind: 'refused', code: 'not_found' }],
    ['a server with too many', () => problem(503, 'overloaded', { 'retry-after': '9' }), { kind: 'refused', retryAfterMs: 9000 }],
    ['a proxy that answers itself', () => new Response('<html>', { status: 200 }), { kind: 'bad_reply' }],
    ['a proxy that cannot reach it', () => new Response('<html>', { status: 502 }), { kind: 'network' }],
  ])('is tried once with %s', async (_name, answer, error) => {
    const { api, requests, report, never } = setUpStream(answer);
    await expect(api.watchSyncStatus(report, never)).rejects.toMatchObject(error);
    expect(requests).toHaveLength(1);
  });

  test('that breaks off is a failure of the network', async () => {
    const { api, report, write, breakOff, never } = setUpStream();
    const watching = api.watchSyncStatus(report, never);
    const outcome = expect(watching).rejects.toMatchObject({ kind: 'network' });
    await write(message(completeSyncStatus()));
    await breakOff();
    await outcome;
  });

  test.each(['{"status":"complete"}', 'no json'])('is closed at a status that is none: %s', async (data) => {
    const { api, requests, reported, report, write, never } = setUpStream();
    const watching = api.watchSyncStatus(report, never);
    const outcome = expect(watching).rejects.toMatchObject({ kind: 'bad_reply' });
    await write(`event: status\ndata: ${data}\n\n`);
    await outcome;
    expect(reported).toEqual([]);
    expect(requests[0]?.signal?.aborted).toBe(true);
  });

  test('is closed by whoever opened it', async () => {
    const { api, requests, report, write } = setUpStream();
    const closing = new AbortController();
    const watching = api.watchSyncStatus(report, closing.signal);
    const outcome = expect(watching).rejects.toThrow('closed');
    await write(message(completeSyncStatus()));
    closing.abort(new Error('closed'));
    await outcome;
    expect(requests[0]?.signal?.aborted).toBe(true);
  });
});
