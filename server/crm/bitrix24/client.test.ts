import { afterEach, expect, test } from 'vitest';
import { json, type PortalAnswer, type ScriptedPortal, startScriptedPortal, TIME, text } from '../../testing/scripted-portal.ts';
import { BitrixError } from './bitrix-error.ts';
import { encodeCommand, Reference } from './commands.ts';

const signal = new AbortController().signal;
let portal: ScriptedPortal | undefined;

afterEach(async () => {
  await portal?.close();
  portal = undefined;
});

async function start(...answers: PortalAnswer[]): Promise<ScriptedPortal> {
  portal = await startScriptedPortal(answers);
  return portal;
}

const ok = (result: unknown) => json(200, { result, time: TIME });
const refused = (status: number, error: string | number, description = '') =>
  json(status, { error, error_description: description });
const twoCommands = [
  { name: 'a', method: 'user.get' },
  { name: 'b', method: 'crm.deal.list' },
];

async function callFailure(...answers: PortalAnswer[]): Promise<BitrixError> {
  const { client } = await start(...answers);
  const error: unknown = await client.call('crm.item.list', {}, signal).catch((reason: unknown) => reason);
  if (!(error instanceof BitrixError)) throw new Error(`Expected a BitrixError, got ${String(error)}`);
  return error;
}

test('a call carries its token in the body and returns result, total and the portal’s time', async () => {
  const { client, requests } = await start(json(200, { result: { items: [] }, total: 7, time: TIME }));
  const reply = await client.call('crm.item.list', { entityTypeId: 2 }, signal);
  expect(reply).toEqual({ result: { items: [] }, total: 7, crmTime: '2026-01-01T03:00:00+03:00' });
  expect(requests).toEqual([{ path: '/rest/crm.item.list', body: { entityTypeId: 2, auth: 'token-1' } }]);
});

test('a webhook sends no token', async () => {
  portal = await startScriptedPortal([ok(true)], { webhook: true });
  await portal.client.call('profile', {}, signal);
  expect(portal.requests[0]?.body).toEqual({});
});

test('an expired token is refreshed once and the call repeated with the new one', async () => {
  const { client, requests, refreshes } = await start(refused(401, 'expired_token'), ok('done'));
  expect((await client.call('profile', {}, signal)).result).toBe('done');
  expect(refreshes.map(({ version }) => version)).toEqual([1]);
  expect(requests.map(({ body }) => body.auth)).toEqual(['token-1', 'token-2']);
});

test('a token that is refused again after its refresh is an auth error, not a loop', async () => {
  const { client, refreshes } = await start(refused(401, 'expired_token'));
  await expect(client.call('profile', {}, signal)).rejects.toMatchObject({ kind: 'auth' });
  expect(refreshes).toHaveLength(1);
});

test('a token that expires in the middle of a batch has the whole batch repeated', async () => {
  const half = {
    result: { result: { a: 1 }, result_error: { b: { error: 'expired_token', error_description: '' } } },
    time: TIME,
  };
  const whole = { result: { result: { a: 1, b: 2 }, result_error: [] }, time: TIME };
  const { client, requests, refreshes } = await start(json(200, half), json(200, whole));
  const reply = await client.batch(twoCommands, signal);
  expect([...reply.results]).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
  expect(refreshes).toHaveLength(1);
  expect(requests.map(({ body }) => Object.keys(body.cmd ?? {}))).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ]);
});

test('a portal that has moved is looked up at the authorization server; the redirect’s target is not called', async () => {
  const { client, requests } = await start(text(302, '', { location: 'http://127.0.0.1:1/rest/profile' }), ok('moved'));
  expect((await client.call('profile', {}, signal)).result).toBe('moved');
  expect(requests.map(({ path }) => path)).toEqual(['/rest/profile', '/moved/profile']);
});

test('failed commands of a batch are errors by name, the others are results', async () => {
  const result = {
    result: { a: [] },
    result_error: { b: { error: '', error_description: 'Access denied.' } },
    result_total: { a: 3 },
  };
  const { client } = await start(json(200, { result, time: TIME }));
  const reply = await client.batch(twoCommands, signal);
  expect(reply.results.get('a')).toEqual([]);
  expect(reply.totals.get('a')).toBe(3);
  expect(reply.errors.get('b')).toMatchObject({ kind: 'auth', code: 'ACCESS_DENIED' });
});

test('empty maps come as lists', async () => {
  const result = { result: [], result_error: [], result_total: [], result_next: [], result_time: [] };
  const { client } = await start(json(200, { result, time: TIME }));
  const reply = await client.batch(twoCommands, signal);
  expect(reply.results.size + reply.errors.size + reply.totals.size).toBe(0);
});

