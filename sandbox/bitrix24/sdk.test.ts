import {
  ApiVersion,
  B24Hook,
  B24OAuth,
  type B24OAuthParams,
  LoadDataType,
  ParamsFactory,
  useB24Helper,
} from '@bitrix24/b24jssdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN, addDeal, addLead, startTestPortal, TEST_APP, type TestPortal, type Tokens } from './test-portal.ts';

/* The vendor's own client is the judge of what it is sent. */

let p: TestPortal;
const leadIds: number[] = [];
beforeAll(async () => {
  // The client compares the tokens' end with its own clock.
  p = await startTestPortal({ startAt: Math.floor(Date.now() / 1000) });
  for (let index = 0; index < 130; index++) leadIds.push(addLead(p.portal, { title: `Lead ${index}` }).id);
});
afterAll(() => p.sandbox.close());

function createClient(tokens: Tokens): B24OAuth {
  const params: B24OAuthParams = {
    applicationToken: 'an-application-token',
    userId: ADMIN,
    memberId: p.portal.state.memberId,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    expires: Number(tokens.expires),
    expiresIn: 3600,
    scope: String(tokens.scope),
    domain: p.portal.url,
    clientEndpoint: String(tokens.client_endpoint),
    serverEndpoint: String(tokens.server_endpoint),
    status: 'F' as B24OAuthParams['status'],
  };
  // Without its adaptive waiting, which would only slow the test down.
  const client = new B24OAuth(
    params,
    { clientId: TEST_APP.clientId, clientSecret: TEST_APP.clientSecret },
    { restrictionParams: ParamsFactory.getRealtime() },
  );
  client.offClientSideWarning();
  return client;
}

test('calls and their errors', async () => {
  const client = createClient(p.admin);
  const profile = await client.actions.v2.call.make({ method: 'profile' });
  expect(profile.getData()?.result).toMatchObject({ ID: String(ADMIN), ADMIN: true });
  const wrong = client.actions.v2.call.make({ method: 'crm.item.list', params: { entityTypeId: 1, filter: { nonsense: 1 } } });
  await expect(wrong).rejects.toMatchObject({ code: 'INVALID_ARG_VALUE', status: 400 });
});

test('lists read whole, in one go and page by page', async () => {
  const client = createClient(p.admin);
  const all = await client.actions.v2.callList.make({
    method: 'crm.item.list',
    params: { entityTypeId: 1, select: ['id', 'title'] },
    idKey: 'id',
    customKeyForResult: 'items',
  });
  expect((all.getData() as { id: number }[]).map(({ id }) => id)).toEqual(leadIds);
  const sizes: number[] = [];
  for await (const page of client.actions.v2.fetchList.make({ method: 'crm.lead.list', params: { select: ['ID'] } }))
    sizes.push(page.length);
  expect(sizes).toEqual([50, 50, 30]);
});

test('batches: named, as a list, and chained by reference', async () => {
  const client = createClient(p.admin);
  const deal = addDeal(p.portal, { title: 'SDK' });
  // What the vendor's helper loads first.
  const named = await client.actions.v2.batch.make({
    calls: {
      app: { method: 'app.info' },
      profile: { method: 'profile' },
      base: { method: 'crm.currency.base.get' },
      currencies: { method: 'crm.currency.list' },
      appOptions: { method: 'app.option.get' },
      userOptions: { method: 'user.option.get' },
    },
    options: { isHaltOnError: true, returnAjaxResult: false },
  });
  expect(named.isSuccess).toBe(true);
  expect(named.getData()).toMatchObject({ app: { CODE: TEST_APP.clientId }, profile: { ID: '1' }, base: 'UZS' });
  const listed = await client.actions.v2.batch.make({
    calls: [
      ['crm.item.list', { entityTypeId: 1, order: { id: 'ASC' }, filter: { '>id': 0 }, start: -1 }],
      ['crm.deal.list', { filter: { '@STAGE_ID': ['NEW', 'WON'], '>=ID': deal.id }, select: ['ID', 'TITLE'] }],
    ],
    options: { isHaltOnError: false, returnAjaxResult: false },
  });
  const [leads, deals] = listed.getData() as [{ items: unknown[] }, unknown[]];
  expect(leads.items).toHaveLength(50);
  expect(deals).toEqual([{ ID: String(deal.id), TITLE: 'SDK' }]);
  const chained = await client.actions.v2.batch.make({
    calls: {
      first: { method: 'crm.item.list', params: { entityTypeId: 1, order: { id: 'ASC' }, filter: { '>id': 0 }, start: -1 } },
      second: {
        method: 'crm.item.list',
        params: { entityTypeId: 1, order: { id: 'ASC' }, filter: { '>id': '$result[first][items][49][id]' }, start: -1 },
      },
    },
    options: { isHaltOnError: true, returnAjaxResult: false },
  });
  const { second } = chained.getData() as { second: { items: { id: number }[] } };
  expect(second.items.map(({ id }) => id)).toEqual(leadIds.slice(50, 100));
});

