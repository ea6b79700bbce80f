import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Express } from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problem } from '../../../contract/api.ts';
import { widget } from '../../../contract/dashboard.ts';
import { describeApi } from '../../../contract/openapi.ts';
import { chartOf, type DashboardRig, startDashboardRig } from '../../testing/dashboard-rig.ts';
import { readProblem } from '../../testing/test-app.ts';

const document = describeApi();
/** By `METHOD /path`. */
const OPERATIONS = new Map(
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}` as string, operation] as const),
  ),
);

let rig: DashboardRig;

beforeAll(async () => {
  rig = await startDashboardRig();
});
afterAll(() => rig.close());

interface Layer {
  rawPath: string;
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/** Every route of the app: `GET /api/dashboard/widgets/{id}/csv`. */
function listRoutes(app: Express): string[] {
  const walk = (stack: Layer[], mount: string): string[] =>
    stack.flatMap(({ rawPath, route, handle }) => {
      if (!route) return walk(handle.stack ?? [], rawPath === '/' ? mount : `${mount}${rawPath}`);
      const path = `${mount}${route.path}`.replace(/:(\w+)/g, '{$1}');
      const methods = ['get', 'post', 'put', 'patch', 'delete'].filter((method) => route.methods[method]);
      return methods.map((method) => `${method.toUpperCase()} ${path}`);
    });
  return walk(app.router.stack as unknown as Layer[], '');
}

test('every route under /api is described, and everything described is a route', () => {
  const routes = listRoutes(rig.app.express).filter((route) => route.includes(' /api/'));
  expect(Array.from(OPERATIONS.keys()).toSorted()).toEqual(routes.toSorted());
});

/** Asks as it is; `{id}` is a widget of one's own, for `restore` one that is in the bin. */
async function ask(name: string, token: string | null, body?: unknown): Promise<Response> {
  const [method = '', path = ''] = name.split(' ');
  let url = `${rig.app.url}${path}`;
  if (path.includes('{id}')) {
    const { id } = widget.parse(await (await rig.call('/widgets', { body: { config: chartOf() } })).json());
    if (path.endsWith('/restore')) await rig.call(`/widgets/${id}`, { method: 'DELETE' });
    url = url.replace('{id}', id);
  }
  const headers = new Headers();
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  if (body !== undefined) headers.set('content-type', 'application/json');
  const gone = new AbortController();
  const init = { method, headers, signal: gone.signal, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await fetch(url, init);
  // A stream has no end of its own.
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    gone.abort();
    return new Response(null, response);
  }
  return response;
}

const ajv = new Ajv2020({ formats: { 'date-time': true, uuid: true } });
ajv.addVocabulary(['components']);

/** What a value has against a schema of the description. */
function complaints(schema: object | undefined, value: unknown) {
  ajv.validate({ components: document.components, ...schema }, value);
  return ajv.errors;
}

/** The answer has a described status, the content type described for it, and the form. */
async function expectDescribed(name: string, response: Response): Promise<void> {
  const described = OPERATIONS.get(name)?.responses[response.status];
  expect(described, `${response.status} is described`).toBeDefined();
  const mediaType = response.headers.get('content-type')?.split(';')[0];
  expect(Object.keys(described?.content ?? {})).toEqual(mediaType === undefined ? [] : [mediaType]);
  if (!mediaType?.endsWith('json')) return;
  const reply: unknown = await response.json();
  expect(complaints(described?.content?.[mediaType]?.schema, reply)).toBeNull();
  if (!response.ok) expect(described?.description).toContain(`${problem.parse(reply).code}: `);
}

describe.each(Array.from(OPERATIONS.keys()))('%s', (name) => {
  test('answers as it is described, if only that there is no body', async () => {
    const response = await ask(name, rig.tokens.admin);
    expect([404, 405]).not.toContain(response.status);
    await expectDescribed(name, response);
  });

  test('lets in whom it says', async () => {
    const required = OPERATIONS.get(name)?.security[0];
    expect((await ask(name, null)).status === 401).toBe(required !== undefined);
    const member = await ask(name, rig.tokens.member);
    const isForbidden = member.status === 403 && (await readProblem(member)).code === 'forbidden';
    expect(isForbidden).toBe(required?.session.includes('admin') ?? false);
  });
});

test.each([
  ['PATCH /api/settings', { timezone: 'Asia/Tashkent' }],
  ['POST /api/crm/sync/start', { entities: ['deals'] }],
  ['POST /api/crm/sync/refresh', {}],
  ['POST /api/crm/sync/pause', {}],
  ['POST /api/crm/sync/resume', {}],
  ['POST /api/dashboard/widgets', { config: chartOf() }],
  ['PATCH /api/dashboard/widgets/{id}', { title: 'Mine', size: 'large' }],
  ['POST /api/dashboard/drill', { config: chartOf(), limit: 3 }],
  ['POST /api/dashboard/chat', { message: 'total leads' }],
  ['POST /api/dashboard/drill/csv', { config: chartOf(), point: {} }],
])('%s with a body as described succeeds as described', async (name, body) => {
  expect(complaints(OPERATIONS.get(name)?.requestBody?.content['application/json']?.schema, body)).toBeNull();
  const response = await ask(name, rig.tokens.admin, body);
  expect(response.ok).toBe(true);
  await expectDescribed(name, response);
});

test.each([
  ['PATCH /api/settings', { timezone: 'Mars/Olympus' }],
  ['PATCH /api/settings/own', { language: 'de' }],
  ['POST /api/data/delete-all', { confirmation: 'no' }],
  ['POST /api/data/delete-all/undo', {}],
  ['POST /api/dashboard/chat', { message: ' ' }],
  ['POST /api/dashboard/onboarding/later', { isPutOff: true }],
  ['POST /api/connections', { crmSource: 'bitrix24', webhookUrl: 'https://portal.example/' }],
  ['POST /api/session', { crmSource: 'bitrix24', memberId: 'nobody', accessToken: 'x' }],
  ['POST /api/session/code', { code: 'used' }],
  ['POST /api/crm/sync/start', { entities: ['deals'], full: false }],
  ['POST /api/dashboard/widgets', { config: chartOf({ xField: 'constructor' }) }],
  ['POST /api/dashboard/widgets', { config: chartOf(), tenantId: 'x' }],
  ['PATCH /api/dashboard/widgets/{id}', {}],
  ['POST /api/dashboard/drill', { widgetId: 'nonsense' }],
  ['POST /api/dashboard/drill', {}],
  ['POST /api/dashboard/drill/csv', { config: chartOf(), widgetId: 'both' }],
])('%s refuses %j with a code that is described', async (name, body) => {
  const response = await ask(name, rig.tokens.admin, body);
  expect(response.ok).toBe(false);
  await expectDescribed(name, response);
});

test.each(Array.from(OPERATIONS.keys()).filter((name) => name.includes('{id}')))(
  '%s refuses what is no id with a code that is described',
  async (name) => {
    const [method = '', path = ''] = name.split(' ');
    const response = await ask(
      `${method} ${path.replace('{id}', 'nonsense')}`,
      rig.tokens.admin,
      method === 'PATCH' ? { title: 'x' } : undefined,
    );
    expect(response.status).toBe(400);
    await expectDescribed(name, response);
  },
);

describe('the description', () => {
  test('is given to anybody, and not again to who has it', async () => {
    const response = await fetch(`${rig.app.url}/api/openapi.json`);
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    expect(await response.json()).toEqual(document);
    const etag = response.headers.get('etag') ?? '';
    // Without it the client adds `no-cache` to a conditional request, at which a server may not answer 304.
    const conditional = { 'if-none-match': etag, 'cache-control': 'max-age=0' };
    const again = await fetch(`${rig.app.url}/api/openapi.json`, { headers: conditional });
    expect(again.status).toBe(304);
  });

  test('comes compressed to those who can read it so, and plain to others', async () => {
    const [packed, plain] = await Promise.all(
      ['gzip', 'identity'].map((encoding) =>
        fetch(`${rig.app.url}/api/openapi.json`, { headers: { 'accept-encoding': encoding } }),
      ),
    );
    expect([packed?.headers.get('content-encoding'), plain?.headers.get('content-encoding')]).toEqual(['gzip', null]);
    expect([packed?.headers.get('vary'), plain?.headers.get('vary')]).toEqual(['Accept-Encoding', 'Accept-Encoding']);
    // Its words repeat: a fifth of it and less.
    expect(Number(packed?.headers.get('content-length')) * 5).toBeLessThan(Number(plain?.headers.get('content-length')));
    expect(await packed?.text()).toBe(await plain?.text());
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('cannot be changed by %s', async (method) => {
    const response = await fetch(`${rig.app.url}/api/openapi.json`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});