test.each([
  ['a login page', text(200, '<html>canary</html>', { 'content-type': 'text/html' })],
  ['half an answer', text(200, '{"result":{"items":[')],
  ['nothing', text(200, '')],
  ['no time block', json(200, { result: 1 })],
  ['no result', json(200, { time: TIME })],
])('%s with status 200 is tried again and never taken for data', async (_name, answer) => {
  const { client, requests, pauses } = await start(answer, ok('good'));
  expect((await client.call('profile', {}, signal)).result).toBe('good');
  expect(requests).toHaveLength(2);
  expect(pauses).toHaveLength(1);
});

test('trying again ends, with growing pauses and an error that repeats nothing of the answer', async () => {
  const error = await callFailure(text(200, '<html>canary</html>'));
  expect(error.kind).toBe('bad_response');
  expect(error.message).not.toContain('canary');
  expect(portal?.requests).toHaveLength(5);
  // Half to all of 1, 2, 4 and 8 seconds.
  const pauses = portal?.pauses ?? [];
  expect(pauses).toHaveLength(4);
  for (const [index, pause] of pauses.entries()) {
    expect(pause).toBeGreaterThanOrEqual(500 * 2 ** index);
    expect(pause).toBeLessThanOrEqual(1000 * 2 ** index);
  }
});

test.each([
  [503, 'QUERY_LIMIT_EXCEEDED', '', 'rate_limit', 5],
  [429, 'OPERATION_TIME_LIMIT', '', 'rate_limit', 1],
  [503, 'OVERLOAD_LIMIT', '', 'blocked', 1],
  [500, 'PORTAL_DELETED', '', 'blocked', 1],
  [403, 'ACCESS_DENIED', 'REST API is available only on commercial plans', 'blocked', 1],
  [403, 'insufficient_scope', '', 'auth', 1],
  [401, 'authorization_error', '', 'auth', 1],
  [400, '', 'Access denied.', 'auth', 1],
  [400, 0, 'SHIPMENT_DOCUMENT entity is not supported', 'bad_response', 1],
  [500, 'INTERNAL_SERVER_ERROR', '', 'unavailable', 5],
  [502, 'whatever', '', 'unavailable', 5],
])('%s %s "%s" is %s after %s attempts', async (status, code, description, kind, attempts) => {
  const error = await callFailure(refused(status, code, description));
  expect(error.kind).toBe(kind);
  expect(portal?.requests).toHaveLength(attempts);
  if (description) expect(error.message).not.toContain(description);
});

test('amounts keep digits a number would lose, and text that looks like one is left alone', async () => {
  const body = `{"result":{"items":[{"title":"say \\"opportunity\\":12.50","opportunity":9007199254740993.01}]},"time":${JSON.stringify(TIME)}}`;
  const { client } = await start(text(200, body));
  expect((await client.call('crm.item.list', {}, signal)).result).toEqual({
    items: [{ title: 'say "opportunity":12.50', opportunity: '9007199254740993.01' }],
  });
});

test('operating time is reported by method, with the moment it is forgotten on our clock', async () => {
  const result = {
    result: { a: [], b: [] },
    // The portal's clock says 2026-01-01 00:00:00 UTC; the oldest minute leaves ten minutes later.
    result_time: { a: { ...TIME, operating: 3.5, operating_reset_at: 1767226200 }, b: { ...TIME, processing: 2 } },
  };
  const { client, usage } = await start(json(200, { result, time: TIME }));
  await client.batch(twoCommands, signal);
  expect(usage).toEqual([
    { method: 'user.get', operatingSeconds: 3.5, spentSeconds: 0.4, resetAt: Date.UTC(2026, 0, 1, 0, 10) },
    { method: 'crm.deal.list', operatingSeconds: null, spentSeconds: 2, resetAt: null },
  ]);
});

test('commands are encoded with nested brackets; references only where code puts them', () => {
  const filter = { '<id': new Reference('p0', ['items', 49, 'id']), '=title': 'a&b=c' };
  const encoded = encodeCommand({ name: 'p1', method: 'crm.item.list', params: { filter, select: ['id'] } });
  expect(encoded.startsWith('crm.item.list?')).toBe(true);
  expect(Object.fromEntries(new URLSearchParams(encoded.slice(encoded.indexOf('?') + 1)))).toEqual({
    'filter[<id]': '$result[p0][items][49][id]',
    'filter[=title]': 'a&b=c',
    'select[0]': 'id',
  });
  expect(() => encodeCommand({ name: 'x', method: 'm', params: { title: '$result[p0][secret]' } })).toThrow(TypeError);
});