test("the vendor's helper finds what it loads", async () => {
  const { initB24Helper, getB24Helper } = useB24Helper();
  const { App, Profile, Currency, AppOptions, UserOptions } = LoadDataType;
  await initB24Helper(createClient(p.admin), [App, Profile, Currency, AppOptions, UserOptions]);
  const helper = getB24Helper();
  expect(helper.appInfo.data).toMatchObject({ code: TEST_APP.clientId, version: TEST_APP.version, isInstalled: true });
  expect(helper.profileInfo.data).toMatchObject({ id: ADMIN, isAdmin: true });
  expect(helper.currency.baseCurrency).toBe('UZS');
  expect(helper.currency.format(1234.5, 'USD', 'en')).toContain('1');
});

test('a batch stops at the first error, or goes on', async () => {
  const client = createClient(p.admin);
  const calls = {
    first: { method: 'server.time' },
    wrong: { method: 'crm.item.get', params: { entityTypeId: 1, id: 999_999 } },
    last: { method: 'user.admin' },
  };
  const run = (isHaltOnError: boolean) =>
    client.actions.v2.batch.make({ calls, options: { isHaltOnError, returnAjaxResult: true } });
  const [halted, whole] = await Promise.all([run(true), run(false)]);
  expect([Object.keys(halted.getData() ?? {}), halted.getErrorMessages()]).toEqual([['first', 'wrong'], ['Element not found']]);
  expect([Object.keys(whole.getData() ?? {}), whole.getErrorMessages()]).toEqual([
    ['first', 'wrong', 'last'],
    ['Element not found'],
  ]);
});

test('the third version of the API has no CRM', async () => {
  const reply = await createClient(p.admin).actions.v3.call.make({ method: 'crm.item.list', params: { entityTypeId: 1 } });
  expect(reply.isSuccess).toBe(false);
  expect(reply.getErrorMessages()).toEqual(['Method crm.item.list not found']);
});

test('an expired token is refreshed, the call repeated, and the pair replaced', async () => {
  const tokens = await p.authorize(ADMIN);
  const client = createClient(tokens);
  const seen: string[] = [];
  client.setCallbackRefreshAuth(async ({ b24OAuthParams }) => {
    seen.push(b24OAuthParams.refreshToken);
  });
  // What an hour does, for this pair alone.
  for (const pair of p.portal.state.tokens) if (pair.accessToken === tokens.access_token) pair.accessExpires = 0;
  const reply = await client.actions.v2.call.make({ method: 'server.time' });
  expect(reply.isSuccess).toBe(true);
  expect(seen).toHaveLength(1);
  expect(seen[0]).not.toBe(tokens.refresh_token);
  expect([...p.portal.state.tokens].some((pair) => pair.refreshToken === seen[0])).toBe(true);
});

test('a webhook client', async () => {
  const hook = p.portal.createWebhook(ADMIN);
  const [, userId = '', secret = ''] = /\/rest\/(\d+)\/(\w+)\/$/.exec(hook) ?? [];
  const params = { b24Url: p.portal.url, userId: Number(userId), secret };
  const client = new B24Hook(params, { restrictionParams: ParamsFactory.getRealtime() });
  client.offClientSideWarning();
  // This client knows https only; the sandbox has no certificate.
  client.getTargetOriginWithPath().set(ApiVersion.v2, hook.replace(/\/$/, ''));
  const reply = await client.actions.v2.call.make({ method: 'user.current' });
  expect(reply.getData()?.result).toMatchObject({ ID: String(ADMIN) });
});
