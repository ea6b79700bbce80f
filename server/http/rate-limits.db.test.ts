import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FakePortal, FakeUser } from '../testing/fake-bitrix24.ts';
import { openPage, readBoot, startTestApp, type TestApp } from '../testing/test-app.ts';

const ADMIN: FakeUser = { id: '1', name: 'Dilnoza', isAdmin: true };
const PORTALS = '203.0.113.1';
const ATTACKER = '203.0.113.2';

let app: TestApp;
let portal: FakePortal;

beforeEach(async () => {
  app = await startTestApp({ rateLimits: { events: 3, install: 2, questions: 3 }, trustProxy: 1 });
  portal = await app.bitrix.startPortal('member1');
  expect((await openPage(app, 'install', portal, portal.open(ADMIN))).status).toBe(200);
});
afterEach(() => app.close());

const RIGHT = 'application-canary-member1';

function post(event: string, applicationToken: string, from: string): Promise<Response> {
  const form = new URLSearchParams({ event, 'auth[member_id]': 'member1', 'auth[application_token]': applicationToken });
  return fetch(`${app.url}/bitrix24/events`, { method: 'POST', body: form, headers: { 'x-forwarded-for': from } });
}

async function statuses(count: number, ...event: Parameters<typeof post>): Promise<number[]> {
  const seen: number[] = [];
  for (let index = 0; index < count; index += 1) seen.push((await post(...event)).status);
  return seen;
}

test('a portal may send so many events a minute', async () => {
  expect(await statuses(4, 'ONCRMDEALADD', RIGHT, PORTALS)).toEqual([200, 200, 200, 429]);
  expect(Number((await post('ONCRMDEALADD', RIGHT, PORTALS)).headers.get('retry-after'))).toBeGreaterThan(0);
});

test('forged events are counted against who sends them, and leave the portal its own', async () => {
  expect(await statuses(5, 'ONCRMDEALADD', 'guess', ATTACKER)).toEqual([401, 401, 401, 429, 429]);
  expect(await statuses(2, 'ONAPPUPDATE', 'guess', ATTACKER)).toEqual([429, 429]);
  expect(await statuses(3, 'ONCRMDEALADD', RIGHT, PORTALS)).toEqual([200, 200, 200]);
});

test('events that are answered before they are proven leave the portal its others', async () => {
  expect(await statuses(4, 'ONAPPUPDATE', 'guess', ATTACKER)).toEqual([200, 200, 429, 429]);
  expect(await statuses(1, 'ONAPPUNINSTALL', RIGHT, PORTALS)).toEqual([200]);
});

test('a person’s questions outside the chat count, those that are refused too; the chat counts its own', async () => {
  const ask = async (user: FakeUser) => {
    const { session } = await readBoot(await openPage(app, 'app', portal, portal.open(user)));
    const headers = { authorization: `Bearer ${session?.token}`, 'content-type': 'application/json' };
    return async (path: string, body: object) => {
      const reply = await fetch(`${app.url}/api/dashboard${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return reply.status;
    };
  };
  const dilnoza = await ask(ADMIN);
  const question = { question: 'How many leads?' };
  const message = { message: 'How many leads?' };
  expect(await dilnoza('/kpi', question)).toBe(200);
  expect(await dilnoza('/kpi', {})).toBe(422);
  expect(await dilnoza('/kpi', question)).toBe(200);
  expect([await dilnoza('/kpi', question), await dilnoza('/chat', message)]).toEqual([429, 200]);
  const timur = await ask({ id: '2', name: 'Timur', isAdmin: false });
  expect(await timur('/kpi', question)).toBe(200);
});
