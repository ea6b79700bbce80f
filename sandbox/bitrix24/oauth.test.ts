import { afterEach, beforeEach, expect, test } from 'vitest';
import { ADMIN, grant, readReply, requestCode, startTestPortal, TEST_APP, type TestPortal, type Tokens } from './test-portal.ts';

let p: TestPortal;
beforeEach(async () => {
  p = await startTestPortal();
});
afterEach(() => p.sandbox.close());

const refresh = (tokens: Tokens) => grant(p.sandbox, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token });

test('a code becomes a token pair that says whose it is and where to call', async () => {
  expect(p.admin).toEqual({
    access_token: expect.any(String),
    refresh_token: expect.any(String),
    expires: expect.any(Number),
    expires_in: 3600,
    scope: 'crm,placement,user_brief,department',
    domain: new URL(p.sandbox.authUrl).host,
    server_endpoint: `${p.sandbox.authUrl}/rest/`,
    status: 'F',
    client_endpoint: `${p.portal.url}/rest/`,
    member_id: p.portal.state.memberId,
    user_id: ADMIN,
  });
  expect(Math.abs(Number(p.admin.expires) - p.clock.now() / 1000 - 3600)).toBeLessThan(5);
});

test('a code works once and for 30 seconds', async () => {
  const code = await requestCode(p.portal, ADMIN);
  expect((await grant(p.sandbox, { grant_type: 'authorization_code', code })).status).toBe(200);
  expect(await grant(p.sandbox, { grant_type: 'authorization_code', code })).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant' },
  });
  const late = await requestCode(p.portal, ADMIN);
  p.clock.advance(30_000);
  expect((await grant(p.sandbox, { grant_type: 'authorization_code', code: late })).body.error).toBe('invalid_grant');
});

test('a refresh token works once; the new one goes on; the old access token lives to its end', async () => {
  const second = await refresh(p.admin);
  expect(second.status).toBe(200);
  expect(second.body.access_token).not.toBe(p.admin.access_token);
  expect(await refresh(p.admin)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect((await refresh(second.body as Tokens)).status).toBe(200);
  expect((await p.call('profile')).status).toBe(200);
});

test('access ends after an hour, refresh after 180 days', async () => {
  p.clock.advance(3_590_000);
  expect((await p.call('profile')).status).toBe(200);
  p.clock.advance(10_000);
  expect(await p.call('profile')).toMatchObject({ status: 401, body: { error: 'expired_token' } });
  p.clock.advance(180 * 86_400_000);
  expect((await refresh(p.admin)).body.error).toBe('invalid_grant');
});

test('GET works as well, also through the portal', async () => {
  const query = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: TEST_APP.clientId,
    client_secret: TEST_APP.clientSecret,
    refresh_token: p.admin.refresh_token,
  });
  const reply = await readReply(await fetch(`${p.portal.url}/oauth/token/?${query}`));
  expect(reply).toMatchObject({ status: 200, body: { member_id: p.portal.state.memberId } });
});

test('a wrong secret uses nothing up', async () => {
  const wrong = { grant_type: 'refresh_token', refresh_token: p.admin.refresh_token, client_secret: 'wrong' };
  expect(await grant(p.sandbox, wrong)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  expect((await refresh(p.admin)).status).toBe(200);
  expect((await grant(p.sandbox, { grant_type: 'password' })).body.error).toBe('invalid_request');
});

test('no tokens without payment, nor after the app was removed', async () => {
  p.portal.state.paymentRequired = true;
  expect((await refresh(p.admin)).body.error).toBe('PAYMENT_REQUIRED');
  p.portal.state.paymentRequired = false;
  p.portal.state.installation = null;
  expect((await refresh(p.admin)).body.error).toBe('PAYMENT_REQUIRED');
  expect((await p.call('profile')).body.error).toBe('ERROR_OAUTH');
});

test('the authorization server tells to which portal a token belongs', async () => {
  const reply = await readReply(await fetch(`${p.sandbox.authUrl}/rest/app.info?auth=${p.admin.access_token}`));
  expect(reply.body.result).toMatchObject({
    client_id: TEST_APP.clientId,
    user_id: ADMIN,
    install: { uri: p.portal.url, member_id: p.portal.state.memberId, client_endpoint: `${p.portal.url}/rest/`, version: '3' },
  });
  expect((await readReply(await fetch(`${p.sandbox.authUrl}/rest/app.info?auth=wrong`))).status).toBe(401);
});

test('a renamed portal: the old address answers 302, the new one serves, refresh tells it', async () => {
  const former = p.portal.url;
  await p.portal.rename();
  expect(p.portal.url).not.toBe(former);
  const response = await fetch(`${former}/rest/profile`, { method: 'POST', redirect: 'manual', body: 'auth=x' });
  expect(response.status).toBe(302);
  expect(response.headers.get('location')).toBe(`${p.portal.url}/rest/profile`);
  expect((await p.call('profile')).status).toBe(200);
  expect((await refresh(p.admin)).body.client_endpoint).toBe(`${p.portal.url}/rest/`);
  expect(p.portal.state.formerDomains).toEqual([new URL(former).host]);
});

test('the ledger names refreshes and no secret', async () => {
  await refresh(p.admin);
  expect(p.sandbox.ledger.entries.at(-1)).toMatchObject({ method: 'oauth/token', portal: p.portal.state.memberId, status: 200 });
  const text = JSON.stringify(p.sandbox.ledger.entries);
  for (const secret of [p.admin.refresh_token, p.admin.access_token, TEST_APP.clientSecret]) expect(text).not.toContain(secret);
});
