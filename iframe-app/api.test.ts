import { expect, test } from 'vitest';
import { ApiError, createApi } from './api.ts';
import { sampleDashboard, sampleSession } from './testing/sample-replies.ts';

interface Seen {
  method: string;
  path: string;
  bearer: string | null;
  ifNoneMatch: string | null;
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
  await expect(api.getDashboard(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
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
  const left = api.getDashboard(leaver.signal);
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
  await expect(api.addWebhook('https://portal.test/rest/1/canary7secret/')).rejects.toMatchObject({ code: 'crm_unavailable' });
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
